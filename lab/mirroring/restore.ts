/** RESTORE from a backup file: what it refuses, in the order in which a server finds out, and what it leaves behind. */
import { historyOf, rememberBackup } from "#lab/mirroring/backup.ts";
import { type CommandContext, type RestoreRequest, SqlError } from "#lab/mirroring/commands.ts";
import { locate, openFile } from "#lab/mirroring/file-system.ts";
import { findDatabase, sameName } from "#lab/mirroring/find.ts";
import { beginFork, leadsTo, logOf, usedLogKb } from "#lab/mirroring/log-chain.ts";
import { shownLsn } from "#lab/mirroring/lsn.ts";
import { refuse, textOf } from "#lab/mirroring/messages.ts";
import type { BackupFile, BackupSet, Database, Fleet, Instance } from "#lab/mirroring/model.ts";

const RESTORES_REMEMBERED = 500;

export function restoreBackup(
  fleet: Fleet,
  instance: Instance,
  name: string,
  request: RestoreRequest,
  { currentDatabase, login }: Pick<CommandContext, "currentDatabase" | "login">,
): BackupSet {
  const database = findDatabase(instance, name);
  if (request.log && !database) refuse(3118, name);
  if (database) refuseTarget(instance, database, request, currentDatabase);
  const { file, set } = readSet(fleet, instance, request);
  for (const { logical, to } of request.moves) refuseMove(fleet, instance, set, logical, to);
  if (request.log) applyLog(database!, set, request);
  else if (set.type === "I") applyDifferential(database ?? refuse(3118, name), set, request);
  else if (set.type === "L") refuse(3135, request.device, "BACKUP LOG");
  else layDown(fleet, instance, name, database, set, request);
  const restored = findDatabase(instance, name)!;
  finish(fleet, instance, restored, request);
  remember(fleet, instance, restored, file, set, request, login);
  return set;
}

/** The set that `FILE = n` means, the first where nothing is said. */
export function readSet(
  fleet: Fleet,
  instance: Instance,
  { device, position }: Pick<RestoreRequest, "device" | "position">,
): { file: BackupFile; set: BackupSet } {
  const file = openFile(fleet, instance, device);
  if (typeof file === "string") throw new SqlError(3201, 16, textOf(3201, device, file));
  const set = file.sets[position - 1];
  if (!set) refuse(4038, position, device);
  if (newer(set.version, instance.version)) refuse(3169, set.version, instance.version);
  return { file, set };
}

/** Recovery without another backup: the copy becomes a database of its own, on a path of its own. */
export function recover(fleet: Fleet, instance: Instance, database: Database): void {
  database.state = "ONLINE";
  database.awaits = null;
  database.standby = null;
  beginFork(fleet, instance, database);
  // Backups taken elsewhere are not this copy's: its chain begins with its own next full backup or goes on from here.
  const chain = logOf(database);
  if (chain.backedUpKb !== null) chain.backedUpKb = Math.min(chain.backedUpKb, database.endOfLogKb);
}

function refuseTarget(
  instance: Instance,
  database: Database,
  request: RestoreRequest,
  currentDatabase: string,
): void {
  if (database.mirroring) refuse(3104, database.name);
  if (sameName(currentDatabase, database.name)) refuse(3102, database.name);
  if (instance.sessions.some((session) => sameName(session.database, database.name))) refuse(3101);
  const rolling = database.state === "RESTORING" || Boolean(database.standby);
  if (request.log && !rolling) refuse(3117);
}

function refuseMove(fleet: Fleet, instance: Instance, set: BackupSet, logical: string, to: string): void {
  if (!set.files.some((file) => sameName(file.logical, logical))) refuse(3234, logical, set.database);
  if (typeof locate(fleet, instance, to, "write") === "string") refuse(3156, logical, to);
}

/** A log backup fits where it begins no later and ends no earlier than this copy, on the same path. */
function applyLog(database: Database, set: BackupSet, { device }: RestoreRequest): void {
  if (set.type !== "L") refuse(3135, device, "BACKUP DATABASE");
  if (set.familyGuid !== database.familyGuid) refuse(3154, database.name);
  const chain = logOf(database);
  const reached = database.endOfLogKb;
  if (set.firstKb > reached) refuse(4305, shownLsn(set.firstKb), shownLsn(reached));
  if (set.lastKb < reached) refuse(4326, shownLsn(set.lastKb), shownLsn(reached));
  if (!leadsTo(chain.forks, reached, set.forks)) refuse(4330);
  chain.forks = set.forks;
  chain.logRestored = true;
  rollTo(database, set);
}

