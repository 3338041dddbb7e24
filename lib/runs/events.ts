/**
 * What can happen in a run. The journal keeps these in order and without gaps; a run is the fold of its events.
 * Events hold message keys and values, never rendered text.
 */
import type { Message } from "#lib/mirroring/message.ts";
import type { Step } from "#lib/runbooks/kit.ts";
import type { Plan, SnapshotRow } from "#lib/runbooks/plan.ts";

export interface Person {
  id: string;
  name: string;
  role: "oncall" | "admin" | "auditor";
}

export type RunEvent =
  | { type: "planned"; by: Person; plan: Plan; planHash: string; reason: string; ticket: string }
  | { type: "started"; by: Person }
  | { type: "step-opened"; step: string; attempt: number }
  /** Written before the statement leaves: sql word for word, and what was seen just before. */
  | {
      type: "sending";
      step: string;
      attempt: number;
      change: string;
      database: string;
      on: string;
      sql: string;
      before: SnapshotRow;
    }
  | { type: "answered"; step: string; attempt: number; change: string; outcome: StatementOutcome }
  | {
      type: "change-closed";
      step: string;
      attempt: number;
      change: string;
      database: string;
      verdict: ChangeVerdict;
      because: Message | null;
      after: SnapshotRow | null;
      tookMs: number | null;
    }
  | { type: "step-closed"; step: string; attempt: number; verdict: StepVerdict; because: Message | null }
  | { type: "confirmed"; step: string; by: Person; holds: boolean; note: string }
  /** The process that performed the run is gone. Nothing is sent until a person says "Look, then continue". */
  | { type: "interrupted"; because: Message }
  | { type: "continued"; by: Person }
  | { type: "decided"; by: Person; choice: Choice; steps: Step[] }
  | { type: "ended"; outcome: Outcome; result: Result };

export type StatementOutcome =
  | { kind: "answered"; ms: number }
  /** SQL Server said no. */
  | { kind: "refused"; number: number; severity: number; message: string; ms: number }
  /** The connection broke or the limit passed: what became of the statement is not known from it. */
  | { kind: "broken"; detail: string; ms: number }
  | { kind: "timeout"; ms: number };

/** `already`: the state wanted was there, nothing was sent. `held-back`: another change failed first, nothing was sent. */
export type ChangeVerdict = "reached" | "already" | "not-reached" | "held-back" | "unknown";
export type StepVerdict = "reached" | "not-reached" | "unknown";
export type Choice = "finish" | "return" | "stop";
export type Outcome = "completed" | "completed-with-exceptions" | "abandoned" | "unknown";

export interface Result {
  /** n of n found: what serves where it was to be served, seen from both sides. */
  found: number;
  there: string[];
  elsewhere: { database: string; because: Message }[];
  /** May each former server be switched off now? What is still principal there, and what it still witnesses. */
  switchOff: { instance: string; answered: boolean; stillPrincipal: string[]; witnesses: string[] }[];
  after: SnapshotRow[];
}

/** An event as it stands in the journal. */
export type JournalEntry = RunEvent & { seq: number; at: string };
