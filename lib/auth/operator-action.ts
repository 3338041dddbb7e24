import "server-only";
import type { z } from "zod";
import { appendAudit } from "#lib/audit/append.ts";
import type { Actor } from "#lib/auth/actor.ts";
import { isAnswerOfNext } from "#lib/auth/answer-of-next.ts";
import { currentActor } from "#lib/auth/current-actor.ts";
import { fieldsFrom, plainInput } from "#lib/auth/form.ts";
import { may, type Permission } from "#lib/auth/permissions.ts";
import { type ActionResult, isRefused, type Refused, refuse } from "#lib/auth/refusal.ts";
import { db } from "#lib/db/index.ts";

/**
 * THE one door for everything that can be asked: who, may they, is the form sound, then one verb.
 *
 *     export const suspend = operatorAction("runs:operate", z.object({ runId: z.string() }), async (actor, { runId }) => …)
 *
 * What is refused here is written to the audit log. The verb returns its value, or returns or throws `refuse(key, values)`.
 */
export function operatorAction<Form extends z.ZodType, Answer>(
  permission: Permission,
  form: Form,
  verb: (actor: Actor, input: z.output<Form>) => Answer | Promise<Answer>,
): (given: z.input<Form> | FormData) => Promise<ActionResult<Exclude<Answer, Refused>>> {
  return async (given) => {
    let actor: Actor | null = null;
    try {
      actor = await currentActor();
      const input = plainInput(given);
      if (!actor) return await refused(actor, permission, input, refuse("auth.refusal.notSignedIn"));
      if (!may(actor.role, permission)) {
        const answer = refuse("auth.refusal.notAllowed", { role: actor.role, permission });
        return await refused(actor, permission, input, answer);
      }
      const checked = form.safeParse(input, { reportInput: true });
      if (!checked.success) return refuse("auth.refusal.form", {}, fieldsFrom(checked.error.issues));

      const answer = await done(() => verb(actor as Actor, checked.data));
      if (isRefused(answer)) return await refused(actor, permission, input, answer);
      return { ok: true, value: answer as Exclude<Answer, Refused> };
    } catch (error) {
      if (isAnswerOfNext(error)) throw error;
      return failed(actor, permission, error);
    }
  };
}

async function done<Answer>(work: () => Answer | Promise<Answer>): Promise<Answer | Refused> {
  try {
    return await work();
  } catch (error) {
    // Thrown ones may be Errors, and an Error does not cross to the browser.
    if (isRefused(error)) return { ok: false, refusal: error.refusal };
    throw error;
  }
}

async function refused(actor: Actor | null, permission: Permission, input: unknown, answer: Refused) {
  const about = { poolId: named(input, "poolId"), runId: named(input, "runId") };
  await appendAudit(db(), {
    actor,
    origin: "wizard",
    action: actor ? "auth.audit.refused" : "auth.audit.refusedNobody",
    values: { permission, because: answer.refusal.key, given: answer.refusal.values, ...about },
    outcome: "refused",
    ...about,
  });
  return answer;
}

// The person gets calm words, the log gets the error, and the audit log that something went wrong.
async function failed(actor: Actor | null, permission: Permission, error: unknown): Promise<Refused> {
  console.error(`An action behind "${permission}" failed:`, error);
  const entry = {
    origin: "wizard",
    action: "auth.audit.failed",
    values: { permission },
    outcome: "failed",
  } as const;
  await appendAudit(db(), { actor, ...entry }).catch(() => {}); // the database may be what failed
  return refuse("auth.refusal.unexpected");
}

// What it was about, as far as the form says so: a forged one may say anything, so not more than a name's length.
function named(input: unknown, key: "poolId" | "runId"): string | undefined {
  const value = (input as Record<string, unknown> | null)?.[key];
  return typeof value === "string" ? value.slice(0, 200) : undefined;
}
