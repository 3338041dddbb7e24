import "server-only";
import { createHash, randomUUID } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import pg from "pg";
import { ensureRole, grantToApp } from "#lib/db/roles.ts";

export type Migration = { name: string; sql: string; checksum: string };

/**
 * Brings the database up to the checked-in migrations, as `prisma migrate deploy` would and with the same
 * records, so that either can continue the other's work. Says which it applied.
 */
export async function applyMigrations({ ownerUrl, appUrl, migrations }: Target): Promise<string[]> {
  const owner = new pg.Client({ connectionString: ownerUrl });
  await owner.connect().catch((cause) => {
    throw refused(`The database does not let Mirrordeck in: ${cause.message || cause.code}.`);
  });
  try {
    await owner.query("SELECT pg_advisory_lock($1)", [prismaLock]);
    await owner.query(recordsTable);
    const due = await notYetApplied(owner, migrations);
    for (const each of due) await apply(owner, each);
    if (userOf(appUrl) !== userOf(ownerUrl)) {
      await ensureRole(owner, appUrl);
      await grantToApp(owner, userOf(appUrl));
    }
    return due.map(({ name }) => name);
  } finally {
    await owner.end(); // which gives the lock back, too
  }
}
type Target = { ownerUrl: string; appUrl: string; migrations: Migration[] };

/** The migrations in a folder, in the order of their names. */
export async function readMigrations(folder: string): Promise<Migration[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return Promise.all(
    names.sort().map(async (name) => {
      return migration(name, await readFile(path.join(folder, name, "migration.sql"), "utf8"));
    }),
  );
}

export function migration(name: string, sql: string): Migration {
  return { name, sql, checksum: createHash("sha256").update(sql).digest("hex") };
}

async function notYetApplied(owner: pg.Client, migrations: Migration[]): Promise<Migration[]> {
  const { rows } = await owner.query<{ name: string; checksum: string; finished: boolean }>(
    `SELECT migration_name AS name, checksum, finished_at IS NOT NULL AS finished
     FROM _prisma_migrations WHERE rolled_back_at IS NULL ORDER BY started_at`,
  );
  const known = new Map(migrations.map((each) => [each.name, each]));
  for (const { name, checksum, finished } of rows) {
    if (!finished) throw refused(`The migration ${name} was begun by another tool and never finished.`);
    if (!known.has(name))
      throw refused(
        `The database knows the migration ${name}, this version of Mirrordeck does not: use a newer one.`,
      );
    if (known.get(name)?.checksum !== checksum)
      throw refused(
        `The migration ${name} was edited after this database had applied it: put it back, add a new one.`,
      );
    known.delete(name);
  }
  return [...known.values()];
}

async function apply(owner: pg.Client, { name, sql, checksum }: Migration): Promise<void> {
  try {
    await owner.query("BEGIN");
    await owner.query(sql);
    await owner.query(
      `INSERT INTO _prisma_migrations (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
       VALUES ($1, $2, $3, now(), clock_timestamp(), 1)`,
      [randomUUID(), checksum, name],
    );
    await owner.query("COMMIT");
  } catch (cause) {
    await owner.query("ROLLBACK").catch(() => {});
    throw refused(`The migration ${name} failed and was taken back: ${(cause as Error).message}.`);
  }
}

/** An error whose message is the whole story: no stack trace helps the person who reads it. */
function refused(message: string): Error {
  return Object.assign(new Error(message), { kind: "refused" });
}

function userOf(url: string): string {
  return decodeURIComponent(new URL(url).username);
}

const prismaLock = 72707369; // the number Prisma's own tools lock with

const recordsTable = `CREATE TABLE IF NOT EXISTS _prisma_migrations (
  id                  VARCHAR(36) PRIMARY KEY NOT NULL,
  checksum            VARCHAR(64) NOT NULL,
  finished_at         TIMESTAMPTZ,
  migration_name      VARCHAR(255) NOT NULL,
  logs                TEXT,
  rolled_back_at      TIMESTAMPTZ,
  started_at          TIMESTAMPTZ NOT NULL DEFAULT now(),
  applied_steps_count INTEGER NOT NULL DEFAULT 0
)`;
