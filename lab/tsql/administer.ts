/**
 * Statements that ask the machine for something: what SQL Server checks before the database itself is asked, then the
 * command. The machine's own refusals (1416, 1422, 1470 …) pass through as they are.
 */
import { type Command, type CommandContext, type CommandPort, SqlError } from "#lab/mirroring/commands.ts";
import { findDatabase } from "#lab/mirroring/find.ts";
import type { Database } from "#lab/mirroring/model.ts";
import type { PrincipalChange } from "#lab/mirroring/principals.ts";
import { mayAlterDatabase } from "#lab/mirroring/users.ts";
import type { Statement, StatementBody } from "#lab/tsql/ast.ts";
import { bindValue } from "#lab/tsql/bind-expression.ts";
import { openBinder } from "#lab/tsql/bind-query.ts";
import type { Context } from "#lab/tsql/context.ts";
import { convert } from "#lab/tsql/convert.ts";
import { unsupported } from "#lab/tsql/errors.ts";
import { isKnownHash } from "#lab/tsql/passwords.ts";
import { same } from "#lab/tsql/scope.ts";
import { INT } from "#lab/tsql/type-rules.ts";

type Administration = Extract<
  StatementBody,
  { kind: "alter-database" | "endpoint" | "kill" | "principal" | "drop-database" }
>;

export interface Office {
  commands: CommandPort;
  signal: AbortSignal;
}

/** Throws what SQL Server would answer; a list where a second error follows the first. */
export async function administer(
  statement: Administration & Statement,
  context: Context,
  office: Office,
): Promise<void> {
  switch (statement.kind) {
    case "alter-database":
      return alterDatabase(statement, context, office);
    case "endpoint":
      return perform({ kind: "endpoint", change: statement.change }, context, office);
    case "kill":
      return kill(statement, context, office);
    case "principal":
      return changePrincipal(statement.change, context, office);
    case "drop-database":
      return dropDatabase(statement.names, context, office);
  }
}

async function alterDatabase(
  statement: Extract<Administration, { kind: "alter-database" }>,
  context: Context,
  office: Office,
): Promise<void> {
  const name = statement.database ?? context.session.database;
  const { change } = statement;
  // The options of SET PARTNER and SET WITNESS send their own error alone; the others are followed by 5069.
  const alone = change.kind === "command" && change.mirroring;
  const work = async () => {
    if (context.settings.transactions > 0)
      throw new SqlError(226, 16, "ALTER DATABASE statement not allowed within multi-statement transaction.");
    if (isSystem(name) && change.kind === "command")
      throw new SqlError(
        5058,
        16,
        `Option '${optionName(change.command.kind)}' cannot be set in database '${name}'.`,
      );
    const database = mayAlter(name, context);
    if (change.kind === "option") {
      if (database.mirroring && REFUSED_WHILE_MIRRORED.has(change.name)) {
        throw new SqlError(
          1468,
          16,
          `The operation cannot be performed on database "${database.name}" because it is involved in a database mirroring session or an availability group. Some operations are not allowed on a database that is participating in a database mirroring session or in an availability group.`,
        );
      }
      throw unsupported(`ALTER DATABASE … SET ${change.name}`);
    }
    if (change.command.kind === "failover" && !same(context.session.database, "master"))
      throw new SqlError(5001, 16, "User must be in the master database.");
    await perform({ ...change.command, database: database.name } as Command, context, office);
  };
  return alone ? work() : followed(work(), 5069, "ALTER DATABASE statement failed.");
}

function mayAlter(name: string, context: Context): Database {
  const database = findDatabase(context.instance, name);
  if (!database || !mayAlterDatabase(context.instance, name, context.login)) {
    throw new SqlError(
      5011,
      14,
      `User does not have permission to alter database '${name}', the database does not exist, or the database is not in a state that allows access checks.`,
    );
  }
  return database;
}

