/**
 * Log shipping: a backup job on the primary, a copy and a restore job on the secondary. They are jobs of the Agent; this
 * is what their step does. The backup job "succeeds" also where its database is a mirror: it only makes no backup.
 */
import { takeBackup } from "#lab/mirroring/backup.ts";
import { SqlError } from "#lab/mirroring/commands.ts";
import { joined, listFolder, locate, nameOf, putFile, removeFile } from "#lab/mirroring/file-system.ts";
import { findDatabase, sameName, log as tell } from "#lab/mirroring/find.ts";
import { backupFileName } from "#lab/mirroring/maintenance.ts";
import type {
  BackupFile,
  Fleet,
  Instance,
  Job,
  LogShipping,
  LogShippingPrimary,
  LogShippingSecondary,
} from "#lab/mirroring/model.ts";
import { restoreBackup } from "#lab/mirroring/restore.ts";

const MINUTE_MS = 60_000;
const AGENT = "NT SERVICE\\SQLSERVERAGENT";

/** What a run of the job did; null for every other job. */
export function shipLog(
  fleet: Fleet,
  instance: Instance,
  job: Job,
): { failure: SqlError | null; said: string } | null {
  const work = workOf(fleet, instance, job);
  if (!work) return null;
  try {
    return { failure: null, said: work() };
  } catch (error) {
    if (error instanceof SqlError) return { failure: error, said: error.message };
    throw error;
  }
}

export function shippingOf(instance: Instance): LogShipping {
  instance.logShipping ??= { primaries: [], secondaries: [] };
  return instance.logShipping;
}

export function secondaryOf(instance: Instance, database: string): LogShippingSecondary | undefined {
  return instance.logShipping?.secondaries.find((one) => sameName(one.database, database));
}

/** Takes a secondary out of its configuration: its row, and the jobs that nobody else needs. */
export function forgetSecondary(instance: Instance, secondary: LogShippingSecondary): void {
  const shipping = shippingOf(instance);
  shipping.secondaries = shipping.secondaries.filter((one) => one !== secondary);
  const needed = new Set(shipping.secondaries.flatMap((one) => [one.copyJobId, one.restoreJobId]));
  dropJobs(
    instance,
    [secondary.copyJobId, secondary.restoreJobId].filter((id) => !needed.has(id)),
  );
}

export function forgetPrimary(instance: Instance, primary: LogShippingPrimary): void {
  const shipping = shippingOf(instance);
  shipping.primaries = shipping.primaries.filter((one) => one !== primary);
  dropJobs(instance, [primary.jobId]);
}

/** The alert job goes with the last thing that it watched. */
function dropJobs(instance: Instance, ids: string[]): void {
  const { primaries, secondaries } = shippingOf(instance);
  const watching = primaries.length + secondaries.length > 0;
  if (!instance.agent) return;
  instance.agent.jobs = instance.agent.jobs.filter(
    ({ id, name }) => !ids.includes(id) && (watching || name !== alertJobName(instance)),
  );
}

function workOf(fleet: Fleet, instance: Instance, job: Job): (() => string) | null {
  if (job.name === alertJobName(instance)) return () => checkThresholds(fleet, instance, job);
  const { id } = job;
  const { primaries = [], secondaries = [] } = instance.logShipping ?? {};
  const primary = primaries.find(({ jobId }) => jobId === id);
  if (primary) return () => backUp(fleet, instance, primary);
  const copying = secondaries.find(({ copyJobId }) => copyJobId === id);
  if (copying) return () => copyFiles(fleet, instance, copying);
  const restoring = secondaries.find(({ restoreJobId }) => restoreJobId === id);
  return restoring ? () => restoreFiles(fleet, instance, restoring) : null;
}

/** 14420 and 14421: the job fails with the first, and the error log has them when they begin. */
function checkThresholds(fleet: Fleet, instance: Instance, job: Job): string {
  const { primaries, secondaries } = shippingOf(instance);
  const now = fleet.now + instance.clockOffset;
  const silent = (last: number | null) =>
    Math.floor((now - (last ?? job.createdAt + instance.clockOffset)) / MINUTE_MS);
  const late = [
    ...primaries
      .map((one) => ({ one, minutes: silent(one.lastAt) }))
      .filter(({ one, minutes }) => minutes > one.thresholdMinutes)
      .map(({ one, minutes }) => {
        const text = `The log shipping primary database ${instance.name}.${one.database} has backup threshold of ${one.thresholdMinutes} minutes and has not performed a backup log operation for ${minutes} minutes. Check agent log and logshipping monitor information.`;
        return new SqlError(14_420, 16, text);
      }),
    ...secondaries
      .map((one) => ({ one, minutes: silent(one.lastRestoredAt) }))
      .filter(({ one, minutes }) => minutes > one.thresholdMinutes)
      .map(({ one, minutes }) => {
        const text = `The log shipping secondary database ${instance.name}.${one.database} has restore threshold of ${one.thresholdMinutes} minutes and is out of sync. No restore was performed for ${minutes} minutes. Restored latency is ${one.lastLatencyMinutes ?? 0} minutes. Check agent log and logshipping monitor information.`;
        return new SqlError(14_421, 16, text);
      }),
  ];
  const begins = job.history.at(-1)?.succeeded !== false;
  for (const error of begins ? late : []) tell(fleet, instance, error.number, error.message);
  if (late[0]) throw late[0];
  return "All databases are within their thresholds.";
}

