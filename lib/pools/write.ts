import "server-only";
import { isDeepStrictEqual } from "node:util";
import { type Instance as InstanceRow, Prisma, type Transaction } from "#lib/db/index.ts";
import type { InstanceDraft, PoolDraft, StoreDraft } from "#lib/pools/draft.ts";
import { folded } from "#lib/pools/problems.ts";
import { placeOf } from "#lib/pools/register.ts";
import { seal, unseal } from "#lib/pools/seal.ts";
import { freeSlug, slug } from "#lib/pools/slug.ts";

/** A password is missing: a new login, or a changed one, came without. */
export class PasswordMissing extends Error {
  readonly kind = "password-missing";
  readonly instance: string;
  readonly which: "looking" | "acting";
  constructor(instance: string, which: "looking" | "acting") {
    super(`${instance}: the ${which} login has no password`);
    this.instance = instance;
    this.which = which;
  }
}

/** Writes an instance by its name, new or known; returns its id and whether anything changed. */
export async function writeInstance(
  tx: Transaction,
  draft: InstanceDraft,
  origin: string,
): Promise<{ id: string; changed: boolean }> {
  const all = await tx.instance.findMany();
  const known = all.find((row) => folded(row.name) === folded(draft.name));
  const id = known?.id ?? freeSlug(draft.name, (taken) => all.some((row) => row.id === taken));
  const looking = sealed(draft, "looking", id, known);
  const acting = sealed(draft, "acting", id, known);
  const data = {
    name: draft.name,
    server: draft.server,
    port: draft.port,
    namedInstance: draft.namedInstance,
    tlsMinimum: draft.tls.minimum,
    tlsTrust: draft.tls.trust,
    tlsCa: draft.tls.ca,
    looking: looking!.login,
    lookingSecret: looking!.secret,
    acting: acting?.login ?? Prisma.DbNull,
    actingSecret: acting?.secret ?? null,
    origin,
    removedAt: null,
  };
  if (!known) await tx.instance.create({ data: { id, ...data } });
  else if (differs(known, { ...data, acting: acting?.login ?? null }))
    await tx.instance.update({ where: { id }, data });
  else return { id, changed: false };
  return { id, changed: true };
}

/** Writes a pool and the stores that it names; a store on the same pair may serve other pools too. */
export async function writePool(
  tx: Transaction,
  id: string,
  draft: PoolDraft,
  origin: string,
): Promise<{ changed: boolean }> {
  const known = await tx.pool.findUnique({ where: { id }, include: { stores: true } });
  const { stores, persistentChat, ...plain } = draft;
  const data = { ...plain, persistentChat: persistentChat ?? Prisma.DbNull, origin, removedAt: null };
  let changed = !known || differs(known, { ...plain, persistentChat, origin, removedAt: null });
  if (!known) await tx.pool.create({ data: { id, ...data } });
  else if (changed) await tx.pool.update({ where: { id }, data });

  const instances = await tx.instance.findMany({
    where: { removedAt: null },
    select: { id: true, name: true },
  });
  const ids = new Set<string>();
  for (const store of stores) {
    const written = await writeStore(tx, id, store, instances);
    ids.add(written.id);
    changed ||= written.changed;
  }
  const gone = (known?.stores ?? []).filter((link) => !ids.has(link.storeId)).map((link) => link.storeId);
  if (gone.length > 0) {
    await tx.poolStore.deleteMany({ where: { poolId: id, storeId: { in: gone } } });
    await tx.store.deleteMany({ where: { id: { in: gone }, pools: { none: {} } } });
  }
  const linked = await tx.poolStore.createMany({
    data: [...ids].map((storeId) => ({ poolId: id, storeId })),
    skipDuplicates: true,
  });
  return { changed: changed || gone.length > 0 || linked.count > 0 };
}

/** Instances that no living pool uses any more rest; those of a living pool are awake. */
export async function settleInstances(tx: Transaction, ids: readonly string[]): Promise<void> {
  const living = { some: { pools: { some: { pool: { removedAt: null } } } } };
  const used = { OR: [{ storesAsPrimary: living }, { storesAsMirror: living }, { storesAsWitness: living }] };
  await tx.instance.updateMany({
    where: { id: { in: [...ids] }, removedAt: null, NOT: used },
    data: { removedAt: new Date() },
  });
}

type Named = { id: string; name: string };

async function writeStore(
  tx: Transaction,
  poolId: string,
  draft: StoreDraft,
  instances: readonly Named[],
): Promise<{ id: string; changed: boolean }> {
  const primaryId = idOf(instances, draft.primary);
  const mirrorId = idOf(instances, draft.mirror);
  const witnessId = draft.witness && idOf(instances, draft.witness);
  // `Other` means something else in every pool; the rest is the same store wherever it stands on the same pair.
  const id = [slug(draft.type), ...(draft.type === "Other" ? [poolId] : []), primaryId, mirrorId].join("-");
  const data = {
    type: draft.type,
    databases: draft.type === "Other" ? draft.databases : [],
    primaryId,
    mirrorId,
    witnessId,
  };
  const known = await tx.store.findUnique({ where: { id } });
  if (known && !differs(known, data)) return { id, changed: false };
  await tx.store.upsert({ where: { id }, create: { id, ...data }, update: data });
  return { id, changed: true };
}

function idOf(instances: readonly Named[], name: string): string {
  const found = instances.find((instance) => folded(instance.name) === folded(name));
  if (!found) throw new Error(`No instance is called ${name}`);
  return found.id;
}

type StoredLogin = { type: string; user: string; domain: string | null };

function sealed(
  draft: InstanceDraft,
  which: "looking" | "acting",
  id: string,
  known?: InstanceRow,
): { login: StoredLogin; secret: string } | null {
  const given = draft[which];
  if (!given) return null;
  const login = { type: given.type, user: given.user, domain: given.domain };
  const password = given.password ?? keptPassword(draft, which, known);
  return { login, secret: sealOnce(password, placeOf(id, which), secretOf(known, which)) };
}

/**
 * The password that is known, for the same server and user only: else whoever may change a server's address could
 * have its password sent to a server of his own.
 */
export function keptPassword(draft: InstanceDraft, which: "looking" | "acting", known?: InstanceRow): string {
  const user = (known?.[which] as StoredLogin | null | undefined)?.user;
  const secret = secretOf(known, which);
  const same = known && folded(known.server) === folded(draft.server) && user === draft[which]?.user;
  if (!same || !secret) throw new PasswordMissing(draft.name, which);
  return unseal(secret, placeOf(known.id, which));
}

function secretOf(known: InstanceRow | undefined, which: "looking" | "acting"): string | null | undefined {
  return which === "looking" ? known?.lookingSecret : known?.actingSecret;
}

/** Sealing is salted: the same password again is no change. */
function sealOnce(password: string, place: string, known?: string | null): string {
  try {
    if (known && unseal(known, place) === password) return known;
  } catch {
    // Sealed with a lost key: now it is entered again.
  }
  return seal(password, place);
}

function differs(known: Record<string, unknown>, data: Record<string, unknown>): boolean {
  return Object.entries(data).some(([key, value]) => !isDeepStrictEqual(known[key], value));
}
