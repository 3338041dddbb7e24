"use server";
import { z } from "zod";
import { operatorAction } from "#lib/auth/operator-action.ts";
import { engine } from "#lib/runs/engine.ts";

/** `seen` is the last event the person had on screen: a click that saw less is refused, not performed. */
const Seen = z.strictObject({ runId: z.uuid(), seen: z.int().min(1) });

export const startRun = operatorAction(
  "runs:operate",
  Seen.extend({ planHash: z.string().regex(/^[0-9a-f]{64}$/) }),
  (actor, click) => engine().start(actor, click),
);

export const confirmStep = operatorAction(
  "runs:operate",
  Seen.extend({ step: z.string().min(1).max(300), holds: z.boolean(), note: z.string().trim().max(1000) }),
  (actor, click) => engine().confirmStep(actor, click),
);

export const decideRun = operatorAction(
  "runs:operate",
  Seen.extend({ choice: z.enum(["finish", "return", "stop"]) }),
  (actor, click) => engine().decide(actor, click),
);

export const lookThenContinue = operatorAction("runs:operate", Seen, (actor, click) =>
  engine().lookThenContinue(actor, click),
);
