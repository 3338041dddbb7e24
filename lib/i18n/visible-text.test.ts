import fs from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { visibleText } from "#lib/i18n/visible-text.ts";

const root = path.join(import.meta.dirname, "..", "..");

describe("finding text outside the catalogues", () => {
  it.each([
    ["<p>Save changes</p>", "Save changes"],
    ["<p>\n  Two\n  lines\n</p>", "Two lines"],
    ["<p>{name} was removed</p>", "was removed"],
    ["<p>Removed {name}</p>", "Removed"],
    ["<Button icon={X}>Save</Button>", "Save"],
    ["<Button onClick={() => go()}>Save</Button>", "Save"],
    ["<>Save</>", "Save"],
    ['<input placeholder="Your name" />', "Your name"],
    ['<nav aria-label={"Main"} />', "Main"],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: code that is read here, not run
    ["<Field label={`Name of ${pool}`} />", "Name of"],
    ['<b>{busy ? "Saving" : name}</b>', "Saving"],
    ['<b>{empty && "Nothing here"}</b>', "Nothing here"],
    ['<b>{"Nothing here"}</b>', "Nothing here"],
    ["<b>(optional)</b>", "(optional)"],
  ])("%s is found", (code, text) => {
    expect(visibleText(`export const X = () => (\n${code}\n);`).map((literal) => literal.text)).toContain(
      text,
    );
  });

  it.each([
    ["<p>{t('save')}</p>"],
    ['<p className="text-sm font-bold">→ {n} ✓ ·</p>'],
    ["<p>{a > 3 && b < 4}</p>"],
    ["const f = (a: Map<string, number>): Promise<void> => go(a);"],
    ["if (a > 3) return b < 4 ? one : two;"],
    ["{/* a remark <b>in JSX</b> */}"],
    ["// a remark: <b>bold</b>"],
    ['<input type="email" name="email" autoComplete="username" />'],
    ["<code>{statement}</code>"],
    ["// not translated: the product's own name\n<b>Mirrordeck</b>"],
    ["<Age at={row.at} />"],
    ['<b>{"by" in entry ? entry.by : t("engine")}</b>'],
    ['<b>{t(folded ? "holds" : weight)}</b>'],
    ['<b>{state ?? "UNKNOWN"}</b>'],
    ['<b>{kind === "refused" && name}</b>'],
    ["function useX<Form extends Y, Answer>(a: Form): Answer {\n  return a;\n}"],
  ])("%s is not", (code) => {
    expect(visibleText(code)).toEqual([]);
  });
});

describe("what people see", () => {
  it("comes from the catalogues, in every page and component", () => {
    const literals = ["app", "components"].flatMap(sources).flatMap((file) => {
      const source = fs.readFileSync(path.join(root, file), "utf8");
      return visibleText(source).map(({ line, text }) => `${file}:${line} ${text}`);
    });
    expect(literals).toEqual([]);
  });
});

function sources(folder: string): string[] {
  const names = fs.readdirSync(path.join(root, folder), { recursive: true, encoding: "utf8" });
  const files = names.filter((name) => name.endsWith(".tsx") && !name.endsWith(".test.tsx"));
  return files.map((name) => path.join(folder, name));
}
