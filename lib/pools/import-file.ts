import "server-only";
import { appendAudit } from "#lib/audit/append.ts";
import { type Db, db, inTransaction, type Transaction } from "#lib/db/index.ts";
import { type RegisterFile, readRegisterFile } from "#lib/pools/register-file.ts";
import { settleInstances, writeInstance, writePool } from "#lib/pools/write.ts";

export type Imported = { ok: true; changed: string[]; gone: string[] } | { ok: false; mistakes: string[] };

/** Brings the register to what the file says. Done again, it changes nothing; what left the file is kept and marked. */
export async function importRegisterFile(file: string, client: Db = db()): Promise<Imported> {
  const read = readRegisterFile(file);
  if (!read.ok) return read;
  return inTransaction((tx) => bring(tx, read.register), { client });
}

async function bring(tx: Transaction, { origin, instances, pools }: RegisterFile): Promise<Imported> {
  const changed: string[] = [];
  const kept = new Set<string>();
  for (const instance of instances) {
    const written = await writeInstance(tx, instance, origin);
    kept.add(written.id);
    if (written.changed) changed.push(instance.name);
  }
  for (const { id, ...pool } of pools)
    if ((await writePool(tx, id, pool, origin)).changed) changed.push(pool.name);

  const gone = await markGone(
    tx,
    origin,
    [...kept],
    pools.map(({ id }) => id),
  );
  if (changed.length + gone.length > 0) {
    const values = { file: origin, changed: changed.join(", "), gone: gone.join(", ") };
    await appendAudit(tx, {
      actor: "system",
      origin: "system",
      action: "register.audit.imported",
      values,
      outcome: "done",
    });
  }
  return { ok: true, changed, gone };
}

async function markGone(
  tx: Transaction,
  origin: string,
  instances: string[],
  pools: string[],
): Promise<string[]> {
  const removedAt = new Date();
  const lostPools = await tx.pool.findMany({ where: { origin, removedAt: null, id: { notIn: pools } } });
  await tx.pool.updateMany({ where: { id: { in: lostPools.map(({ id }) => id) } }, data: { removedAt } });
  const lost = await tx.instance.findMany({ where: { origin, removedAt: null, id: { notIn: instances } } });
  // One that a pool of the browser uses too stays awake.
  await settleInstances(
    tx,
    lost.map(({ id }) => id),
  );
  const asleep = await tx.instance.findMany({
    where: { id: { in: lost.map(({ id }) => id) }, removedAt: { not: null } },
  });
  return [...lostPools, ...asleep].map(({ name }) => name);
}
