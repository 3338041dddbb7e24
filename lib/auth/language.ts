import "server-only";
import type { Actor } from "#lib/auth/actor.ts";
import { db } from "#lib/db/index.ts";

/** The person's language from now on, in every browser. */
export async function rememberLanguage(actor: Actor, language: Actor["language"]): Promise<void> {
  await db().authUser.updateMany({ where: { id: actor.id }, data: { language } });
}
