import { findSession, holds, type Situation } from "#lib/mirroring/checks.ts";
import { findingOf } from "#lib/mirroring/findings.ts";
import { say } from "#lib/mirroring/message.ts";
import type { Change } from "#lib/runbooks/kit.ts";
import { snapshotRow } from "#lib/runbooks/plan.ts";
import type { RunEvent } from "#lib/runs/events.ts";
import type { RunState, StepState } from "#lib/runs/replay.ts";

/**
 * After the process was gone: what a look can settle of statements whose outcome nobody wrote down. Nothing is sent.
 * A change that arrived is reached; one that did not is unknown, and a person decides.
 */
export function settleInterrupted(state: RunState, situation: Situation): RunEvent[] {
  const open = state.steps.find((step) => step.state === "open");
  if (open?.step.kind !== "act") return [];
  const sent = open.step.changes.filter(
    (change) => open.changes[change.id]?.sentAt && !open.changes[change.id]?.verdict,
  );
  if (sent.length === 0) return [];
  const closings = sent.map((change) => closing(change, open, situation));
  const lost = closings.find((event) => event.verdict !== "reached");
  return [
    ...closings,
    {
      type: "step-closed",
      step: open.step.id,
      attempt: open.attempt,
      verdict: lost ? "unknown" : "reached",
      because: lost?.because ?? null,
    },
  ];
}

function closing(
  change: Change,
  open: StepState,
  situation: Situation,
): RunEvent & { type: "change-closed" } {
  const session = findSession(situation.sessions, change.reaches.session);
  const reached = holds(change.reaches, situation);
  const because = session
    ? findingOf(session, change.reaches.instanceId).because
    : say("runs.sessionGone", { database: change.database });
  return {
    type: "change-closed",
    step: open.step.id,
    attempt: open.attempt,
    change: change.id,
    database: change.database,
    verdict: reached ? "reached" : "unknown",
    because: reached ? null : because,
    after: session ? snapshotRow(session) : null,
    tookMs: null,
  };
}
