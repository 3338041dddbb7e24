"use client";
import {
  CircleCheck,
  CircleDashed,
  CircleHelp,
  CircleSlash,
  CircleX,
  Hand,
  LoaderCircle,
  type LucideIcon,
  Unplug,
} from "lucide-react";
import { useTranslations } from "next-intl";
import { Lane } from "#components/runs/lane.tsx";
import { explanationOf, kindIcon } from "#components/runs/plan-steps.tsx";
import { useSpoken } from "#components/runs/spoken.ts";
import { Badge } from "#components/ui/badge.tsx";
import { classes } from "#components/ui/classes.ts";
import { useNow } from "#components/ui/clock.tsx";
import { Message } from "#components/ui/message.tsx";
import type { Tone } from "#components/ui/tone.tsx";
import { useFormats } from "#lib/i18n/use-formats.ts";
import { ask, type Situation } from "#lib/mirroring/checks.ts";
import type { ActStep } from "#lib/runbooks/kit.ts";
import type { Plan } from "#lib/runbooks/plan.ts";
import type { RunState, StepState } from "#lib/runs/replay.ts";

/** Every step as it stands, lanes side by side. */
export function RunSteps({ state, situation }: { state: RunState; situation: Situation }) {
  const t = useTranslations("runs.steps");
  return (
    <section className="space-y-3">
      <h2 className="text-base font-semibold">{t("title")}</h2>
      <ol aria-label={t("title")} className="space-y-3">
        {state.steps.map((step, index) => (
          <li
            key={step.step.id}
            aria-current={step.state === "open" ? "step" : undefined}
            className={classes(
              "rounded-xl border bg-card shadow-panel",
              step.state === "open" ? "border-brand" : "border-line",
            )}
          >
            <Heading step={step} number={index + 1} phase={state.phase} />
            <div className="space-y-3 px-4 pb-4 empty:hidden sm:px-5">
              {step.because && <Because step={step} />}
              {step.step.kind === "act" && <Lanes step={step} act={step.step} plan={state.plan} />}
              {step.step.kind === "wait" && step.state === "open" && (
                <StillOpen step={step.step} situation={situation} />
              )}
              {step.confirmed && <Attested confirmed={step.confirmed} />}
            </div>
          </li>
        ))}
      </ol>
    </section>
  );
}

/** What has not begun is named in one line; its statements are there for whoever asks. */
function Lanes({ step, act, plan }: { step: StepState; act: ActStep; plan: Plan }) {
  const t = useTranslations("runs.steps");
  const lanes = (
    <ul aria-label={t("lanes")} className="grid gap-3 md:grid-cols-2 2xl:grid-cols-3">
      {act.changes.map((change) => (
        <Lane key={change.id} change={change} done={step.changes[change.id]} step={step} plan={plan} />
      ))}
    </ul>
  );
  if (step.openedAt !== null) return lanes;
  return (
    <details>
      <summary className="inline-block rounded text-xs font-medium text-brand">
        {t("statements", { count: act.changes.length })}
      </summary>
      <div className="mt-2">{lanes}</div>
    </details>
  );
}

function Heading({ step, number, phase }: { step: StepState; number: number; phase: RunState["phase"] }) {
  const t = useTranslations("runs.steps");
  const how = step.state === "open" && (phase === "waiting" || phase === "interrupted") ? phase : step.state;
  const Kind = kindIcon[step.step.kind];
  return (
    <div className="flex items-start gap-3 px-4 py-3.5 sm:px-5">
      <span
        aria-hidden
        className="mt-0.5 grid size-6 shrink-0 place-items-center rounded-full bg-sunken text-xs font-semibold text-ink-soft"
      >
        {number}
      </span>
      <div className="min-w-0 flex-1">
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <h3 className="min-w-0 text-sm font-semibold break-words">
            <span className="sr-only">{t("nth", { n: number })}: </span>
            <Message of={step.step.title} />
          </h3>
          <Badge tone={looks[how].tone} icon={looks[how].icon}>
            {t(`state.${how}`)}
          </Badge>
        </div>
        <p className="mt-0.5 flex flex-wrap items-center gap-x-2 text-xs text-ink-soft">
          <Kind aria-hidden className="size-3.5 shrink-0" />
          {t(`kind.${step.step.kind}`)} · <Took step={step} />
        </p>
        {(step.state === "open" || step.state === "pending") && (
          <p className="mt-1 max-w-prose text-sm text-ink-soft">
            <Message of={explanationOf(step.step)} />
          </p>
        )}
      </div>
    </div>
  );
}

type How = StepState["state"] | "waiting" | "interrupted";

const looks: Record<How, { tone: Tone; icon: LucideIcon }> = {
  pending: { tone: "neutral", icon: CircleDashed },
  open: { tone: "info", icon: LoaderCircle },
  waiting: { tone: "warn", icon: Hand },
  interrupted: { tone: "bad", icon: Unplug },
  superseded: { tone: "stale", icon: CircleSlash },
  reached: { tone: "ok", icon: CircleCheck },
  "not-reached": { tone: "bad", icon: CircleX },
  unknown: { tone: "bad", icon: CircleHelp },
};

function Took({ step }: { step: StepState }) {
  const t = useTranslations("runs.steps");
  const now = useNow();
  const { duration } = useFormats();
  if (step.openedAt && step.closedAt)
    return t("took", { duration: duration(Date.parse(step.closedAt) - Date.parse(step.openedAt)) });
  if (step.openedAt && step.state === "open")
    return t("since", { duration: duration(Math.max(0, now - Date.parse(step.openedAt))) });
  return step.step.kind === "confirm" ? "–" : t("expected", { duration: duration(step.step.atMostMs) });
}

function Because({ step }: { step: StepState }) {
  const spoken = useSpoken();
  return (
    <p className={classes("text-sm", step.state === "reached" ? "text-ink-soft" : "text-bad")}>
      {spoken(step.because!)}
    </p>
  );
}

/** What a wait is still waiting for, live. */
function StillOpen({
  step,
  situation,
}: {
  step: Extract<StepState["step"], { kind: "wait" }>;
  situation: Situation;
}) {
  const t = useTranslations("runs.waiting");
  const open = ask(step.until, situation).filter((verdict) => !verdict.holds);
  return (
    <div className="text-sm">
      <p className="font-medium">{open.length === 0 ? t("none") : t("title")}</p>
      <ul className="mt-0.5 list-disc space-y-0.5 pl-5">
        {open.map((verdict) => (
          <li key={verdict.subject}>
            <Message of={verdict.seen} />
          </li>
        ))}
      </ul>
    </div>
  );
}

function Attested({ confirmed }: { confirmed: NonNullable<StepState["confirmed"]> }) {
  const t = useTranslations("runs.steps");
  return (
    <div className="text-sm">
      <p className="font-medium">
        {confirmed.holds
          ? t("attested", { name: confirmed.by.name })
          : t("denied", { name: confirmed.by.name })}
      </p>
      {confirmed.note && <p className="whitespace-pre-wrap text-ink-soft">“{confirmed.note}”</p>}
      <p className="text-xs text-ink-faint">{t("attestedNotVerified")}</p>
    </div>
  );
}
