/** The Agent's procedures: jobs are started, enabled, disabled, listed and deleted; the lab makes them in its scenario. */
import { agentRuns, dateNumber, ended, jobRow, timeNumber } from "#lab/catalog/agent.ts";
import { columns } from "#lab/catalog/view.ts";
import { agentOf, isRunning, jobNamed, nextRun, runJob } from "#lab/mirroring/agent.ts";
import { SqlError } from "#lab/mirroring/commands.ts";
import { sameName } from "#lab/mirroring/find.ts";
import type { Job } from "#lab/mirroring/model.ts";
import type { Context, Procedure } from "#lab/tsql/context.ts";
import { SYSNAME } from "#lab/tsql/type-rules.ts";
import type { SqlType, SqlValue } from "#lab/tsql/values.ts";

const GUID: SqlType = { name: "uniqueidentifier" };
const NAME = { name: "@job_name", type: SYSNAME, default: null };
const ID = { name: "@job_id", type: GUID, default: null };

export const agentProcedures: Record<string, Procedure> = {
  sp_start_job: {
    inDatabase: "msdb",
    parameters: [NAME, ID],
    run: (args, context) => {
      const job = jobOf("sp_start_job", args, context);
      const { fleet, instance, login } = context;
      if (!agentRuns(instance))
        throw new SqlError(
          22022,
          16,
          "SQLServerAgent is not currently running so it cannot be notified of this action.",
        );
      if (isRunning(fleet, job))
        throw new SqlError(
          22022,
          16,
          `SQLServerAgent Error: Request to run job ${job.name} (from User ${login.name}) refused because the job is already running from a request by ${job.history.at(-1)!.invokedBy}.`,
        );
      runJob(fleet, instance, job, `User ${login.name}`);
      return { results: [], messages: [`Job '${job.name}' started successfully.`] };
    },
  },
  sp_stop_job: {
    inDatabase: "msdb",
    parameters: [NAME, ID],
    run: (args, context) => {
      const job = jobOf("sp_stop_job", args, context);
      const run = job.history.at(-1);
      if (!run || !isRunning(context.fleet, job))
        throw new SqlError(
          22022,
          16,
          `SQLServerAgent Error: Request to stop job ${job.name} (from User ${context.login.name}) refused because the job is not currently running.`,
        );
      Object.assign(run, { endsAt: context.fleet.now, succeeded: false });
      return { results: [], messages: [`Job '${job.name}' stopped successfully.`] };
    },
  },
  sp_update_job: {
    inDatabase: "msdb",
    parameters: [
      ID,
      NAME,
      { name: "@new_name", type: SYSNAME, default: null },
      { name: "@enabled", type: { name: "tinyint" }, default: null },
      { name: "@description", type: { name: "nvarchar", length: 512 }, default: null },
    ],
    run: (args, context) => {
      const job = jobOf("sp_update_job", args, context);
      const name = args["@new_name"] as string | null;
      if (name !== null && !sameName(name, job.name) && jobNamed(context.instance, name))
        throw new SqlError(14261, 16, `The specified @name ('${name}') already exists.`);
      job.name = name ?? job.name;
      job.description = (args["@description"] as string | null) ?? job.description;
      if (args["@enabled"] !== null) job.enabled = args["@enabled"] !== 0;
      return { results: [] };
    },
  },
  sp_delete_job: {
    inDatabase: "msdb",
    parameters: [ID, NAME],
    run: (args, context) => {
      const deleted = jobOf("sp_delete_job", args, context);
      const agent = agentOf(context.instance);
      agent.jobs = agent.jobs.filter((job) => job !== deleted);
      return { results: [] };
    },
  },
  sp_help_job: {
    inDatabase: "msdb",
    parameters: [ID, NAME],
    run: (args, context) => {
      const named = args["@job_name"] !== null || args["@job_id"] !== null;
      if (!named) requireAdministrator("sp_help_job", context);
      const jobs = named ? [jobOf("sp_help_job", args, context)] : (context.instance.agent?.jobs ?? []);
      return { results: [{ columns: HELP, rows: () => jobs.map((job) => helpRow(job, context)) }] };
    },
  },
  sp_help_jobhistory: {
    inDatabase: "msdb",
    parameters: [ID, NAME],
    run: (args, context) => {
      const job = jobOf("sp_help_jobhistory", args, context);
      const rows = ended(job, context).map((run): SqlValue[] => {
        const at = new Date(run.startedAt + context.instance.clockOffset);
        return [job.id, job.name, run.succeeded ? 1 : 0, dateNumber(at), timeNumber(at), job.seconds];
      });
      return { results: [{ columns: HISTORY, rows: () => rows.toReversed() }] };
    },
  },
};

function jobOf(procedure: string, args: Record<string, SqlValue>, context: Context): Job {
  requireAdministrator(procedure, context);
  const [name, id] = [args["@job_name"], args["@job_id"]] as (string | null)[];
  if ((name == null) === (id == null))
    throw new SqlError(14294, 16, "Supply either @job_id or @job_name to identify the job.");
  const job = jobNamed(context.instance, (name ?? id)!);
  if (job) return job;
  const [parameter, value] = name != null ? ["@job_name", name] : ["@job_id", id];
  throw new SqlError(14262, 16, `The specified ${parameter} ('${value}') does not exist.`);
}

function requireAdministrator(procedure: string, { login }: Context): void {
  if (login.sysadmin) return;
  throw new SqlError(
    229,
    14,
    `The EXECUTE permission was denied on the object '${procedure}', database 'msdb', schema 'dbo'.`,
  );
}

function helpRow(job: Job, context: Context): SqlValue[] {
  const { fleet, instance } = context;
  const last = ended(job, context).at(-1);
  const at = last && new Date(last.startedAt + instance.clockOffset);
  const next =
    job.enabled && job.everyMinutes !== null && agentRuns(instance)
      ? new Date(nextRun(fleet, job.everyMinutes) + instance.clockOffset)
      : null;
  return [
    job.id,
    instance.name,
    job.name,
    job.enabled ? 1 : 0,
    job.description,
    job.category,
    job.owner,
    at ? dateNumber(at) : 0,
    at ? timeNumber(at) : 0,
    last ? (last.succeeded ? 1 : 0) : 5,
    next ? dateNumber(next) : 0,
    next ? timeNumber(next) : 0,
    isRunning(fleet, job) ? 1 : 4,
    jobRow(job, context).date_created!,
  ];
}

const HELP = columns(`
  job_id uniqueidentifier !
  originating_server nvarchar(30)
  name sysname !
  enabled tinyint !
  description nvarchar(512)
  category sysname
  owner sysname
  last_run_date int !
  last_run_time int !
  last_run_outcome int !
  next_run_date int !
  next_run_time int !
  current_execution_status int !
  date_created datetime !`);
const HISTORY = columns(`
  job_id uniqueidentifier !
  job_name sysname !
  run_status int !
  run_date int !
  run_time int !
  run_duration int !`);
