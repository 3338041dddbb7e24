/** CREATE, ALTER and DROP of logins, users and memberships, read from tokens. */
import type { PrincipalChange } from "#lab/mirroring/principals.ts";
import type { StatementBody } from "#lab/tsql/ast.ts";
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

/** The verb has been read; null where something else than a principal follows. */
export function parsePrincipal(cursor: Cursor, verb: "CREATE" | "ALTER" | "DROP"): StatementBody | null {
  const kind = (["LOGIN", "USER", "ROLE"] as const).find((word) => accept(cursor, word));
  if (kind === "ROLE" && verb !== "ALTER") throw unsupported(`${verb} ROLE`);
  if (kind) return { kind: "principal", change: PARSERS[`${verb} ${kind}`]!(cursor) };
  if (verb === "ALTER" && accept(cursor, "SERVER", "ROLE"))
    return { kind: "principal", change: membership(cursor, "server-role-member") };
  return null;
}

const PARSERS: Record<string, (cursor: Cursor) => PrincipalChange> = {
  "CREATE LOGIN": createLogin,
  "ALTER LOGIN": alterLogin,
  "DROP LOGIN": (cursor) => ({ kind: "drop-login", name: readName(cursor) }),
  "CREATE USER": createUser,
  "ALTER USER": alterUser,
  "DROP USER": (cursor) => {
    accept(cursor, "IF", "EXISTS");
    return { kind: "drop-user", name: readName(cursor) };
  },
  "ALTER ROLE": (cursor) => membership(cursor, "role-member"),
};

function createLogin(cursor: Cursor): PrincipalChange {
  const name = readName(cursor);
  const windows = accept(cursor, "FROM", "WINDOWS");
  if (!windows && isAt(cursor, "FROM")) throw unsupported("CREATE LOGIN … FROM CERTIFICATE");
  if (!windows) expect(cursor, "WITH");
  const options = !windows || accept(cursor, "WITH") ? loginOptions(cursor) : {};
  if (!windows && options.password === undefined && options.hash === undefined) throw unexpected(cursor);
  return {
    kind: "create-login",
    name,
    password: options.password ?? "",
    hash: options.hash ?? null,
    sid: options.sid ?? null,
    defaultDatabase: options.defaultDatabase ?? null,
  };
}

function alterLogin(cursor: Cursor): PrincipalChange {
  const name = readName(cursor);
  if (accept(cursor, "ENABLE")) return { kind: "alter-login", name, enabled: true };
  if (accept(cursor, "DISABLE")) return { kind: "alter-login", name, enabled: false };
  expect(cursor, "WITH");
  const { sid: _, ...options } = loginOptions(cursor);
  return { kind: "alter-login", name, ...options };
}

interface LoginOptions {
  password?: string;
  hash?: string;
  sid?: string;
  defaultDatabase?: string;
  newName?: string;
}

function loginOptions(cursor: Cursor): LoginOptions {
  const options: LoginOptions = {};
  do {
    const option = readAnyName(cursor).toUpperCase();
    expect(cursor, "=");
    if (option === "PASSWORD") readPassword(cursor, options);
    else if (option === "SID") options.sid = readBinary(cursor);
    else if (option === "DEFAULT_DATABASE") options.defaultDatabase = readName(cursor);
    else if (option === "NAME") options.newName = readName(cursor);
    // Policies and languages are taken and do nothing here.
    else if (POLICIES.has(option)) next(cursor);
    else throw unexpected(cursor);
  } while (accept(cursor, ","));
  return options;
}

function readPassword(cursor: Cursor, options: LoginOptions): void {
  const token = peek(cursor);
  if (token.kind === "string") options.password = next(cursor).text;
  else options.hash = readBinary(cursor);
  if (options.hash !== undefined) expect(cursor, "HASHED");
  accept(cursor, "MUST_CHANGE");
  if (accept(cursor, "OLD_PASSWORD")) {
    expect(cursor, "=");
    next(cursor);
  }
}

function readBinary(cursor: Cursor): string {
  const token = peek(cursor);
  if (token.kind !== "binary") throw unexpected(cursor);
  return next(cursor).text.replace(/^0x/i, "").toUpperCase();
}

function createUser(cursor: Cursor): PrincipalChange {
  const name = readName(cursor);
  let login: string | null = name;
  if (accept(cursor, "WITHOUT", "LOGIN")) login = null;
  else if (accept(cursor, "FOR", "LOGIN") || accept(cursor, "FROM", "LOGIN")) login = readName(cursor);
  if (accept(cursor, "WITH")) skipSchema(cursor);
  return { kind: "create-user", name, login };
}

function alterUser(cursor: Cursor): PrincipalChange {
  const change: Extract<PrincipalChange, { kind: "alter-user" }> = {
    kind: "alter-user",
    name: readName(cursor),
  };
  expect(cursor, "WITH");
  do {
    if (accept(cursor, "LOGIN")) {
      expect(cursor, "=");
      change.login = readName(cursor);
    } else if (accept(cursor, "NAME")) {
      expect(cursor, "=");
      change.newName = readName(cursor);
    } else skipSchema(cursor);
  } while (accept(cursor, ","));
  return change;
}

function skipSchema(cursor: Cursor): void {
  expect(cursor, "DEFAULT_SCHEMA");
  expect(cursor, "=");
  readName(cursor);
}

function membership(cursor: Cursor, kind: "role-member" | "server-role-member"): PrincipalChange {
  const role = readName(cursor);
  const add = accept(cursor, "ADD");
  if (!add) expect(cursor, "DROP");
  expect(cursor, "MEMBER");
  return { kind, role, member: readName(cursor), add };
}

const POLICIES = new Set(["CHECK_POLICY", "CHECK_EXPIRATION", "DEFAULT_LANGUAGE"]);
