"use client";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { useMemo, useState, useTransition } from "react";
import { useObservations, useRunEvents } from "#app/live.tsx";
import { confirmStep, decideRun, lookThenContinue, startRun } from "#app/runs/actions.ts";
import { Approval } from "#components/runs/approval.tsx";
import { ConfirmQuestion } from "#components/runs/confirm-question.tsx";
import { Interrupted } from "#components/runs/interrupted.tsx";
import { JournalLog } from "#components/runs/journal-log.tsx";
import { PlanStage } from "#components/runs/plan-stage.tsx";
import { Refused } from "#components/runs/refused.tsx";
import { ResultPanel } from "#components/runs/result-panel.tsx";
import { routesText } from "#components/runs/route.tsx";
import { RunHeader } from "#components/runs/run-header.tsx";
import { RunSteps } from "#components/runs/run-steps.tsx";
import { StageRail } from "#components/runs/stage-rail.tsx";
import { stageOf } from "#components/runs/stages.ts";
import { Stopped } from "#components/runs/stopped.tsx";
import { VerifyMatrix } from "#components/runs/verify-matrix.tsx";
import { againHref, backHref } from "#components/runs/wish.ts";
import { Page } from "#components/ui/page.tsx";
import type { ActionResult, Refusal } from "#lib/auth/refusal.ts";
import type { InstanceObservation } from "#lib/mirroring/observation.ts";
import { movedSince } from "#lib/runbooks/plan.ts";
import type { JournalEntry } from "#lib/runs/events.ts";
import { nextStep, replay } from "#lib/runs/replay.ts";
import { situationFor } from "#lib/runs/situation.ts";

/** A run as its journal tells it: everybody folds the same events, and sees the same page. */
export function Run({
  runId,
  poolId,
  poolName,
  entries: initial,
  observations: known,
  reader,
}: {
  runId: string;
  poolId: string;
  poolName: string;
  entries: JournalEntry[];
  observations: InstanceObservation[];
  reader: "operate" | "prepare" | "read";
}) {
  const t = useTranslations("runs");
  const runbooks = useTranslations("runbooks");
  const entries = useRunEvents(runId, initial);
  const observations = useObservations(known);
  const state = useMemo(() => replay(runId, poolId, entries), [runId, poolId, entries]);
  const situation = useMemo(() => situationFor(state, observations), [state, observations]);
  const { refusal, busy, ask } = useClicks();

  const seen = { runId, seen: state.seq };
  const operates = reader === "operate";
  const waitingFor = state.phase === "waiting" ? nextStep(state)?.step : null;
  const interruption = entries.findLast((entry) => entry.type === "interrupted");
  return (
    <Page
      title={t("heading", {
        runbook: runbooks(`${state.plan.runbook}.title`),
        route: routesText(state.plan.found),
      })}
      above={
        <>
          <Link href="/runs" className="hover:underline">
            {t("title")}
          </Link>{" "}
          ·{" "}
          <Link href={`/pools/${poolId}`} className="hover:underline">
            {poolName}
          </Link>
        </>
      }
    >
      <div className="grid gap-6 lg:grid-cols-[11rem_minmax(0,1fr)]">
        <StageRail current={stageOf(state)} />
        <div className="min-w-0 space-y-6">
          <RunHeader state={state} poolName={poolName} />
          <Refused refusal={refusal} entries={entries} />
          {state.phase === "planned" && (
            <Approval
              state={state}
              moved={movedSince(state.plan, situation.sessions)}
              reader={reader}
              rebuildHref={againHref(state)}
              busy={busy}
              onStart={() => ask(() => startRun({ ...seen, planHash: state.planHash }))}
            />
          )}
          {waitingFor?.kind === "confirm" && (
            <ConfirmQuestion
              key={waitingFor.id}
              step={waitingFor}
              mayAnswer={operates}
              busy={busy}
              onAnswer={(holds, note) =>
                ask(() => confirmStep({ ...seen, step: waitingFor.id, holds, note }))
              }
            />
          )}
          {state.phase === "stopped" && (
            <Stopped
              state={state}
              situation={situation}
              mayDecide={operates}
              busy={busy}
              onDecide={(choice) => ask(() => decideRun({ ...seen, choice }))}
            />
          )}
          {state.phase === "interrupted" && (
            <Interrupted
              state={state}
              because={interruption?.type === "interrupted" ? interruption.because : null}
              situation={situation}
              mayContinue={operates}
              busy={busy}
              onContinue={() => ask(() => lookThenContinue(seen))}
            />
          )}
          {state.result && (
            <ResultPanel
              state={state}
              result={state.result}
              backHref={reader === "read" ? null : backHref(state)}
            />
          )}
          {state.phase === "planned" ? (
            <PlanStage plan={state.plan} />
          ) : (
            <>
              <RunSteps state={state} situation={situation} />
              <VerifyMatrix state={state} situation={situation} />
            </>
          )}
          <JournalLog entries={entries} />
        </div>
      </div>
    </Page>
  );
}

/** One click at a time; its refusal stays in sight until the next one. */
function useClicks() {
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const [busy, start] = useTransition();
  const ask = (verb: () => Promise<ActionResult<unknown>>) =>
    start(async () => {
      setRefusal(null);
      const answer = await verb();
      if (!answer.ok) setRefusal(answer.refusal);
    });
  return { refusal, busy, ask };
}
