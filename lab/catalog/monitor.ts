/** The procedures of the msdb monitor of mirroring, and the tables behind them. What they tell is as old as its last update. */
import { databaseNamed } from "#lab/catalog/access.ts";
import { columns, type Row, type View } from "#lab/catalog/view.ts";
import { agentOf, jobNamed, MONITOR_JOB, monitorJob } from "#lab/mirroring/agent.ts";
import { SqlError } from "#lab/mirroring/commands.ts";
import { sameName } from "#lab/mirroring/find.ts";
import type { Database, MonitorAlert, MonitorRow } from "#lab/mirroring/model.ts";
import { newMonitor, RETENTION_HOURS, rowsOf, runMonitor, updateMonitor } from "#lab/mirroring/monitor.ts";
import type { Context, Procedure, ProcedureAnswer } from "#lab/tsql/context.ts";
import { INT, SYSNAME } from "#lab/tsql/type-rules.ts";
import type { SqlValue } from "#lab/tsql/values.ts";

const NAMED = { name: "@database_name", type: SYSNAME };

export const monitorProcedures: Record<string, Procedure> = {
  sp_dbmmonitorresults: {
    parameters: [
      NAMED,
      { name: "@mode", type: INT, default: 0 },
      { name: "@update_table", type: INT, default: 0 },
    ],
    run: (args, context) => {
      requireMonitor("sp_dbmmonitorresults", context);
      const database = mirroredDatabase(args["@database_name"], context);
      inRange(args["@mode"], 0, 9, "@mode");
      inRange(args["@update_table"], 0, 1, "@update_table");
      const { fleet, instance, login } = context;
      // Who may not update gets what is there, without a word.
      if (args["@update_table"] === 1 && login.sysadmin) updateMonitor(fleet, instance, database);
      if (!instance.monitor?.tableExists) throw noTable();
      return results(
        RESULTS,
        chosen(rowsOf(instance, database.name), args["@mode"] as number).map(shown(database)),
      );
    },
  },
  sp_dbmmonitorupdate: {
    parameters: [{ ...NAMED, default: null }],
    run: (args, context) => {
      requireAdministrator("sp_dbmmonitorupdate", context);
      const { fleet, instance } = context;
      if (args["@database_name"] === null) runMonitor(fleet, instance);
      else updateMonitor(fleet, instance, mirroredDatabase(args["@database_name"], context));
      return { results: [] };
    },
  },
  sp_dbmmonitoraddmonitoring: {
    parameters: [{ name: "@update_period", type: INT, default: 1 }],
    run: (args, context) => {
      requireAdministrator("sp_dbmmonitoraddmonitoring", context);
      const minutes = period(args["@update_period"]);
      const { fleet, instance } = context;
      if (jobNamed(instance, MONITOR_JOB))
        throw new SqlError(32033, 16, "The database mirroring monitoring job already exists.");
      agentOf(instance).jobs.push(monitorJob(fleet, instance, minutes));
      return { results: [] };
    },
  },
  sp_dbmmonitorchangemonitoring: {
    parameters: [
      { name: "@parameter_id", type: INT },
      { name: "@value", type: INT },
    ],
    run: (args, context) => {
      requireAdministrator("sp_dbmmonitorchangemonitoring", context);
      inRange(args["@parameter_id"], 1, 1, "@parameter_id");
      monitoring(context).everyMinutes = period(args["@value"]);
      return { results: [] };
    },
  },
  sp_dbmmonitorhelpmonitoring: {
    parameters: [],
    run: (_, context) => {
      requireMonitor("sp_dbmmonitorhelpmonitoring", context);
      return results(columns("update_period int !"), [[monitoring(context).everyMinutes]]);
    },
  },
  sp_dbmmonitordropmonitoring: {
    parameters: [],
    run: (_, context) => {
      requireAdministrator("sp_dbmmonitordropmonitoring", context);
      const dropped = monitoring(context);
      const agent = agentOf(context.instance);
      agent.jobs = agent.jobs.filter((job) => job !== dropped);
      return { results: [] };
    },
  },
  sp_dbmmonitorchangealert: {
    parameters: [
      NAMED,
      { name: "@alert_id", type: INT },
      { name: "@threshold", type: INT },
      { name: "@enabled", type: { name: "bit" }, default: true },
    ],
    run: (args, context) => {
      requireAdministrator("sp_dbmmonitorchangealert", context);
      const { name } = mirroredDatabase(args["@database_name"], context);
      const id = inRange(args["@alert_id"], 1, 5, "@alert_id");
      const threshold = inRange(args["@threshold"], 0, 2_147_483_647, "@threshold");
      // The retention period is always in force.
      const changed = { id, threshold, enabled: id === 5 || args["@enabled"] === true };
      setAlerts(name, [...alertsOf(name, context).filter((alert) => alert.id !== id), changed], context);
      return { results: [] };
    },
  },
  sp_dbmmonitordropalert: {
    parameters: [NAMED, { name: "@alert_id", type: INT, default: null }],
    run: (args, context) => {
      requireAdministrator("sp_dbmmonitordropalert", context);
      const { name } = mirroredDatabase(args["@database_name"], context);
      const id = args["@alert_id"] === null ? null : inRange(args["@alert_id"], 1, 5, "@alert_id");
      setAlerts(name, id === null ? [] : alertsOf(name, context).filter((alert) => alert.id !== id), context);
      return { results: [] };
    },
  },
  sp_dbmmonitorhelpalert: {
    parameters: [NAMED, { name: "@alert_id", type: INT, default: null }],
    run: (args, context) => {
      requireAdministrator("sp_dbmmonitorhelpalert", context);
      const { name } = mirroredDatabase(args["@database_name"], context);
      const one = args["@alert_id"] === null ? null : inRange(args["@alert_id"], 1, 5, "@alert_id");
      const set = alertsOf(name, context);
      const rows = [1, 2, 3, 4, 5].map((id): SqlValue[] => {
        const alert = set.find((other) => other.id === id);
        return [id, alert?.threshold ?? (id === 5 ? RETENTION_HOURS : null), alert?.enabled ?? id === 5];
      });
      return results(
        columns("alert_id int !\nthreshold int\nenabled bit !"),
        rows.filter(([id]) => one === null || id === one),
      );
    },
  },
};

