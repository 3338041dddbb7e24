import { Ban } from "lucide-react";
import { useTranslations } from "next-intl";
import { PlanSteps } from "#components/runs/plan-steps.tsx";
import { PredictionTable } from "#components/runs/prediction.tsx";
import { RouteName, routesOf } from "#components/runs/route.tsx";
import { Alert } from "#components/ui/alert.tsx";
import { Badge } from "#components/ui/badge.tsx";
import { Card } from "#components/ui/card.tsx";
import type { Plan } from "#lib/runbooks/plan.ts";

/** Stage 3: what will be done, in which order, with which words, and what it costs. */
export function PlanStage({ plan }: { plan: Plan }) {
  const t = useTranslations("wizard.steps");
  const runbook = useTranslations(`runbooks.${plan.runbook}`);
  if (plan.steps.length === 0) return <Alert tone="bad" title={t("none")} />;
  return (
    <div className="space-y-6">
      <Card
        title={t("interruption")}
        description={t("interruptionDescription")}
        aside={<Routes plan={plan} />}
      >
        <div className="space-y-3">
          <PredictionTable predicted={plan.predicted} />
          <p className="text-sm">
            <strong>{t("dataLoss")}:</strong> {runbook("dataLoss")}
          </p>
          <p className="flex flex-wrap items-center gap-2 text-sm">
            <Badge tone="warn" icon={Ban}>
              {t("irreversible")}
            </Badge>
            {t("irreversibleHint")}
          </p>
        </div>
      </Card>
      <Card title={t("title")} description={t("description")}>
        <PlanSteps plan={plan} />
      </Card>
    </div>
  );
}

function Routes({ plan }: { plan: Plan }) {
  return (
    <ul className="text-sm">
      {routesOf(plan.found).map((route) => (
        <li key={`${route.from}/${route.to}`}>
          <RouteName {...route} />
        </li>
      ))}
    </ul>
  );
}
