import "server-only";
import { appendAudit } from "#lib/audit/append.ts";
import type { Actor } from "#lib/auth/actor.ts";
import { type Refused, refuse } from "#lib/auth/refusal.ts";
import { type Db, db, inTransaction, type Transaction } from "#lib/db/index.ts";
import type { Registration } from "#lib/pools/draft.ts";
import { folded, instanceProblems, type Problem, poolProblems } from "#lib/pools/problems.ts";
import { freeSlug } from "#lib/pools/slug.ts";
import { type PasswordMissing, settleInstances, writeInstance, writePool } from "#lib/pools/write.ts";

/** Registers a pool and the instances that came with it; audited in the same transaction. */
export function addPool(
  given: Registration,
  actor: Actor,
  client: Db = db(),
): Promise<{ id: string } | Refused> {
  return register(given, actor, client, async (tx) => {
    const pools = await tx.pool.findMany({ select: { id: true, name: true, removedAt: true } });
    const living = pools.find(
      (pool) => pool.removedAt === null && folded(pool.name) === folded(given.pool.name),
    );
    if (living)
      return refuse(
        "register.refusal.poolExists",
        { name: given.pool.name },
        { "pool.name": "register.problem.pool-exists" },
      );
    // A removed pool that comes back is the same pool, with its runs.
    const removed = pools.find((pool) => folded(pool.name) === folded(given.pool.name));
    return {
      id:
        removed?.id ??
        freeSlug(given.pool.title || given.pool.name, (id) => pools.some((pool) => pool.id === id)),
      action: "register.audit.added",
    };
  });
}

export function changePool(
  poolId: string,
  given: Registration,
  actor: Actor,
  client: Db = db(),
): Promise<{ id: string } | Refused> {
  return register(given, actor, client, async (tx) => {
    const pool = await tx.pool.findUnique({ where: { id: poolId } });
    if (!pool || pool.removedAt) return refuse("register.refusal.noSuchPool", { id: poolId });
    if (await hasOpenRun(tx, poolId)) return refuse("register.refusal.openRun", { name: pool.name });
    return { id: poolId, action: "register.audit.changed" };
  });
}

/** Kept, with its runs, and marked; instances that serve no other pool are no longer watched. */
export function removePool(
  poolId: string,
  actor: Actor,
  client: Db = db(),
): Promise<{ id: string } | Refused> {
  return inTransaction(
    async (tx) => {
      const pool = await tx.pool.findUnique({
        where: { id: poolId },
        include: { stores: { include: { store: true } } },
      });
      if (!pool || pool.removedAt) return refuse("register.refusal.noSuchPool", { id: poolId });
      if (await hasOpenRun(tx, poolId)) return refuse("register.refusal.openRun", { name: pool.name });
      await tx.pool.update({ where: { id: poolId }, data: { removedAt: new Date() } });
      await settleInstances(
        tx,
        pool.stores.flatMap(({ store }) => [
          store.primaryId,
          store.mirrorId,
          ...(store.witnessId ? [store.witnessId] : []),
        ]),
      );
      await appendAudit(tx, {
        actor,
        origin: "wizard",
        action: "register.audit.removed",
        values: { pool: pool.name },
        outcome: "done",
        poolId,
      });
      return { id: poolId };
    },
    { client },
  );
}

type Decided = { id: string; action: string };

async function register(
  given: Registration,
  actor: Actor,
  client: Db,
  decide: (tx: Transaction) => Promise<Decided | Refused>,
): Promise<{ id: string } | Refused> {
  try {
    return await inTransaction(
      async (tx) => {
        const decided = await decide(tx);
        if ("ok" in decided) return decided;
        const problems = await problemsOf(tx, given);
        if (problems.length > 0)
          return refuse("register.refusal.problems", { count: problems.length }, fieldsOf(problems));
        const instances = given.instances.map(({ name }) => name);
        const before = await instanceIdsOf(tx, decided.id);
        for (const instance of given.instances) await writeInstance(tx, instance, "browser");
        await writePool(tx, decided.id, given.pool, "browser");
        await settleInstances(tx, before);
        const values = {
          pool: given.pool.name,
          instances: instances.join(", "),
          stores: given.pool.stores.map((store) => store.type).join(", "),
        };
        await appendAudit(tx, {
          actor,
          origin: "wizard",
          action: decided.action,
          values,
          outcome: "done",
          poolId: decided.id,
        });
        return { id: decided.id };
      },
      { client },
    );
  } catch (error) {
    if (!isPasswordMissing(error)) throw error;
    const index = given.instances.findIndex((instance) => instance.name === error.instance);
    return refuse(
      "register.refusal.problems",
      { count: 1 },
      { [`instances.${index}.${error.which}.password`]: "register.problem.password-again" },
    );
  }
}

async function problemsOf(tx: Transaction, given: Registration): Promise<Problem[]> {
  const known = await tx.instance.findMany({ where: { removedAt: null }, select: { name: true } });
  const names = [...known, ...given.instances].map(({ name }) => name);
  const under = (part: string) => (problem: Problem) => ({ ...problem, path: [part, ...problem.path] });
  return [
    ...poolProblems(given.pool, names).map(under("pool")),
    ...instanceProblems(given.instances).map(under("instances")),
  ];
}

function fieldsOf(problems: readonly Problem[]): Record<string, string> {
  return Object.fromEntries(
    problems.map(({ path, problem }) => [path.join("."), `register.problem.${problem}`]),
  );
}

async function instanceIdsOf(tx: Transaction, poolId: string): Promise<string[]> {
  const stores = await tx.store.findMany({ where: { pools: { some: { poolId } } } });
  return stores.flatMap((store) => [
    store.primaryId,
    store.mirrorId,
    ...(store.witnessId ? [store.witnessId] : []),
  ]);
}

/** A run holds its pool by a lease. */
async function hasOpenRun(tx: Transaction, poolId: string): Promise<boolean> {
  return (await tx.lease.count({ where: { key: `pool:${poolId}` } })) > 0;
}

// By its mark, not its class: the error may come from another bundle's copy of the module.
function isPasswordMissing(error: unknown): error is PasswordMissing {
  return (error as { kind?: unknown } | null)?.kind === "password-missing";
}
