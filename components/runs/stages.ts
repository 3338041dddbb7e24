import { isEnded, nextStep, type RunState } from "#lib/runs/replay.ts";

/** The seven stages of every run, always the same. */
export const stages = ["what", "readiness", "plan", "approval", "run", "verify", "report"] as const;
export type Stage = (typeof stages)[number];

/** Where a run is: verifying begins when nothing is left to be sent. */
export function stageOf(state: RunState): Stage {
  if (state.phase === "planned") return "approval";
  if (isEnded(state)) return "report";
  if (state.phase === "stopped" || state.phase === "interrupted") return "run";
  const next = nextStep(state);
  const actsLeft = state.steps.some(
    ({ step, state: how }) => step.kind === "act" && (how === "pending" || how === "open"),
  );
  return next && next.step.kind !== "act" && !actsLeft ? "verify" : "run";
}
