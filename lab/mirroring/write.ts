/**
 * What sessions write. Every user database has one table, dbo.lab_writes; its rows lie in the log, so a copy has those
 * rows that its log has reached on its own recovery path: what a forced service loses is really gone.
 */
import { writeLog } from "#lab/mirroring/backup.ts";
import { whyClosed } from "#lab/mirroring/closed.ts";
import type { CommandContext } from "#lab/mirroring/commands.ts";
import { peerOf, sameName } from "#lab/mirroring/find.ts";
import { logFlows } from "#lab/mirroring/flow.ts";
import { logOf, usedLogKb } from "#lab/mirroring/log-chain.ts";
import { growLog, logReuseWait } from "#lab/mirroring/log-space.ts";
import { refuse } from "#lab/mirroring/messages.ts";
import type { Database, Fleet, Instance, WrittenRow } from "#lab/mirroring/model.ts";

const ROWS_KEPT = 2_000;

/** `transaction`: the rows are not there for others before its COMMIT. */
export function writeRows(
  fleet: Fleet,
  instance: Instance,
  database: Database,
  rows: { text: string | null; kb: number }[],
  { spid, login }: CommandContext,
  transaction: boolean,
): void {
  const closed = whyClosed(database);
  if (closed) throw closed;
  if (database.standby || database.settings?.readOnly) refuse(3906, database.name);
  const kb = rows.reduce((sum, row) => sum + row.kb, 0);
  if (usedLogKb(database) + kb > database.logMaxKb) refuse(9002, database.name, logReuseWait(database).desc);
  fleet.written ??= [];
  for (const { text, kb: size } of rows) {
    harden(fleet, instance, database, size);
    fleet.written.push({
      id: (fleet.written.at(-1)?.id ?? 0) + 1,
      family: database.familyGuid,
      fork: logOf(database).forks.at(-1)!.guid,
      atKb: database.endOfLogKb,
      kb: size,
      text,
      login,
      at: fleet.now + instance.clockOffset,
      open: transaction ? { instance: instance.name, spid } : null,
    });
  }
  if (fleet.written.length > ROWS_KEPT) fleet.written.splice(0, fleet.written.length - ROWS_KEPT);
  growLog(database);
}

/** The rows of this copy that a session may see. */
export function rowsOf(fleet: Fleet, instance: Instance, database: Database, spid: number): WrittenRow[] {
  const { forks } = logOf(database);
  return (fleet.written ?? []).filter(({ family, fork, atKb, open }) => {
    if (family !== database.familyGuid || atKb > database.endOfLogKb) return false;
    if (open && !(sameName(open.instance, instance.name) && open.spid === spid)) return false;
    const at = forks.findIndex(({ guid }) => guid === fork);
    const next = forks[at + 1];
    return at >= 0 && (next === undefined || atKb <= next.fromKb);
  });
}

/** COMMIT keeps what the session has written, everything else takes it back. */
export function settleRows(
  fleet: Fleet,
  instance: Instance,
  spid: number,
  outcome: "commit" | "rollback",
): void {
  if (!fleet.written) return;
  const own = ({ open }: WrittenRow) => open?.spid === spid && sameName(open.instance, instance.name);
  if (outcome === "rollback") fleet.written = fleet.written.filter((row) => !own(row));
  else for (const row of fleet.written) if (own(row)) row.open = null;
}

/** Under SAFETY FULL a commit is confirmed when the mirror has hardened it: it is there before the answer is. */
function harden(fleet: Fleet, instance: Instance, database: Database, kb: number): void {
  const { mirroring } = database;
  const copy = mirroring && { instance, database, mirroring };
  const mirror = copy && logFlows(fleet, copy) ? peerOf(fleet, copy) : null;
  if (!mirroring || !mirror || mirroring.safety === "OFF" || !mirroring.synchronized) {
    writeLog(database, kb);
    return;
  }
  database.endOfLogKb += kb;
  mirror.database.endOfLogKb += kb;
  mirror.mirroring.redoQueueKb += kb;
  for (const side of [mirroring, mirror.mirroring]) side.failoverLsnKb = mirror.database.endOfLogKb;
}
