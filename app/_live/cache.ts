import type { QueryClient } from "@tanstack/react-query";
import type { StreamMessage } from "#app/_live/messages.ts";
import type { InstanceObservation } from "#lib/mirroring/observation.ts";
import type { JournalEntry } from "#lib/runs/events.ts";

/** The last event's number makes each change seen. */
export type HeardRuns = Record<string, { poolId: string; seq: number }>;
export type LatestObservations = Record<string, InstanceObservation>;

export const observationsKey = ["observations"] as const;
/** Which runs were heard of since the page was opened, with their pools. */
export const heardRunsKey = ["runs-heard"] as const;
export const runKey = (runId: string) => ["run", runId] as const;

/** Puts what the stream says where the pages read it. Nothing is fetched for it. */
export function putInto(cache: QueryClient, message: StreamMessage): void {
  switch (message.kind) {
    case "snapshot":
      putObservations(cache, message.observations);
      break;
    case "observation":
      putObservations(cache, [message.observation]);
      break;
    case "run-event":
      cache.setQueryData<JournalEntry[]>(runKey(message.runId), (known) =>
        inOrder(known ?? [], [message.event]),
      );
      cache.setQueryData<HeardRuns>(heardRunsKey, (known) => ({
        ...known,
        [message.runId]: { poolId: message.poolId, seq: message.event.seq },
      }));
  }
}

export function latestOf(
  known: LatestObservations,
  heard: readonly InstanceObservation[],
): LatestObservations {
  const newer = heard.filter(
    (observation) => (known[observation.instanceId]?.startedAt ?? -1) <= observation.startedAt,
  );
  return newer.length === 0
    ? known
    : { ...known, ...Object.fromEntries(newer.map((observation) => [observation.instanceId, observation])) };
}

/** Events may be heard twice, and while a page is still on its way: by their number they find their place. */
export function inOrder(known: readonly JournalEntry[], heard: readonly JournalEntry[]): JournalEntry[] {
  const all = new Map([...known, ...heard].map((event) => [event.seq, event]));
  return [...all.values()].sort((a, b) => a.seq - b.seq);
}

function putObservations(cache: QueryClient, heard: readonly InstanceObservation[]): void {
  cache.setQueryData<LatestObservations>(observationsKey, (known) => latestOf(known ?? {}, heard));
}
