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
  /** What BACKUP CERTIFICATE … TO FILE has written, the public part alone. */
  certificateFiles?: { on: InstanceName; path: string; certificate: Certificate }[];
  /** Backup files on disks and shares. Absent (an older fleet): none. */
  files?: BackupFile[];
  shares?: Share[];
  /** The rows of dbo.lab_writes, whichever copies have them. */
  written?: WrittenRow[];
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
  /** BACKUP LOG … WITH NORECOVERY on a mirrored principal: reports name both numbers. Default "1468". */
  tailOfMirrored?: "1468" | "3104";
  /** SET PARTNER on the principal before the mirror was told. Default "1416". */
  unpreparedMirror?: "1416" | "1418";
  /** SET WITNESS to a server that is not reached: its own error, or that of every address. Default "1456". */
  unreachableWitness?: "1456" | "1418";
  /** ALTER ENDPOINT on an endpoint in use "may look like a failure". Default "failure". */
  endpointChange?: "failure" | "unnoticed";
  /** A former principal that returns after its partner was paired with another server. Default "online-after-second-restart". */
  repairedAway?: "online-after-second-restart" | "inaccessible" | "online";
  /** SET PARTNER OFF while the mirror rolls back what it had written alone. Default "refused" with 1457. */
  offDuringUndo?: "refused" | "accepted";
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
  /** Alive and serving, but too slow for the pings of mirroring. */
  overloadedSince?: Milliseconds | null;
  /** The Windows account of the service; left out where all instances share one. */
  serviceAccount?: string;
  certificates?: Certificate[];
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
  /** What the disks here can harden for all mirrors together, KB/s; null or absent = no limit. */
  sharedDiskKbPerSecond?: number | null;
  /** Folders that exist beside the server's own; absent = every folder on the drives C to E. */
  folders?: string[];
  history?: BackupHistory;
  logShipping?: LogShipping;
  errorLog: { at: Milliseconds; number: number; text: string }[];
  /** SQL Server Agent with its jobs. Absent (an older fleet): none. */
  agent?: Agent;
  /** What the msdb monitor of mirroring has written; its job is one of the Agent's. */
  monitor?: MirroringMonitor;
  linkedServers?: LinkedServer[];
  /** sys.configurations where they are not as usual, by name. */
  configurations?: Record<string, number>;
  /** The cumulative update beside the service pack: "CU4". */
  updateLevel?: string | null;
  collation?: string;
}

export interface Agent {
  running: boolean;
  jobs: Job[];
}

export interface Job {
  id: string;
  name: string;
  description: string;
  category: string;
  owner: string;
  enabled: boolean;
  /** Runs whenever the clock shows a multiple of it; null = only when somebody starts it. */
  everyMinutes: number | null;
  /** How long a run takes. */
  seconds: number;
  createdAt: Milliseconds;
  steps: JobStep[];
  /** The newest last; a run still under way stands here with its end in the future. */
  history: JobRun[];
}

export interface JobStep {
  name: string;
  subsystem: string;
  /** A step fails where this database, or one of `needs`, cannot be opened. */
  database: string;
  needs: string[];
  command: string;
}

export interface JobRun {
  startedAt: Milliseconds;
  endsAt: Milliseconds;
  /** "Schedule 8", "User sa". */
  invokedBy: string;
  succeeded: boolean;
  steps: { name: string; succeeded: boolean; number: number; severity: number; message: string }[];
}

export interface MirroringMonitor {
  /** The first update makes the table and the role dbm_monitor. */
  tableExists: boolean;
  /** By database name in lower case, the newest last. */
  rows: Record<string, MonitorRow[]>;
  alerts: Record<string, MonitorAlert[]>;
}

/** What one update found. Columns that its role does not have are null. */
export interface MonitorRow {
  role: 1 | 2;
  state: number;
  witness: number;
  generated: number | null;
  unsent: number | null;
  sent: number | null;
  unrestored: number | null;
  restored: number | null;
  delay: number | null;
  transactions: number | null;
  averageDelay: number | null;
  /** On the principal's clock, and on this server's own. */
  recordedAt: Milliseconds;
  localAt: Milliseconds;
  /** The principal's time that the mirror has reached. */
  behindAt: Milliseconds;
  /** Of the fleet's clock, and where the log stood, for the averages of the next row. */
  at: Milliseconds;
  endOfLogKb: number;
}

export interface MonitorAlert {
  id: number;
  threshold: number;
  enabled: boolean;
}

export interface LinkedServer {
  name: string;
  product: string;
  provider: string;
  dataSource: string;
  catalog: string | null;
}

