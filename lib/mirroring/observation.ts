/**
 * What one instance said in one round, or that it said nothing. Facts only: nothing here is concluded.
 * Times are milliseconds since 1970 by the dashboard's clock unless called `serverTime`.
 */

export type InstanceObservation = InstanceAnswer | InstanceSilence;

interface Round {
  instanceId: string;
  /** When this round was begun: two claims count only if confirmed by rounds begun after both were first heard. */
  startedAt: number;
  answeredAt: number;
  /** Which login asked: the acting login sees a mirror's columns, a looking login may not. */
  login: "looking" | "acting";
}

export interface InstanceSilence extends Round {
  reachable: false;
  reason: Silence;
  /** When the first of an unbroken row of silent rounds began (see `carrySilence`); absent on a round by itself. */
  silentSince?: number;
}

/** Why nothing was learned. `rights` means that the server answered and would not say. */
export interface Silence {
  kind: "network" | "timeout" | "tls" | "login" | "rights" | "garbage";
  /** The server's or driver's own words, for the details; never the only thing shown. */
  detail: string;
  number?: number;
}

export interface InstanceAnswer extends Round {
  reachable: true;
  /** The server's own clock, ISO 8601 in UTC. */
  serverTime: string;
  serverName: string;
  /** `11.0.7001.0` */
  version: string;
  edition: string;
  /** When this start of the instance began (sqlserver_start_time); null where the version or the rights hide it. */
  startedAtServer: string | null;
  sysadmin: boolean;
  /** False: counters and sessions are missing below for want of VIEW SERVER STATE. */
  viewServerState: boolean;
  databases: DatabaseFact[];
  witnessed: WitnessFact[];
  endpoint: EndpointFact | null;
}

export interface DatabaseFact {
  name: string;
  databaseId: number;
  /** sys.databases.state_desc */
  state: string;
  recoveryModel: string;
  logReuseWait: string;
  /** The mirroring_* columns; null when they were NULL: not mirrored, or hidden from a login that is not sysadmin. */
  mirroring: MirroringFact | null;
  /** From the Database Mirroring counters; null where unreadable. Counters not meaningful for the role read 0. */
  sendQueueKb: number | null;
  redoQueueKb: number | null;
  /** KB/s between this round and the one before; null until two rounds were seen. */
  redoKbPerSecond: number | null;
  sendKbPerSecond: number | null;
  /** User sessions in this database by client machine; null where unreadable. */
  sessions: { host: string; program: string; count: number; openTransactions: number }[] | null;
  /** When this role at this role sequence was first heard in an unbroken row of answers (see `carryForward`). */
  roleFirstHeardAt: number;
}

export interface MirroringFact {
  guid: string;
  role: Role;
  roleSequence: number;
  state: MirroringState;
  safety: "FULL" | "OFF" | "UNKNOWN";
  safetySequence: number;
  partnerName: string;
  partnerInstance: string;
  /** Null when none: some builds say '' instead of NULL. */
  witnessName: string | null;
  /** As seen from THIS partner; the two may differ. */
  witnessState: "UNKNOWN" | "CONNECTED" | "DISCONNECTED" | null;
  /** numeric(25,0), every digit kept. */
  failoverLsn: string | null;
  endOfLogLsn: string | null;
  timeoutSeconds: number | null;
  redoQueueLimitMb: number | null;
}

export type Role = "PRINCIPAL" | "MIRROR";
/** 5 and 6 are shown by their words where a server ever says them; sys.database_mirroring normally says 0 to 4. */
export type MirroringState =
  | "SUSPENDED"
  | "DISCONNECTED"
  | "SYNCHRONIZING"
  | "PENDING_FAILOVER"
  | "SYNCHRONIZED"
  | "UNSYNCHRONIZED"
  | "SYNCHRONIZED_POTENTIALLY";

/** A row of sys.database_mirroring_witnesses, from the witness itself. */
export interface WitnessFact {
  database: string;
  principal: string;
  mirror: string;
  guid: string;
  roleSequence: number;
  /** By partner_sync_state_desc, never by its number: the pages number it both ways. */
  synchronized: boolean | null;
  suspended: boolean;
}

export interface EndpointFact {
  name: string;
  state: "STARTED" | "STOPPED" | "DISABLED";
  role: string;
  port: number | null;
  encrypted: boolean;
  algorithm: string;
}

/** Keeps since when each role has been heard, and turns cumulative counters into rates; `next` is the newer round. */
export function carryForward(
  previous: InstanceObservation | undefined,
  next: InstanceAnswer,
): InstanceAnswer {
  if (!previous?.reachable) return next;
  const before = new Map(previous.databases.map((database) => [database.name.toLowerCase(), database]));
  return {
    ...next,
    databases: next.databases.map((fact) => carry(before.get(fact.name.toLowerCase()), fact)),
  };
}

/** Keeps since when an instance has been silent; `next` is the newer round. */
export function carrySilence(
  previous: InstanceObservation | undefined,
  next: InstanceSilence,
): InstanceSilence {
  const before =
    previous && !previous.reachable ? (previous.silentSince ?? previous.startedAt) : next.startedAt;
  return { ...next, silentSince: before };
}

function carry(before: DatabaseFact | undefined, now: DatabaseFact): DatabaseFact {
  const same =
    before?.mirroring?.role === now.mirroring?.role &&
    before?.mirroring?.roleSequence === now.mirroring?.roleSequence &&
    before?.mirroring?.guid === now.mirroring?.guid;
  return before && same ? { ...now, roleFirstHeardAt: before.roleFirstHeardAt } : now;
}
