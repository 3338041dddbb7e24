import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, expect, it } from "vitest";
import { checkWalls } from "#bin/walls-check.ts";

const trees: string[] = [];
afterEach(async () => {
  for (const tree of trees.splice(0)) await rm(tree, { recursive: true });
});

/** What the walls say of a project that consists of these files. */
async function broken(files: Record<string, string>): Promise<string[]> {
  const root = await mkdtemp(path.join(tmpdir(), "walls-"));
  trees.push(root);
  const all = { "package.json": '{ "type": "module", "imports": { "#*": "./*" } }', ...files };
  for (const [file, text] of Object.entries(all)) {
    await mkdir(path.dirname(path.join(root, file)), { recursive: true });
    await writeFile(path.join(root, file), text);
  }
  return (await checkWalls(root)).broken;
}

it("lets a folder use what the table says", async () => {
  const files = {
    "lib/mirroring/pool.ts": "export const pool = 1;",
    "lib/runs/start.ts": 'export { pool } from "#lib/mirroring/pool.ts";',
    "components/pools/card.tsx":
      'import { pool } from "#lib/mirroring/pool.ts";\nexport const Card = () => <p>{pool}</p>;',
  };
  expect(await broken(files)).toEqual([]);
});

it.each([
  [
    "the domain uses the engine",
    "lib/mirroring/a.ts",
    'import "#lib/runs/b.ts";',
    /lib\/mirroring may use nothing/,
  ],
  [
    "a type is an import too",
    "lib/mirroring/a.ts",
    'import type { B } from "#lib/runs/b.ts";',
    /may use nothing/,
  ],
  ["a relative path is one too", "lib/mirroring/a.ts", 'import "../runs/b.ts";', /may use nothing/],
  [
    "an import at run time is one too",
    "lib/mirroring/a.ts",
    'await import("#lib/runs/b.ts");',
    /may use nothing/,
  ],
  ["the domain does I/O", "lib/mirroring/a.ts", 'import "node:fs";', /pure/],
  ["the app uses the lab", "app/page.tsx", 'import "#lab/b.ts";\nexport default () => <p />;', /app may use/],
  [
    "a component asks for an action",
    "components/a.tsx",
    'import "#app/b.ts";\nexport const A = () => <p />;',
    /components may/,
  ],
  [
    "the launcher wants what it has yet to make",
    "bin/launch.ts",
    'import "#lib/db/client.ts";',
    /before the database client/,
  ],
  ["a file is not there", "lib/runs/a.ts", 'import "#lib/runs/gone.ts";', /is not there/],
])("notices when %s", async (_, file, text, complaint) => {
  const others = {
    "lib/db/client.ts": "export {};",
    "lib/runs/b.ts": "export type B = 1;",
    "lab/b.ts": "export {};",
    "app/b.ts": "export {};",
  };
  expect((await broken({ ...others, [file]: text })).join("\n")).toMatch(complaint);
});

it("lets a component name the types of what it is given, and use none of its code", async () => {
  const target = { "lib/sqlserver/target.ts": "export type Target = 1;\nexport const connect = 1;" };
  const component = (text: string) => ({
    ...target,
    "components/a.tsx": `${text}\nexport const A = () => <p />;`,
  });
  expect(await broken(component('import type { Target } from "#lib/sqlserver/target.ts";'))).toEqual([]);
  expect(await broken(component('import { type Target } from "#lib/sqlserver/target.ts";'))).toEqual([]);
  const over = await broken(component('import { connect, type Target } from "#lib/sqlserver/target.ts";'));
  expect(over.join("\n")).toMatch(/components may use/);
});

it("notices a circle of code, not one of types", async () => {
  const types = { "lib/runs/a.ts": 'import type { B } from "./b.ts";', "lib/runs/b.ts": 'import "./a.ts";' };
  expect(await broken(types)).toEqual([]);
  const circle = { "lib/runs/a.ts": 'import "./b.ts";', "lib/runs/b.ts": 'import "./a.ts";' };
  expect((await broken(circle)).join("\n")).toMatch(/a circle/);
});

it("notices when nothing was read", async () => {
  expect(await broken({})).toEqual(["There is nothing to check."]);
});
