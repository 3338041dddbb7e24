import "server-only";
import { db, inTransaction, type Transaction } from "#lib/db/index.ts";

/**
 * Who may act. A pool and each instance it touches carry one open run; the rows stand until the run ends.
 * The living run renews them; six seconds without renewal (database clock) and another process may take them over
 * with a greater token. The token guards the journal; SQL Server is guarded by the batches themselves.
 */
export interface Held {
  runId: string;
  keys: string[];
  token: bigint;
  holder: string;
}

export interface Busy {
  key: string;
  runId: string;
  holder: string;
  heartbeatAgeMs: number;
}

export const renewEveryMs = 2_000;
const lostAfterSeconds = 6;

/** Takes every key for this run inside the caller's transaction, or says which is held by another run. */
export async function take(
  tx: Transaction,
  runId: string,
  keys: readonly string[],
  holder: string,
): Promise<Held | Busy> {
  for (const key of keys) {
    const busy = await heldByAnother(tx, key, runId);
    if (busy) return busy;
  }
  const token = await nextToken(tx);
  for (const key of keys)
    await tx.lease.upsert({
      where: { key },
      create: { key, runId, token, holder },
      update: { token, holder, takenAt: new Date(), renewedAt: new Date() },
    });
  return { runId, keys: [...keys], token, holder };
}

/** Takes over a run whose process is gone; null while its lease is still being renewed by a living process. */
export async function takeOver(runId: string, holder: string): Promise<Held | null> {
  return inTransaction(async (tx) => {
    const rows = await tx.$queryRaw<{ key: string; lost: boolean; holder: string }[]>`
      SELECT key, holder, renewed_at < now() - make_interval(secs => ${lostAfterSeconds}) AS lost
      FROM (SELECT key, holder, "renewedAt" AS renewed_at FROM lease WHERE "runId" = ${runId} FOR UPDATE) held`;
    if (rows.length === 0 || rows.some((row) => !row.lost)) return null;
    const token = await nextToken(tx);
    await tx.$executeRaw`UPDATE lease SET token = ${token}, holder = ${holder}, "takenAt" = now(), "renewedAt" = now() WHERE "runId" = ${runId}`;
    return { runId, keys: rows.map((row) => row.key), token, holder };
  });
}

/** False when another process has taken the run over: stop at once. */
export async function renew(held: Held): Promise<boolean> {
  const touched = await db()
    .$executeRaw`UPDATE lease SET "renewedAt" = now() WHERE "runId" = ${held.runId} AND token = ${held.token}`;
  return touched === held.keys.length;
}

export async function stillHeld(tx: Transaction, held: Held): Promise<boolean> {
  const rows = await tx.$queryRaw<
    { key: string }[]
  >`SELECT key FROM lease WHERE "runId" = ${held.runId} AND token = ${held.token} FOR SHARE`;
  return rows.length === held.keys.length;
}

export async function release(tx: Transaction, held: Held): Promise<void> {
  await tx.$executeRaw`DELETE FROM lease WHERE "runId" = ${held.runId} AND token = ${held.token}`;
}

/** Runs that are open: their leases stand, whether or not a process renews them. */
export async function openRunIds(): Promise<string[]> {
  const rows = await db().lease.findMany({ distinct: ["runId"], select: { runId: true } });
  return rows.map((row) => row.runId);
}

export function isBusy(taken: Held | Busy): taken is Busy {
  return "heartbeatAgeMs" in taken;
}

async function heldByAnother(tx: Transaction, key: string, runId: string): Promise<Busy | null> {
  const [row] = await tx.$queryRaw<{ runId: string; holder: string; age: number }[]>`
    SELECT "runId", holder, (extract(epoch FROM now() - "renewedAt") * 1000)::float8 AS age
    FROM lease WHERE key = ${key} AND "runId" <> ${runId} FOR UPDATE`;
  return row
    ? { key, runId: row.runId, holder: row.holder, heartbeatAgeMs: Math.max(0, Math.round(row.age)) }
    : null;
}

/** Tokens only ever grow, also across runs and after rows are gone. */
async function nextToken(tx: Transaction): Promise<bigint> {
  const [row] = await tx.$queryRaw<{ token: bigint }[]>`SELECT nextval('lease_token') AS token`;
  return row!.token;
}
