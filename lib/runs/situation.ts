import type { Situation } from "#lib/mirroring/checks.ts";
import { fuse, type Observations } from "#lib/mirroring/session.ts";
import type { RunState } from "#lib/runs/replay.ts";

/** The sessions of the plan as they are now: always those that were planned, never "who is principal now?". */
export function situationFor(state: Pick<RunState, "plan">, observations: Observations): Situation {
  const { plan } = state;
  const stores = new Map(plan.stores.map((store) => [store.id, store]));
  return {
    pool: {
      id: plan.poolId,
      name: plan.poolId,
      title: "",
      product: "",
      frontEnds: [],
      fileShare: null,
      persistentChat: null,
      stores: plan.stores,
    },
    sessions: plan.found.map((entry) => fuse(stores.get(entry.storeId)!, entry.database, observations)),
    leftOut: [],
    observations,
    toward: plan.toward,
    // The run was started, so its acting logins were there; whether they still let us in, the look itself says.
    acting: new Set(partnersOf(state)),
    types: [...new Set(plan.found.map((entry) => entry.type))],
  };
}

/** The instances a run touches: every partner of its stores. */
export function partnersOf({ plan }: Pick<RunState, "plan">): string[] {
  return [...new Set(plan.stores.flatMap((store) => [store.primary.id, store.mirror.id]))];
}
