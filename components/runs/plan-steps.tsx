import { Ban, Hand, Hourglass, type LucideIcon, Zap } from "lucide-react";
import { useTranslations } from "next-intl";
import { Badge } from "#components/ui/badge.tsx";
import { classes } from "#components/ui/classes.ts";
import { CodeBlock } from "#components/ui/code-block.tsx";
import { Message } from "#components/ui/message.tsx";
import { useFormats } from "#lib/i18n/use-formats.ts";
import type { ActStep, Step } from "#lib/runbooks/kit.ts";
import type { Plan } from "#lib/runbooks/plan.ts";

/** The steps in their order, lanes side by side, with every statement word for word and where it goes. */
export function PlanSteps({ plan }: { plan: Pick<Plan, "steps" | "stores"> }) {
  const t = useTranslations("wizard.steps");
  return (
    <ol aria-label={t("order")} className="space-y-3">
      {plan.steps.map((step, index) => (
        <li key={step.id} className="rounded-lg border border-line bg-card">
          <StepHeading step={step} number={index + 1} />
          {step.kind === "act" && <Lanes step={step} plan={plan} />}
        </li>
      ))}
    </ol>
  );
}

function StepHeading({ step, number }: { step: Step; number: number }) {
  const t = useTranslations("wizard.steps");
  const kinds = useTranslations("runs.steps.kind");
  const { duration } = useFormats();
  const explained = explanationOf(step);
  return (
    <div className="flex gap-3 px-4 py-3">
      <span
        aria-hidden
        className="mt-0.5 grid size-6 shrink-0 place-items-center rounded-full bg-sunken text-xs font-semibold text-ink-soft"
      >
        {number}
      </span>
      <div className="min-w-0 flex-1">
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <h3 className="min-w-0 text-sm font-semibold break-words">
            <Message of={step.title} />
          </h3>
          <Badge icon={kindIcon[step.kind]}>{kinds(step.kind)}</Badge>
          {step.kind === "act" && (
            <Badge tone="warn" icon={Ban}>
              {t("irreversible")}
            </Badge>
          )}
        </div>
        <p className="mt-0.5 max-w-prose text-sm text-ink-soft">
          <Message of={explained} />
          {step.kind !== "confirm" && <> ({t("atMost", { duration: duration(step.atMostMs) })})</>}
        </p>
      </div>
    </div>
  );
}

function Lanes({ step, plan }: { step: ActStep; plan: Pick<Plan, "stores"> }) {
  const t = useTranslations("wizard.steps");
  return (
    <ul
      aria-label={t("lanes", { count: step.changes.length })}
      className={classes(
        "grid gap-3 border-t border-line px-4 py-3",
        step.changes.length > 1 && "xl:grid-cols-2",
      )}
    >
      {step.changes.map((change) => {
        const server = serverName(plan, change.by.on);
        return (
          <li key={change.id} className="min-w-0 space-y-1.5">
            <p className="font-mono text-sm font-semibold break-all">{change.database}</p>
            <CodeBlock
              code={change.by.sql}
              title={t("statementTitle", { server })}
              label={t("statement", { database: change.database, server })}
            />
          </li>
        );
      })}
    </ul>
  );
}

/** The name of an instance as the plan knew it. */
export function serverName(plan: Pick<Plan, "stores">, instanceId: string): string {
  const instances = plan.stores.flatMap((store) => [store.primary, store.mirror]);
  return instances.find((instance) => instance.id === instanceId)?.name ?? instanceId;
}

/** Each step's title has a line beside it that says what it is for. */
export function explanationOf(step: Step): Step["title"] {
  return { key: step.title.key.replace(".steps.", ".explain."), values: step.title.values };
}

export const kindIcon: Record<Step["kind"], LucideIcon> = { act: Zap, wait: Hourglass, confirm: Hand };
