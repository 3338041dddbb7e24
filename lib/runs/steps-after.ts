import { findSession, keyOf, stillToMove, targetOf } from "#lib/mirroring/checks.ts";
import { type Message, say } from "#lib/mirroring/message.ts";
import { type Observations, type Session, servingSide } from "#lib/mirroring/session.ts";
import { runbookById } from "#lib/runbooks/index.ts";
import type { Step } from "#lib/runbooks/kit.ts";
import { type Asked, layOut } from "#lib/runbooks/plan.ts";
import type { RunState } from "#lib/runs/replay.ts";
import { situationFor } from "#lib/runs/situation.ts";

/**
 * A run that stopped half-way goes on or back: the same runbook, laid out anew for what is seen now.
 * Finish moves what is not yet there; Return takes back what this run has moved. Refused while it is not ready.
 */
export function stepsAfter(
  state: RunState,
  choice: "finish" | "return",
  observations: Observations,
): Step[] | Message {
  const now = situationFor(state, observations);
  const sessions = now.sessions.filter((session) => belongs(session, state, choice));
  const toward = choice === "finish" ? state.plan.toward : opposite(state.plan.toward);
  const left = stillToMove({ ...now, sessions, toward });
  // What was pending may have arrived by itself: then only its verification is left.
  if (choice === "finish" && left.length === 0) return again(afterLastAct(state.plan.steps), state, choice);
  const asked: Asked = { ...state.plan, toward, scope: { kind: "sessions", sessions: sessions.map(keyOf) } };
  const plan = layOut(runbookById(state.plan.runbook)!, { ...now, sessions, toward }, asked);
  const failed = plan.verdicts.find((verdict) => !verdict.holds && verdict.weight === "hard");
  if (failed) return say("runs.refusal.notReady", { subject: failed.subject, check: failed.check });
  return again(plan.steps, state, choice);
}

/** Steps that come later in the same run have names of their own. */
function again(steps: readonly Step[], state: RunState, choice: string): Step[] {
  const round = state.steps.filter((step) => step.step.id.startsWith(choice)).length + 1;
  return steps.map((step) => ({ ...step, id: `${choice}-${round}:${step.id}` }));
}

function afterLastAct(steps: readonly Step[]): Step[] {
  return steps.slice(steps.findLastIndex((step) => step.kind === "act") + 1);
}

/** Finish: all that moves. Return: what moved in this run and is served by its target now. */
function belongs(session: Session, state: RunState, choice: "finish" | "return"): boolean {
  const entry = state.plan.found.find((found) => findSession([session], found));
  if (!entry?.moves) return false;
  return choice === "finish" || servingSide(session)?.instance.id === targetOf(session, state.plan.toward).id;
}

function opposite(toward: Asked["toward"]): Asked["toward"] {
  return toward === "Mirror" ? "Primary" : "Mirror";
}
