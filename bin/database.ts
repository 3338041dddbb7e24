import path from "node:path";
import { type Postgres, startPostgres } from "#bin/postgres.ts";
import { project } from "#bin/prepare.ts";
import { applyMigrations, readMigrations } from "#lib/db/migrations.ts";

/** The server that DATABASE_URL names, else the embedded one. */
export async function openDatabase(data: string, env: NodeJS.ProcessEnv): Promise<Postgres> {
  const appUrl = env.DATABASE_URL;
  if (!appUrl) return startPostgres(data);
  return { appUrl, ownerUrl: env.MIGRATION_DATABASE_URL || appUrl, stop: async () => {} };
}

/** As the owner, whose connection is closed again before the app starts. */
export async function migrate({ ownerUrl, appUrl }: Postgres): Promise<void> {
  const migrations = await readMigrations(path.join(project, "prisma", "migrations"));
  await applyMigrations({ ownerUrl, appUrl, migrations });
}