async function kill(
  statement: Extract<Administration, { kind: "kill" }>,
  context: Context,
  office: Office,
): Promise<void> {
  if (context.settings.transactions > 0)
    throw new SqlError(6115, 16, "KILL command cannot be used inside user transactions.");
  const mayKill =
    context.login.sysadmin || context.login.grants.some((grant) => KILLING.has(grant.toUpperCase()));
  if (!mayKill) throw new SqlError(6102, 14, "User does not have permission to use the KILL statement.");
  const typed = bindValue(statement.spid, openBinder(context));
  const spid = convert(typed.evaluate({ row: [], outer: null }), typed.type, INT) as number | null;
  if (spid === null || spid < 1 || spid > 32767)
    throw new SqlError(6101, 16, `Session ID ${spid} is not valid.`);
  if (spid === context.session.spid)
    throw new SqlError(6104, 16, "Cannot use KILL to kill your own process.");
  if (spid <= 50) throw new SqlError(6107, 14, "Only user processes can be killed.");
  if (!context.instance.sessions.some((session) => session.spid === spid))
    throw new SqlError(6106, 16, `Process ID ${spid} is not an active process ID.`);
  if (statement.statusOnly)
    throw new SqlError(
      6120,
      16,
      `Status report cannot be obtained. Rollback operation for Process ID ${spid} is not in progress.`,
    );
  await perform({ kind: "kill", spid }, context, office);
}

async function changePrincipal(change: PrincipalChange, context: Context, office: Office): Promise<void> {
  const hash = "hash" in change ? change.hash : undefined;
  if (typeof hash === "string" && !isKnownHash(hash, context.version))
    throw new SqlError(
      15021,
      16,
      "Invalid value given for parameter PASSWORD. Specify a valid parameter value.",
    );
  // 2008 R2 knows ALTER ROLE only to rename: members came with sp_addrolemember.
  if (change.kind.endsWith("role-member") && context.version < 11)
    throw new SqlError(102, 15, "Incorrect syntax near 'ADD'.");
  await perform({ kind: "principal", change }, context, office);
}

async function dropDatabase(names: string[], context: Context, office: Office): Promise<void> {
  for (const name of names) {
    const database = findDatabase(context.instance, name);
    const may =
      context.login.sysadmin || context.login.grants.some((grant) => DROPPING.has(grant.toUpperCase()));
    if (!database || !may)
      throw new SqlError(
        3701,
        11,
        `Cannot drop the database '${name}', because it does not exist or you do not have permission.`,
      );
    if (database.mirroring)
      throw new SqlError(
        3743,
        16,
        `The database '${name}' is enabled for database mirroring. Database mirroring must be removed before you drop the database.`,
      );
    await perform({ kind: "drop-database", database: database.name }, context, office);
  }
}

/** The client may give up first: then the statement ends for it, whatever the machine goes on doing. */
export async function perform(
  command: Command,
  { instance, session, login }: Context,
  { commands, signal }: Office,
): Promise<void> {
  const asked: CommandContext = {
    instance: instance.name,
    spid: session.spid,
    login: login.name,
    currentDatabase: session.database,
  };
  const given = new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
  const performed = commands.perform(command, asked, signal);
  performed.catch(() => {});
  await Promise.race([performed, given]);
}

/** Errors that SQL Server sends in pairs: the reason, then that the statement failed. */
export interface Followed extends SqlError {
  followedBy?: SqlError;
}

export async function followed<T>(work: Promise<T>, number: number, text: string): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof SqlError && error.number !== 226 && error.number !== 40510)
      throw Object.assign(error, { followedBy: new SqlError(number, 16, text) });
    throw error;
  }
}

function isSystem(name: string): boolean {
  return ["master", "tempdb", "model", "msdb"].includes(name.toLowerCase());
}

function optionName(kind: Command["kind"]): string {
  return kind === "set-recovery" ? "RECOVERY" : "DATABASE MIRRORING";
}

const DROPPING = new Set(["ALTER ANY DATABASE", "CONTROL SERVER", "DB_OWNER"]);
const KILLING = new Set(["ALTER ANY CONNECTION", "CONTROL SERVER", "PROCESSADMIN"]);
const REFUSED_WHILE_MIRRORED = new Set([
  "SINGLE_USER",
  "RESTRICTED_USER",
  "READ_ONLY",
  "EMERGENCY",
  "AUTO_CLOSE",
  "HADR",
  "READ_COMMITTED_SNAPSHOT",
]);
