import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { readOptions } from "#bin/options.ts";
import { project } from "#bin/prepare.ts";
import { ownSettings } from "#bin/stack.ts";
import { picture } from "#bin/walls-picture.ts";
import { readRegisterFile } from "#lib/pools/register-file.ts";

const readme = await readFile(path.join(project, "README.md"), "utf8");
const { scripts } = JSON.parse(await readFile(path.join(project, "package.json"), "utf8"));

describe("the README", () => {
  it("says both commands first, and they exist", () => {
    expect(blocks("").slice(0, 2)).toEqual(["npm start", "npm test"]);
    expect(scripts).toMatchObject({ start: expect.any(String), test: expect.any(String) });
  });

  it("names only commands that exist", () => {
    const named = [...readme.matchAll(/npm (?:run )?([a-z]+)/g)].map(([, name]) => name);
    for (const name of named) expect(Object.keys(scripts)).toContain(name);
  });

  it("names only options that npm start takes", () => {
    const options = [...readme.matchAll(/^\| `(--[a-z-]+)( \S+)?` \|/gm)];
    expect(options.map(([, flag]) => flag)).toEqual(["--port", "--data", "--no-demo", "--fresh"]);
    for (const [, flag = "", value] of options)
      expect(() => readOptions(value ? [flag, value.trim()] : [flag], ownSettings(), project)).not.toThrow();
  });

  it("shows a register file that is read as it stands", async () => {
    const folder = await mkdtemp(path.join(tmpdir(), "readme-"));
    const [yaml = ""] = blocks("yaml");
    const env = Object.fromEntries(
      [...yaml.matchAll(/passwordEnv: (\w+)/g)].map(([, name]) => [name!, "secret"]),
    );
    await writeFile(path.join(folder, "mirrordeck.yaml"), yaml);
    await writeFile(path.join(folder, "contoso-ca.pem"), "-----BEGIN CERTIFICATE-----\n");
    expect(readRegisterFile(path.join(folder, "mirrordeck.yaml"), env)).toMatchObject({ ok: true });
    await rm(folder, { recursive: true });
  });

  it("shows the walls as they are", () => expect(blocks("mermaid")).toEqual([picture()]));

  it("links to files that exist", () => {
    const links = [...readme.matchAll(/\]\(([^)#]+)\)/g)]
      .map(([, link]) => link!)
      .filter((link) => !/^https?:/.test(link));
    expect(links).toContain("docs/pictures/pool.png");
    for (const link of links) expect([link, existsSync(path.join(project, link))]).toEqual([link, true]);
  });

  it("has a picture that loads quickly", async () => {
    expect((await stat(path.join(project, "docs", "pictures", "pool.png"))).size).toBeLessThan(300_000);
  });
});

/** The code blocks of a language, without their fences. */
function blocks(language: string): string[] {
  return [...readme.matchAll(/^```(\w*)\n([\s\S]*?)\n```$/gm)].flatMap(([, said, text]) =>
    said === language ? [text!] : [],
  );
}
