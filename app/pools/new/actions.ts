"use server";
import { revalidatePath } from "next/cache";
import { z } from "zod";
import { operatorAction } from "#lib/auth/operator-action.ts";
import { isRefused } from "#lib/auth/refusal.ts";
import { monitor } from "#lib/monitor/index.ts";
import { addPool, InstanceDraft, Registration, testLogin } from "#lib/pools/index.ts";

export const registerPool = operatorAction("pools:change", Registration, async (actor, registration) => {
  const answer = await addPool(registration, actor);
  if (isRefused(answer)) return answer;
  await monitor().registerChanged();
  revalidatePath("/", "layout");
  return answer;
});

const Asked = z.object({ instance: InstanceDraft, which: z.enum(["looking", "acting"]) });

export const testServer = operatorAction("instances:change", Asked, (actor, { instance, which }) =>
  testLogin(instance, which, actor),
);