/** One such job an instance, as soon as anything is shipped there. */
export function alertJobName({ name }: Instance): string {
  return `LSAlert_${name}`;
}

function backUp(fleet: Fleet, instance: Instance, primary: LogShippingPrimary): string {
  const database = findDatabase(instance, primary.database);
  if (!database) throw new SqlError(911, 16, `Database '${primary.database}' does not exist.`);
  if (database.state !== "ONLINE" || database.mirroring?.serving === false)
    return `Database ${primary.database} is not ONLINE. The backup job will not be performed until this database is brought online.`;
  const now = fleet.now + instance.clockOffset;
  const device = joined(primary.directory, backupFileName(database.name, now));
  takeBackup(fleet, instance, database, {
    ...{ log: true, device, init: true, name: null, description: null, login: AGENT },
    ...{ differential: false, copyOnly: false, norecovery: false, compressed: false, checksum: false },
    writesRecord: false,
  });
  primary.lastFile = device;
  primary.lastAt = now;
  expire(fleet, instance, primary.directory, primary.database, now - primary.retentionMinutes * MINUTE_MS);
  return `The backup operation was successful. Backup file: '${device}'.`;
}

function copyFiles(fleet: Fleet, instance: Instance, secondary: LogShippingSecondary): string {
  const copied: string[] = [];
  for (const file of shipped(fleet, instance, secondary.source, secondary.primaryDatabase)) {
    const name = nameOf(file.path);
    if (!after(name, secondary.lastCopiedFile)) continue;
    const to = locate(fleet, instance, joined(secondary.destination, name), "write");
    if (typeof to === "string") throw cannotRead(secondary.destination, to);
    putFile(fleet, { ...file, ...to });
    secondary.lastCopiedFile = joined(secondary.destination, name);
    secondary.lastCopiedAt = fleet.now + instance.clockOffset;
    copied.push(name);
  }
  const oldest = fleet.now + instance.clockOffset - secondary.retentionMinutes * MINUTE_MS;
  expire(fleet, instance, secondary.destination, secondary.primaryDatabase, oldest);
  return `The copy operation was successful. Number of files copied: ${copied.length}.`;
}

/** In order, one after the other, until a file is missing: what comes behind a gap cannot be restored. */
function restoreFiles(fleet: Fleet, instance: Instance, secondary: LogShippingSecondary): string {
  const database = findDatabase(instance, secondary.database);
  if (!database) throw new SqlError(911, 16, `Database '${secondary.database}' does not exist.`);
  const now = fleet.now + instance.clockOffset;
  let restored = 0;
  for (const file of shipped(fleet, instance, secondary.destination, secondary.primaryDatabase)) {
    const set = file.sets[0]!;
    if (!after(nameOf(file.path), secondary.lastRestoredFile)) continue;
    if (set.finishedAt > now - secondary.restoreDelayMinutes * MINUTE_MS) break;
    const reached = findDatabase(instance, secondary.database)!.endOfLogKb;
    const device = joined(secondary.destination, nameOf(file.path));
    // Restored already, by hand: skipped, as the job does with a file that is too early.
    if (set.lastKb >= reached) {
      restoreBackup(
        fleet,
        instance,
        secondary.database,
        {
          ...{ log: true, device, position: 1, replace: false, moves: [] },
          end: secondary.standby ? "standby" : "norecovery",
          standbyFile: secondary.standby ? joined(secondary.destination, `${secondary.database}.tuf`) : null,
        },
        { currentDatabase: "master", login: AGENT },
      );
      restored++;
    }
    secondary.lastRestoredFile = device;
    secondary.lastRestoredAt = now;
    secondary.lastLatencyMinutes = Math.max(0, Math.round((now - set.finishedAt) / MINUTE_MS));
    if (!secondary.restoreAll && restored > 0) break;
  }
  return `The restore operation was successful. Number of log backup files restored: ${restored}.`;
}

/** `mgc_20260105081500.trn`, in the order of their names. */
function shipped(fleet: Fleet, instance: Instance, folder: string, database: string): BackupFile[] {
  const files = listFolder(fleet, instance, folder);
  if (typeof files === "string") throw cannotRead(folder, files);
  const start = `${database.toLowerCase()}_`;
  return files.filter(({ path }) => {
    const name = nameOf(path).toLowerCase();
    return name.startsWith(start) && /^\d{14}\.trn$/.test(name.slice(start.length));
  });
}

function expire(fleet: Fleet, instance: Instance, folder: string, database: string, oldest: number): void {
  for (const file of shipped(fleet, instance, folder, database))
    if (file.sets[0]!.finishedAt < oldest) removeFile(fleet, file);
}

function after(name: string, last: string | null): boolean {
  return last === null || name.toLowerCase() > nameOf(last).toLowerCase();
}

function cannotRead(folder: string, why: string): SqlError {
  return new SqlError(3201, 16, `Cannot open backup device '${folder}'. Operating system error ${why}.`);
}
