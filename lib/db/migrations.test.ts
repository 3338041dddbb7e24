import pg from "pg";
import { afterEach, describe, expect, it } from "vitest";
import { applyMigrations, type Migration, migration } from "#lib/db/migrations.ts";
import { type FreshDatabase, freshDatabase } from "#lib/db/testing.ts";

const first = migration("2030_first", "CREATE TABLE first (id int)");
const second = migration("2031_second", "CREATE TABLE second (id int)");

const opened: FreshDatabase[] = [];
afterEach(async () => {
  for (const database of opened.splice(0)) await database.close();
});

/** A migrated database, the migrations it has, and a way to apply more. */
async function migrated() {
  const database = await freshDatabase();
  opened.push(database);
  const known = await rows<Migration>(
    database,
    "SELECT migration_name AS name, checksum FROM _prisma_migrations",
  );
  const apply = (...more: Migration[]) =>
    applyMigrations({ ownerUrl: database.ownerUrl, appUrl: database.url, migrations: [...known, ...more] });
  return { database, known, apply };
}

async function rows<Row>(database: FreshDatabase, sql: string): Promise<Row[]> {
  const owner = new pg.Client({ connectionString: database.ownerUrl });
  await owner.connect();
  try {
    return (await owner.query(sql)).rows;
  } finally {
    await owner.end();
  }
}

describe("the migrations at start-up", () => {
  it("are applied once, however often the program starts", async () => {
    const { apply } = await migrated();
    expect(await apply(first, second)).toEqual(["2030_first", "2031_second"]);
    expect(await apply(first, second)).toEqual([]);
  });

  it("are applied once by two programs that start together", async () => {
    const { apply } = await migrated();
    const both = await Promise.all([apply(first), apply(first)]);
    expect(both.flat()).toEqual(["2030_first"]);
  });

  it("are recorded as Prisma records them", async () => {
    const { database, apply } = await migrated();
    await apply(first);
    expect(
      await rows(
        database,
        `SELECT checksum, finished_at IS NOT NULL AS finished, applied_steps_count AS steps
         FROM _prisma_migrations WHERE migration_name = '2030_first'`,
      ),
    ).toEqual([{ checksum: first.checksum, finished: true, steps: 1 }]);
  });

  it("refuse one that was edited after it had been applied", async () => {
    const { apply } = await migrated();
    await apply(first);
    await expect(apply(migration(first.name, "CREATE TABLE other (id int)"))).rejects.toThrow(
      /2030_first was edited/,
    );
  });

  it("refuse a database that a newer version has migrated", async () => {
    const { apply } = await migrated();
    await apply(first);
    await expect(apply()).rejects.toThrow(/knows the migration 2030_first/);
  });

  it("are taken back whole when a statement of theirs fails", async () => {
    const { database, apply } = await migrated();
    const broken = migration("2030_broken", "CREATE TABLE half (id int); SELECT 1 / 0");
    await expect(apply(broken)).rejects.toThrow(/2030_broken failed and was taken back: division by zero/);
    expect(await rows(database, "SELECT to_regclass('half') AS half")).toEqual([{ half: null }]);
    expect(await apply(first)).toEqual(["2030_first"]);
  });
});

describe("what is written in the journal and the audit log", () => {
  const entry = {
    actor: "Ada",
    role: "admin",
    origin: "wizard",
    action: "audit.run.started",
    values: {},
    outcome: "done",
  };

  it.each([
    "UPDATE audit_entry SET actor = 'Eve'",
    "DELETE FROM audit_entry",
    "TRUNCATE audit_entry",
    "UPDATE run_event SET type = 'other'",
    "DELETE FROM run_event",
    "TRUNCATE run_event",
  ])("stays: %s is refused to the app, and to the owner too", async (sql) => {
    const { database } = await migrated();
    await database.db.auditEntry.create({ data: entry });
    await expect(database.db.$executeRawUnsafe(sql)).rejects.toThrow(/permission denied/);
    await expect(rows(database, sql)).rejects.toThrow(/append only/);
    expect(await database.db.auditEntry.count()).toBe(1);
  });

  it("stays when somebody widened the app's rights: the next start narrows them", async () => {
    const { database, apply } = await migrated();
    await rows(database, "GRANT ALL ON audit_entry TO mirrordeck_app");
    await apply();
    await expect(database.db.$executeRawUnsafe("DELETE FROM audit_entry")).rejects.toThrow(
      /permission denied/,
    );
  });
});