/** Not on the pages: the columns as they are found in msdb. */
export const monitorViews: View[] = [
  {
    name: "dbm_monitor_data",
    inDatabase: "msdb",
    exists: ({ instance }) => instance.monitor?.tableExists === true,
    readers: ({ monitor }) => monitor,
    columns: columns(`
      database_id smallint !
      role bit
      status tinyint
      witness_status tinyint
      log_flush_rate bigint
      send_queue_size bigint
      send_rate bigint
      redo_queue_size bigint
      redo_rate bigint
      transaction_delay bigint
      transactions_per_sec bigint
      time datetime
      end_of_log_lsn numeric(25,0)
      failover_lsn numeric(25,0)
      local_time datetime`),
    rows: ({ instance }) =>
      instance.databases.flatMap((database) =>
        rowsOf(instance, database.name).map((row) => stored(database, row)),
      ),
  },
];

function shown({ name }: Database): (row: MonitorRow) => SqlValue[] {
  return (row) => [
    name,
    row.role,
    row.state,
    row.witness,
    row.generated,
    row.unsent,
    row.sent,
    row.unrestored,
    row.restored,
    row.delay,
    row.transactions,
    row.averageDelay,
    new Date(row.recordedAt),
    new Date(row.behindAt),
    new Date(row.localAt),
  ];
}

/** Modes 1 to 5 look back in time from the newest row, 6 to 9 count; the newest comes first. */
function chosen(rows: MonitorRow[], mode: number): MonitorRow[] {
  const newest = rows.toReversed();
  const hours = [0, 2, 4, 8, 24, 48][mode];
  if (mode === 0) return newest.slice(0, 1);
  if (hours === undefined) return newest.slice(0, [100, 500, 1_000, 1_000_000][mode - 6]);
  const since = (newest[0]?.at ?? 0) - hours * 3_600_000;
  return newest.filter(({ at }) => at >= since);
}

