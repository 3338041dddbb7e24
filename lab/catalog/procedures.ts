/** The old procedures that people still type. */
import { databaseNamed, visibleDatabases } from "#lab/catalog/access.ts";
import { agentProcedures } from "#lab/catalog/agent-procedures.ts";
import { commandOf, visibleSessions } from "#lab/catalog/connected.ts";
import { filesOf } from "#lab/catalog/databases.ts";
import { fileProcedures } from "#lab/catalog/files.ts";
import { linkedServerProcedures } from "#lab/catalog/linked-servers.ts";
import { logShippingProcedures } from "#lab/catalog/log-shipping-procedures.ts";
import { loginProcedures } from "#lab/catalog/login-procedures.ts";
import { monitorProcedures } from "#lab/catalog/monitor.ts";
import { serverProperty } from "#lab/catalog/properties.ts";
import { compatibilityLevel } from "#lab/catalog/versions.ts";
import { columns, type Viewing } from "#lab/catalog/view.ts";
import { SqlError } from "#lab/mirroring/commands.ts";
import type { Context, Procedure } from "#lab/tsql/context.ts";
import { formatDate } from "#lab/tsql/dates.ts";
import type { Relation } from "#lab/tsql/relation.ts";
import { DATETIME, INT, nvarchar, SYSNAME } from "#lab/tsql/type-rules.ts";
import type { SqlValue } from "#lab/tsql/values.ts";

export const catalogProcedures: Record<string, Procedure> = {
  ...monitorProcedures,
  ...agentProcedures,
  ...logShippingProcedures,
  ...fileProcedures,
  ...loginProcedures,
  ...linkedServerProcedures,
  sp_who: {
    parameters: [{ name: "@loginame", type: SYSNAME, default: null }],
    run: (args, context) => ({ results: [who(args["@loginame"] as string | null, context)] }),
  },
  sp_who2: {
    parameters: [{ name: "@loginame", type: SYSNAME, default: null }],
    run: (args, context) => ({ results: [who2(args["@loginame"] as string | null, context)] }),
  },
  sp_helpdb: {
    parameters: [{ name: "@dbname", type: SYSNAME, default: null }],
    run: (args, context) => ({ results: helpDatabase(args["@dbname"] as string | null, context) }),
  },
  sp_databases: {
    parameters: [],
    run: (_, context) => ({
      results: [
        relation(
          "DATABASE_NAME sysname\nDATABASE_SIZE int\nREMARKS varchar(254)",
          visibleDatabases(context.instance, context.login).map((database) => [
            database.name,
            database.dataSizeKb + database.logSizeKb,
            null,
          ]),
        ),
      ],
    }),
  },
  xp_msver: {
    parameters: [{ name: "@option", type: SYSNAME, default: null }],
    run: (args, context) => ({ results: [versions(args["@option"] as string | null, context)] }),
  },
  sp_server_info: {
    parameters: [],
    run: (_, { instance }) => ({
      results: [
        relation("attribute_id int\nattribute_name varchar(60)\nattribute_value varchar(255)", [
          [1, "DBMS_NAME", "Microsoft SQL Server"],
          [2, "DBMS_VER", `Microsoft SQL Server - ${instance.version}`],
        ]),
      ],
    }),
  },
  sp_readerrorlog: errorLog("sp_readerrorlog"),
  xp_readerrorlog: errorLog("xp_readerrorlog"),
  sp_reset_connection: { parameters: [], run: () => ({ results: [] }) },
};

/** Which log and which kind of log do not matter here: there is one. */
function errorLog(name: string): Procedure {
  return {
    parameters: [
      { name: "@p1", type: INT, default: 0 },
      { name: "@p2", type: INT, default: 1 },
      { name: "@p3", type: nvarchar(255), default: null },
      { name: "@p4", type: nvarchar(255), default: null },
    ],
    run: (args, { instance, login }) => {
      if (!login.sysadmin && !login.grants.some((grant) => /^securityadmin$/i.test(grant))) {
        throw new SqlError(
          229,
          14,
          `The EXECUTE permission was denied on the object '${name}', database 'mssqlsystemresource', schema 'sys'.`,
        );
      }
      const words = [args["@p3"], args["@p4"]].map((word) => ((word as string | null) ?? "").toLowerCase());
      const found = instance.errorLog.filter(({ text }) =>
        words.every((word) => text.toLowerCase().includes(word)),
      );
      return {
        results: [
          relation(
            "LogDate datetime\nProcessInfo nvarchar(50)\nText nvarchar(max)",
            found.map(({ at, number, text }) => [
              new Date(at + instance.clockOffset),
              number === 18456 ? "Logon" : "spid20s",
              text,
            ]),
          ),
        ],
      };
    },
  };
}

function relation(table: string, rows: SqlValue[][]): Relation {
  return { columns: columns(table), rows: () => rows };
}

