import "server-only";
import { setTimeout as pause } from "node:timers/promises";
import { type Db, db, type Transaction } from "#lib/db/client.ts";
import { Prisma } from "#lib/db/generated/client.ts";

/**
 * Everything in `work` happens, or nothing, as if no one else were writing (serializable).
 * PostgreSQL answers a clash by refusing one of the two; that one is done again, so `work` must not
 * do anything outside the database.
 */
export async function inTransaction<T>(
  work: (tx: Transaction) => Promise<T>,
  { client = db(), tries = 12 }: { client?: Db; tries?: number } = {},
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await client.$transaction(work, {
        isolationLevel: Prisma.TransactionIsolationLevel.Serializable,
        // A busy machine is slow, not broken: a step that could not be written would interrupt a run.
        maxWait: 10_000,
        timeout: 20_000,
      });
    } catch (error) {
      if (!isWriteConflict(error) || attempt === tries) throw error;
      await pause(Math.random() * 2 ** Math.min(attempt, 7));
    }
  }
}

// By its words, not by its class: the client may come from another bundle. A clash met by a raw query has another code.
function isWriteConflict(error: unknown): boolean {
  const { code, meta } = (error ?? {}) as {
    code?: unknown;
    meta?: { driverAdapterError?: { message?: unknown } };
  };
  return (
    code === "P2034" || (code === "P2010" && meta?.driverAdapterError?.message === "TransactionWriteConflict")
  );
}
