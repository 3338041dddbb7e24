/**
 * What runbooks are written with. A runbook is data and closures over the domain; what it lays out for one situation,
 * the plan, is data alone: it can be shown, hashed, printed, journalled and performed after a restart.
 */
import type { Check, Situation } from "#lib/mirroring/checks.ts";
import type { Message } from "#lib/mirroring/message.ts";
import { say } from "#lib/mirroring/message.ts";
import type { Level, Statement } from "#lib/mirroring/statements.ts";

export interface Runbook {
  id: string;
  dataLoss: "none" | "possible";
  /** The highest level of its statements on the confirmation ladder. */
  level: Level;
  preflight: Check[];
  steps: (situation: Situation, options: RunbookOptions) => Step[];
}

export interface RunbookOptions {
  /** Wait until little is left to redo before the switch: what is left becomes downtime. */
  waitForRedo: boolean;
}

export type Step = ConfirmStep | ActStep | WaitStep;

interface AnyStep {
  /** Unique in the run; the message key derives from it and the runbook. */
  id: string;
  title: Message;
}

/** A person says that something is so: attested, never verified. */
export interface ConfirmStep extends AnyStep {
  kind: "confirm";
}

/** Changes that begin together, one lane each. */
export interface ActStep extends AnyStep {
  kind: "act";
  changes: Change[];
  atMostMs: number;
}

/** A soft wait that is not reached ends as an exception of the run, not as a stop. */
export interface WaitStep extends AnyStep {
  kind: "wait";
  until: Check;
  soft: boolean;
  atMostMs: number;
}

/** The state wanted, and the statement that brings it. It is sent only where the state is not yet so. */
export interface Change {
  id: string;
  database: string;
  storeId: string;
  reaches: Extract<Check, { check: "principal-is" }>;
  by: Statement;
}

export function defineRunbook(runbook: Runbook): Runbook {
  return runbook;
}

export function confirm(id: string, title: Message): ConfirmStep {
  return { kind: "confirm", id, title };
}

export function act(
  id: string,
  title: Message,
  { changes, atMostMs }: Pick<ActStep, "changes" | "atMostMs">,
): ActStep {
  return { kind: "act", id, title, changes, atMostMs };
}

export function wait(
  id: string,
  title: Message,
  { until, atMostMs, soft = false }: { until: Check; atMostMs: number; soft?: boolean },
): WaitStep {
  return { kind: "wait", id, title, until, atMostMs, soft };
}

export function minutes(count: number): number {
  return count * 60_000;
}

export function title(runbook: string, step: string, values: Message["values"] = {}): Message {
  return say(`runbooks.${runbook}.steps.${step}`, values);
}
