/** BACKUP: what it refuses, what it writes, what it frees. The statement, a maintenance plan and log shipping all end here. */
import { whyClosed } from "#lab/mirroring/closed.ts";
import { SqlError, type StatedBackup } from "#lab/mirroring/commands.ts";
import { fileAt, locate, putFile } from "#lab/mirroring/file-system.ts";
import { sameName } from "#lab/mirroring/find.ts";
import { guidFor } from "#lab/mirroring/guid.ts";
import { logOf } from "#lab/mirroring/log-chain.ts";
import { cutLog } from "#lab/mirroring/log-space.ts";
import { refuse, textOf } from "#lab/mirroring/messages.ts";
import type { BackupHistory, BackupSet, Database, Fleet, Instance } from "#lab/mirroring/model.ts";

export interface BackupRequest extends StatedBackup {
  login: string;
  /** A statement writes a record of its own; what a plan writes is too little to count. */
  writesRecord: boolean;
}

/** What msdb keeps of one instance here; a real one keeps everything until somebody deletes it. */
const SETS_REMEMBERED = 500;
const RECORD_KB = 1;

export function takeBackup(
  fleet: Fleet,
  instance: Instance,
  database: Database,
  request: BackupRequest,
): BackupSet {
  refuseBackup(fleet, database, request);
  const at = locate(fleet, instance, request.device, "write");
  if (typeof at === "string") throw new SqlError(3201, 16, textOf(3201, request.device, at));
  if (request.writesRecord) writeLog(database, RECORD_KB);
  const set = makeSet(fleet, instance, database, request);
  const old = request.init ? undefined : fileAt(fleet, at);
  const mediaGuid = old?.mediaGuid ?? guidFor(fleet.seed, "media", at.place, at.path, fleet.now);
  putFile(fleet, { ...at, mediaGuid, sets: [...(old?.sets ?? []), set] });
  const position = (old?.sets.length ?? 0) + 1;
  rememberBackup(instance, { device: request.device, mediaGuid, position, set });
  advanceChain(database, set, request);
  return set;
}

export function rememberBackup(
  instance: Instance,
  backup: Omit<BackupHistory["backups"][number], "id">,
): number {
  const history = historyOf(instance);
  history.backupsSoFar += 1;
  history.backups.push({ id: history.backupsSoFar, ...backup });
  if (history.backups.length > SETS_REMEMBERED)
    history.backups.splice(0, history.backups.length - SETS_REMEMBERED);
  return history.backupsSoFar;
}

export function historyOf(instance: Instance): BackupHistory {
  instance.history ??= { backupsSoFar: 0, restoresSoFar: 0, backups: [], restores: [] };
  return instance.history;
}

/** A little log beside the workload: on a principal it goes the way of all log. */
export function writeLog(database: Database, kb: number): void {
  database.endOfLogKb += kb;
  if (database.mirroring?.role === "PRINCIPAL") database.mirroring.sendQueueKb += kb;
}

function refuseBackup(
  fleet: Fleet,
  database: Database,
  { log, differential, norecovery }: BackupRequest,
): void {
  if (database.mirroring?.role === "MIRROR") refuse(3059);
  const closed = whyClosed(database);
  if (closed) throw closed;
  if (database.standby) refuse(3036, database.name);
  const chain = logOf(database);
  if (differential && chain.fullBackupKb === null) refuse(3035, database.name);
  if (!log) return;
  if (database.recoveryModel === "SIMPLE") refuse(4208);
  if (chain.backedUpKb === null) refuse(4214);
  if (norecovery && database.mirroring)
    refuse(fleet.options.tailOfMirrored === "3104" ? 3104 : 1468, database.name);
}

function makeSet(fleet: Fleet, instance: Instance, database: Database, request: BackupRequest): BackupSet {
  const chain = logOf(database);
  const now = fleet.now + instance.clockOffset;
  // A full backup holds as much log as makes it consistent: here, from the last checkpoint on.
  const checkpointKb = Math.max(chain.cutKb, database.endOfLogKb - RECORD_KB);
  const firstKb = request.log ? chain.backedUpKb! : checkpointKb;
  const history = instance.history?.backupsSoFar ?? 0;
  return {
    guid: guidFor(fleet.seed, "set", instance.name, database.name, fleet.now, history),
    type: request.log ? "L" : request.differential ? "I" : "D",
    name: request.name,
    description: request.description,
    database: database.name,
    server: instance.name,
    host: instance.host.split(".")[0]!.toUpperCase(),
    login: request.login,
    version: instance.version,
    recoveryModel: database.recoveryModel,
    familyGuid: database.familyGuid,
    databaseCreatedAt: database.createdAt,
    startedAt: now,
    finishedAt: now,
    firstKb,
    lastKb: database.endOfLogKb,
    checkpointKb,
    fullBackupKb: chain.fullBackupKb,
    dataSizeKb: database.dataSizeKb,
    logSizeKb: database.logSizeKb,
    logMaxKb: database.logMaxKb,
    sizeKb: Math.ceil(request.log ? database.endOfLogKb - firstKb : database.dataSizeKb) + 64,
    forks: chain.forks,
    copyOnly: request.copyOnly,
    checksum: request.checksum,
    compressed: request.compressed,
    tail: request.norecovery,
    beginsChain: request.log && chain.firstLogBackup,
    files: filesIn(database),
    ...(database.users ? { users: database.users } : {}),
  };
}

function advanceChain(database: Database, set: BackupSet, { copyOnly, norecovery }: BackupRequest): void {
  const chain = logOf(database);
  if (set.type === "L" && !copyOnly) {
    chain.backedUpKb = set.lastKb;
    chain.firstLogBackup = false;
    delete database.bulkLogged;
    cutLog(database);
  }
  if (set.type === "D" && !copyOnly) {
    chain.fullBackupKb = set.lastKb;
    chain.fullBackupGuid = set.guid;
    // The first one begins the chain: until then a checkpoint was enough to cut the log.
    if (chain.backedUpKb === null && database.recoveryModel !== "SIMPLE") {
      chain.backedUpKb = set.checkpointKb;
      chain.firstLogBackup = true;
    }
  }
  if (norecovery) {
    database.state = "RESTORING";
    chain.logRestored = true;
  }
}

/** Logical and physical names of a database's two files. */
export function filesIn({ name, movedFiles }: Database): { logical: string; physical: string }[] {
  const moved = Object.entries(movedFiles ?? {});
  const physical = (logical: string, usual: string) =>
    moved.find(([key]) => sameName(key, logical))?.[1] ?? usual;
  return [
    { logical: name, physical: physical(name, `C:\\CsData\\${name}.mdf`) },
    { logical: `${name}_log`, physical: physical(`${name}_log`, `C:\\CsData\\${name}_log.ldf`) },
  ];
}
