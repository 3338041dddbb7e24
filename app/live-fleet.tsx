"use client";
import { usePathname, useSearchParams } from "next/navigation";
import { type ReactNode, useState } from "react";
import { Fleet } from "#components/pools/fleet.tsx";
import type { InstanceObservation } from "#lib/mirroring/observation.ts";
import type { Pool } from "#lib/mirroring/pool.ts";
import { useObservations, useServerNow } from "./live.tsx";

/** The pools as they are now; the filter is part of the address, so that a view can be shared. */
export function LiveFleet({
  pools,
  initial,
  mayAdd,
  runs,
}: {
  pools: readonly Pool[];
  initial: InstanceObservation[];
  mayAdd: boolean;
  runs?: Record<string, ReactNode>;
}) {
  const observations = useObservations(initial);
  const now = useServerNow();
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
      runs={runs}
    />
  );
}
