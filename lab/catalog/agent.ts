/** SQL Server Agent's tables in msdb: its jobs, their steps and schedules, and how their runs ended. */
import { columns, type Row, type View, type Viewing } from "#lab/catalog/view.ts";
import { hasAgent, isRunning, nextRun } from "#lab/mirroring/agent.ts";
import type { Instance, Job, JobRun } from "#lab/mirroring/model.ts";

/** sysadmin alone, and the Agent's own reader roles, which nobody holds here. */
const inMsdb = { inDatabase: "msdb", readers: () => false };

export const agentViews: View[] = [
  {
    ...inMsdb,
    name: "sysjobs",
    columns: columns(`
      job_id uniqueidentifier !
      originating_server_id int !
      name sysname !
      enabled tinyint !
      description nvarchar(512)
      start_step_id int !
      category_id int !
      owner_sid varbinary(85) !
      notify_level_eventlog int !
      notify_level_email int !
      notify_level_netsend int !
      notify_level_page int !
      notify_email_operator_id int !
      notify_netsend_operator_id int !
      notify_page_operator_id int !
      delete_level int !
      date_created datetime !
      date_modified datetime !
      version_number int !`),
    rows: (viewing) => jobsOf(viewing.instance).map((job) => jobRow(job, viewing)),
  },
  {
    ...inMsdb,
    name: "sysjobsteps",
    columns: columns(`
      job_id uniqueidentifier !
      step_id int !
      step_name sysname !
      subsystem nvarchar(40) !
      command nvarchar(max)
      flags int !
      cmdexec_success_code int !
      on_success_action tinyint !
      on_success_step_id int !
      on_fail_action tinyint !
      on_fail_step_id int !
      server sysname
      database_name sysname
      database_user_name sysname
      retry_attempts int !
      retry_interval int !
      os_run_priority int !
      output_file_name nvarchar(200)
      last_run_outcome int !
      last_run_duration int !
      last_run_retries int !
      last_run_date int !
      last_run_time int !
      proxy_id int
      step_uid uniqueidentifier`),
    rows: (viewing) => jobsOf(viewing.instance).flatMap((job) => stepRows(job, viewing)),
  },
  {
    ...inMsdb,
    name: "sysjobhistory",
    columns: columns(`
      instance_id int !
      job_id uniqueidentifier !
      step_id int !
      step_name sysname !
      sql_message_id int !
      sql_severity int !
      message nvarchar(4000)
      run_status int !
      run_date int !
      run_time int !
      run_duration int !
      operator_id_emailed int !
      operator_id_netsent int !
      operator_id_paged int !
      retries_attempted int !
      server sysname !`),
    rows: historyRows,
  },
  {
    ...inMsdb,
    name: "sysjobactivity",
    columns: columns(`
      session_id int !
      job_id uniqueidentifier !
      run_requested_date datetime
      run_requested_source sysname
      queued_date datetime
      start_execution_date datetime
      last_executed_step_id int
      last_executed_step_date datetime
      stop_execution_date datetime
      job_history_id int
      next_scheduled_run_date datetime`),
    rows: (viewing) => jobsOf(viewing.instance).map((job) => activityRow(job, viewing)),
  },
  {
    ...inMsdb,
    name: "sysjobschedules",
    columns: columns("schedule_id int\njob_id uniqueidentifier\nnext_run_date int !\nnext_run_time int !"),
    rows: ({ fleet, instance }) =>
      scheduled(instance).map(({ job, id }) => {
        const next = new Date(nextRun(fleet, job.everyMinutes!) + instance.clockOffset);
        return {
          schedule_id: id,
          job_id: job.id,
          next_run_date: dateNumber(next),
          next_run_time: timeNumber(next),
        };
      }),
  },
  {
    ...inMsdb,
    name: "sysschedules",
    columns: columns(`
      schedule_id int !
      name sysname !
      enabled int !
      freq_type int !
      freq_interval int !
      freq_subday_type int !
      freq_subday_interval int !
      active_start_time int !
      active_end_time int !`),
    rows: ({ instance }) =>
      scheduled(instance).map(({ job, id }) => ({
        schedule_id: id,
        name: `Every ${job.everyMinutes} minutes`,
        enabled: 1,
        // Daily, in minutes between the first and the last second of the day.
        freq_type: 4,
        freq_interval: 1,
        freq_subday_type: 4,
        freq_subday_interval: job.everyMinutes!,
        active_start_time: 0,
        active_end_time: 235_959,
      })),
  },
  {
    ...inMsdb,
    name: "syscategories",
    columns: columns("category_id int !\ncategory_class int !\ncategory_type tinyint !\nname sysname !"),
    rows: () =>
      CATEGORIES.map(([id, name]) => ({ category_id: id, category_class: 1, category_type: 1, name })),
  },
  {
    ...inMsdb,
    name: "syssessions",
    columns: columns("session_id int !\nagent_start_date datetime !"),
    rows: ({ instance }) => [
      { session_id: 1, agent_start_date: new Date(instance.startedAt + instance.clockOffset) },
    ],
  },
];

/** 1 running, 2 in the middle of stopping: what xp_servicecontrol and the services view say of it. */
export function agentRuns(instance: Instance): boolean {
  return hasAgent(instance) && instance.agent?.running !== false;
}

