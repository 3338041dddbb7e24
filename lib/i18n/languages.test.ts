import { describe, expect, it } from "vitest";
import { preferredLanguage } from "#lib/i18n/languages.ts";

describe("the language before anybody is known", () => {
  it.each([
    ["de-CH,de;q=0.9,en;q=0.8", "de"],
    ["fr,en;q=0.5,de;q=0.7", "de"],
    ["en-US,en;q=0.9,de;q=0.8", "en"],
    ["de;q=0, en", "en"],
    ["fr-FR", "en"],
    ["", "en"],
    [null, "en"],
    [";;q=x,,", "en"],
  ])("%s → %s", (asked, language) => expect(preferredLanguage(asked)).toBe(language));
});
