/**
 * The msdb monitor of mirroring: a row a database whenever it is updated, by its job every few minutes of the fleet's
 * clock or by hand. Between updates nothing changes in it: where the Agent stands still, so does what it says.
 */
import { commitDelayMs } from "#lab/mirroring/commit-delay.ts";
import { type Copy, log, peerOf } from "#lab/mirroring/find.ts";
import { textOf } from "#lab/mirroring/messages.ts";
import type {
  Database,
  Fleet,
  Instance,
  Milliseconds,
  MirroringMonitor,
  MonitorAlert,
  MonitorRow,
} from "#lab/mirroring/model.ts";

/** How much of the workload is one transaction, and what its commit waits for the mirror. */
export const TRANSACTION_KB = 4;
export const COMMIT_DELAY_MS = 2;
/** Hours of the retention period that nobody changed. */
export const RETENTION_HOURS = 168;
/** The pages know no bound but the retention; the lab remembers two days of minutes, which is mode 5. */
const ROWS_KEPT = 2_900;
const LEAST_BETWEEN_MS = 15_000;

export function newMonitor(): MirroringMonitor {
  return { tableExists: false, rows: {}, alerts: {} };
}

export function rowsOf(instance: Instance, database: string): MonitorRow[] {
  return instance.monitor?.rows[database.toLowerCase()] ?? [];
}

/** The job's part: every mirrored database of the instance. */
export function runMonitor(fleet: Fleet, instance: Instance): void {
  for (const database of instance.databases) updateMonitor(fleet, instance, database);
}

/** Not within 15 s of the last row, and then without a word. */
export function updateMonitor(fleet: Fleet, instance: Instance, database: Database): void {
  instance.monitor ??= newMonitor();
  const { monitor } = instance;
  monitor.tableExists = true;
  if (!database.mirroring) return;
  const copy = { instance, database, mirroring: database.mirroring };
  const key = database.name.toLowerCase();
  const rows = monitor.rows[key] ?? [];
  monitor.rows[key] = rows;
  const last = rows.at(-1) ?? null;
  if (last && fleet.now - last.at < LEAST_BETWEEN_MS) return;
  const row = rowOf(fleet, copy, last, rows);
  rows.push(row);
  forgetOld(fleet, rows, monitor.alerts[key] ?? []);
  for (const alert of monitor.alerts[key] ?? []) raise(fleet, copy, row, alert);
}

export function retentionHours(alerts: MonitorAlert[]): number {
  return alerts.find(({ id }) => id === RETENTION)?.threshold ?? RETENTION_HOURS;
}

function rowOf(fleet: Fleet, copy: Copy, last: MonitorRow | null, rows: MonitorRow[]): MonitorRow {
  const { instance, database, mirroring } = copy;
  const peer = peerOf(fleet, copy);
  const principal = mirroring.role === "PRINCIPAL";
  const localAt = fleet.now + instance.clockOffset;
  const recordedAt = principal || !peer ? localAt : fleet.now + peer.instance.clockOffset;
  const seconds = last ? (fleet.now - last.at) / 1_000 : 0;
  // Averages since the last update; the first row has nothing to compare with and tells the rate of this moment.
  const per = (now: number, before: number | undefined, first: number) =>
    last && before !== undefined ? Math.max(0, Math.round((now - before) / seconds)) : Math.round(first);
  const flowing = mirroring.state === "SYNCHRONIZED" || mirroring.state === "SYNCHRONIZING";
  const row: MonitorRow = {
    role: principal ? 1 : 2,
    state: STATES.indexOf(mirroring.state),
    witness: mirroring.witnessAddress ? WITNESS.indexOf(mirroring.witnessState) : 0,
    generated: null,
    unsent: null,
    sent: null,
    unrestored: null,
    restored: null,
    delay: null,
    transactions: null,
    averageDelay: null,
    recordedAt,
    localAt,
    behindAt: recordedAt,
    at: fleet.now,
    endOfLogKb: database.endOfLogKb,
  };
  const end = database.endOfLogKb;
  if (!principal) {
    const arriving = peer ? Math.min(peer.database.workloadKbPerSecond, mirroring.sendKbPerSecond) : 0;
    const redo = mirroring.redoQueueKb > 0 ? mirroring.redoKbPerSecond : flowing ? arriving : 0;
    row.unrestored = Math.round(mirroring.redoQueueKb);
    row.restored = per(
      end - mirroring.redoQueueKb,
      last ? last.endOfLogKb - (last.unrestored ?? 0) : undefined,
      redo,
    );
    return row;
  }
  const written = database.workloadKbPerSecond;
  const send =
    mirroring.sendQueueKb > 0 ? mirroring.sendKbPerSecond : Math.min(written, mirroring.sendKbPerSecond);
  row.generated = per(end, last?.endOfLogKb, written);
  row.unsent = Math.round(mirroring.sendQueueKb);
  row.sent = per(
    end - mirroring.sendQueueKb,
    last ? last.endOfLogKb - (last.unsent ?? 0) : undefined,
    flowing ? send : 0,
  );
  row.transactions = Math.floor(row.generated / TRANSACTION_KB);
  row.averageDelay = commitDelayMs(fleet, copy);
  row.delay = row.averageDelay * row.transactions;
  row.behindAt = recordedAt - unsentFor(fleet, end - mirroring.sendQueueKb, row, rows);
  return row;
}

/** How long ago the log ended where the mirror is now: read between the rows, and before the first at its rate. */
function unsentFor(fleet: Fleet, reached: number, row: MonitorRow, rows: MonitorRow[]): Milliseconds {
  if (row.endOfLogKb <= reached) return 0;
  const known = [...rows, row];
  const after = known.findIndex(({ endOfLogKb }) => endOfLogKb > reached);
  const later = known[after]!;
  const earlier = known[after - 1];
  const rate = earlier
    ? (later.endOfLogKb - earlier.endOfLogKb) / (later.at - earlier.at)
    : (later.generated ?? 0) / 1_000;
  const before = rate > 0 ? Math.round((later.endOfLogKb - reached) / rate) : 0;
  return fleet.now - later.at + before;
}

function forgetOld(fleet: Fleet, rows: MonitorRow[], alerts: MonitorAlert[]): void {
  const oldest = fleet.now - retentionHours(alerts) * 3_600_000;
  const stale = rows.findIndex(({ at }) => at >= oldest);
  rows.splice(0, Math.max(stale, rows.length - ROWS_KEPT));
}

/** Each metric is one role's: the other's row has no value for it. */
function raise(
  fleet: Fleet,
  { instance }: Copy,
  row: MonitorRow,
  { id, threshold, enabled }: MonitorAlert,
): void {
  if (!enabled || id === RETENTION) return;
  const [number, value] = {
    1: [32040, row.role === 1 ? Math.floor((row.recordedAt - row.behindAt) / 60_000) : null] as const,
    2: [32042, row.unsent] as const,
    3: [32043, row.unrestored] as const,
    4: [32044, row.averageDelay] as const,
  }[id as 1 | 2 | 3 | 4];
  if (value !== null && value > threshold) log(fleet, instance, number, textOf(number, value, threshold));
}

const RETENTION = 5;
const STATES: string[] = ["SUSPENDED", "DISCONNECTED", "SYNCHRONIZING", "PENDING_FAILOVER", "SYNCHRONIZED"];
const WITNESS: string[] = ["UNKNOWN", "CONNECTED", "DISCONNECTED"];
