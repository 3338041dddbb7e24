import "server-only";
import { db } from "#lib/db/index.ts";
import type { Actor } from "./actor.ts";

/** The person's language from now on, in every browser. */
export async function rememberLanguage(actor: Actor, language: Actor["language"]): Promise<void> {
  await db().authUser.updateMany({ where: { id: actor.id }, data: { language } });
}
