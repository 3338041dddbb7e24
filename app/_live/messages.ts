import type { InstanceObservation } from "#lib/mirroring/observation.ts";
import type { JournalEntry } from "#lib/runs/events.ts";

/** What the event stream says, in the words of both ends. Times are the server's. */
export type StreamMessage =
  /** First of all, and again after every reconnection. */
  | { kind: "snapshot"; now: number; observations: InstanceObservation[] }
  | { kind: "observation"; observation: InstanceObservation }
  | RunEventMessage
  /** Pools or instances were added, changed or removed. */
  | { kind: "register" }
  | { kind: "heartbeat"; now: number };

export interface RunEventMessage {
  kind: "run-event";
  runId: string;
  poolId: string;
  event: JournalEntry;
}

export const streamKinds = [
  "snapshot",
  "observation",
  "run-event",
  "register",
  "heartbeat",
] as const satisfies StreamMessage["kind"][];
