/**
 * A run is the fold of its events. One function says what a run is called; no column says it a second time.
 */
import type { Message } from "#lib/mirroring/message.ts";
import type { Step } from "#lib/runbooks/kit.ts";
import type { Plan, SnapshotRow } from "#lib/runbooks/plan.ts";
import type {
  ChangeVerdict,
  Choice,
  JournalEntry,
  Outcome,
  Person,
  Result,
  StatementOutcome,
  StepVerdict,
} from "#lib/runs/events.ts";

export interface RunState {
  id: string;
  poolId: string;
  /** The last event's number: what a click must have seen. */
  seq: number;
  plan: Plan;
  planHash: string;
  reason: string;
  ticket: string;
  preparedBy: Person;
  preparedAt: string;
  startedBy: Person | null;
  startedAt: string | null;
  /** Who has the helm: started, continued or decided last. */
  operator: Person | null;
  steps: StepState[];
  phase: Phase;
  /** A person chose Return: what was moved belongs back where it came from. */
  returned: boolean;
  exceptions: Message[];
  endedAt: string | null;
  result: Result | null;
}

export type Phase = "planned" | "running" | "waiting" | "interrupted" | "stopped" | Outcome;

export interface StepState {
  step: Step;
  attempt: number;
  state: "pending" | "open" | "superseded" | StepVerdict;
  openedAt: string | null;
  closedAt: string | null;
  because: Message | null;
  changes: Record<string, ChangeState>;
  confirmed: { by: Person; holds: boolean; note: string } | null;
}

export interface ChangeState {
  sentAt: string | null;
  on: string | null;
  sql: string | null;
  before: SnapshotRow | null;
  outcome: StatementOutcome | null;
  verdict: ChangeVerdict | null;
  because: Message | null;
  after: SnapshotRow | null;
  closedAt: string | null;
  tookMs: number | null;
}

export function replay(id: string, poolId: string, entries: readonly JournalEntry[]): RunState {
  const [first, ...rest] = entries;
  if (first?.type !== "planned") throw new Error(`Run ${id} does not begin with its plan`);
  return rest.reduce(apply, begin(id, poolId, first));
}

/** Is the run over, whatever became of it? */
export function isEnded(state: Pick<RunState, "phase">): boolean {
  return (
    state.phase === "completed" ||
    state.phase === "completed-with-exceptions" ||
    state.phase === "abandoned" ||
    state.phase === "unknown"
  );
}

/** The step to be performed next; null when every step is closed. */
export function nextStep(state: RunState): StepState | null {
  return state.steps.find((step) => step.state === "pending" || step.state === "open") ?? null;
}

function begin(id: string, poolId: string, entry: JournalEntry & { type: "planned" }): RunState {
  const { plan, planHash, reason, ticket, by } = entry;
  return {
    id,
    poolId,
    seq: entry.seq,
    plan,
    planHash,
    reason,
    ticket,
    preparedBy: by,
    preparedAt: entry.at,
    startedBy: null,
    startedAt: null,
    operator: null,
    steps: plan.steps.map(untouched),
    phase: "planned",
    returned: false,
    exceptions: [],
    endedAt: null,
    result: null,
  };
}

function untouched(step: Step): StepState {
  return {
    step,
    attempt: 0,
    state: "pending",
    openedAt: null,
    closedAt: null,
    because: null,
    changes: {},
    confirmed: null,
  };
}

const unsent: ChangeState = {
  sentAt: null,
  on: null,
  sql: null,
  before: null,
  outcome: null,
  verdict: null,
  because: null,
  after: null,
  closedAt: null,
  tookMs: null,
};

function apply(state: RunState, entry: JournalEntry): RunState {
  return { ...change(state, entry), seq: entry.seq };
}

function change(state: RunState, entry: JournalEntry): RunState {
  switch (entry.type) {
    case "planned":
      throw new Error(`Run ${state.id} is planned twice`);
    case "started":
      return { ...state, phase: "running", startedBy: entry.by, startedAt: entry.at, operator: entry.by };
    case "step-opened":
      return withStep(openPhase(state, entry.step), entry.step, (step) => ({
        ...step,
        state: "open",
        attempt: entry.attempt,
        openedAt: entry.at,
        closedAt: null,
        because: null,
        changes: {},
      }));
    case "sending":
      return withChange(state, entry, (was) => ({
        ...was,
        sentAt: entry.at,
        on: entry.on,
        sql: entry.sql,
        before: entry.before,
      }));
    case "answered":
      return withChange(state, entry, (was) => ({ ...was, outcome: entry.outcome }));
    case "change-closed":
      return withChange(state, entry, (was) => ({
        ...was,
        verdict: entry.verdict,
        because: entry.because,
        after: entry.after,
        closedAt: entry.at,
        tookMs: entry.tookMs,
      }));
    case "step-closed":
      return closed(state, entry);
    case "confirmed":
      return {
        ...withStep(state, entry.step, (step) => ({
          ...step,
          confirmed: { by: entry.by, holds: entry.holds, note: entry.note },
        })),
        phase: "running",
      };
    case "interrupted":
      return { ...state, phase: "interrupted" };
    case "continued":
      return { ...state, phase: "running", operator: entry.by };
    case "decided":
      return decided(state, entry.choice, entry.steps, entry.by);
    case "ended":
      return { ...state, phase: entry.outcome, endedAt: entry.at, result: entry.result };
  }
}

function openPhase(state: RunState, stepId: string): RunState {
  const step = state.steps.find((candidate) => candidate.step.id === stepId)?.step;
  return { ...state, phase: step?.kind === "confirm" ? "waiting" : "running" };
}

function closed(state: RunState, entry: JournalEntry & { type: "step-closed" }): RunState {
  const next = withStep(state, entry.step, (step) => ({
    ...step,
    state: entry.verdict,
    closedAt: entry.at,
    because: entry.because,
  }));
  if (entry.verdict === "reached") return next;
  const step = next.steps.find((candidate) => candidate.step.id === entry.step)?.step;
  const soft = step?.kind === "confirm" || (step?.kind === "wait" && step.soft);
  const exceptions = entry.because ? [...next.exceptions, entry.because] : next.exceptions;
  return { ...next, exceptions, phase: soft ? next.phase : "stopped" };
}

/** Finish and Return put new steps in the place of those that were never begun. */
function decided(state: RunState, choice: Choice, steps: Step[], by: Person): RunState {
  const kept = state.steps.map((step) =>
    step.state === "pending" || step.state === "open" ? { ...step, state: "superseded" as const } : step,
  );
  const phase = choice === "stop" ? state.phase : ("running" as const);
  const returned = choice === "stop" ? state.returned : choice === "return";
  return { ...state, operator: by, phase, returned, steps: [...kept, ...steps.map(untouched)] };
}

function withStep(state: RunState, id: string, next: (step: StepState) => StepState): RunState {
  return { ...state, steps: state.steps.map((step) => (step.step.id === id ? next(step) : step)) };
}

function withChange(
  state: RunState,
  entry: { step: string; change: string },
  next: (change: ChangeState) => ChangeState,
): RunState {
  return withStep(state, entry.step, (step) => ({
    ...step,
    changes: { ...step.changes, [entry.change]: next(step.changes[entry.change] ?? unsent) },
  }));
}
