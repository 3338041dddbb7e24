"use client";
import { usePathname, useSearchParams } from "next/navigation";
import { useState } from "react";
import { useObservations, useRuns, useServerNow } from "#app/live.tsx";
import { Fleet } from "#components/pools/fleet.tsx";
import { RunStrip } from "#components/runs/run-strip.tsx";
import type { InstanceObservation } from "#lib/mirroring/observation.ts";
import type { Pool } from "#lib/mirroring/pool.ts";
import type { Journal } from "#lib/runs/journal.ts";
import { isEnded } from "#lib/runs/replay.ts";

/** The pools as they are now; the filter is part of the address, so that a view can be shared. */
export function LiveFleet({
  pools,
  initial,
  mayAdd,
  journals,
}: {
  pools: readonly Pool[];
  initial: InstanceObservation[];
  mayAdd: boolean;
  journals: Journal[];
}) {
  const observations = useObservations(initial);
  const now = useServerNow();
  const underWay = useRuns(journals).filter((run) => run.phase !== "planned" && !isEnded(run));
  const path = usePathname();
  // The address follows the box and not the other way round: it changes too late for somebody who types fast.
  const [filter, setFilter] = useState(useSearchParams().get("q") ?? "");
  function onFilter(wanted: string): void {
    setFilter(wanted);
    window.history.replaceState(null, "", wanted ? `${path}?${new URLSearchParams({ q: wanted })}` : path);
  }
  return (
    <Fleet
      pools={pools}
      observations={observations}
      now={now}
      filter={filter}
      onFilter={onFilter}
      mayAdd={mayAdd}
      runs={Object.fromEntries(underWay.map((run) => [run.poolId, <RunStrip key={run.id} runs={[run]} />]))}
    />
  );
}
