/**
 * The msdb monitor of database mirroring. A real server writes one row a minute; here the row is made from the state at
 * the moment of asking, so there is one row whatever number of rows is asked for, and it is never old.
 */
import { databaseNamed } from "#lab/catalog/access.ts";
import { COMMIT_DELAY_MS, TRANSACTION_KB } from "#lab/catalog/counters.ts";
import { SqlError } from "#lab/mirroring/commands.ts";
import { peerOf, sameName } from "#lab/mirroring/find.ts";
import type { Database, Mirroring } from "#lab/mirroring/model.ts";
import { type Context, type Procedure, wallClock } from "#lab/tsql/context.ts";
import type { RelationColumn } from "#lab/tsql/relation.ts";
import { DATETIME, INT, SYSNAME } from "#lab/tsql/type-rules.ts";
import type { SqlValue } from "#lab/tsql/values.ts";

export const monitorProcedures: Record<string, Procedure> = {
  sp_dbmmonitorresults: {
    parameters: [
      { name: "@database_name", type: SYSNAME },
      { name: "@mode", type: INT, default: 0 },
      { name: "@update_table", type: INT, default: 0 },
    ],
    run: (args, context) => {
      requireMonitor("sp_dbmmonitorresults", context);
      const database = mirroredDatabase(args["@database_name"] as string | null, context);
      inRange(args["@mode"], 0, 9, "@mode");
      inRange(args["@update_table"], 0, 1, "@update_table");
      return { results: [{ columns: RESULTS, rows: () => [resultRow(database, context)] }] };
    },
  },
  sp_dbmmonitorupdate: {
    parameters: [{ name: "@database_name", type: SYSNAME, default: null }],
    run: (args, context) => {
      requireMsdb("sp_dbmmonitorupdate", context);
      if (!context.login.sysadmin) throw denied("sp_dbmmonitorupdate");
      if (args["@database_name"] !== null) mirroredDatabase(args["@database_name"] as string, context);
      return { results: [] };
    },
  },
  sp_dbmmonitorhelpmonitoring: {
    parameters: [],
    run: (_, context) => {
      requireMonitor("sp_dbmmonitorhelpmonitoring", context);
      return {
        results: [{ columns: [{ name: "update_period", type: INT, nullable: false }], rows: () => [[1]] }],
      };
    },
  },
  sp_dbmmonitorhelpalert: {
    parameters: [
      { name: "@database_name", type: SYSNAME },
      { name: "@alert_id", type: INT, default: null },
    ],
    run: (args, context) => {
      requireMsdb("sp_dbmmonitorhelpalert", context);
      if (!context.login.sysadmin) throw denied("sp_dbmmonitorhelpalert");
      mirroredDatabase(args["@database_name"] as string | null, context);
      if (args["@alert_id"] !== null) inRange(args["@alert_id"], 1, 5, "@alert_id");
      // No thresholds are set; only the retention of 168 hours always is.
      const alerts = [1, 2, 3, 4, 5].map((id): SqlValue[] => [id, id === 5 ? 168 : null, id === 5]);
      const rows = alerts.filter(([id]) => args["@alert_id"] === null || id === args["@alert_id"]);
      return {
        results: [
          {
            columns: [
              { name: "alert_id", type: INT, nullable: false },
              { name: "threshold", type: INT, nullable: true },
              { name: "enabled", type: { name: "bit" }, nullable: false },
            ],
            rows: () => rows,
          },
        ],
      };
    },
  },
};

function requireMonitor(name: string, context: Context): void {
  requireMsdb(name, context);
  if (!context.login.sysadmin && !context.login.monitor) throw denied(name);
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

function mirroredDatabase(name: string | null, { instance }: Context): Database {
  const database = name === null ? undefined : databaseNamed(instance, name);
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

function inRange(value: SqlValue | undefined, low: number, high: number, name: string): void {
  if (typeof value !== "number" || value < low || value > high) {
    throw new SqlError(32036, 16, `Parameter(s) out of range: ${name} must be between ${low} and ${high}.`);
  }
}

/** Values of the other role are NULL. */
function resultRow(database: Database, context: Context): SqlValue[] {
  const { fleet, instance } = context;
  const mirroring = database.mirroring!;
  const peer = peerOf(fleet, { instance, database, mirroring });
  const principal = mirroring.role === "PRINCIPAL";
  const flowing = mirroring.state === "SYNCHRONIZED" || mirroring.state === "SYNCHRONIZING";
  const written = Math.round(database.workloadKbPerSecond);
  const now = wallClock(context);
  const delay = principal && mirroring.safety === "FULL" && flowing ? COMMIT_DELAY_MS : 0;
  const perSecond = Math.floor(written / TRANSACTION_KB);
  const recorded = principal || !peer ? now : new Date(fleet.now + peer.instance.clockOffset);
  return [
    database.name,
    principal ? 1 : 2,
    STATES.indexOf(mirroring.state),
    mirroring.witnessAddress ? WITNESS.indexOf(mirroring.witnessState) : 0,
    principal ? written : null,
    principal ? Math.round(mirroring.sendQueueKb) : null,
    principal ? sendRate(mirroring, written, flowing) : null,
    principal ? null : Math.round(mirroring.redoQueueKb),
    principal ? null : redoRate(mirroring, peer?.database.workloadKbPerSecond ?? 0, flowing),
    principal ? delay * perSecond : null,
    principal ? perSecond : null,
    principal ? delay : null,
    recorded,
    principal ? new Date(now.getTime() - behindMs(mirroring, written)) : recorded,
    now,
  ];
}

/** A queue drains as fast as it can; without one only what is written is sent. */
function sendRate({ sendQueueKb, sendKbPerSecond }: Mirroring, written: number, flowing: boolean): number {
  if (!flowing) return 0;
  return Math.round(sendQueueKb > 0 ? sendKbPerSecond : Math.min(written, sendKbPerSecond));
}

function redoRate({ redoQueueKb, redoKbPerSecond }: Mirroring, arriving: number, flowing: boolean): number {
  if (!flowing && redoQueueKb === 0) return 0;
  return Math.round(redoQueueKb > 0 ? redoKbPerSecond : Math.min(arriving, redoKbPerSecond));
}

function behindMs({ sendQueueKb }: Mirroring, written: number): number {
  return written > 0 ? Math.round((sendQueueKb / written) * 1000) : 0;
}

const RESULTS: RelationColumn[] = [
  { name: "database_name", type: SYSNAME, nullable: false },
  ...[
    "role",
    "mirroring_state",
    "witness_status",
    "log_generation_rate",
    "unsent_log",
    "send_rate",
    "unrestored_log",
    "recovery_rate",
    "transaction_delay",
    "transactions_per_sec",
    "average_delay",
  ].map((name): RelationColumn => ({ name, type: INT, nullable: true })),
  ...["time_recorded", "time_behind", "local_time"].map(
    (name): RelationColumn => ({ name, type: DATETIME, nullable: true }),
  ),
];
const STATES: string[] = ["SUSPENDED", "DISCONNECTED", "SYNCHRONIZING", "PENDING_FAILOVER", "SYNCHRONIZED"];
const WITNESS: string[] = ["UNKNOWN", "CONNECTED", "DISCONNECTED"];
