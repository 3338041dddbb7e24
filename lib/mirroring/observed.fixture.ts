/** Observations for tests: a pool on BE1 (position Primary), BE2 (position Mirror) and the witness WIT. */
import type {
  DatabaseFact,
  InstanceAnswer,
  InstanceObservation,
  MirroringFact,
  MirroringState,
  Silence,
} from "#lib/mirroring/observation.ts";
import type { Pool, Store } from "#lib/mirroring/pool.ts";
import type { Observations } from "#lib/mirroring/session.ts";

export const now = Date.UTC(2026, 10, 21, 3, 12);

const be1 = { id: "be1", name: "BE1" };
const be2 = { id: "be2", name: "BE2" };
const wit = { id: "wit", name: "WIT" };

export function userStore(databases = ["rtcxds", "rtcshared"]): Store {
  return { id: "user", type: "User", databases, primary: be1, mirror: be2, witness: wit, sharedWith: [] };
}

export function poolOf(...stores: Store[]): Pool {
  return {
    id: "munich",
    name: "lyncpool1.contoso.com",
    title: "Munich",
    product: "Lync Server 2013",
    frontEnds: ["fe1.contoso.com"],
    fileShare: null,
    persistentChat: null,
    stores: stores.length > 0 ? stores : [userStore()],
  };
}

/** One partner's word on one database; what is not said is as in a healthy pair. */
export type Said = Partial<MirroringFact> & {
  name?: string;
  db?: DatabaseFact["state"];
  redoQueueKb?: number | null;
  sendQueueKb?: number | null;
  sessions?: DatabaseFact["sessions"];
  heardAt?: number;
  /** NULL columns: not mirrored, or hidden. */
  nothing?: true;
};

export function principal(said: Said = {}): DatabaseFact {
  return fact({ role: "PRINCIPAL", db: "ONLINE", ...said });
}

export function mirror(said: Said = {}): DatabaseFact {
  return fact({ role: "MIRROR", db: "RESTORING", ...said });
}

export function answers(
  instanceId: string,
  databases: DatabaseFact[],
  more: Partial<InstanceAnswer> = {},
): InstanceAnswer {
  return {
    reachable: true,
    instanceId,
    startedAt: now - 40,
    answeredAt: now - 20,
    login: "acting",
    serverTime: new Date(now).toISOString(),
    serverName: instanceId.toUpperCase(),
    version: "11.0.7001.0",
    edition: "Enterprise Edition (64-bit)",
    startedAtServer: null,
    sysadmin: true,
    viewServerState: true,
    databases,
    witnessed: [],
    endpoint: null,
    ...more,
  };
}

export function silent(instanceId: string, kind: Silence["kind"] = "network"): InstanceObservation {
  return {
    reachable: false,
    instanceId,
    startedAt: now - 40,
    answeredAt: now - 20,
    login: "acting",
    reason: { kind, detail: "connect ECONNREFUSED" },
  };
}

export function heard(...observations: InstanceObservation[]): Observations {
  return new Map(observations.map((observation) => [observation.instanceId, observation]));
}

/** Both partners and the witness say that everything is well: BE1 is principal of both databases. */
export function healthy(): Observations {
  return heard(
    answers("be1", [principal(), principal({ name: "rtcshared" })]),
    answers("be2", [mirror(), mirror({ name: "rtcshared" })]),
    answers("wit", []),
  );
}

function fact({
  name = "rtcxds",
  db = "ONLINE",
  redoQueueKb = 0,
  sendQueueKb = 0,
  sessions = [],
  heardAt = now - 60_000,
  nothing,
  ...said
}: Said & { role: MirroringFact["role"] }): DatabaseFact {
  return {
    name,
    databaseId: 5,
    state: db,
    recoveryModel: "FULL",
    logReuseWait: "NOTHING",
    mirroring: nothing ? null : { ...wellMirrored, guid: `guid-${name}`, ...said },
    sendQueueKb,
    redoQueueKb,
    redoKbPerSecond: 1000,
    sendKbPerSecond: 1000,
    sessions,
    roleFirstHeardAt: heardAt,
  };
}

const wellMirrored: Omit<MirroringFact, "role" | "guid"> = {
  roleSequence: 3,
  state: "SYNCHRONIZED" satisfies MirroringState,
  safety: "FULL",
  safetySequence: 1,
  partnerName: "TCP://partner:5022",
  partnerInstance: "PARTNER",
  witnessName: "TCP://wit:7022",
  witnessState: "CONNECTED",
  failoverLsn: "1000000000000000001",
  endOfLogLsn: "1000000000000000009",
  timeoutSeconds: 10,
  redoQueueLimitMb: null,
};
