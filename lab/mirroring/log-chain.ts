/**
 * A database's log as a chain: how far it has been backed up and cut, on which recovery path it lies, and whether two
 * copies can be mirrored. Positions are KB since the family began, as everywhere in the model.
 */
import { guidFor } from "#lab/mirroring/guid.ts";
import type { Database, Fleet, Instance, LogChain, RecoveryFork } from "#lab/mirroring/model.ts";

/** One side of a session that is still to be made. */
export interface FuturePartner {
  instance: Instance;
  database: Database;
}

/** Why the two cannot be mirrored as they are, by the error's number; null where they can. */
export function whyNotPartner(
  principal: FuturePartner,
  mirror: FuturePartner,
): 1407 | 1408 | 1409 | 1411 | 1412 | 1478 | null {
  const [ours, theirs] = [logOf(principal.database), logOf(mirror.database)];
  const reached = mirror.database.endOfLogKb;
  if (principal.database.familyGuid !== mirror.database.familyGuid) return 1407;
  if (theirs.filesApart) return 1411;
  // Beyond our log, on another path, or so old that our log has been cut since.
  if (reached > principal.database.endOfLogKb || !leadsTo(theirs.forks, reached, ours.forks)) return 1412;
  if (ours.backedUpKb === null || ours.firstLogBackup) return 1409;
  if (reached < ours.cutKb) return 1412;
  if (!theirs.logRestored) return 1478;
  return reached < ours.backedUpKb ? 1408 : null;
}

/**
 * The chain of this copy. A fleet from before chains were simulated, and every database at the beginning of a scenario,
 * has been backed up to where its log ends.
 */
export function logOf(database: Database): LogChain {
  database.log ??= {
    cutKb: database.endOfLogKb - (database.mirroring?.sendQueueKb ?? 0),
    backedUpKb: database.recoveryModel === "SIMPLE" ? null : database.endOfLogKb,
    fullBackupKb: database.endOfLogKb,
    fullBackupGuid: null,
    firstLogBackup: false,
    logRestored: true,
    forks: [{ guid: database.familyGuid, fromKb: 0 }],
  };
  return database.log;
}

/** What the log file holds: everything since it was cut. */
export function usedLogKb(database: Database): number {
  return Math.max(0, thousandths(database.endOfLogKb - logOf(database).cutKb));
}

/** Recovery begins a new path: what was logged elsewhere behind this point no longer fits. */
export function beginFork(fleet: Fleet, instance: Instance, database: Database): void {
  const log = logOf(database);
  const guid = guidFor(fleet.seed, "fork", database.familyGuid, instance.name, fleet.now, log.forks.length);
  log.forks = [...log.forks, { guid, fromKb: database.endOfLogKb }];
}

/** Does a copy on `path` that has reached `reachedKb` lie on `other`, so that what comes next there may follow? */
export function leadsTo(path: RecoveryFork[], reachedKb: number, other: RecoveryFork[]): boolean {
  const at = other.findIndex(({ guid }) => guid === path.at(-1)?.guid);
  const next = other[at + 1];
  return at >= 0 && (next === undefined || next.fromKb >= reachedKb);
}

/** The mirror's log is the principal's, and so is what is known of its backups. */
export function shareChain(from: Database, to: Database): void {
  const { cutKb, backedUpKb, fullBackupKb, fullBackupGuid, firstLogBackup, forks } = logOf(from);
  Object.assign(logOf(to), { cutKb, backedUpKb, fullBackupKb, fullBackupGuid, firstLogBackup, forks });
}

export function thousandths(kb: number): number {
  return Math.round(kb * 1_000) / 1_000;
}