export function jobRow(job: Job, { instance }: Pick<Viewing, "instance">): Row {
  const created = new Date(job.createdAt + instance.clockOffset);
  const notified = { notify_level_email: 0, notify_level_netsend: 0, notify_level_page: 0 };
  const operators = {
    notify_email_operator_id: 0,
    notify_netsend_operator_id: 0,
    notify_page_operator_id: 0,
  };
  return {
    ...notified,
    ...operators,
    job_id: job.id,
    originating_server_id: 0,
    name: job.name,
    enabled: job.enabled ? 1 : 0,
    description: job.description,
    start_step_id: 1,
    category_id: CATEGORIES.find(([, name]) => name === job.category)?.[0] ?? 0,
    owner_sid: Uint8Array.of(1),
    notify_level_eventlog: 2,
    delete_level: 0,
    date_created: created,
    date_modified: created,
    version_number: 3,
  };
}

/** Runs that have ended; one still under way writes its history when it does. */
export function ended(job: Job, { fleet }: Pick<Viewing, "fleet">): JobRun[] {
  return job.history.filter(({ endsAt }) => endsAt <= fleet.now);
}

export function dateNumber(date: Date): number {
  return date.getUTCFullYear() * 10_000 + (date.getUTCMonth() + 1) * 100 + date.getUTCDate();
}

export function timeNumber(date: Date): number {
  return date.getUTCHours() * 10_000 + date.getUTCMinutes() * 100 + date.getUTCSeconds();
}

function stepRows(job: Job, viewing: Viewing): Row[] {
  const last = ended(job, viewing).at(-1);
  const at = last ? new Date(last.startedAt + viewing.instance.clockOffset) : null;
  return job.steps.map((step, index) => {
    const run = last?.steps[index];
    return {
      job_id: job.id,
      step_id: index + 1,
      step_name: step.name || job.name,
      subsystem: step.subsystem,
      command: step.command,
      flags: 0,
      cmdexec_success_code: 0,
      on_success_action: index === job.steps.length - 1 ? 1 : 3,
      on_success_step_id: 0,
      on_fail_action: 2,
      on_fail_step_id: 0,
      database_name: step.database,
      retry_attempts: 0,
      retry_interval: 0,
      os_run_priority: 0,
      last_run_outcome: run ? (run.succeeded ? 1 : 0) : 5,
      last_run_duration: run ? duration(job.seconds) : 0,
      last_run_retries: 0,
      last_run_date: run && at ? dateNumber(at) : 0,
      last_run_time: run && at ? timeNumber(at) : 0,
    };
  });
}

/** A row a step, then step 0 with the outcome of the job; numbered in the order in which they were written. */
function historyRows(viewing: Viewing): Row[] {
  const { instance } = viewing;
  const runs = jobsOf(instance)
    .flatMap((job) => ended(job, viewing).map((run) => ({ job, run })))
    .sort((a, b) => a.run.endsAt - b.run.endsAt);
  let instanceId = 0;
  return runs.flatMap(({ job, run }) => {
    const at = new Date(run.startedAt + instance.clockOffset);
    const common = {
      job_id: job.id,
      run_date: dateNumber(at),
      run_time: timeNumber(at),
      run_duration: duration(job.seconds),
      operator_id_emailed: 0,
      operator_id_netsent: 0,
      operator_id_paged: 0,
      retries_attempted: 0,
      server: instance.name,
    };
    const steps = run.steps.map(
      (step, index): Row => ({
        ...common,
        instance_id: ++instanceId,
        step_id: index + 1,
        step_name: step.name || job.name,
        sql_message_id: step.number,
        sql_severity: step.severity,
        message: step.message,
        run_status: step.succeeded ? 1 : 0,
      }),
    );
    return [...steps, { ...common, instance_id: ++instanceId, ...outcome(run) }];
  });
}

function outcome(run: JobRun): Row {
  const last = run.steps.length;
  return {
    step_id: 0,
    step_name: "(Job outcome)",
    sql_message_id: 0,
    sql_severity: 0,
    run_status: run.succeeded ? 1 : 0,
    message: `The job ${run.succeeded ? "succeeded" : "failed"}.  The Job was invoked by ${run.invokedBy}.  The last step to run was step ${last} (${run.steps.at(-1)?.name ?? ""}).`,
  };
}

function activityRow(job: Job, { fleet, instance }: Viewing): Row {
  const run = job.history.at(-1);
  const local = (at: number) => new Date(at + instance.clockOffset);
  const planned = agentRuns(instance) && job.enabled && job.everyMinutes !== null;
  return {
    session_id: 1,
    job_id: job.id,
    run_requested_date: run ? local(run.startedAt) : null,
    run_requested_source: run ? (run.invokedBy.startsWith("User") ? "4" : "1") : null,
    start_execution_date: run ? local(run.startedAt) : null,
    last_executed_step_id: run && !isRunning(fleet, job) ? run.steps.length : null,
    last_executed_step_date: run ? local(run.startedAt) : null,
    stop_execution_date: run && !isRunning(fleet, job) ? local(run.endsAt) : null,
    next_scheduled_run_date: planned ? local(nextRun(fleet, job.everyMinutes!)) : null,
  };
}

function jobsOf(instance: Instance): Job[] {
  return instance.agent?.jobs ?? [];
}

function scheduled(instance: Instance): { job: Job; id: number }[] {
  return jobsOf(instance)
    .map((job, at) => ({ job, id: 8 + at }))
    .filter(({ job }) => job.everyMinutes !== null);
}

/** HHMMSS. */
function duration(seconds: number): number {
  return Math.floor(seconds / 3600) * 10_000 + (Math.floor(seconds / 60) % 60) * 100 + (seconds % 60);
}

const CATEGORIES: [id: number, name: string][] = [
  [0, "[Uncategorized (Local)]"],
  [3, "Database Maintenance"],
  [6, "Log Shipping"],
];
