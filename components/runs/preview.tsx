import { ArrowRight, Check, CircleOff } from "lucide-react";
import { useTranslations } from "next-intl";
import { routeText } from "#components/runs/route.tsx";
import { Alert } from "#components/ui/alert.tsx";
import { Card } from "#components/ui/card.tsx";
import type { FoundSession, Plan } from "#lib/runbooks/plan.ts";

/** Beside the questions: what the answers would move, type by type, and whether that could start now. */
export function Preview({ plan }: { plan: Plan }) {
  const t = useTranslations("wizard");
  const stops = new Set(
    plan.verdicts
      .filter((verdict) => !verdict.holds && verdict.weight === "hard")
      .map((verdict) => verdict.check),
  ).size;
  return (
    <Card title={t("preview.title")} className="xl:sticky xl:top-6 xl:self-start">
      <div className="space-y-4">
        {plan.found.length === 0 && <p className="text-sm text-ink-soft">{t("preview.none")}</p>}
        {[...Map.groupBy(plan.found, (entry) => entry.type)].map(([type, entries]) => (
          <div key={type} className="text-sm">
            <h3 className="text-xs font-semibold text-ink-faint">{type}</h3>
            <ul>
              {entries.map((entry) => (
                <Entry key={`${entry.storeId}/${entry.database}`} entry={entry} />
              ))}
            </ul>
          </div>
        ))}
        <div role="status">
          <Alert tone={stops > 0 ? "bad" : "ok"}>
            {stops > 0 ? t("readiness.notReady", { count: stops }) : t("readiness.ready")}
          </Alert>
        </div>
      </div>
    </Card>
  );
}

function Entry({ entry }: { entry: FoundSession }) {
  const t = useTranslations("wizard.preview");
  const Shape = entry.moves ? (entry.from ? ArrowRight : CircleOff) : Check;
  const words = !entry.moves
    ? t("there", { server: entry.to.name })
    : entry.from
      ? t("moves", { route: routeText({ from: entry.from.name, to: entry.to.name }) })
      : t("elsewhere");
  return (
    <li className="flex items-baseline gap-2 py-0.5">
      <Shape aria-hidden className="size-3.5 shrink-0 self-center text-brand" />
      <span className="font-mono font-semibold break-all">{entry.database}</span>
      <span className="text-xs text-ink-soft">{words}</span>
    </li>
  );
}
