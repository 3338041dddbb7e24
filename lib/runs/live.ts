import "server-only";
import type { JournalEntry } from "#lib/runs/events.ts";

/** Journal events of every run as they are committed, for those who watch. In-process; the journal itself is the truth. */
export interface RunMessage {
  runId: string;
  poolId: string;
  event: JournalEntry;
}

type Listener = (message: RunMessage) => void;

export function subscribeToRuns(listener: Listener): () => void {
  listeners().add(listener);
  return () => listeners().delete(listener);
}

export function announce(messages: readonly RunMessage[]): void {
  for (const message of messages) for (const listener of listeners()) listener(message);
}

// Each bundle of Next has its own copy of this module; there is one set of listeners in the process.
const shared = globalThis as { mirrordeckRunListeners?: Set<Listener> };

function listeners(): Set<Listener> {
  shared.mirrordeckRunListeners ??= new Set();
  return shared.mirrordeckRunListeners;
}