function stored(database: Database, row: MonitorRow): Row {
  const big = (value: number | null) => (value === null ? null : BigInt(value));
  return {
    database_id: database.databaseId,
    role: row.role === 1,
    status: row.state,
    witness_status: row.witness,
    log_flush_rate: big(row.generated),
    send_queue_size: big(row.unsent),
    send_rate: big(row.sent),
    redo_queue_size: big(row.unrestored),
    redo_rate: big(row.restored),
    transaction_delay: big(row.delay),
    transactions_per_sec: big(row.transactions),
    time: new Date(row.recordedAt),
    local_time: new Date(row.localAt),
  };
}

function results(shape: ProcedureAnswer["results"][number]["columns"], rows: SqlValue[][]): ProcedureAnswer {
  return { results: [{ columns: shape, rows: () => rows }] };
}

function alertsOf(database: string, { instance }: Context): MonitorAlert[] {
  return instance.monitor?.alerts[database.toLowerCase()] ?? [];
}

function setAlerts(database: string, alerts: MonitorAlert[], { instance }: Context): void {
  instance.monitor ??= newMonitor();
  instance.monitor.alerts[database.toLowerCase()] = alerts;
}

/** No page says what happens without a job: the Agent's own error for a job that is not there. */
function monitoring({ instance }: Context) {
  const job = jobNamed(instance, MONITOR_JOB);
  if (job) return job;
  throw new SqlError(14262, 16, `The specified @job_name ('${MONITOR_JOB}') does not exist.`);
}

function requireMonitor(name: string, context: Context): void {
  requireMsdb(name, context);
  if (!context.login.sysadmin && !context.login.monitor) throw denied(name);
}

function requireAdministrator(name: string, context: Context): void {
  requireMsdb(name, context);
  if (!context.login.sysadmin) throw denied(name);
}

function requireMsdb(name: string, { session }: Context): void {
  if (!sameName(session.database, "msdb")) throw new SqlError(32045, 16, `${name} must be executed in msdb.`);
}

function denied(name: string): SqlError {
  return new SqlError(
    229,
    14,
    `The EXECUTE permission was denied on the object '${name}', database 'msdb', schema 'dbo'.`,
  );
}

function noTable(): SqlError {
  return new SqlError(
    32041,
    16,
    "The database mirroring monitor base tables have not been created. Please run sys.sp_dbmmonitorupdate to create them.",
  );
}

function mirroredDatabase(name: SqlValue | undefined, { instance }: Context): Database {
  const database = typeof name === "string" ? databaseNamed(instance, name) : undefined;
  if (!database)
    throw new SqlError(
      15010,
      16,
      `The database '${name ?? ""}' does not exist. Supply a valid database name. To see available databases, use sys.databases.`,
    );
  if (!database.mirroring)
    throw new SqlError(
      32039,
      16,
      `The database '${database.name}' is not being mirrored. No update of the base table was done.`,
    );
  return database;
}

function period(minutes: SqlValue | undefined): number {
  if (typeof minutes === "number" && minutes >= 1 && minutes <= 120) return minutes;
  throw new SqlError(
    32032,
    16,
    "Invalid value for update period was specified. The update period should be between 1 and 120 minutes.",
  );
}

function inRange(value: SqlValue | undefined, low: number, high: number, name: string): number {
  if (typeof value === "number" && value >= low && value <= high) return value;
  throw new SqlError(32036, 16, `Parameter(s) out of range: ${name} must be between ${low} and ${high}.`);
}

const RESULTS = columns(`
  database_name sysname !
  role int
  mirroring_state int
  witness_status int
  log_generation_rate int
  unsent_log int
  send_rate int
  unrestored_log int
  recovery_rate int
  transaction_delay int
  transactions_per_sec int
  average_delay int
  time_recorded datetime
  time_behind datetime
  local_time datetime`);
