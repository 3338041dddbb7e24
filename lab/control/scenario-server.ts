/** The parts of a scenario that stand around the databases of an instance: logins, users, the Agent, linked servers. */
import { z } from "zod";

const login = {
  name: z.string().min(1).max(128).describe("A name with a backslash is a Windows account."),
  password: z.string(),
  sysadmin: z.boolean().default(false),
  grants: z
    .array(z.string())
    .default([])
    .describe('Server permissions and roles: VIEW SERVER STATE, dbcreator, "DENY VIEW ANY DATABASE" …'),
  monitor: z.boolean().default(false).describe("Member of dbm_monitor in msdb."),
  defaultDatabase: z.string().default("master"),
  disabled: z.boolean().default(false),
  sid: z
    .enum(["shared", "own"])
    .default("shared")
    .describe(
      "own: another SID on every instance, so that users are orphaned by a switch. Windows accounts share theirs.",
    ),
};

export const Login = z.strictObject({
  ...login,
  on: z.array(z.string()).optional().describe("The instances that have it; without it all of them."),
});

/** On one instance only; replaces the fleet's login of the same name there. */
export const InstanceLogin = z.strictObject(login);

export const User = z.strictObject({
  name: z.string().min(1).max(128),
  login: z
    .string()
    .optional()
    .describe("The login whose SID it has, as on the first instance; default: its name."),
  roles: z.array(z.string()).default([]).describe("db_owner, db_datareader …"),
  grants: z
    .array(z.string())
    .default([])
    .describe("Permissions on the database: ALTER, VIEW DATABASE STATE …"),
});

const minutes = z.int().min(1).max(10_080);

const Job = z.strictObject({
  name: z.string().min(1).max(128),
  description: z.string().default("No description available."),
  category: z.string().default("[Uncategorized (Local)]"),
  owner: z.string().default("sa"),
  enabled: z.boolean().default(true),
  everyMinutes: minutes
    .nullable()
    .default(null)
    .describe("It runs whenever the clock shows a multiple of it; null: only when started."),
  seconds: z.int().min(0).max(86_400).default(1).describe("How long a run takes."),
  steps: z
    .array(
      z.strictObject({
        name: z.string().default("Step 1"),
        subsystem: z.enum(["TSQL", "CmdExec", "PowerShell", "SSIS"]).default("TSQL"),
        database: z.string().default("master").describe("The step fails where it cannot be opened."),
        needs: z.array(z.string()).default([]).describe("Further databases that must be open."),
        command: z.string(),
      }),
    )
    .min(1),
});

const Alert = z.strictObject({
  database: z.string(),
  id: z.int().min(1).max(5),
  threshold: z.int().min(0),
  enabled: z.boolean().default(true),
});

export const Agent = z.strictObject({
  running: z.boolean().default(true).describe("SQL Server Agent; never on Express."),
  monitorMinutes: z
    .int()
    .min(1)
    .max(120)
    .nullable()
    .default(1)
    .describe("The Database Mirroring Monitor Job of an instance that mirrors; null: nobody made it."),
  alerts: z.array(Alert).default([]).describe("Thresholds of the monitor."),
  jobs: z.array(Job).default([]),
});

export const LinkedServer = z.strictObject({
  name: z.string().min(1).max(128),
  product: z.string().default("SQL Server"),
  provider: z.string().default("SQLNCLI"),
  dataSource: z.string().optional().describe("Default: the name."),
  catalog: z.string().nullable().default(null),
});

/** Fields of an instance beside its endpoint and databases. */
export const serverFields = {
  updateLevel: z
    .string()
    .regex(/^(CU|GDR)\d*$/, "an update level reads CU4")
    .nullable()
    .default(null),
  collation: z.string().default("SQL_Latin1_General_CP1_CI_AS"),
  logins: z.array(InstanceLogin).default([]),
  agent: Agent.prefault({}),
  linkedServers: z.array(LinkedServer).default([]),
  configurations: z
    .record(z.string(), z.int())
    .default({})
    .describe('sys.configurations that are not as usual: "max server memory (MB)": 8192'),
};

/** What a database carries, or not, to its partner. */
export const databaseFields = {
  users: z.array(User).optional(),
  owner: z.string().optional().describe("A login; default sa."),
  trustworthy: z.boolean().optional().describe("On the first instance only: a fresh mirror has it off."),
};
