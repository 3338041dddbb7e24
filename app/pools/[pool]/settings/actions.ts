"use server";
import { revalidatePath } from "next/cache";
import { z } from "zod";
import { operatorAction } from "#lib/auth/operator-action.ts";
import { isRefused } from "#lib/auth/refusal.ts";
import { monitor } from "#lib/monitor/index.ts";
import { changePool, Registration, removePool } from "#lib/pools/index.ts";

const SomePool = z.object({ poolId: z.string().min(1).max(100) });

export const savePool = operatorAction(
  "pools:change",
  SomePool.extend({ registration: Registration }),
  async (actor, { poolId, registration }) => {
    const answer = await changePool(poolId, registration, actor);
    if (!isRefused(answer)) await registerChanged();
    return answer;
  },
);

export const forgetPool = operatorAction("pools:change", SomePool, async (actor, { poolId }) => {
  const answer = await removePool(poolId, actor);
  if (!isRefused(answer)) await registerChanged();
  return answer;
});

async function registerChanged(): Promise<void> {
  await monitor().registerChanged();
  revalidatePath("/", "layout");
}
