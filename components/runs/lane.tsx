import {
  CircleCheck,
  CircleDashed,
  CircleHelp,
  CircleMinus,
  CircleSlash,
  CircleX,
  Loader,
  type LucideIcon,
  Send,
} from "lucide-react";
import { useTranslations } from "next-intl";
import { serverName } from "#components/runs/plan-steps.tsx";
import { routeText } from "#components/runs/route.tsx";
import { useSpoken } from "#components/runs/spoken.ts";
import { Badge } from "#components/ui/badge.tsx";
import { CodeBlock } from "#components/ui/code-block.tsx";
import { Moment } from "#components/ui/time.tsx";
import type { Tone } from "#components/ui/tone.tsx";
import { useFormats } from "#lib/i18n/use-formats.ts";
import type { Change } from "#lib/runbooks/kit.ts";
import type { Plan, SnapshotRow } from "#lib/runbooks/plan.ts";
import type { ChangeState, StepState } from "#lib/runs/replay.ts";

/** One database in one step: its statement, when it went out, what came back, and what was seen before and after. */
export function Lane({
  change,
  done,
  step,
  plan,
}: {
  change: Change;
  done: ChangeState | undefined;
  step: StepState;
  plan: Plan;
}) {
  const t = useTranslations("runs.lane");
  const spoken = useSpoken();
  const state = laneState(done, step);
  const server = done?.on ?? serverName(plan, change.by.on);
  return (
    <li className="min-w-0 rounded-lg border border-line bg-card px-3.5 py-3">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <h4 className="font-mono text-sm font-semibold break-all">{change.database}</h4>
        <Badge tone={looks[state].tone} icon={looks[state].icon}>
          {t(`state.${state}`)}
        </Badge>
      </div>
      <p className="text-xs text-ink-soft">
        {routeText({ from: serverName(plan, change.by.on), to: serverName(plan, change.reaches.instanceId) })}
      </p>
      {done?.because && <p className="mt-1.5 text-sm text-bad">{spoken(done.because)}</p>}
      {done?.sentAt && <Times done={done} server={server} />}
      <details className="mt-1.5">
        <summary className="inline-block rounded py-0.5 text-xs font-medium text-brand">
          {done?.sentAt ? t("details") : t("wouldSend", { server })}
        </summary>
        <div className="mt-1.5 space-y-2">
          {done && (done.before || done.after) && <BeforeAfter before={done.before} after={done.after} />}
          <CodeBlock
            code={done?.sql ?? change.by.sql}
            title={t("statementOn", { server })}
            label={`${t("statement")} ${change.database}`}
          />
        </div>
      </details>
    </li>
  );
}

type LaneState = "pending" | "sent" | "answered" | "superseded" | NonNullable<ChangeState["verdict"]>;

function laneState(done: ChangeState | undefined, step: StepState): LaneState {
  if (done?.verdict) return done.verdict;
  if (done?.outcome) return "answered";
  if (done?.sentAt) return "sent";
  return step.state === "superseded" ? "superseded" : "pending";
}

const looks: Record<LaneState, { tone: Tone; icon: LucideIcon }> = {
  pending: { tone: "neutral", icon: CircleDashed },
  sent: { tone: "info", icon: Send },
  answered: { tone: "info", icon: Loader },
  reached: { tone: "ok", icon: CircleCheck },
  already: { tone: "ok", icon: CircleMinus },
  "not-reached": { tone: "bad", icon: CircleX },
  "held-back": { tone: "warn", icon: CircleSlash },
  unknown: { tone: "bad", icon: CircleHelp },
  superseded: { tone: "stale", icon: CircleSlash },
};

/** Sent, answered, seen: three moments, and only the last is success. */
function Times({ done, server }: { done: ChangeState; server: string }) {
  const t = useTranslations("runs.lane");
  const { duration } = useFormats();
  const seen = done.verdict === "reached";
  return (
    <ol className="mt-2 space-y-0.5 border-l-2 border-line pl-3 text-xs text-ink-soft">
      <li>
        {t("sent", { server })} · <Moment at={Date.parse(done.sentAt!)} precise />
      </li>
      <li>{done.outcome ? answerText(done.outcome, t, duration) : t("noAnswer")}</li>
      {seen && (
        <li className="font-medium text-ok">
          {done.tookMs === null ? t("seen") : t("seenAfter", { duration: duration(done.tookMs) })}
        </li>
      )}
    </ol>
  );
}

function answerText(
  outcome: NonNullable<ChangeState["outcome"]>,
  t: ReturnType<typeof useTranslations<"runs.lane">>,
  duration: (ms: number) => string,
): string {
  const after = duration(outcome.ms);
  if (outcome.kind !== "refused") return t(outcome.kind, { duration: after });
  return `${t("refused", { duration: after, number: outcome.number, severity: outcome.severity })}. ${outcome.message}`;
}

function BeforeAfter({ before, after }: { before: SnapshotRow | null; after: SnapshotRow | null }) {
  const t = useTranslations("runs.lane");
  const row = (snapshot: SnapshotRow) =>
    t("row", {
      principal: snapshot.principal ?? "–",
      states: [...new Set(snapshot.states.map((state) => state ?? "–"))].join(" / "),
      sequence: snapshot.roleSequence ?? "–",
    });
  return (
    <dl className="grid grid-cols-[4rem_1fr] gap-x-2 gap-y-0.5 text-xs">
      {before && (
        <>
          <dt className="text-ink-faint">{t("before")}</dt>
          <dd className="min-w-0 break-words">{row(before)}</dd>
        </>
      )}
      {after && (
        <>
          <dt className="text-ink-faint">{t("after")}</dt>
          <dd className="min-w-0 break-words">{row(after)}</dd>
        </>
      )}
    </dl>
  );
}
