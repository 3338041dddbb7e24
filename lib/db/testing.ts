import "server-only";
import { randomUUID } from "node:crypto";
import { inject } from "vitest";
import { createDb, type Db } from "#lib/db/client.ts";
import { copyDatabase, onDatabase } from "#lib/db/server.ts";

/** `url` is the app's way in, `ownerUrl` the owner's; `db` is a client with the app's rights. */
export type FreshDatabase = { url: string; ownerUrl: string; db: Db; close(): Promise<void> };

/** A migrated, empty database of this test's own, in the one PostgreSQL of this test run. */
export async function freshDatabase(): Promise<FreshDatabase> {
  const server = await (await fetch(inject("postgresForTests"))).json();
  if (server.error) throw new Error(server.error);
  const name = `test_${randomUUID().replaceAll("-", "")}`;
  await copyDatabase(onDatabase(server.ownerUrl, "postgres"), "mirrordeck", name);
  const url = onDatabase(server.appUrl, name);
  const db = createDb(url);
  return { url, ownerUrl: onDatabase(server.ownerUrl, name), db, close: () => db.$disconnect() };
}
