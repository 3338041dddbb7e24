import fs from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { type Messages, messagesIn } from "#lib/i18n/catalogue.ts";

const root = path.join(import.meta.dirname, "..", "..");
const messages = await messagesIn("en");

describe("what components ask the catalogues for", () => {
  it("is there", () => {
    const missing = ["app", "components"].flatMap(sources).flatMap((file) => {
      const source = fs.readFileSync(path.join(root, file), "utf8");
      return usedKeys(source)
        .filter((key) => typeof find(messages, key) !== "string")
        .map((key) => `${file}: ${key}`);
    });
    expect(missing).toEqual([]);
  });

  it("is read from the source as it is written there", () => {
    const source =
      'const t = useTranslations("people");\nconst all = await getTranslations();\nt("title"); all("shell.skip", { a }); t(made);';
    expect(usedKeys(source)).toEqual(["people.title", "shell.skip"]);
  });
});

/** `const t = useTranslations("area")` and then `t("key"`; keys put together at run time cannot be seen here. */
function usedKeys(source: string): string[] {
  const translators = [
    ...source.matchAll(/const (\w+) = (?:await )?(?:use|get)Translations\((?:"([\w.-]+)")?\)/g),
  ];
  const names = new Map<string, Set<string>>();
  for (const [, name = "", area = ""] of translators)
    names.set(name, (names.get(name) ?? new Set()).add(area));
  return [...names].flatMap(([name, prefixes]) => {
    const calls = [...source.matchAll(new RegExp(`\\b${name}(?:\\.rich)?\\(\\s*"([\\w.-]+)"`, "g"))];
    return calls.map(([, key = ""]) => {
      const candidates = [...prefixes].map((prefix) => (prefix ? `${prefix}.${key}` : key));
      // One name may belong to several functions of a file, each with its own area.
      return (
        candidates.find((candidate) => typeof find(messages, candidate) === "string") ??
        candidates.join(" | ")
      );
    });
  });
}

function find(all: Messages, key: string): string | Messages | undefined {
  let found: string | Messages | undefined = all;
  for (const part of key.split(".")) found = typeof found === "object" ? found[part] : undefined;
  return found;
}

function sources(folder: string): string[] {
  const names = fs.readdirSync(path.join(root, folder), { recursive: true, encoding: "utf8" });
  return names
    .filter((name) => /\.tsx?$/.test(name) && !name.includes(".test."))
    .map((name) => path.join(folder, name));
}