export interface Endpoint {
  name: string;
  endpointId: number;
  port: number; // the mirroring port as told (5022), never really opened
  state: "STARTED" | "STOPPED" | "DISABLED";
  role: "NONE" | "PARTNER" | "WITNESS" | "ALL";
  encryption: "DISABLED" | "SUPPORTED" | "REQUIRED";
  algorithm: "NONE" | "RC4" | "AES" | "AES,RC4" | "RC4,AES";
  authentication: Authentication;
  /** The certificate of `authentication`; left out in a fleet that does not simulate them. */
  certificate?: string;
  /** The owner's login; `sa` where left out. */
  owner?: string;
  /** CONNECT ON ENDPOINT, by login. */
  connect?: { login: string; state: "GRANT" | "DENY" }[];
  /** STARTED, but the port belongs to another process on this machine (26023). */
  blocked?: boolean;
}

export type WindowsAuthentication = "NTLM" | "KERBEROS" | "NEGOTIATE";
export type Authentication =
  | WindowsAuthentication
  | "CERTIFICATE"
  | `${WindowsAuthentication}, CERTIFICATE`
  | `CERTIFICATE, ${WindowsAuthentication}`;

export interface Certificate {
  name: string;
  certificateId: number;
  subject: string;
  /** The same on every instance that holds this certificate. */
  thumbprint: string;
  startsAt: Milliseconds;
  expiresAt: Milliseconds;
  /** Made here; an imported one has the public key alone. */
  privateKey: boolean;
  /** The login that a peer with this certificate comes in as. */
  login: string;
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
  disabled?: boolean;
  /** Made WITH PASSWORD = 0x… HASHED: only the hash is known. Hex digits. */
  passwordHash?: string;
}

/** A user lives in the database and goes wherever it goes; its login does not. */
export interface DatabaseUser {
  name: string;
  principalId: number;
  /** Hex digits; the login with this SID may enter as this user. */
  sid: string;
  /** db_owner, db_datareader … and roles of its own. */
  roles: string[];
  /** Permissions on the database: "ALTER", "VIEW DATABASE STATE" … */
  grants: string[];
  windows: boolean;
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
  /** `beganKb`: where the log stood at BEGIN; it cannot be cut past there. Simulated clients' are too short to tell. */
  openTransactions: { sinceMs: Milliseconds; host: string; spid: number; beganKb?: number }[];
  /** Its chain of backups. Absent (an older fleet): see `logOf`. */
  log?: LogChain;
  /** Restored WITH STANDBY: readable, and the next log backup can still be restored. The undo file's path. */
  standby?: string | null;
  /** Where the files lie when they were restored WITH MOVE, by logical name. */
  movedFiles?: Record<string, string>;
  /** The maintenance plan that backs this log up while nobody else does. */
  maintenance?: { everyMinutes: number; folder: string; keep: number; lastRunAt: Milliseconds } | null;
  /** What ALTER DATABASE … SET has changed; OFF where left out. */
  settings?: DatabaseSettings;
  /** Damaged pages of this copy, at most the last hundred. */
  pages?: DamagedPage[];
  /** Written while BULK_LOGGED, and not in a log backup yet. */
  bulkLogged?: boolean;
  /** SET PARTNER was said here while RESTORING: the future mirror waits for this principal to call. */
  awaits: { partner: InstanceName; address: string } | null;
  mirroring: Mirroring | null;
  /** As they were written to the log, the newest last. Absent (an older fleet): whoever works here has one. */
  users?: { atKb: number; users: DatabaseUser[] }[];
  /** The owner's SID; absent: sa. */
  ownerSid?: string;
}

export interface LogChain {
  /** What lies before has been reused: the log holds what is between here and its end. */
  cutKb: number;
  /** Where the last log backup ended, or the full backup that began the chain; null: no chain, the log cuts itself. */
  backedUpKb: number | null;
  /** Where the last full backup that is not copy-only ended. */
  fullBackupKb: number | null;
  fullBackupGuid: string | null;
  /** The next log backup is the first of its chain. */
  firstLogBackup: boolean;
  /** While RESTORING: a log backup has been restored here, not the full one alone. */
  logRestored: boolean;
  /** Its writers have been told 9002, and so has the error log. */
  full?: boolean;
  /** Files restored to different points in time; only a scenario does this. */
  filesApart?: boolean;
  /** The path of recoveries behind this copy, the newest last. */
  forks: RecoveryFork[];
}

export interface RecoveryFork {
  guid: string;
  fromKb: number;
}

export interface WrittenRow {
  id: number;
  family: string;
  fork: string;
  atKb: number;
  kb: number;
  text: string | null;
  login: string;
  at: Milliseconds;
  /** The session whose transaction has not ended. */
  open: { instance: InstanceName; spid: number } | null;
}

