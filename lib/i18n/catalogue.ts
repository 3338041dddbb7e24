import type { Language } from "#lib/i18n/languages.ts";

/**
 * THE list of areas: messages/<language>/<area>.json for each. An area is the first part of its keys:
 * "people.title" stands in people.json under "title". To add an area: two files and one word here.
 */
export const areas = [
  "common",
  "auth",
  "people",
  "shell",
  "checks",
  "pools",
  "runbooks",
  "wizard",
  "runs",
  "audit",
  "register",
] as const;

export type Messages = { [key: string]: string | Messages };

/** Everything the interface says in one language. */
export async function messagesIn(language: Language): Promise<Messages> {
  const read = areas.map(async (area) => {
    const file: { default: Messages } = await import(`./messages/${language}/${area}.json`);
    return [area, file.default] as const;
  });
  return Object.fromEntries(await Promise.all(read));
}
