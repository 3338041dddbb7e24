import { spawnSync } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { project } from "#bin/prepare.ts";

// The project's own plugin line, in a project that consists of one actions.ts.
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "actions-"));
  await mkdir(path.join(folder, "app", "pools"), { recursive: true });
  await mkdir(path.join(folder, "bin"));
  await writeFile(
    path.join(folder, "bin", "actions.grit"),
    await readFile(path.join(project, "bin", "actions.grit")),
  );
  const { plugins } = JSON.parse(await readFile(path.join(project, "biome.json"), "utf8"));
  await writeFile(
    path.join(folder, "biome.json"),
    JSON.stringify({ plugins, linter: { rules: { preset: "none" } } }),
  );
});
afterAll(() => rm(folder, { recursive: true }));

async function complaints(text: string, file = "app/pools/actions.ts"): Promise<number> {
  await writeFile(path.join(folder, file), text);
  const biome = path.join(project, "node_modules", "@biomejs", "biome", "bin", "biome");
  const { stderr, stdout } = spawnSync(process.execPath, [biome, "lint", "."], {
    cwd: folder,
    encoding: "utf8",
  });
  await rm(path.join(folder, file));
  return (stderr + stdout).split("made by operatorAction()").length - 1;
}

it.each([
  ["an action", 'export const start = operatorAction("runs:operate", Form, async () => 1);', 0],
  [
    "an action with its types said",
    'export const start = operatorAction<A, B>("runs:operate", Form, run);',
    0,
  ],
  ["a bare arrow function", "export const start = async () => 1;", 1],
  ["a bare function", "export async function start() {}", 1],
  ["a default export", "export default async () => 1;", 1],
  ["a name exported afterwards", "const start = 1;\nexport { start };", 1],
  ["somebody else's export", 'export * from "#bin/start.ts";', 1],
  ["a second name in one statement", 'export const a = operatorAction("x", F, f), b = 1;', 1],
  ["something wrapped around it", 'export const a = open(operatorAction("x", F, f));', 1],
])("%s in an actions.ts", async (_, text, count) => expect(await complaints(text)).toBe(count));

it("other files export what they like", async () => {
  expect(await complaints("export const start = 1;", "app/pools/page.ts")).toBe(0);
});
