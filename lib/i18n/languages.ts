import type { Actor } from "#lib/auth/actor.ts";

export type Language = Actor["language"];

export const languages = ["en", "de"] as const satisfies readonly Language[];

/** What each language calls itself. */
export const languageNames: Record<Language, string> = { en: "English", de: "Deutsch" };

export const languageCookie = "mirrordeck-language";

export function isLanguage(value: unknown): value is Language {
  return languages.some((language) => language === value);
}

/** The language a browser asks for first that we speak: `de-CH,fr;q=0.9` → de. */
export function preferredLanguage(acceptLanguage: string | null): Language {
  const wishes = (acceptLanguage ?? "").split(",").map((wish) => {
    const [tag = "", ...parameters] = wish.trim().split(";");
    const quality = parameters.find((parameter) => parameter.trim().startsWith("q="));
    return {
      language: tag.split("-")[0]?.toLowerCase(),
      weight: quality ? Number(quality.trim().slice(2)) : 1,
    };
  });
  const spoken = wishes.filter((wish) => isLanguage(wish.language) && wish.weight > 0);
  const best = spoken.sort((a, b) => b.weight - a.weight)[0];
  return (best?.language as Language | undefined) ?? "en";
}