function applyDifferential(database: Database, set: BackupSet, _request: RestoreRequest): void {
  if (set.familyGuid !== database.familyGuid) refuse(3154, database.name);
  const chain = logOf(database);
  if (database.state !== "RESTORING" && !database.standby) refuse(3117);
  if (set.fullBackupKb !== chain.fullBackupKb || set.lastKb < database.endOfLogKb) refuse(3136);
  chain.forks = set.forks;
  rollTo(database, set);
}

function layDown(
  fleet: Fleet,
  instance: Instance,
  name: string,
  old: Database | undefined,
  set: BackupSet,
  { replace, moves }: RestoreRequest,
): void {
  if (old && !replace) {
    if (old.familyGuid !== set.familyGuid) refuse(3154, old.name);
    const chain = logOf(old);
    const tail = old.state === "ONLINE" && !old.standby && old.recoveryModel !== "SIMPLE";
    if (tail && chain.backedUpKb !== null && old.endOfLogKb > chain.backedUpKb) refuse(3159, old.name);
  }
  const ids = new Set(instance.databases.map(({ databaseId }) => databaseId));
  let freeId = 5;
  while (ids.has(freeId)) freeId++;
  const database: Database = {
    name: old?.name ?? name,
    databaseId: old?.databaseId ?? freeId,
    state: "RESTORING",
    recoveryModel: set.recoveryModel,
    createdAt: fleet.now,
    familyGuid: set.familyGuid,
    endOfLogKb: set.lastKb,
    logSizeKb: set.logSizeKb,
    logMaxKb: set.logMaxKb,
    dataSizeKb: set.dataSizeKb,
    workloadKbPerSecond: old?.workloadKbPerSecond ?? 0,
    clients: old?.clients ?? [],
    openTransactions: [],
    awaits: null,
    mirroring: null,
    log: {
      cutKb: set.checkpointKb,
      backedUpKb: set.recoveryModel === "SIMPLE" ? null : set.lastKb,
      fullBackupKb: set.lastKb,
      fullBackupGuid: set.guid,
      firstLogBackup: false,
      logRestored: false,
      forks: set.forks,
    },
    ...(old?.maintenance ? { maintenance: old.maintenance } : {}),
    ...(set.users ? { users: set.users } : {}),
  };
  const placed = moves.map(({ logical, to }) => [logical, to] as const);
  if (set.database.toLowerCase() !== database.name.toLowerCase()) {
    // Restored under another name, the files keep their own names unless they are moved.
    for (const { logical, physical } of set.files)
      if (!placed.some(([one]) => sameName(one, logical))) placed.push([logical, physical]);
  }
  if (placed.length > 0) database.movedFiles = Object.fromEntries(placed);
  const at = old ? instance.databases.indexOf(old) : instance.databases.length;
  instance.databases.splice(at, old ? 1 : 0, database);
}

function rollTo(database: Database, set: BackupSet): void {
  const chain = logOf(database);
  database.endOfLogKb = set.lastKb;
  chain.backedUpKb = set.lastKb;
  chain.cutKb = Math.min(set.lastKb, Math.max(chain.cutKb, set.firstKb));
  database.dataSizeKb = Math.max(database.dataSizeKb, set.dataSizeKb);
  database.logSizeKb = Math.max(database.logSizeKb, usedLogKb(database));
  if (set.users) database.users = set.users;
}

function finish(fleet: Fleet, instance: Instance, database: Database, request: RestoreRequest): void {
  if (request.end === "recovery") {
    recover(fleet, instance, database);
  } else if (request.end === "standby") {
    database.state = "ONLINE";
    database.standby = request.standbyFile;
  } else {
    database.state = "RESTORING";
    database.standby = null;
  }
}

function remember(
  fleet: Fleet,
  instance: Instance,
  database: Database,
  file: BackupFile,
  set: BackupSet,
  request: RestoreRequest,
  login: string,
): void {
  const history = historyOf(instance);
  const known = history.backups.find((one) => one.set.guid === set.guid && one.device === request.device);
  const backupId =
    known?.id ??
    rememberBackup(instance, {
      device: request.device,
      mediaGuid: file.mediaGuid,
      position: request.position,
      set,
    });
  history.restoresSoFar += 1;
  history.restores.push({
    id: history.restoresSoFar,
    at: fleet.now + instance.clockOffset,
    database: database.name,
    login,
    backupId,
    type: set.type,
    replace: request.replace,
    recovery: request.end === "recovery",
  });
  if (history.restores.length > RESTORES_REMEMBERED)
    history.restores.splice(0, history.restores.length - RESTORES_REMEMBERED);
}

/** A backup goes to the same version or a later one, never back. */
function newer(backup: string, server: string): boolean {
  const parts = (version: string) => version.split(".").map(Number);
  const [[major = 0, minor = 0], [ourMajor = 0, ourMinor = 0]] = [parts(backup), parts(server)];
  return major > ourMajor || (major === ourMajor && minor > ourMinor);
}
