/** BACKUP and RESTORE as statements: their options, who may say them, what they answer. */
import { type RestoreRequest, SqlError, type StatedBackup } from "#lab/mirroring/commands.ts";
import { findDatabase, instanceNamed } from "#lab/mirroring/find.ts";
import { textOf } from "#lab/mirroring/messages.ts";
import { readSet } from "#lab/mirroring/restore.ts";
import type { Answer } from "#lab/tds/contract.ts";
import { followed, perform } from "#lab/tsql/administer.ts";
import type { Expression, MediaOption, StatementBody } from "#lab/tsql/ast.ts";
import type { Context } from "#lab/tsql/context.ts";
import { unsupported } from "#lab/tsql/errors.ts";
import { describeMedia } from "#lab/tsql/media-content.ts";
import { evaluate, type Run } from "#lab/tsql/run.ts";
import { nvarchar } from "#lab/tsql/type-rules.ts";

type Backup = Extract<StatementBody, { kind: "backup" }>;
type Restore = Extract<StatementBody, { kind: "restore" }>;

export async function* runMedia(
  statement: (Backup | Restore) & { line: number },
  run: Run,
): AsyncGenerator<Answer, void> {
  if (statement.kind === "backup") {
    const verb = `BACKUP ${statement.log ? "LOG" : "DATABASE"}`;
    yield* said(
      await followed(backUp(statement, run), 3013, `${verb} is terminating abnormally.`),
      statement.line,
    );
    return;
  }
  const what = statement.what.toUpperCase();
  const failing = `${what === "DATABASE" || what === "LOG" ? `RESTORE ${what}` : what === "VERIFYONLY" ? "VERIFY DATABASE" : `RESTORE ${what}`} is terminating abnormally.`;
  if (statement.database === null) {
    yield* await followed(look(statement, run), 3013, failing);
    return;
  }
  yield* said(await followed(restore(statement, run), 3013, failing), statement.line);
}

async function backUp(statement: Backup, run: Run): Promise<string[]> {
  const { context } = run;
  const { fleet, login } = context;
  const name = nameOf(statement.database, context);
  if (context.settings.transactions > 0) throw message(3021);
  const request = backupRequest(statement, context);
  const lower = name.toLowerCase();
  if (lower === "tempdb")
    throw new SqlError(3147, 16, "Backup and restore operations are not allowed on database tempdb.");
  if (lower === "master" && statement.log)
    throw new SqlError(
      4212,
      16,
      "Cannot back up the log of the master database. Use BACKUP DATABASE instead.",
    );
  const database = findDatabase(context.instance, name);
  if (!database && ["master", "model", "msdb"].includes(lower))
    throw unsupported("BACKUP of a system database");
  if (!database) {
    const text = `Database '${name}' does not exist. Make sure that the name is entered correctly.`;
    throw new SqlError(911, 16, text);
  }
  if (!login.sysadmin && !granted(login.grants, BACKING_UP)) {
    const verb = statement.log ? "BACKUP LOG" : "BACKUP DATABASE";
    throw new SqlError(262, 14, `${verb} permission denied in database '${database.name}'.`);
  }
  await perform({ kind: "backup", database: database.name, request }, context, run);
  const set = instanceNamed(fleet, context.instance.name).history?.backups.at(-1);
  if (!set) return [];
  return processed(
    set.set.files,
    database.name,
    set.position,
    set.set.sizeKb,
    request.log,
    statementName(statement),
  );
}

async function restore(statement: Restore, run: Run): Promise<string[]> {
  const { context } = run;
  const name = nameOf(statement.database!, context);
  if (context.settings.transactions > 0) throw message(3021);
  const { login, instance } = context;
  if (!login.sysadmin && !granted(login.grants, RESTORING))
    throw new SqlError(3110, 14, `User does not have permission to RESTORE database '${name}'.`);
  if (!statement.device) {
    const options = statement.options.map((option) => option.name);
    if (options.includes("NORECOVERY") || options.includes("STANDBY"))
      throw unsupported(`RESTORE … WITH ${options[0]} without a backup`);
    const database = findDatabase(instance, name);
    if (!database) throw new SqlError(3118, 16, textOf(3118, name));
    await perform({ kind: "restore-with-recovery", database: database.name }, context, run);
    return ["RESTORE DATABASE successfully processed 0 pages in 0.100 seconds (0.000 MB/sec)."];
  }
  const request = restoreRequest(statement, context);
  await perform({ kind: "restore", database: name, request }, context, run);
  const last = instance.history?.restores.at(-1);
  const backup = instance.history?.backups.find(({ id }) => id === last?.backupId);
  if (!backup) return [];
  const log = backup.set.type === "L";
  return processed(
    backup.set.files,
    name,
    request.position,
    backup.set.sizeKb,
    log,
    statementName(statement),
  );
}

/** HEADERONLY, FILELISTONLY, LABELONLY and VERIFYONLY change nothing. */
async function look(statement: Restore, { context }: Run): Promise<Answer[]> {
  const { login, instance, fleet } = context;
  if (!login.sysadmin && !granted(login.grants, RESTORING))
    throw new SqlError(262, 14, "CREATE DATABASE permission denied in database 'master'.");
  const device = deviceOf(statement.device!, context);
  const position = numberOf(statement.options, "FILE", context);
  const { file, set } = readSet(fleet, instance, { device, position: position ?? 1 });
  if (statement.what === "verifyonly") {
    const text = `The backup set on file ${position ?? 1} is valid.`;
    return [
      { kind: "message", message: { number: 3262, severity: 0, state: 1, text, line: 1 } },
      { kind: "done" },
    ];
  }
  const { columns, rows } = describeMedia(
    statement.what as "headeronly",
    file,
    position === null ? null : set,
    context,
  );
  context.settings.rowCount = rows.length;
  return [
    { kind: "columns", columns },
    ...rows.map((values): Answer => ({ kind: "row", values })),
    context.settings.nocount ? { kind: "done" } : { kind: "done", rowCount: rows.length },
  ];
}

