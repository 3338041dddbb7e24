/**
 * SQL Server Agent: jobs that run whenever the fleet's clock shows a multiple of their minutes, while both the instance
 * and its Agent run. A step does nothing of its own here; it succeeds where its databases can be opened, and that is
 * what makes a job fail on a mirror. The monitor's job alone does what it says.
 */
import { whyClosed } from "#lab/mirroring/closed.ts";
import { SqlError } from "#lab/mirroring/commands.ts";
import { findDatabase, sameName } from "#lab/mirroring/find.ts";
import { shipLog } from "#lab/mirroring/log-shipping.ts";
import type { Agent, Fleet, Instance, Job, JobRun, JobStep, Milliseconds } from "#lab/mirroring/model.ts";
import { runMonitor } from "#lab/mirroring/monitor.ts";

export const MONITOR_JOB = "Database Mirroring Monitor Job";
/** What msdb keeps of one job unless somebody says otherwise. */
const RUNS_KEPT = 100;
const MINUTE_MS = 60_000;

export function agentOf(instance: Instance): Agent {
  instance.agent ??= { running: hasAgent(instance), jobs: [] };
  return instance.agent;
}

/** Express has no Agent: its jobs are written down and never run. */
export function hasAgent({ edition }: Instance): boolean {
  return !/express/i.test(edition);
}

export function jobNamed(instance: Instance, name: string): Job | undefined {
  return instance.agent?.jobs.find((job) => sameName(job.name, name) || sameName(job.id, name));
}

export function newJob(fleet: Fleet, instance: Instance, job: Partial<Job> & { name: string }): Job {
  return {
    id: jobGuid(`${fleet.seed} ${instance.name} ${job.name}`),
    description: "No description available.",
    category: "[Uncategorized (Local)]",
    owner: "sa",
    enabled: true,
    everyMinutes: null,
    seconds: 1,
    createdAt: fleet.now,
    steps: [],
    history: [],
    ...job,
  };
}

export function monitorJob(fleet: Fleet, instance: Instance, everyMinutes: number): Job {
  const step = { name: "", subsystem: "TSQL", database: "msdb", needs: [] };
  return newJob(fleet, instance, {
    name: MONITOR_JOB,
    category: "Database Maintenance",
    everyMinutes,
    seconds: 0,
    steps: [{ ...step, command: "exec sys.sp_dbmmonitorupdate" }],
  });
}

/** The next moments at which a job is due. */
export function dueJobs(fleet: Fleet): Milliseconds[] {
  return working(fleet).flatMap(({ agent }) =>
    agent.jobs.flatMap((job) => (job.enabled && job.everyMinutes ? [nextRun(fleet, job.everyMinutes)] : [])),
  );
}

export function nextRun(fleet: Fleet, everyMinutes: number): Milliseconds {
  const every = everyMinutes * MINUTE_MS;
  return (Math.floor(fleet.now / every) + 1) * every;
}

/** Runs what is due at this very moment, once. */
export function runDueJobs(fleet: Fleet): void {
  for (const { instance, agent } of working(fleet)) {
    for (const job of agent.jobs) {
      const due =
        job.enabled && job.everyMinutes !== null && fleet.now % (job.everyMinutes * MINUTE_MS) === 0;
      if (due && !isRunning(fleet, job) && job.history.at(-1)?.startedAt !== fleet.now)
        runJob(fleet, instance, job, "Schedule 8");
    }
  }
}

export function isRunning(fleet: Fleet, job: Job): boolean {
  return (job.history.at(-1)?.endsAt ?? 0) > fleet.now;
}

/** A failed step ends its job, as a step does unless somebody says otherwise. */
export function runJob(fleet: Fleet, instance: Instance, job: Job, invokedBy: string): JobRun {
  const steps: JobRun["steps"] = [];
  for (const step of job.steps) {
    const ships = shipLog(fleet, instance, job);
    const failure = ships ? ships.failure : whyStepFails(instance, step);
    if (!failure && sameName(job.name, MONITOR_JOB)) runMonitor(fleet, instance);
    steps.push({
      name: step.name,
      succeeded: failure === null,
      number: failure?.number ?? 0,
      severity: failure?.severity ?? 0,
      message: ships && !failure ? `${said(job, null)} ${ships.said}` : said(job, failure),
    });
    if (failure) break;
  }
  const run: JobRun = {
    startedAt: fleet.now,
    endsAt: fleet.now + job.seconds * 1_000,
    invokedBy,
    succeeded: steps.every(({ succeeded }) => succeeded),
    steps,
  };
  job.history.push(run);
  if (job.history.length > RUNS_KEPT) job.history.splice(0, job.history.length - RUNS_KEPT);
  return run;
}

function whyStepFails(instance: Instance, { database, needs }: JobStep): SqlError | null {
  for (const name of [database, ...needs]) {
    if (SYSTEM.has(name.toLowerCase())) continue;
    const found = findDatabase(instance, name);
    if (!found)
      return new SqlError(
        911,
        16,
        `Database '${name}' does not exist. Make sure that the name is entered correctly.`,
      );
    const closed = whyClosed(found);
    if (closed) return closed;
  }
  return null;
}

function said({ owner }: Job, failure: SqlError | null): string {
  const as = `Executed as user: ${owner === "sa" ? "NT AUTHORITY\\SYSTEM" : owner}. `;
  return failure
    ? `${as}${failure.message} [SQLSTATE 42000] (Error ${failure.number}).  The step failed.`
    : `${as}The step succeeded.`;
}

function working(fleet: Fleet): { instance: Instance; agent: Agent }[] {
  return fleet.instances.flatMap((instance) =>
    instance.power === "running" && instance.agent?.running && hasAgent(instance)
      ? [{ instance, agent: instance.agent }]
      : [],
  );
}

/** Sixteen bytes of the name: the same job, the same id. */
function jobGuid(text: string): string {
  let hex = "";
  for (let part = 0; part < 4; part++) {
    let value = 0x811c9dc5 ^ part;
    for (const letter of text) value = Math.imul(value ^ letter.codePointAt(0)!, 0x01000193);
    hex += (value >>> 0).toString(16).padStart(8, "0");
  }
  const id = hex.toUpperCase();
  return `${id.slice(0, 8)}-${id.slice(8, 12)}-4${id.slice(13, 16)}-A${id.slice(17, 20)}-${id.slice(20, 32)}`;
}

const SYSTEM = new Set(["master", "tempdb", "model", "msdb"]);
