/**
 * The state of a simulated fleet: plain data, all of it. Everything the lab says over the wire is computed from here.
 * The machine in this folder is the only one that changes it; catalog and control read it.
 */

export type InstanceName = string; // "BE1\\rtc" or "SQLA"; compared case-insensitively
export type Milliseconds = number;

export interface Fleet {
  seed: number;
  /** The fleet's clock, milliseconds since 1970 UTC. Servers differ by `Instance.clockOffset`. */
  now: Milliseconds;
  instances: Instance[];
  links: Link[];
  /** Who believes to be connected with whom, per mirroring session: two directed views per leg. */
  connections: Connection[];
  options: LabOptions;
  /** Every statement received over any wire, word for word, in order of arrival. */
  statements: StatementRecord[];
  nextSpid: number;
}

/** Readings where Microsoft's pages are silent or disagree; each with its default in docs/lab.md. */
export interface LabOptions {
  /** When FAILOVER answers its caller. Default "after-switch". */
  failoverAnswers: "after-switch" | "at-once";
  /** What an ATTENTION does to a FAILOVER under way. Default "goes-on". */
  attentionOnFailover: "goes-on" | "aborts";
  /** A failover whose partner link breaks before the roles swapped. Default "holds": PENDING_FAILOVER until the link is back. */
  cutDuringFailover: "holds" | "aborts";
  /** SET PARTNER RESUME sent to the mirror (pages disagree). Default "refused" with 1470. */
  resumeOnMirror: "refused" | "accepted";
  /** SET WITNESS OFF on a principal that sees neither partner nor witness. Default "refused" with 1431. */
  witnessOffAlone: "refused" | "accepted";
  /** Base0 with P–W cut, then P–M cut while M–W stayed up. Default "none": no automatic failover. */
  failoverAfterWitnessLinkLost: "none" | "automatic";
  /** Forced service while a witness is set and connected to the mirror (table and text disagree). Default "allowed". */
  forceWithWitness: "allowed" | "refused";
  /** mirroring_state of a suspended session whose partner is away. Default "disconnected". */
  suspendedWhileAway: "disconnected" | "suspended";
  /** What a role switch takes beside the redo queue ("a little", say the pages). Default 0. */
  switchMilliseconds: number;
}

export interface Instance {
  name: InstanceName;
  /** What clients and partners are told: `be1.contoso.com`. */
  host: string;
  /** TDS port on 127.0.0.1; 0 until listening. */
  port: number;
  version: string; // "10.50.6000.34"
  level: string; // "SP3"
  edition: string; // "Enterprise Edition (64-bit)"
  power: "running" | "stopped" | "hung";
  hungSince: Milliseconds | null;
  /** When this start of the instance began; sys.databases and sessions begin after it. */
  startedAt: Milliseconds;
  clockOffset: Milliseconds;
  endpoint: Endpoint | null;
  logins: Login[];
  databases: Database[];
  witnessed: WitnessRow[];
  sessions: Session[];
  /** The redo and disk budget shared by all mirrors here, KB/s; null = each database has its own. */
  sharedRedoKbPerSecond: number | null;
  errorLog: { at: Milliseconds; number: number; text: string }[];
}

export interface Endpoint {
  name: string;
  endpointId: number;
  port: number; // the mirroring port as told (5022), never really opened
  state: "STARTED" | "STOPPED" | "DISABLED";
  role: "NONE" | "PARTNER" | "WITNESS" | "ALL";
  encryption: "DISABLED" | "SUPPORTED" | "REQUIRED";
  algorithm: "NONE" | "RC4" | "AES" | "AES,RC4" | "RC4,AES";
  authentication: "NTLM" | "KERBEROS" | "NEGOTIATE" | "CERTIFICATE";
}

export interface Login {
  name: string;
  password: string;
  sid: string; // hex, 32 digits
  sysadmin: boolean;
  /** Server permissions beside public: "VIEW SERVER STATE", "VIEW ANY DEFINITION", "ALTER ANY DATABASE"… */
  grants: string[];
  /** dbm_monitor in msdb. */
  monitor: boolean;
  defaultDatabase: string;
}

export type MirroringState =
  | "SUSPENDED"
  | "DISCONNECTED"
  | "SYNCHRONIZING"
  | "PENDING_FAILOVER"
  | "SYNCHRONIZED";

