/**
 * The log file: what it holds, what keeps it from being cut, and when it is cut. A log backup frees what nothing else
 * holds; what was held by the mirror is freed later, step by step, at each checkpoint after the mirror has acknowledged it.
 */
import { log as tell } from "#lab/mirroring/find.ts";
import { logOf, usedLogKb } from "#lab/mirroring/log-chain.ts";
import { textOf } from "#lab/mirroring/messages.ts";
import type { Database, Fleet, Instance, Milliseconds } from "#lab/mirroring/model.ts";
import { isOpen } from "#lab/mirroring/show.ts";

/** Ours: recovery interval 0 means "about a minute". */
export const CHECKPOINT_MS = 60_000;
const GROWTH_KB = 65_536;

export interface ReuseWait {
  code: 0 | 2 | 4 | 5;
  desc: "NOTHING" | "LOG_BACKUP" | "ACTIVE_TRANSACTION" | "DATABASE_MIRRORING";
}

export function isLogFull(database: Database): boolean {
  return usedLogKb(database) >= database.logMaxKb;
}

/** Never past what was not backed up, not sent to the mirror, or begun by a transaction that is still open. */
export function cutLog(database: Database): boolean {
  const log = logOf(database);
  const cutKb = Math.min(...Object.values(holds(database)));
  if (cutKb <= log.cutKb) return false;
  log.cutKb = cutKb;
  return true;
}

/**
 * sys.databases.log_reuse_wait. A paused or lost mirror is named at once; anything else when it holds more than one
 * virtual log file, which is a sixteenth of the log (a mirror that is behind: a quarter).
 */
export function logReuseWait(database: Database): ReuseWait {
  const { mirroring, logSizeKb, endOfLogKb } = database;
  const away = mirroring?.state === "SUSPENDED" || mirroring?.state === "DISCONNECTED";
  if (mirroring?.role === "PRINCIPAL" && away) return { code: 5, desc: "DATABASE_MIRRORING" };
  const { backup, mirror, transaction } = holds(database);
  const held = (from: number) => endOfLogKb - from;
  if (held(mirror) > logSizeKb / 4 && mirror <= backup) return { code: 5, desc: "DATABASE_MIRRORING" };
  const oldest = Math.min(backup, transaction);
  if (held(oldest) <= logSizeKb / 16) return { code: 0, desc: "NOTHING" };
  return transaction < backup ? { code: 4, desc: "ACTIVE_TRANSACTION" } : { code: 2, desc: "LOG_BACKUP" };
}

/** A log file grows by its increment, up to its limit, and never shrinks by itself. */
export function growLog(database: Database): void {
  const missing = usedLogKb(database) - database.logSizeKb;
  if (missing <= 0) return;
  const grown = database.logSizeKb + GROWTH_KB * Math.ceil(missing / GROWTH_KB);
  database.logSizeKb = Math.max(database.logSizeKb, Math.min(database.logMaxKb, grown));
}

/** Checkpoints that are due now, and the one line that a full log leaves in the error log. */
export function settleLogs(fleet: Fleet): boolean {
  let moved = false;
  for (const instance of fleet.instances) {
    for (const database of instance.databases) {
      const log = logOf(database);
      if (!writes(instance, database)) continue;
      if (fleet.now % CHECKPOINT_MS === 0 && cutLog(database)) moved = true;
      const full = isLogFull(database);
      if (full && !log.full) {
        tell(fleet, instance, 9002, textOf(9002, database.name, logReuseWait(database).desc));
      }
      if (full) log.full = true;
      else delete log.full;
    }
  }
  return moved;
}

/** The next checkpoint, where one has something to cut or will have. */
export function dueCheckpoints(fleet: Fleet): Milliseconds[] {
  const waiting = fleet.instances.some((instance) =>
    instance.databases.some((database) => writes(instance, database) && cuttable(database)),
  );
  return waiting ? [(Math.floor(fleet.now / CHECKPOINT_MS) + 1) * CHECKPOINT_MS] : [];
}

function cuttable(database: Database): boolean {
  const log = logOf(database);
  const { backup, transaction } = holds(database);
  // The mirror acknowledges meanwhile: what it held may be free by then.
  return Math.min(backup, transaction) > log.cutKb || log.backedUpKb === null;
}

function writes(instance: Instance, database: Database): boolean {
  return instance.power === "running" && isOpen(instance, database);
}

/** Each reason with the position that it keeps. Without a chain of backups a checkpoint is enough. */
function holds(database: Database): { backup: number; mirror: number; transaction: number } {
  const { endOfLogKb, mirroring, openTransactions } = database;
  const began = openTransactions.flatMap(({ beganKb }) => (beganKb === undefined ? [] : [beganKb]));
  return {
    backup: logOf(database).backedUpKb ?? endOfLogKb,
    mirror: mirroring?.role === "PRINCIPAL" ? endOfLogKb - mirroring.sendQueueKb : endOfLogKb,
    transaction: Math.min(endOfLogKb, ...began),
  };
}