function backupRequest({ log, device, options }: Backup, context: Context): StatedBackup {
  const has = (name: string) => options.some((option) => option.name === name);
  if (!device) {
    if (log && has("NO_TRUNCATE")) throw new SqlError(3207, 16, NO_DEVICE);
    throw new SqlError(3207, 16, NO_DEVICE);
  }
  if (log && has("DIFFERENTIAL")) throw new SqlError(3032, 16, unfit("differential"));
  if (!log && (has("NORECOVERY") || has("STANDBY"))) throw new SqlError(3032, 16, unfit("norecovery"));
  return {
    log,
    device: deviceOf(device, context),
    differential: has("DIFFERENTIAL"),
    copyOnly: has("COPY_ONLY"),
    init: has("INIT") || has("FORMAT"),
    norecovery: has("NORECOVERY") || has("STANDBY"),
    compressed: has("COMPRESSION"),
    checksum: has("CHECKSUM"),
    name: textOption(options, "NAME", context),
    description: textOption(options, "DESCRIPTION", context),
  };
}

function restoreRequest({ what, device, options }: Restore, context: Context): RestoreRequest {
  const has = (name: string) => options.some((option) => option.name === name);
  const ends = ["RECOVERY", "NORECOVERY", "STANDBY"].filter(has);
  if (ends.length > 1)
    throw new SqlError(
      3031,
      16,
      `Option '${ends[1]!.toLowerCase()}' conflicts with option(s) '${ends[0]!.toLowerCase()}'. Remove the conflicting option and reissue the statement.`,
    );
  if (has("STOPAT")) throw unsupported("RESTORE … WITH STOPAT");
  return {
    log: what === "log",
    device: deviceOf(device!, context),
    position: numberOf(options, "FILE", context) ?? 1,
    replace: has("REPLACE"),
    end: has("NORECOVERY") ? "norecovery" : has("STANDBY") ? "standby" : "recovery",
    standbyFile: textOption(options, "STANDBY", context),
    moves: options
      .filter(({ name }) => name === "MOVE")
      .map(({ value, to }) => ({ logical: text(value!, context), to: text(to!, context) })),
  };
}

/** A bare name stands for a backup device of sys.backup_devices; there are none. */
function deviceOf(device: Expression, context: Context): string {
  if (device.kind === "column") {
    throw new SqlError(
      3206,
      16,
      `Backup device '${device.parts[0]}' does not exist. To view existing backup devices, use the sys.backup_devices catalog view. To create a new backup device use either sp_addumpdevice or SQL Server Management Studio.`,
    );
  }
  const path = text(device, context);
  if (path === "")
    throw new SqlError(
      3044,
      16,
      "Invalid zero-length device name. Reissue the BACKUP statement with a valid device name.",
    );
  return path;
}

function nameOf(database: Expression, context: Context): string {
  return database.kind === "column" ? database.parts[0]! : text(database, context);
}

function textOption(options: MediaOption[], name: string, context: Context): string | null {
  const found = options.find((option) => option.name === name);
  return found?.value ? text(found.value, context) : null;
}

function numberOf(options: MediaOption[], name: string, context: Context): number | null {
  const found = options.find((option) => option.name === name);
  return found?.value ? Number(text(found.value, context)) : null;
}

function text(expression: Expression, context: Context): string {
  return String(evaluate(expression, context, nvarchar(4000)) ?? "");
}

function processed(
  files: { logical: string }[],
  database: string,
  position: number,
  sizeKb: number,
  log: boolean,
  verb: string,
): string[] {
  const pages = Math.ceil(sizeKb / 8);
  const file = files[log ? 1 : 0]!.logical;
  return [
    `Processed ${pages} pages for database '${database}', file '${file}' on file ${position}.`,
    `${verb} successfully processed ${pages} pages in 0.100 seconds (${(sizeKb / 102.4).toFixed(3)} MB/sec).`,
  ];
}

function* said(texts: string[], line: number): Generator<Answer> {
  for (const text of texts) {
    const number = text.startsWith("Processed") ? 4035 : 3014;
    yield { kind: "message", message: { number, severity: 0, state: 1, text, line } };
  }
  yield { kind: "done" };
}

function statementName(statement: Backup | Restore): string {
  if (statement.kind === "backup") return `BACKUP ${statement.log ? "LOG" : "DATABASE"}`;
  return `RESTORE ${statement.what.toUpperCase()}`;
}

function message(number: 3021): SqlError {
  return new SqlError(number, 16, textOf(number));
}

function unfit(option: string): string {
  return `One or more of the options (${option}) are not supported for this statement. Review the documentation for supported options.`;
}

function granted(grants: string[], wanted: Set<string>): boolean {
  return grants.some((grant) => wanted.has(grant.toUpperCase()));
}

const NO_DEVICE =
  "Backup or restore requires at least one backup device. Rerun your statement specifying a backup device.";
const BACKING_UP = new Set(["CONTROL SERVER", "DB_OWNER", "DB_BACKUPOPERATOR", "BACKUP DATABASE"]);
const RESTORING = new Set(["CREATE ANY DATABASE", "ALTER ANY DATABASE", "CONTROL SERVER", "DBCREATOR"]);
