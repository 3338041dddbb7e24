/**
 * The maintenance plan that backs up the log of a database where it serves, whenever the clock shows a multiple of its
 * minutes: without it every log would be full one day. It keeps its last few files.
 */
import { takeBackup } from "#lab/mirroring/backup.ts";
import { SqlError } from "#lab/mirroring/commands.ts";
import { joined, listFolder, nameOf, removeFile } from "#lab/mirroring/file-system.ts";
import { log as tell } from "#lab/mirroring/find.ts";
import { logOf } from "#lab/mirroring/log-chain.ts";
import type { Database, Fleet, Instance, Milliseconds } from "#lab/mirroring/model.ts";
import { isOpen } from "#lab/mirroring/show.ts";

const MINUTE_MS = 60_000;

export const PLAN_FOLDER = "C:\\Backup";

export function dueMaintenance(fleet: Fleet): Milliseconds[] {
  return plans(fleet)
    .filter(({ database }) => hasWork(database) || database.workloadKbPerSecond > 0)
    .map(
      ({ plan }) =>
        (Math.floor(fleet.now / (plan.everyMinutes * MINUTE_MS)) + 1) * plan.everyMinutes * MINUTE_MS,
    );
}

export function runMaintenance(fleet: Fleet): void {
  for (const { instance, database, plan } of plans(fleet)) {
    const due = fleet.now % (plan.everyMinutes * MINUTE_MS) === 0 && plan.lastRunAt < fleet.now;
    if (!due || !hasWork(database)) continue;
    plan.lastRunAt = fleet.now;
    try {
      backUp(fleet, instance, database, plan);
    } catch (error) {
      if (!(error instanceof SqlError)) throw error;
      tell(
        fleet,
        instance,
        3041,
        `BACKUP failed to complete the command BACKUP LOG ${database.name}. Check the backup application log for detailed messages.`,
      );
    }
  }
}

/** `rtcxds_20260105081500.trn`: on the server's own clock, as log shipping names its files. */
export function backupFileName(database: string, at: Milliseconds): string {
  const digits = new Date(at).toISOString().replace(/\D/g, "").slice(0, 14);
  return `${database}_${digits}.trn`;
}

type Plan = NonNullable<Database["maintenance"]>;

function backUp(fleet: Fleet, instance: Instance, database: Database, plan: Plan): void {
  const device = joined(plan.folder, backupFileName(database.name, fleet.now + instance.clockOffset));
  takeBackup(fleet, instance, database, {
    log: true,
    device,
    differential: false,
    copyOnly: false,
    init: true,
    norecovery: false,
    compressed: false,
    checksum: false,
    name: `${database.name} log`,
    description: null,
    login: "NT AUTHORITY\\SYSTEM",
    writesRecord: false,
  });
  const files = listFolder(fleet, instance, plan.folder);
  if (typeof files === "string") return;
  const own = files.filter(({ path }) =>
    new RegExp(`^${escaped(database.name)}_\\d{14}\\.trn$`, "i").test(nameOf(path)),
  );
  for (const file of own.slice(0, Math.max(0, own.length - plan.keep))) removeFile(fleet, file);
}

function plans(fleet: Fleet): { instance: Instance; database: Database; plan: Plan }[] {
  return fleet.instances
    .filter(({ power }) => power === "running")
    .flatMap((instance) =>
      instance.databases.flatMap((database) =>
        database.maintenance && isOpen(instance, database) && !database.standby
          ? [{ instance, database, plan: database.maintenance }]
          : [],
      ),
    );
}

/** Nothing was written since the last one: a plan like this one skips it. */
function hasWork(database: Database): boolean {
  const { backedUpKb } = logOf(database);
  return backedUpKb !== null && database.recoveryModel !== "SIMPLE" && backedUpKb < database.endOfLogKb;
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
