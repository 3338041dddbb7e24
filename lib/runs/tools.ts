import type { Situation } from "#lib/mirroring/checks.ts";
import type { Message } from "#lib/mirroring/message.ts";
import type { RunEvent, StatementOutcome, StepVerdict } from "#lib/runs/events.ts";

/** What performing a step may use: everything that touches the world comes through here, so a test is an event list. */
export interface Tools {
  /** Looks at both partners now, with the acting login. */
  look(): Promise<Situation>;
  send(instanceId: string, sql: string, timeoutMs: number): Promise<StatementOutcome>;
  /** Throws when another has written first or taken the run over: the performer then stops. */
  append(...events: RunEvent[]): Promise<void>;
  now(): number;
  /** Ends when the time is over or `wake` is called. */
  pause(ms: number): Promise<void>;
  wake(): void;
  nameOf(instanceId: string): string;
}

export interface Closing {
  verdict: StepVerdict;
  because: Message | null;
}

/** While a run acts its instances are observed every 200 ms, and at once when a statement answers or breaks. */
export const actingPaceMs = 200;

export async function until(
  tools: Tools,
  done: () => Promise<boolean>,
  paceMs = actingPaceMs,
): Promise<void> {
  while (!(await done())) await tools.pause(paceMs);
}
