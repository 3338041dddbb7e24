import "server-only";
import { monitor } from "#lib/monitor/index.ts";
import { instancesWithActingLogin } from "#lib/pools/acting-logins.ts";
import { poolById, targetOf } from "#lib/pools/index.ts";
import type { Hands } from "#lib/runs/hands.ts";
import type { World } from "#lib/runs/world.ts";
import { connectTo, type Gateway } from "#lib/sqlserver/index.ts";

/** The registered instances, the monitor's eyes, and the acting logins opened for as long as a run needs them. */
export function realWorld(): World {
  return {
    poolById,
    actingLogins: instancesWithActingLogin,
    openHands,
    observations: () => monitor().observations(),
    publish: (observation) => monitor().publish(observation),
    now: Date.now,
    log: (error, context) => console.error("A run met a fault of ours:", context, error),
  };
}

async function openHands(instanceIds: readonly string[]): Promise<Hands> {
  const targets = await Promise.all(
    instanceIds.map(async (id) => [id, await targetOf(id, "acting")] as const),
  );
  const gateways = new Map<string, Gateway>();
  for (const [id, target] of targets) if (target) gateways.set(id, connectTo(target));
  return handsOver(gateways);
}

function handsOver(gateways: ReadonlyMap<string, Gateway>): Hands {
  const gateway = (id: string) => {
    const found = gateways.get(id);
    if (!found) throw new Error(`Instance ${id} is not registered any more`);
    return found;
  };
  return {
    observe: (id) => gateway(id).observe(),
    send: (id, sql, timeoutMs) => gateway(id).send(sql, { timeoutMs }),
    close: async () => void (await Promise.all([...gateways.values()].map((one) => one.close()))),
  };
}