export interface Database {
  name: string;
  databaseId: number;
  state: "ONLINE" | "RESTORING" | "RECOVERING" | "RECOVERY_PENDING" | "OFFLINE";
  recoveryModel: "FULL" | "BULK_LOGGED" | "SIMPLE";
  createdAt: Milliseconds;
  familyGuid: string;
  /** Log positions in KB since the family began; the catalog shows them as numeric(25,0) LSNs. */
  endOfLogKb: number;
  logSizeKb: number;
  logMaxKb: number;
  dataSizeKb: number;
  workloadKbPerSecond: number;
  /** Client machines that hold sessions while this copy serves, and how late they follow a switch. */
  clients: ClientGroup[];
  openTransactions: { sinceMs: Milliseconds; host: string; spid: number }[];
  /** SET PARTNER was said here while RESTORING: the future mirror waits for this principal to call. */
  awaits: { partner: InstanceName; address: string } | null;
  mirroring: Mirroring | null;
}

export interface ClientGroup {
  host: string;
  program: string;
  login: string;
  count: number;
  followSeconds: number;
  /** How long its first session keeps a transaction open before it begins the next; 0 = none. */
  transactionSeconds: number;
  /** When they will be here; null = they are here, or this copy does not serve. */
  dueAt: Milliseconds | null;
}

/** One partner's own copy of the session's metadata. The two copies may disagree: that is the point. */
export interface Mirroring {
  guid: string;
  role: "PRINCIPAL" | "MIRROR";
  state: MirroringState;
  roleSequence: number;
  safety: "OFF" | "FULL";
  safetySequence: number;
  partner: InstanceName;
  partnerAddress: string; // TCP://be2.contoso.com:5022
  witness: InstanceName | null;
  witnessAddress: string | null;
  witnessState: "UNKNOWN" | "CONNECTED" | "DISCONNECTED";
  timeoutSeconds: number;
  redoQueueLimitMb: number | null;
  failoverLsnKb: number;
  /** Paused by an administrator or after a forced service; outlives restarts. */
  suspended: boolean;
  /** The mirror has caught up since both last met. `state` is what is shown of this and of the connection. */
  synchronized: boolean;
  /** The earliest moment SYNCHRONIZING may end. */
  synchronizesAt: Milliseconds;
  /** The partner was lost: when the witness is asked who may serve. Null = nothing to ask. */
  asksWitnessAt: Milliseconds | null;
  /** On the principal: written here, not yet hardened there. */
  sendQueueKb: number;
  /** On the mirror: hardened here, not yet redone. */
  redoQueueKb: number;
  sendKbPerSecond: number;
  redoKbPerSecond: number;
  /** Serving needs quorum while a witness is set; kept apart from state so that 955 can be told. */
  serving: boolean;
  /** After a forced service, until RESUME or OFF: the former principal's tail is still there. */
  forcedAtKb: number | null;
  switchUnderWay: { kind: "manual" | "automatic" | "forced"; since: Milliseconds } | null;
}

/** `from` believes to be connected to `to`. Both partners and the witness keep their own view. */
export interface Connection {
  guid: string;
  from: InstanceName;
  to: InstanceName;
  open: boolean;
  changedAt: Milliseconds;
  /** A hard error nobody has noticed yet, or the next try to connect. */
  dueAt: Milliseconds | null;
}

export interface WitnessRow {
  guid: string;
  databaseName: string;
  principal: InstanceName;
  mirror: InstanceName;
  safety: "OFF" | "FULL";
  safetySequence: number;
  roleSequence: number;
  familyGuid: string;
  suspended: boolean;
  suspendedSequence: number;
  synchronized: boolean;
}

/** The network between two machines' instances; joined unless cut by control. */
export interface Link {
  a: InstanceName;
  b: InstanceName;
  cut: boolean;
}

export interface Session {
  spid: number;
  login: string;
  host: string;
  program: string;
  database: string;
  loginTime: Milliseconds;
  lastRequest: Milliseconds;
  /** False for the simulated clients of `Database.clients`. */
  wired: boolean;
  /** The wire is under TLS. */
  encrypted?: boolean;
  running: boolean;
}

export interface StatementRecord {
  sequence: number;
  at: Milliseconds;
  instance: InstanceName;
  spid: number;
  login: string;
  kind: "batch" | "rpc" | "transaction";
  text: string;
  /** Null while it is still open. */
  endedAt: Milliseconds | null;
  outcome: "answered" | "failed" | "cut" | "cancelled" | null;
  errorNumber: number | null;
}
