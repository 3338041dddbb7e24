/**
 * ALTER DATABASE, RESTORE, BACKUP and KILL, read from tokens into what the machine performs. A name is whatever its
 * brackets say: `[a]]b'; DROP--ü]` is one token.
 */
import type { DatabaseSettings } from "#lab/mirroring/model.ts";
import type { DatabaseChange, StatementBody } from "#lab/tsql/ast.ts";
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
import { parseBackup, parseRestore } from "#lab/tsql/parse-backup.ts";
import { parseOperand } from "#lab/tsql/parse-expression.ts";
import { parsePrincipal } from "#lab/tsql/parse-principals.ts";

export function parseAdministration(cursor: Cursor): StatementBody | null {
  if (isAt(cursor, "ALTER", "DATABASE")) return parseAlterDatabase(cursor);
  if (isAt(cursor, "ALTER") && PRINCIPALS.has(peek(cursor, 1).upper)) {
    next(cursor);
    return parsePrincipal(cursor, "ALTER");
  }
  if (isAt(cursor, "RESTORE")) return parseRestore(cursor);
  if (isAt(cursor, "BACKUP")) return parseBackup(cursor);
  if (accept(cursor, "KILL")) {
    const spid = parseOperand(cursor);
    return { kind: "kill", spid, statusOnly: accept(cursor, "WITH", "STATUSONLY") };
  }
  return null;
}

function parseAlterDatabase(cursor: Cursor): StatementBody {
  expect(cursor, "ALTER", "DATABASE");
  const database = accept(cursor, "CURRENT") ? null : readName(cursor);
  return { kind: "alter-database", database, change: parseChange(cursor) };
}

function parseChange(cursor: Cursor): DatabaseChange {
  if (accept(cursor, "MODIFY", "NAME")) {
    expect(cursor, "=");
    return { kind: "command", command: { kind: "rename", name: readName(cursor) }, mirroring: false };
  }
  if (!accept(cursor, "SET")) throw unsupported(`ALTER DATABASE ${peek(cursor).text.toUpperCase()}`);
  if (accept(cursor, "PARTNER")) return mirroring(parsePartner(cursor));
  if (accept(cursor, "WITNESS")) {
    if (accept(cursor, "OFF")) return mirroring({ kind: "witness-off" });
    return mirroring({ kind: "set-witness", address: readAddress(cursor) });
  }
  if (accept(cursor, "RECOVERY")) {
    const model = (["FULL", "BULK_LOGGED", "SIMPLE"] as const).find((word) => accept(cursor, word));
    if (!model) throw unexpected(cursor);
    skipTermination(cursor);
    return { kind: "command", command: { kind: "set-recovery", model }, mirroring: false };
  }
  const name = readAnyName(cursor).toUpperCase();
  if (!DATABASE_OPTIONS.has(name)) {
    cursor.at--;
    throw unexpected(cursor);
  }
  let value: "ON" | "OFF" | null = null;
  if (accept(cursor, "=")) next(cursor);
  else if (accept(cursor, "ON")) value = "ON";
  else if (accept(cursor, "OFF")) value = "OFF";
  skipTermination(cursor);
  const settings = settingsOf(name, value);
  if (settings)
    return { kind: "command", command: { kind: "set-option", change: settings }, mirroring: false };
  if (name === "OFFLINE") return { kind: "command", command: { kind: "set-offline" }, mirroring: false };
  if (name === "ONLINE") return { kind: "command", command: { kind: "set-online" }, mirroring: false };
  return { kind: "option", name, value };
}

/** The options whose state is kept, because a session's set-up asks for it. */
function settingsOf(name: string, value: "ON" | "OFF" | null): DatabaseSettings | null {
  switch (name) {
    case "READ_ONLY":
    case "READ_WRITE":
      return { readOnly: name === "READ_ONLY" };
    case "AUTO_CLOSE":
      return { autoClose: value === "ON" };
    case "TRUSTWORTHY":
      return { trustworthy: value === "ON" };
    case "EMERGENCY":
      return { emergency: true };
    case "SINGLE_USER":
    case "RESTRICTED_USER":
    case "MULTI_USER":
      return { userAccess: name };
    default:
      return null;
  }
}

type MirroringCommand = Extract<DatabaseChange, { kind: "command" }>["command"];

function mirroring(command: MirroringCommand): DatabaseChange {
  return { kind: "command", command, mirroring: true };
}

function parsePartner(cursor: Cursor): MirroringCommand {
  if (isAt(cursor, "=")) return { kind: "set-partner", address: readAddress(cursor) };
  if (accept(cursor, "FAILOVER")) return { kind: "failover" };
  if (accept(cursor, "FORCE_SERVICE_ALLOW_DATA_LOSS")) return { kind: "force-service" };
  if (accept(cursor, "SUSPEND")) return { kind: "suspend" };
  if (accept(cursor, "RESUME")) return { kind: "resume" };
  if (accept(cursor, "OFF")) return { kind: "partner-off" };
  if (accept(cursor, "SAFETY", "FULL")) return { kind: "safety", level: "FULL" };
  if (accept(cursor, "SAFETY", "OFF")) return { kind: "safety", level: "OFF" };
  if (accept(cursor, "TIMEOUT")) {
    const token = peek(cursor);
    if (token.kind !== "number" || !/^\d{1,9}$/.test(token.text)) throw unexpected(cursor);
    return { kind: "timeout", seconds: Number(next(cursor).text) };
  }
  throw unexpected(cursor);
}

function readAddress(cursor: Cursor): string {
  expect(cursor, "=");
  if (peek(cursor).kind !== "string") throw unexpected(cursor);
  return next(cursor).text;
}

function skipTermination(cursor: Cursor): void {
  if (accept(cursor, "WITH", "NO_WAIT") || !accept(cursor, "WITH", "ROLLBACK")) return;
  if (accept(cursor, "IMMEDIATE")) return;
  expect(cursor, "AFTER");
  next(cursor);
  accept(cursor, "SECONDS");
}

const PRINCIPALS = new Set(["LOGIN", "USER", "ROLE", "SERVER"]);
const DATABASE_OPTIONS = new Set(
  `OFFLINE ONLINE EMERGENCY SINGLE_USER RESTRICTED_USER MULTI_USER READ_ONLY READ_WRITE AUTO_CLOSE AUTO_SHRINK TRUSTWORTHY
PAGE_VERIFY COMPATIBILITY_LEVEL READ_COMMITTED_SNAPSHOT ALLOW_SNAPSHOT_ISOLATION ENABLE_BROKER DISABLE_BROKER NEW_BROKER
DB_CHAINING PARAMETERIZATION AUTO_CREATE_STATISTICS AUTO_UPDATE_STATISTICS HADR ENCRYPTION`.split(/\s+/),
);
