import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { type Postgres, startPostgres } from "#bin/postgres.ts";
import { ensureDatabase, onDatabase } from "#lib/db/server.ts";

export type TemporaryPostgres = Postgres & { newDatabase(): Promise<string> };

/** A PostgreSQL that is gone, with all it held, after `stop`. */
export async function temporaryPostgres(): Promise<TemporaryPostgres> {
  const folder = await mkdtemp(path.join(tmpdir(), "mirrordeck-"));
  const server = await startPostgres(folder, { durable: false });
  let made = 0;
  return {
    ...server,
    async newDatabase() {
      const name = `scratch_${++made}`;
      await ensureDatabase(server.ownerUrl, name);
      return onDatabase(server.ownerUrl, name);
    },
    async stop() {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
