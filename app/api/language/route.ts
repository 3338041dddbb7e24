import { cookies } from "next/headers";
import { currentActor } from "#lib/auth/current-actor.ts";
import { rememberLanguage } from "#lib/auth/language.ts";
import { isLanguage, languageCookie } from "#lib/i18n/languages.ts";

/** Chooses the language: of this browser, and of the person who is signed in. */
export async function POST(request: Request): Promise<Response> {
  const { language } = await request.json().catch(() => ({}));
  if (!isLanguage(language)) return new Response(null, { status: 400 });
  const year = 365 * 24 * 60 * 60;
  (await cookies()).set(languageCookie, language, {
    maxAge: year,
    sameSite: "lax",
    httpOnly: true,
    path: "/",
  });
  const actor = await currentActor();
  if (actor) await rememberLanguage(actor, language);
  return new Response(null, { status: 204 });
}
