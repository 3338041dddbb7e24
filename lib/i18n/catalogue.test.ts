import fs from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { areas, type Messages, messagesIn } from "#lib/i18n/catalogue.ts";
import { languages } from "#lib/i18n/languages.ts";
import { placeholdersOf } from "#lib/i18n/placeholders.ts";

const folder = path.join(import.meta.dirname, "messages");
const catalogues = Object.fromEntries(
  await Promise.all(languages.map(async (language) => [language, flat(await messagesIn(language))] as const)),
);
const english = catalogues.en ?? {};

describe("the catalogues", () => {
  it.each(languages)("has every file of %s in the list of areas, and no other", (language) => {
    const files = fs.readdirSync(path.join(folder, language)).map((file) => file.replace(/\.json$/, ""));
    expect(files.toSorted()).toEqual(areas.toSorted());
  });

  it.each(languages)("says the same things in %s as in English", (language) => {
    expect(Object.keys(catalogues[language] ?? {}).toSorted()).toEqual(Object.keys(english).toSorted());
  });

  it.each(languages)("asks for the same values in %s as in English", (language) => {
    for (const [key, message] of Object.entries(catalogues[language] ?? {})) {
      expect({ [key]: placeholdersOf(message) }).toEqual({ [key]: placeholdersOf(english[key] ?? "") });
    }
  });

  it.each(languages)("leaves nothing empty in %s", (language) => {
    const empty = Object.entries(catalogues[language] ?? {}).filter(([, message]) => message.trim() === "");
    expect(empty).toEqual([]);
  });

  it("is translated, not copied: a sentence is never the same in both languages", () => {
    const copied = Object.entries(english).filter(
      ([key, message]) => message.split(" ").length > 4 && message === catalogues.de?.[key],
    );
    expect(copied).toEqual([]);
  });

  it("addresses people as Sie", () => {
    const familiar = Object.entries(catalogues.de ?? {}).filter(([, message]) =>
      /(^|[\s„(])(du|dich|dir|dein\w*)([\s.,;:!?)]|$)/i.test(message),
    );
    expect(familiar).toEqual([]);
  });
});

function flat(messages: Messages, prefix = ""): Record<string, string> {
  const entries = Object.entries(messages).flatMap(([name, value]) =>
    typeof value === "string" ? [[prefix + name, value]] : Object.entries(flat(value, `${prefix}${name}.`)),
  );
  return Object.fromEntries(entries);
}
