"use client";
import { QueryClient, QueryClientProvider, skipToken, useQuery, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { createContext, type ReactNode, useContext, useEffect, useMemo, useRef, useState } from "react";
import {
  type HeardRuns,
  heardRunsKey,
  inOrder,
  type LatestObservations,
  latestOf,
  observationsKey,
  putInto,
  runKey,
} from "#app/_live/cache.ts";
import type { StreamMessage } from "#app/_live/messages.ts";
import { joinStream, readEvents } from "#app/_live/stream.ts";
import { Clock, useNow } from "#components/ui/clock.tsx";
import type { InstanceObservation } from "#lib/mirroring/observation.ts";
import { streamLostAfterMs } from "#lib/monitor/pace.ts";
import type { JournalEntry } from "#lib/runs/events.ts";
import type { Journal } from "#lib/runs/journal.ts";
import { type RunState, replay } from "#lib/runs/replay.ts";

export type StreamState = { state: "live" } | { state: "lost"; since: number };

/** Around every page of somebody signed in: the one event stream, the cache it fills, and the server's clock. */
export function Live({ serverNow, children }: { serverNow: number; children: ReactNode }) {
  const [cache] = useState(makeCache);
  const { now, stream } = useStreamInto(cache, serverNow);
  return (
    <QueryClientProvider client={cache}>
      <Clock serverNow={now}>
        <Stream value={stream}>{children}</Stream>
      </Clock>
    </QueryClientProvider>
  );
}

/** The latest of every instance, beginning with what the page was rendered from; a component reads it as it changes. */
export function useObservations(
  initial: readonly InstanceObservation[] = none,
): ReadonlyMap<string, InstanceObservation> {
  const { data } = useQuery<LatestObservations>({ queryKey: observationsKey, queryFn: skipToken });
  return useMemo(() => new Map(Object.entries(latestOf(data ?? {}, initial))), [data, initial]);
}

/** A run's journal: what the page was rendered from, and every event since. */
export function useRunEvents(runId: string, initial: readonly JournalEntry[]): JournalEntry[] {
  const { data } = useQuery<JournalEntry[]>({ queryKey: runKey(runId), queryFn: skipToken });
  return useMemo(() => inOrder(initial, data ?? []), [data, initial]);
}

/** Runs as they are now: those the page was rendered with and those begun since, newest first. */
export function useRuns(initial: readonly Journal[]): RunState[] {
  const cache = useQueryClient();
  const { data: heard } = useQuery<HeardRuns>({ queryKey: heardRunsKey, queryFn: skipToken });
  const known = new Set(initial.map((journal) => journal.runId));
  const begun = Object.entries(heard ?? {})
    .filter(([runId]) => !known.has(runId))
    .map(([runId, { poolId }]): Journal => ({ runId, poolId, entries: [] }));
  return [...begun.reverse(), ...initial].flatMap(({ runId, poolId, entries }) => {
    const all = inOrder(entries, cache.getQueryData<JournalEntry[]>(runKey(runId)) ?? []);
    // A run whose beginning was not heard is shown when the page is opened anew.
    return all[0]?.type === "planned" ? [replay(runId, poolId, all)] : [];
  });
}

/** The server's time, once a second; it goes on while the server does not answer, so ages keep growing. */
export const useServerNow = useNow;

export function useStream(): StreamState {
  return useContext(Stream);
}

const none: readonly InstanceObservation[] = [];
const live: StreamState = { state: "live" };
const Stream = createContext<StreamState>(live);

function makeCache(): QueryClient {
  // The stream alone writes here: nothing is ever fetched again, and nothing forgotten while a page is open.
  return new QueryClient({
    defaultOptions: {
      queries: { staleTime: Number.POSITIVE_INFINITY, gcTime: Number.POSITIVE_INFINITY, retry: false },
    },
  });
}

function useStreamInto(cache: QueryClient, serverNow: number): { now: number; stream: StreamState } {
  const router = useRouter();
  const [now, setNow] = useState(serverNow);
  const [stream, setStream] = useState<StreamState>(live);
  const first = useRef(serverNow);

  useEffect(() => {
    const clock = { server: first.current, local: Date.now() };
    const serverTime = () => clock.server + Date.now() - clock.local;
    let heardAt = Date.now();
    let leave: (() => void) | null = null;

    function hear(message: StreamMessage): void {
      heardAt = Date.now();
      setStream(live);
      putInto(cache, message);
      if (message.kind === "register") router.refresh();
      if (!("now" in message)) return;
      // Small differences are the network's; a page must not twitch for them.
      const drift = Math.abs(message.now - serverTime());
      Object.assign(clock, { server: message.now, local: Date.now() });
      if (drift > 1_500) setNow(message.now);
    }

    function join(): void {
      leave ??= joinStream({ since: clock.server, hear, channel: openChannel(), open: readEvents });
    }

    function part(): void {
      leave?.();
      leave = null;
    }

    const back = ({ persisted }: PageTransitionEvent) => persisted && join();
    const watch = setInterval(() => {
      const silence = Date.now() - heardAt;
      if (silence > streamLostAfterMs)
        setStream((known) =>
          known.state === "lost" ? known : { state: "lost", since: serverTime() - silence },
        );
    }, 1_000);
    // A page that the browser keeps for "back" must not keep the stream.
    window.addEventListener("pagehide", part);
    window.addEventListener("pageshow", back);
    join();
    return () => {
      clearInterval(watch);
      window.removeEventListener("pagehide", part);
      window.removeEventListener("pageshow", back);
      part();
    };
  }, [cache, router]);

  return { now, stream };
}

function openChannel(): BroadcastChannel | null {
  return typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel("mirrordeck-events");
}
