"use client";
import { useObservations, useRuns, useServerNow } from "#app/live.tsx";
import { PoolView } from "#components/pools/pool-view.tsx";
import { RunStrip } from "#components/runs/run-strip.tsx";
import type { InstanceObservation } from "#lib/mirroring/observation.ts";
import type { Pool } from "#lib/mirroring/pool.ts";
import type { Journal } from "#lib/runs/journal.ts";

/** The pool as it is now, and its last runs as they go on. */
export function LivePool({
  pool,
  initial,
  journals,
}: {
  pool: Pool;
  initial: InstanceObservation[];
  journals: Journal[];
}) {
  const runs = useRuns(journals).filter((run) => run.poolId === pool.id);
  return (
    <PoolView
      pool={pool}
      observations={useObservations(initial)}
      now={useServerNow()}
      runs={runs.length > 0 && <RunStrip runs={runs.slice(0, 5)} />}
    />
  );
}
