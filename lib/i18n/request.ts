import "server-only";
import { cookies, headers } from "next/headers";
import { getRequestConfig } from "next-intl/server";
import { currentActorOrAway } from "#lib/auth/current-actor.ts";
import { messagesIn } from "#lib/i18n/catalogue.ts";
import { isLanguage, type Language, languageCookie, preferredLanguage } from "#lib/i18n/languages.ts";

/** What next-intl asks for every request: no language in the address, it belongs to the person. */
export default getRequestConfig(async () => {
  const language = await languageOfReader();
  return {
    locale: language,
    messages: await messagesIn(language),
    timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  };
});

/** The person's own; before sign-in the one chosen here earlier, else what the browser asks for. */
export async function languageOfReader(): Promise<Language> {
  const actor = await currentActorOrAway();
  if (actor && actor !== "away") return actor.language;
  const chosen = (await cookies()).get(languageCookie)?.value;
  return isLanguage(chosen) ? chosen : preferredLanguage((await headers()).get("accept-language"));
}
