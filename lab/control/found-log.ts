/** What a scenario says of logs: maintenance plans, shares, and log shipping with its jobs and its first restored copy. */
import type { Scenario } from "#lab/control/scenario.ts";
import { agentOf, hasAgent, newJob } from "#lab/mirroring/agent.ts";
import { findDatabase, instanceNamed } from "#lab/mirroring/find.ts";
import { guidFor } from "#lab/mirroring/guid.ts";
import { logOf } from "#lab/mirroring/log-chain.ts";
import { alertJobName, shippingOf } from "#lab/mirroring/log-shipping.ts";
import { PLAN_FOLDER } from "#lab/mirroring/maintenance.ts";
import type { Database, Fleet, Instance } from "#lab/mirroring/model.ts";

const DEFAULT_MINUTES = 15;
const FILES_KEPT = 4;
const ALERT_MINUTES = 2;

export function foundLogs(fleet: Fleet, scenario: Scenario): void {
  fleet.files = [];
  fleet.shares = scenario.shares.map((share) => ({ ...share }));
  for (const { name, databases, folders, sharedDiskKbPerSecond } of scenario.instances) {
    const instance = instanceNamed(fleet, name);
    if (folders) instance.folders = folders;
    instance.sharedDiskKbPerSecond = sharedDiskKbPerSecond;
    for (const plan of databases) maintain(fleet, instance, plan.name, plan);
  }
  for (const { on, databases, ...shared } of scenario.sessions) {
    for (const plan of databases) {
      for (const name of on) maintain(fleet, instanceNamed(fleet, name), plan.name, { ...shared, ...plan });
    }
  }
  for (const shipping of scenario.logShipping) ship(fleet, shipping);
}

function maintain(
  fleet: Fleet,
  instance: Instance,
  name: string,
  plan: { logBackupMinutes?: number | undefined; filesApart?: boolean | undefined },
): void {
  const database = findDatabase(instance, name)!;
  const everyMinutes = plan.logBackupMinutes ?? DEFAULT_MINUTES;
  const chain = logOf(database);
  if (plan.filesApart) chain.filesApart = true;
  database.maintenance =
    everyMinutes === 0 ? null : { everyMinutes, folder: PLAN_FOLDER, keep: FILES_KEPT, lastRunAt: fleet.now };
}

type Shipping = Scenario["logShipping"][number];

function ship(fleet: Fleet, plan: Shipping): void {
  const primaries = plan.primaries.map((name) => instanceNamed(fleet, name));
  const source = primaries.map((one) => findDatabase(one, plan.database)).find((one) => one !== undefined)!;
  const target = plan.secondaryDatabase ?? plan.database;
  for (const instance of primaries) {
    const database = findDatabase(instance, plan.database);
    // Two plans that back up one log would take each other's backups away.
    if (database) database.maintenance = null;
    const job = addJob(fleet, instance, `LSBackup_${plan.database}`, plan.backupMinutes, "-Backup");
    shippingOf(instance).primaries.push({
      id: guidFor(fleet.seed, "ls-primary", instance.name, plan.database),
      database: plan.database,
      directory: plan.directory ?? plan.share,
      share: plan.share,
      retentionMinutes: plan.retentionMinutes,
      thresholdMinutes: plan.thresholdMinutes,
      jobId: job,
      lastFile: null,
      lastAt: null,
      secondaries: plan.secondary === null ? [] : [{ server: plan.secondary, database: target }],
    });
  }
  if (plan.secondary === null) return;
  const instance = instanceNamed(fleet, plan.secondary);
  const secondary = findDatabase(instance, target) ?? copyOf(source, target, instance);
  const jobOf = (verb: string) => `LS${verb}_${primaries[0]!.name}_${plan.database}`;
  shippingOf(instance).secondaries.push({
    id: guidFor(fleet.seed, "ls-secondary", instance.name, target),
    primaryServer: primaries[0]!.name,
    primaryDatabase: plan.database,
    database: secondary.name,
    source: plan.share,
    destination: plan.destination,
    retentionMinutes: plan.retentionMinutes,
    thresholdMinutes: plan.thresholdMinutes,
    restoreDelayMinutes: plan.restoreDelayMinutes,
    restoreAll: plan.restoreAll,
    standby: plan.standby,
    disconnectUsers: false,
    copyJobId: addJob(fleet, instance, jobOf("Copy"), plan.copyMinutes, "-Copy"),
    restoreJobId: addJob(fleet, instance, jobOf("Restore"), plan.restoreMinutes, "-Restore"),
    lastCopiedFile: null,
    lastCopiedAt: null,
    lastRestoredFile: null,
    lastRestoredAt: null,
    lastLatencyMinutes: null,
  });
}

/** The secondary begins with a full backup of the primary, restored WITH NORECOVERY. */
function copyOf(source: Database, name: string, instance: Instance): Database {
  const copy: Database = {
    ...structuredClone(source),
    name,
    databaseId: Math.max(4, ...instance.databases.map(({ databaseId }) => databaseId)) + 1,
    state: "RESTORING",
    clients: [],
    openTransactions: [],
    mirroring: null,
    maintenance: null,
  };
  delete copy.log;
  logOf(copy);
  instance.databases.push(copy);
  return copy;
}

function addJob(fleet: Fleet, instance: Instance, name: string, everyMinutes: number, verb: string): string {
  const agent = agentOf(instance);
  if (hasAgent(instance) && agent.jobs.length === 0) agent.running = true;
  const alerts = alertJobName(instance);
  if (name !== alerts && !agent.jobs.some((job) => job.name === alerts))
    addJob(fleet, instance, alerts, ALERT_MINUTES, "-Alert");
  const step = { name: "Log shipping", subsystem: "CmdExec", database: "master", needs: [] };
  const job = newJob(fleet, instance, {
    name,
    category: "Log Shipping",
    everyMinutes,
    steps: [{ ...step, command: commandOf(verb, instance) }],
  });
  agent.jobs.push(job);
  return job.id;
}

function commandOf(verb: string, { name }: Instance): string {
  return verb === "-Alert"
    ? "exec sys.sp_check_log_shipping_monitor_alert"
    : `"sqllogship.exe" ${verb} -server ${name}`;
}