/** A backup file in the fleet. `place` is the instance whose disk it lies on, or the share where no instance has it. */
export interface BackupFile {
  place: string;
  path: string;
  mediaGuid: string;
  sets: BackupSet[];
}

export interface BackupSet {
  guid: string;
  type: "D" | "I" | "L";
  name: string | null;
  description: string | null;
  database: string;
  server: InstanceName;
  host: string;
  login: string;
  version: string;
  recoveryModel: Database["recoveryModel"];
  familyGuid: string;
  databaseCreatedAt: Milliseconds;
  /** On the server's own clock, as everything that msdb keeps. */
  startedAt: Milliseconds;
  finishedAt: Milliseconds;
  firstKb: number;
  /** The next record behind this set. */
  lastKb: number;
  checkpointKb: number;
  fullBackupKb: number | null;
  dataSizeKb: number;
  logSizeKb: number;
  logMaxKb: number;
  sizeKb: number;
  forks: RecoveryFork[];
  copyOnly: boolean;
  checksum: boolean;
  compressed: boolean;
  tail: boolean;
  beginsChain: boolean;
  files: { logical: string; physical: string }[];
  users?: Database["users"];
}

/** A folder of the network: `\\\\fs1\\lync`. */
export interface Share {
  path: string;
  /** The instance on whose machine it lies and its folder there; null: on a file server outside the fleet. */
  on: { instance: InstanceName; folder: string } | null;
  /** Whose service accounts may read and write; null = everybody's. */
  readers: InstanceName[] | null;
  writers: InstanceName[] | null;
  down: boolean;
}

/** What msdb remembers of backups and restores on one instance. */
export interface BackupHistory {
  /** How many there have been: ids are never used twice. */
  backupsSoFar: number;
  restoresSoFar: number;
  backups: { id: number; device: string; mediaGuid: string; position: number; set: BackupSet }[];
  restores: RestoreRecord[];
}

export interface RestoreRecord {
  id: number;
  at: Milliseconds;
  database: string;
  login: string;
  backupId: number;
  type: "D" | "I" | "L";
  replace: boolean;
  recovery: boolean;
}

export interface LogShipping {
  primaries: LogShippingPrimary[];
  secondaries: LogShippingSecondary[];
}

export interface LogShippingPrimary {
  id: string;
  database: string;
  directory: string;
  share: string;
  retentionMinutes: number;
  thresholdMinutes: number;
  /** Of the Agent's job here. */
  jobId: string;
  lastFile: string | null;
  lastAt: Milliseconds | null;
  secondaries: { server: InstanceName; database: string }[];
}

export interface LogShippingSecondary {
  id: string;
  primaryServer: InstanceName;
  primaryDatabase: string;
  database: string;
  source: string;
  destination: string;
  retentionMinutes: number;
  thresholdMinutes: number;
  restoreDelayMinutes: number;
  restoreAll: boolean;
  standby: boolean;
  disconnectUsers: boolean;
  copyJobId: string;
  restoreJobId: string;
  lastCopiedFile: string | null;
  lastCopiedAt: Milliseconds | null;
  lastRestoredFile: string | null;
  lastRestoredAt: Milliseconds | null;
  lastLatencyMinutes: number | null;
}

/** A row of sys.dm_db_mirroring_auto_page_repair, and what will become of it. */
export interface DamagedPage {
  fileId: number;
  pageId: number;
  errorType: -1 | 1 | 2 | 3;
  /** 2 queued, 3 asked for, 4 about to be written, 5 repaired, 6 not to be repaired. */
  status: 2 | 3 | 4 | 5 | 6;
  repairable: boolean;
  modifiedAt: Milliseconds;
  /** When the partner's answer is there; null = it has come. */
  dueAt: Milliseconds | null;
  /** On a mirror: the session was paused for it. */
  stoppedRedo?: boolean;
}

export interface DatabaseSettings {
  readOnly?: boolean;
  autoClose?: boolean;
  trustworthy?: boolean;
  emergency?: boolean;
  userAccess?: "MULTI_USER" | "SINGLE_USER" | "RESTRICTED_USER";
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
  /** On a mirror: until then it rolls back what it had written alone. */
  undoUntil?: Milliseconds | null;
  /** What was left of that when the partner was lost. */
  undoLeftMs?: number | null;
  /** What the error log said last: active as this copy, or inactive. */
  activeAs?: "PRINCIPAL" | "MIRROR" | null;
  /** On a returning principal: since when its partner, now of another session, has turned it away. */
  rejectedAt?: Milliseconds | null;
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
  /** Why the last try was turned away; it stands in the error log once. */
  refused?: string | null;
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
