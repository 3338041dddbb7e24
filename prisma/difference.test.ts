import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ensureDatabase, onDatabase } from "#lib/db/server.ts";
import { type FreshDatabase, freshDatabase } from "#lib/db/testing.ts";
import { difference } from "#prisma/difference.ts";
import { type SchemaEngine, schemaEngine } from "#prisma/schema-engine.ts";

let database: FreshDatabase;
let folder: string;
let engine: SchemaEngine;
beforeAll(async () => {
  database = await freshDatabase();
  engine = await schemaEngine(newDatabase);
  folder = await mkdtemp(path.join(tmpdir(), "difference-"));
});
afterAll(async () => {
  await database.close();
  await rm(folder, { recursive: true });
});

let made = 0;
async function newDatabase(): Promise<string> {
  const name = `empty_${process.pid}_${++made}`;
  await ensureDatabase(database.ownerUrl, name);
  return onDatabase(database.ownerUrl, name);
}

/** What is missing when the schema file says this instead. */
async function missing(edit: (schema: string) => string): Promise<string | null> {
  const schema = path.join(folder, "schema.prisma");
  await writeFile(schema, edit(await readFile(path.join(import.meta.dirname, "schema.prisma"), "utf8")));
  return difference(engine, { schema });
}

it("finds none between the checked-in migrations and the schema", async () => {
  expect(await difference(engine)).toBeNull();
});

it.each([
  [
    "a column that no migration adds",
    (schema: string) => schema.replace("model Pool {", "model Pool {\n  motto String?"),
    'ALTER TABLE "pool" ADD COLUMN     "motto" TEXT',
  ],
  [
    "a table that no migration makes",
    (schema: string) => `${schema}\nmodel Extra {\n  id String @id\n}\n`,
    'CREATE TABLE "Extra"',
  ],
  [
    "a table that the schema has forgotten",
    (schema: string) => schema.replace(/model Invitation \{[^}]*\}/, ""),
    'DROP TABLE "invitation"',
  ],
])("finds %s", async (_, edit, sql) => expect(await missing(edit)).toContain(sql));
