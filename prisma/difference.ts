import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import type { SchemaEngine } from "#prisma/schema-engine.ts";

const here = import.meta.dirname;

/** The SQL that leads from the checked-in migrations to the schema file; null when they say the same. */
export async function difference(
  engine: SchemaEngine,
  { schema = path.join(here, "schema.prisma"), migrations = path.join(here, "migrations") } = {},
): Promise<string | null> {
  const { exitCode, stdout } = await engine.diff({
    from: { tag: "migrations", ...(await migrationsIn(migrations)) },
    to: { tag: "schemaDatamodel", files: [{ path: schema, content: await readFile(schema, "utf8") }] },
    script: true,
    exitCode: true,
    filters: { externalTables: [], externalEnums: [] },
  });
  return exitCode === 0 ? null : (stdout ?? "");
}

async function migrationsIn(folder: string) {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  const lock = await readFile(path.join(folder, "migration_lock.toml"), "utf8").catch(() => null);
  return {
    baseDir: folder,
    lockfile: { path: "migration_lock.toml", content: lock },
    shadowDbInitScript: "",
    migrationDirectories: await Promise.all(
      names.sort().map(async (name) => {
        const sql = await readFile(path.join(folder, name, "migration.sql"), "utf8");
        return {
          path: name,
          migrationFile: { path: "migration.sql", content: { tag: "ok" as const, value: sql } },
        };
      }),
    ),
  };
}
