"use server";
import { z } from "zod";
import { operatorAction } from "#lib/auth/operator-action.ts";
import { databaseTypes } from "#lib/mirroring/pool.ts";
import { engine } from "#lib/runs/engine.ts";

const name = z.string().min(1).max(200);

const Wish = z.strictObject({
  poolId: name,
  asked: z.strictObject({
    runbook: z.literal("manual-failover"),
    scope: z.discriminatedUnion("kind", [
      z.strictObject({ kind: z.literal("pool"), leaveOut: z.array(name).max(500) }),
      z.strictObject({ kind: z.literal("type"), type: z.enum(databaseTypes) }),
      z.strictObject({ kind: z.literal("database"), storeId: name, database: name }),
    ]),
    toward: z.enum(["Primary", "Mirror"]),
    options: z.strictObject({ waitForRedo: z.boolean() }),
  }),
  reason: z.string().trim().min(1).max(500),
  ticket: z.string().trim().max(100),
});

/** Makes a plan and its run; sends nothing. */
export const prepareFailover = operatorAction("runs:prepare", Wish, (actor, wish) =>
  engine().prepare(actor, wish),
);