function sessionsOf(filter: string | null, context: Context) {
  const viewing: Viewing = { ...context, database: context.session.database };
  const sessions = visibleSessions(viewing);
  if (filter === null) return { viewing, sessions };
  if (/^\d+$/.test(filter))
    return { viewing, sessions: sessions.filter((session) => session.spid === Number(filter)) };
  if (/^active$/i.test(filter)) return { viewing, sessions: sessions.filter((session) => session.running) };
  const known = context.instance.logins.some((login) => login.name.toLowerCase() === filter.toLowerCase());
  if (!known && !sessions.some((session) => session.login.toLowerCase() === filter.toLowerCase())) {
    throw new SqlError(15007, 16, `'${filter}' is not a valid login or you do not have permission.`);
  }
  return {
    viewing,
    sessions: sessions.filter((session) => session.login.toLowerCase() === filter.toLowerCase()),
  };
}

function who(filter: string | null, context: Context): Relation {
  const { viewing, sessions } = sessionsOf(filter, context);
  return relation(
    "spid smallint !\necid smallint !\nstatus nchar(30) !\nloginame nvarchar(128)\nhostname nchar(128) !\nblk char(5)\ndbname nvarchar(128)\ncmd nchar(26) !\nrequest_id int !",
    sessions.map((session) => [
      session.spid,
      0,
      (session.running ? "runnable" : "sleeping").padEnd(30),
      session.login,
      session.host.padEnd(128),
      "0    ",
      session.database,
      commandOf(session, viewing).padEnd(26),
      0,
    ]),
  );
}

function who2(filter: string | null, context: Context): Relation {
  const { viewing, sessions } = sessionsOf(filter, context);
  const short = (at: number) => {
    const date = new Date(at + context.instance.clockOffset);
    return `${formatDate(date, DATETIME, 101).slice(0, 5)} ${formatDate(date, DATETIME, 108)}`;
  };
  return relation(
    "SPID char(5)\nStatus nvarchar(30)\nLogin nvarchar(128)\nHostName nvarchar(128)\nBlkBy char(5)\nDBName nvarchar(128)\nCommand nvarchar(26)\nCPUTime varchar(30)\nDiskIO varchar(30)\nLastBatch varchar(48)\nProgramName nvarchar(128)\nSPID char(5)\nREQUESTID char(5)",
    sessions.map((session) => [
      String(session.spid).padEnd(5),
      session.running ? "RUNNABLE" : "sleeping",
      session.login,
      session.host || "  .",
      "  .  ",
      session.database,
      commandOf(session, viewing),
      "0",
      "0",
      short(session.lastRequest),
      session.program,
      String(session.spid).padEnd(5),
      "0    ",
    ]),
  );
}

function helpDatabase(name: string | null, context: Context): Relation[] {
  const { instance, login, version } = context;
  const database = name === null ? null : databaseNamed(instance, name);
  if (name !== null && !database)
    throw new SqlError(
      15010,
      16,
      `The database '${name}' does not exist. Supply a valid database name. To see available databases, use sys.databases.`,
    );
  const size = (kb: number) => `${(kb / 1024).toFixed(2)} MB`.padStart(13);
  const shown = database ? [database] : visibleDatabases(instance, login);
  const overview = relation(
    "name sysname !\ndb_size nvarchar(13)\nowner sysname\ndbid smallint\ncreated nvarchar(11)\nstatus nvarchar(600)\ncompatibility_level tinyint",
    shown.map((one) => [
      one.name,
      size(one.dataSizeKb + one.logSizeKb),
      "sa",
      one.databaseId,
      formatDate(new Date(one.createdAt), { name: "date" }, 100).slice(0, 11),
      `Status=${one.state}, Updateability=READ_WRITE, UserAccess=MULTI_USER, Recovery=${one.recoveryModel}`,
      compatibilityLevel(version),
    ]),
  );
  if (!database) return [overview];
  const files = filesOf(database).map((file): SqlValue[] => [
    file.name!,
    file.file_id!,
    file.physical_name!,
    file.type === 0 ? "PRIMARY" : null,
    `${(file.size as number) * 8} KB`,
    file.max_size === -1 ? "Unlimited" : `${(file.max_size as number) * 8} KB`,
    "65536 KB",
    file.type === 0 ? "data only" : "log only",
  ]);
  return [
    overview,
    relation(
      "name sysname !\nfileid smallint\nfilename nchar(260)\nfilegroup sysname\nsize nvarchar(18)\nmaxsize nvarchar(18)\ngrowth nvarchar(18)\nusage varchar(9)",
      files,
    ),
  ];
}

function versions(option: string | null, { instance }: Context): Relation {
  const edition = serverProperty(instance, "Edition")!.value as string;
  const rows: SqlValue[][] = [
    [1, "ProductName", null, "Microsoft SQL Server"],
    [2, "ProductVersion", Number(instance.version.split(".")[0]), instance.version],
    [3, "Language", 1033, "English (United States)"],
    [4, "Platform", null, "NT x64"],
    [5, "Comments", null, edition],
    [16, "ProcessorCount", 8, "8"],
    [19, "PhysicalMemory", 32768, "32768 (34359738368)"],
  ];
  const shown =
    option === null
      ? rows
      : rows.filter(([, name]) => (name as string).toLowerCase() === option.toLowerCase());
  return relation("Index int\nName nvarchar(128)\nInternal_Value int\nCharacter_Value nvarchar(600)", shown);
}
