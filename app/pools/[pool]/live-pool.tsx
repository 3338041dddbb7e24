"use client";
import type { ReactNode } from "react";
import { PoolView } from "#components/pools/pool-view.tsx";
import type { InstanceObservation } from "#lib/mirroring/observation.ts";
import type { Pool } from "#lib/mirroring/pool.ts";
import { useObservations, useServerNow } from "../../live.tsx";

/** The pool as it is now. */
export function LivePool({
  pool,
  initial,
  runs,
}: {
  pool: Pool;
  initial: InstanceObservation[];
  runs?: ReactNode;
}) {
  return <PoolView pool={pool} observations={useObservations(initial)} now={useServerNow()} runs={runs} />;
}
