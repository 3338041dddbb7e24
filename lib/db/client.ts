import "server-only";
import { PrismaPg } from "@prisma/adapter-pg";
import { type Prisma, PrismaClient } from "#lib/db/generated/client.ts";

export type Db = PrismaClient;
export type Transaction = Prisma.TransactionClient;

/** The database of this process, as the role that may only append to the audit log. */
export function db(): Db {
  // Every bundle of Next has its own copy of this module, so the one client hangs on globalThis.
  const shared = globalThis as { mirrordeckDb?: { kind: "mirrordeck.db"; client: Db } };
  shared.mirrordeckDb ??= { kind: "mirrordeck.db", client: createDb(databaseUrl()) };
  return shared.mirrordeckDb.client;
}

/** A client of its own: for tests and for programs beside the app. Close it with `$disconnect()`. */
export function createDb(url: string): Db {
  return new PrismaClient({ adapter: new PrismaPg({ connectionString: url, keepAlive: true }) });
}

export function databaseUrl(): string {
  const url = process.env.DATABASE_URL;
  if (!url) throw new Error("DATABASE_URL is not set: start Mirrordeck with npm start, or name a database.");
  return url;
}
