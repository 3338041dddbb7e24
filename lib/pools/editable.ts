import "server-only";
import { type Db, db, type Instance as InstanceRow } from "#lib/db/index.ts";
import type { DatabaseType } from "#lib/mirroring/pool.ts";
import type { InstanceDraft, LoginDraft, PoolDraft } from "#lib/pools/draft.ts";
import type { TlsVersion } from "#lib/sqlserver/target.ts";

/** What the settings page begins with. Passwords never leave the register: null keeps them. */
export interface Editable {
  pool: PoolDraft;
  instances: InstanceDraft[];
  /** "browser", or the file that will say it again at the next start. */
  origin: string;
}

export async function editable(poolId: string, client: Db = db()): Promise<Editable | null> {
  const row = await client.pool.findUnique({
    where: { id: poolId, removedAt: null },
    include: {
      stores: {
        include: { store: { include: { primary: true, mirror: true, witness: true } } },
        orderBy: { storeId: "asc" },
      },
    },
  });
  if (!row) return null;
  const stores = row.stores.map(({ store }) => store);
  const rows = stores.flatMap((store) => [
    store.primary,
    store.mirror,
    ...(store.witness ? [store.witness] : []),
  ]);
  const { name, title, product, frontEnds, fileShare } = row;
  return {
    origin: row.origin,
    pool: {
      name,
      title,
      product,
      frontEnds,
      fileShare,
      persistentChat: row.persistentChat as PoolDraft["persistentChat"],
      stores: stores.map((store) => ({
        type: store.type as DatabaseType,
        databases: store.databases,
        primary: store.primary.name,
        mirror: store.mirror.name,
        witness: store.witness?.name ?? null,
      })),
    },
    instances: [...new Map(rows.map((instance) => [instance.id, instance])).values()].map(instanceDraft),
  };
}

/** Instances that other pools brought: a new pool may name them without writing them down again. */
export async function knownInstances(client: Db = db()): Promise<string[]> {
  const rows = await client.instance.findMany({
    where: { removedAt: null },
    select: { name: true },
    orderBy: { name: "asc" },
  });
  return rows.map(({ name }) => name);
}

function instanceDraft(row: InstanceRow): InstanceDraft {
  const { name, server, port, namedInstance } = row;
  const tls = { minimum: row.tlsMinimum as TlsVersion, trust: row.tlsTrust, ca: row.tlsCa };
  return {
    name,
    server,
    port,
    namedInstance,
    tls,
    looking: loginDraft(row.looking),
    acting: row.acting === null ? null : loginDraft(row.acting),
  };
}

function loginDraft(stored: unknown): LoginDraft {
  const { type, user, domain } = stored as { type: LoginDraft["type"]; user: string; domain: string | null };
  return { type, user, domain: domain ?? null, password: null };
}
