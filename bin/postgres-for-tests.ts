// One PostgreSQL for one run of the tests, with a migrated database to copy from. Ends when its parent does.
import path from "node:path";
import { temporaryPostgres } from "#bin/postgres-temporary.ts";
import { applyMigrations, readMigrations } from "#lib/db/migrations.ts";

const server = await temporaryPostgres();
process.once("disconnect", async () => {
  await server.stop();
  process.exit(0);
});
const migrations = await readMigrations(path.join(import.meta.dirname, "..", "prisma", "migrations"));
await applyMigrations({ ownerUrl: server.ownerUrl, appUrl: server.appUrl, migrations });
process.send?.({ ownerUrl: server.ownerUrl, appUrl: server.appUrl });
