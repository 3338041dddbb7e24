/**
 * What is declared: pools, their stores, and the instances in their positions.
 * Roles are never declared; they are observed, per database.
 */

/** A registered SQL Server, by the id of the register; `name` is what people say (`BE1`, `BE3\rtc`). */
export interface Instance {
  id: string;
  name: string;
}

/** A DatabaseType of a pool on a pair of instances. Positions come from the published Lync topology, not from roles. */
export interface Store {
  id: string;
  type: DatabaseType;
  /** Lower-case names. They follow from the type; only `Other` lists its own. */
  databases: string[];
  primary: Instance;
  mirror: Instance;
  witness: Instance | null;
  /** Other pools that this store serves too: a switch takes them along. */
  sharedWith: { id: string; title: string }[];
}

export interface Pool {
  id: string;
  name: string;
  title: string;
  product: string;
  frontEnds: string[];
  fileShare: string | null;
  persistentChat: { pool: string; secondaryPool: string | null; servers: string[] } | null;
  stores: Store[];
}

export const databaseTypes = [
  "User",
  "CentralMgmt",
  "Application",
  "Archiving",
  "Monitoring",
  "PersistentChat",
  "PersistentChatCompliance",
  "Other",
] as const;
export type DatabaseType = (typeof databaseTypes)[number];

/**
 * The databases of each type. `User` is spelled out by Microsoft (deploying SQL mirroring for back-end availability);
 * the rest by store names in its DatabasePathMap keys and a practitioner's complete table that agrees.
 */
export const databasesOfType: Record<DatabaseType, readonly string[]> = {
  User: ["rtcxds", "rtcshared", "rtcab"],
  CentralMgmt: ["xds", "lis"],
  Application: ["rgsconfig", "rgsdyn", "cpsdyn"],
  Archiving: ["lcslog"],
  Monitoring: ["lcscdr", "qoemetrics"],
  PersistentChat: ["mgc"],
  PersistentChatCompliance: ["mgccomp"],
  Other: [],
};

/** Lync's other spellings of a type, compared without case: App, CMS. */
export function databaseType(spelling: string): DatabaseType | null {
  const aliases: Record<string, DatabaseType> = { app: "Application", cms: "CentralMgmt" };
  const wanted = spelling.toLowerCase();
  return aliases[wanted] ?? databaseTypes.find((type) => type.toLowerCase() === wanted) ?? null;
}

export function instancesOf(pool: Pool): Instance[] {
  const all = pool.stores.flatMap((store) => [
    store.primary,
    store.mirror,
    ...(store.witness ? [store.witness] : []),
  ]);
  return [...new Map(all.map((instance) => [instance.id, instance])).values()];
}

/** The two servers that carry a store, in their positions; equal for stores that share a pair. */
export function pairKey(store: Pick<Store, "primary" | "mirror">): string {
  return `${store.primary.id}|${store.mirror.id}`;
}
