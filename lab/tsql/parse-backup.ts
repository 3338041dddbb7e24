/** BACKUP and RESTORE: what, to or from which file, and the options as they were said. */
import { SqlError } from "#lab/mirroring/commands.ts";
import type { Expression, MediaOption, StatementBody } from "#lab/tsql/ast.ts";
import {
  accept,
  type Cursor,
  expect,
  isAt,
  next,
  peek,
  readAnyName,
  readName,
  unexpected,
} from "#lab/tsql/cursor.ts";
import { unsupported } from "#lab/tsql/errors.ts";
import { parseOperand } from "#lab/tsql/parse-expression.ts";

type Backup = Extract<StatementBody, { kind: "backup" }>;
type Restore = Extract<StatementBody, { kind: "restore" }>;

export function parseBackup(cursor: Cursor): Backup {
  expect(cursor, "BACKUP");
  const log = accept(cursor, "LOG");
  if (!log && !accept(cursor, "DATABASE")) throw unsupported(`BACKUP ${peek(cursor).text.toUpperCase()}`);
  const database = readDatabase(cursor);
  if (accept(cursor, "READ_WRITE_FILEGROUPS") || isAt(cursor, "FILE") || isAt(cursor, "FILEGROUP"))
    throw unsupported("BACKUP of a part of a database");
  // Without a device only what SQL Server 2008 took away: WITH TRUNCATE_ONLY.
  const device = accept(cursor, "TO") ? readDevice(cursor) : null;
  return { kind: "backup", log, database, device, options: readOptions(cursor) };
}

export function parseRestore(cursor: Cursor): Restore {
  expect(cursor, "RESTORE");
  const what = WHAT.find((word) => accept(cursor, word));
  if (!what) throw unsupported(`RESTORE ${peek(cursor).text.toUpperCase()}`);
  const kind = what.toLowerCase() as Restore["what"];
  const whole = kind === "database" || kind === "log";
  const database = whole ? readDatabase(cursor) : null;
  const device = accept(cursor, "FROM") ? readDevice(cursor) : null;
  if (!whole && !device) throw unexpected(cursor);
  return { kind: "restore", what: kind, database, device, options: readOptions(cursor) };
}

const WHAT = ["DATABASE", "LOG", "HEADERONLY", "FILELISTONLY", "LABELONLY", "VERIFYONLY"] as const;

/** A name, or a variable that holds one. */
function readDatabase(cursor: Cursor): Expression {
  if (peek(cursor).kind === "variable") return parseOperand(cursor);
  return { kind: "column", parts: [readName(cursor)] };
}

/** `DISK = N'…'`; several devices make one stripe, which is not simulated. */
function readDevice(cursor: Cursor): Expression {
  const logical = peek(cursor).kind === "quoted" || !isAt(cursor, "DISK");
  if (logical) {
    if (isAt(cursor, "TAPE") || isAt(cursor, "URL") || isAt(cursor, "DATABASE_SNAPSHOT"))
      throw unsupported(`the device type ${peek(cursor).text.toUpperCase()}`);
    return { kind: "column", parts: [readAnyName(cursor)] };
  }
  expect(cursor, "DISK", "=");
  const device = parseOperand(cursor);
  if (isAt(cursor, ",")) throw unsupported("a backup over several files");
  return device;
}

function readOptions(cursor: Cursor): MediaOption[] {
  if (!accept(cursor, "WITH")) return [];
  const options = [readOption(cursor)];
  while (accept(cursor, ",")) options.push(readOption(cursor));
  return options;
}

function readOption(cursor: Cursor): MediaOption {
  const token = peek(cursor);
  const name = readAnyName(cursor).toUpperCase();
  if (!KNOWN.has(name)) {
    cursor.at--;
    throw Object.assign(notAnOption(token.text), { line: token.line });
  }
  if (name === "MOVE") {
    const value = parseOperand(cursor);
    expect(cursor, "TO");
    return { name, value, to: parseOperand(cursor) };
  }
  if (name === "ENCRYPTION" && accept(cursor, "(")) {
    while (!accept(cursor, ")")) next(cursor);
    return { name, value: null, to: null };
  }
  return { name, value: accept(cursor, "=") ? parseOperand(cursor) : null, to: null };
}

const KNOWN = new Set(
  `COPY_ONLY DIFFERENTIAL COMPRESSION NO_COMPRESSION DESCRIPTION NAME EXPIREDATE RETAINDAYS NOINIT INIT NOSKIP SKIP NOFORMAT FORMAT
MEDIADESCRIPTION MEDIANAME MEDIAPASSWORD PASSWORD BLOCKSIZE BUFFERCOUNT MAXTRANSFERSIZE NO_CHECKSUM CHECKSUM STOP_ON_ERROR
CONTINUE_AFTER_ERROR RESTART STATS REWIND NOREWIND UNLOAD NOUNLOAD NORECOVERY STANDBY NO_TRUNCATE RECOVERY REPLACE MOVE FILE
KEEP_REPLICATION RESTRICTED_USER ENABLE_BROKER STOPAT LOADHISTORY ENCRYPTION`.split(/\s+/),
);

function notAnOption(text: string) {
  return new SqlError(155, 15, `'${text}' is not a recognized option.`);
}
