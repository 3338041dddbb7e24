/**
 * Hand-made pools and observations, for tests of what is concluded from them and of what a page says about them.
 * A situation starts well (everything SYNCHRONIZED, principals in position Primary) and is then told otherwise.
 */
import type {
  DatabaseFact,
  InstanceAnswer,
  InstanceObservation,
  MirroringFact,
  Silence,
} from "#lib/mirroring/observation.ts";
import {
  type DatabaseType,
  databasesOfType,
  type Instance,
  instancesOf,
  type Pool,
  type Store,
} from "#lib/mirroring/pool.ts";

/** The clock of every situation; each instance answered one second before it. */
export const noon = Date.UTC(2026, 2, 14, 12, 0, 0);

export interface Situation {
  pool: Pool;
  observations: Map<string, InstanceObservation>;
}

/** A pool of these types on one pair with a witness; null for none. */
export function poolOf(
  types: readonly DatabaseType[],
  on: [string, string, string | null] = ["BE1", "BE2", "WIT"],
): Pool {
  const [primary, mirror, witness] = on;
  const stores = types.map(
    (type): Store => ({
      id: `${type.toLowerCase()}-${instance(primary).id}`,
      type,
      databases: [...databasesOfType[type]],
      primary: instance(primary),
      mirror: instance(mirror),
      witness: witness === null ? null : instance(witness),
      sharedWith: [],
    }),
  );
  return {
    id: "munich",
    name: "pool.munich.example",
    title: "Munich",
    product: "Lync Server 2013",
    frontEnds: [],
    fileShare: null,
    persistentChat: null,
    stores,
  };
}

export function allWell(pool: Pool): Situation {
  const observations = instancesOf(pool).map((each): [string, InstanceObservation] => [
    each.id,
    answer(pool, each),
  ]);
  return { pool, observations: new Map(observations) };
}

/** Changes what one server tells of some databases (all of them when none is named). */
export function tell(
  situation: Situation,
  server: string,
  change: { fact?: Partial<DatabaseFact>; mirroring?: Partial<MirroringFact> | null; databases?: string[] },
): Situation {
  return retell(situation, server, (said) => ({
    ...said,
    databases: said.databases.map((fact) =>
      change.databases && !change.databases.includes(fact.name) ? fact : changed(fact, change),
    ),
  }));
}

export function silence(situation: Situation, server: string, kind: Silence["kind"] = "network"): Situation {
  const { startedAt, answeredAt } = situation.observations.get(instance(server).id)!;
  return heard(situation, server, {
    instanceId: instance(server).id,
    startedAt,
    answeredAt,
    login: "looking",
    reachable: false,
    reason: { kind, detail: "connect ETIMEDOUT" },
  });
}

export function retell(
  situation: Situation,
  server: string,
  change: (said: InstanceAnswer) => InstanceAnswer,
): Situation {
  const said = situation.observations.get(instance(server).id);
  if (!said?.reachable) throw new Error(`${server} says nothing that could be told otherwise`);
  return heard(situation, server, change(said));
}

export function unasked(situation: Situation, server: string): Situation {
  const observations = new Map(situation.observations);
  observations.delete(instance(server).id);
  return { ...situation, observations };
}

/** One database switched by hand: roles exchanged, role sequence one higher. */
export function switched(situation: Situation, databases: string[]): Situation {
  const { primary, mirror } = situation.pool.stores[0]!;
  const asMirror = { state: "RESTORING", sendQueueKb: 0 };
  const asPrincipal = { state: "ONLINE", redoQueueKb: 0 };
  const left = tell(situation, primary.name, {
    databases,
    fact: asMirror,
    mirroring: { role: "MIRROR", roleSequence: 4 },
  });
  return tell(left, mirror.name, {
    databases,
    fact: asPrincipal,
    mirroring: { role: "PRINCIPAL", roleSequence: 4 },
  });
}

function heard(situation: Situation, server: string, observation: InstanceObservation): Situation {
  return {
    ...situation,
    observations: new Map(situation.observations).set(instance(server).id, observation),
  };
}

function changed(
  fact: DatabaseFact,
  change: { fact?: Partial<DatabaseFact>; mirroring?: Partial<MirroringFact> | null },
): DatabaseFact {
  if (change.mirroring === null) return { ...fact, ...change.fact, mirroring: null };
  return { ...fact, ...change.fact, mirroring: fact.mirroring && { ...fact.mirroring, ...change.mirroring } };
}

function instance(name: string): Instance {
  return { id: name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-"), name };
}

function answer(pool: Pool, on: Instance): InstanceAnswer {
  const at = noon - 1_000;
  return {
    instanceId: on.id,
    startedAt: at - 40,
    answeredAt: at,
    login: "acting",
    reachable: true,
    serverTime: new Date(at).toISOString(),
    serverName: on.name,
    version: "11.0.7001.0",
    edition: "Standard Edition (64-bit)",
    startedAtServer: new Date(noon - 86_400_000).toISOString(),
    sysadmin: true,
    viewServerState: true,
    databases: pool.stores.flatMap((store) => factsOn(store, on, at)),
    witnessed: pool.stores.flatMap((store) => (store.witness?.id === on.id ? rowsOf(store) : [])),
    endpoint: {
      name: "mirroring_endpoint",
      state: "STARTED",
      role: "ALL",
      port: 5022,
      encrypted: true,
      algorithm: "AES",
    },
  };
}

function factsOn(store: Store, on: Instance, at: number): DatabaseFact[] {
  if (on.id !== store.primary.id && on.id !== store.mirror.id) return [];
  const principal = on.id === store.primary.id;
  return store.databases.map((name, index) => ({
    name,
    databaseId: 5 + index,
    state: principal ? "ONLINE" : "RESTORING",
    recoveryModel: "FULL",
    logReuseWait: "NOTHING",
    mirroring: {
      guid: `guid-${store.id}-${name}`,
      role: principal ? "PRINCIPAL" : "MIRROR",
      roleSequence: 3,
      state: "SYNCHRONIZED",
      safety: "FULL",
      safetySequence: 1,
      partnerName: `TCP://${(principal ? store.mirror : store.primary).name}.example:5022`,
      partnerInstance: (principal ? store.mirror : store.primary).name,
      witnessName: store.witness && `TCP://${store.witness.name}.example:5022`,
      witnessState: store.witness && "CONNECTED",
      failoverLsn: "34000000012300001",
      endOfLogLsn: "34000000012400001",
      timeoutSeconds: 10,
      redoQueueLimitMb: null,
    },
    sendQueueKb: 0,
    redoQueueKb: 0,
    redoKbPerSecond: null,
    sendKbPerSecond: null,
    sessions: principal ? [{ host: "FE1", program: "RTCSRV", count: 12, openTransactions: 0 }] : [],
    roleFirstHeardAt: at - 60_000,
  }));
}

function rowsOf(store: Store) {
  return store.databases.map((database) => ({
    database,
    principal: `TCP://${store.primary.name}.example:5022`,
    mirror: `TCP://${store.mirror.name}.example:5022`,
    guid: `guid-${store.id}-${database}`,
    roleSequence: 3,
    synchronized: true,
    suspended: false,
  }));
}
