import "server-only";
import { type Db, db, type Instance as InstanceRow } from "#lib/db/index.ts";
import { type DatabaseType, databasesOfType, type Pool, type Store } from "#lib/mirroring/pool.ts";
import { unseal } from "#lib/pools/seal.ts";
import type { Login, Target, TlsVersion } from "#lib/sqlserver/target.ts";

/** The register as the domain sees it: living pools only, by title. */
export async function poolsWithStores(client: Db = db()): Promise<Pool[]> {
  const rows = await client.pool.findMany({
    where: { removedAt: null },
    include: parts,
    orderBy: [{ title: "asc" }, { name: "asc" }],
  });
  return rows.map(poolOf);
}

/** Removed pools are found too: their runs are still read. */
export async function poolById(id: string, client: Db = db()): Promise<(Pool & { removed: boolean }) | null> {
  const row = await client.pool.findUnique({ where: { id }, include: parts });
  return row && { ...poolOf(row), removed: row.removedAt !== null };
}

export async function instancesToWatch(client: Db = db()): Promise<{ id: string; name: string }[]> {
  return client.instance.findMany({
    where: { removedAt: null },
    select: { id: true, name: true },
    orderBy: { name: "asc" },
  });
}

/** With its password opened. The looking login acts where no acting login was given. */
export async function targetOf(
  instanceId: string,
  which: Target["which"],
  client: Db = db(),
): Promise<Target | null> {
  const row = await client.instance.findUnique({ where: { id: instanceId } });
  return row && targetFrom(row, which);
}

/** Every instance that is watched, as one of its two logins. */
export async function targetsOf(which: Target["which"], client: Db = db()): Promise<Target[]> {
  const rows = await client.instance.findMany({ where: { removedAt: null }, orderBy: { name: "asc" } });
  return rows.map((row) => targetFrom(row, which));
}

function targetFrom(row: InstanceRow, which: Target["which"]): Target {
  return {
    id: row.id,
    name: row.name,
    server: row.server,
    port: row.port,
    namedInstance: row.namedInstance,
    tls: { minimum: row.tlsMinimum as TlsVersion, trust: row.tlsTrust, ca: row.tlsCa },
    which,
    ...(row.acting && row.actingSecret && which === "acting"
      ? login(row.acting, row.actingSecret, placeOf(row.id, "acting"))
      : login(row.looking, row.lookingSecret, placeOf(row.id, "looking"))),
  };
}

/** Where a sealed password belongs. */
export function placeOf(instanceId: string, which: Target["which"]): string {
  return `${instanceId}/${which}`;
}

/** One password that does not open must not hide the other instances. */
function login(stored: unknown, sealed: string, place: string): Pick<Target, "login" | "unreadable"> {
  const { type, user, domain } = stored as Omit<Login, "password">;
  const known = { type, user, ...(domain ? { domain } : {}) };
  try {
    return { login: { ...known, password: unseal(sealed, place) } };
  } catch (error) {
    return { login: { ...known, password: "" }, unreadable: (error as Error).message };
  }
}

const instanceName = { select: { id: true, name: true } } as const;
const otherPools = {
  include: { pool: { select: { id: true, title: true, name: true, removedAt: true } } },
} as const;
const parts = {
  stores: {
    include: {
      store: {
        include: { primary: instanceName, mirror: instanceName, witness: instanceName, pools: otherPools },
      },
    },
  },
} as const;

type PoolRow = NonNullable<Awaited<ReturnType<typeof findPool>>>;
type StoreRow = PoolRow["stores"][number]["store"];

function findPool(client: Db, id: string) {
  return client.pool.findUnique({ where: { id }, include: parts });
}

function poolOf(row: PoolRow): Pool {
  return {
    id: row.id,
    name: row.name,
    title: row.title || row.name,
    product: row.product,
    frontEnds: row.frontEnds,
    fileShare: row.fileShare,
    persistentChat: row.persistentChat as Pool["persistentChat"],
    stores: row.stores
      .map(({ store }) => storeOf(store, row.id))
      .sort((a, b) => order(a) - order(b) || a.id.localeCompare(b.id)),
  };
}

function storeOf(row: StoreRow, poolId: string): Store {
  const type = row.type as DatabaseType;
  return {
    id: row.id,
    type,
    databases: type === "Other" ? row.databases : [...databasesOfType[type]],
    primary: row.primary,
    mirror: row.mirror,
    witness: row.witness,
    sharedWith: row.pools
      .filter(({ pool }) => pool.id !== poolId && pool.removedAt === null)
      .map(({ pool }) => ({ id: pool.id, title: pool.title || pool.name })),
  };
}

function order(store: Store): number {
  return Object.keys(databasesOfType).indexOf(store.type);
}
