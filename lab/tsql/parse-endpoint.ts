/** CREATE, ALTER and DROP ENDPOINT … FOR DATABASE_MIRRORING, its owner, its grants, and the certificates it may use. */
import type { EndpointChange, EndpointSettings } from "#lab/mirroring/commands.ts";
import type { Authentication, Endpoint, Milliseconds, WindowsAuthentication } from "#lab/mirroring/model.ts";
import type { StatementBody } from "#lab/tsql/ast.ts";
import {
  accept,
  type Cursor,
  commaList,
  expect,
  isAt,
  next,
  peek,
  readAnyName,
  readName,
  unexpected,
} from "#lab/tsql/cursor.ts";
import { unsupported } from "#lab/tsql/errors.ts";

/** Null where the statement is about something else. */
export function parseEndpoint(cursor: Cursor): StatementBody | null {
  const change = parseChange(cursor);
  return change && { kind: "endpoint", change };
}

function parseChange(cursor: Cursor): EndpointChange | null {
  if (accept(cursor, "CREATE", "ENDPOINT")) {
    const name = readName(cursor);
    const owner = accept(cursor, "AUTHORIZATION") ? readName(cursor) : null;
    return { does: "create", name, owner, settings: parseSettings(cursor, true) };
  }
  if (accept(cursor, "ALTER", "ENDPOINT"))
    return { does: "alter", name: readName(cursor), settings: parseSettings(cursor, false) };
  if (accept(cursor, "DROP", "ENDPOINT")) return { does: "drop", name: readName(cursor) };
  if (accept(cursor, "ALTER", "AUTHORIZATION", "ON", "ENDPOINT", "::")) {
    const name = readName(cursor);
    expect(cursor, "TO");
    return { does: "own", name, login: readName(cursor) };
  }
  for (const verb of ["GRANT", "DENY", "REVOKE"] as const) {
    if (accept(cursor, verb, "CONNECT", "ON", "ENDPOINT", "::")) return parseGrant(cursor, verb);
  }
  return parseCertificate(cursor);
}

function parseGrant(cursor: Cursor, verb: "GRANT" | "DENY" | "REVOKE"): EndpointChange {
  const name = readName(cursor);
  if (!(verb === "REVOKE" && accept(cursor, "FROM"))) expect(cursor, "TO");
  const logins = commaList(cursor, (at) => (accept(at, "PUBLIC") ? "public" : readName(at)));
  if (!accept(cursor, "WITH", "GRANT", "OPTION")) accept(cursor, "CASCADE");
  return { does: "connect", verb, name, logins };
}

/** STATE, AS TCP (…) and FOR DATABASE_MIRRORING (…); CREATE must have all but the state. */
function parseSettings(cursor: Cursor, complete: boolean): EndpointSettings {
  const settings: EndpointSettings = {};
  accept(cursor, ",");
  if (accept(cursor, "STATE")) {
    expect(cursor, "=");
    settings.state = oneOf(cursor, ["STARTED", "STOPPED", "DISABLED"]);
  }
  if (complete && !isAt(cursor, "AS")) throw unexpected(cursor);
  if (accept(cursor, "AS")) {
    if (!accept(cursor, "TCP")) throw unsupported(`ENDPOINT AS ${peek(cursor).upper}`);
    parseTcp(cursor, settings, complete);
  }
  if (complete && !isAt(cursor, "FOR")) throw unexpected(cursor);
  if (accept(cursor, "FOR")) {
    if (!accept(cursor, "DATABASE_MIRRORING") && !accept(cursor, "DATA_MIRRORING"))
      throw unsupported(`ENDPOINT FOR ${peek(cursor).upper}`);
    parseMirroring(cursor, settings, complete);
  }
  return settings;
}

function parseTcp(cursor: Cursor, settings: EndpointSettings, complete: boolean): void {
  expect(cursor, "(");
  do {
    const name = readAnyName(cursor).toUpperCase();
    expect(cursor, "=");
    if (name === "LISTENER_PORT") settings.port = readPort(cursor);
    else if (name === "LISTENER_IP") readListenerAddress(cursor);
    else throw unexpected(cursor);
  } while (accept(cursor, ","));
  if (complete && settings.port === undefined) throw unexpected(cursor);
  expect(cursor, ")");
}

function parseMirroring(cursor: Cursor, settings: EndpointSettings, complete: boolean): void {
  expect(cursor, "(");
  do {
    const name = readAnyName(cursor).toUpperCase();
    if (name === "ENCRYPTION") {
      expect(cursor, "=");
      parseEncryption(cursor, settings);
    } else if (name === "ROLE") {
      expect(cursor, "=");
      settings.role = oneOf(cursor, ["PARTNER", "WITNESS", "ALL"]);
    } else if (name === "AUTHENTICATION") {
      expect(cursor, "=");
      parseAuthentication(cursor, settings);
    } else throw unexpected(cursor);
    // The pages write a comma; real servers also take the clauses without one.
  } while (accept(cursor, ",") || !isAt(cursor, ")"));
  if (complete && settings.role === undefined) throw unexpected(cursor);
  expect(cursor, ")");
}

function parseEncryption(cursor: Cursor, settings: EndpointSettings): void {
  settings.encryption = oneOf(cursor, ["DISABLED", "SUPPORTED", "REQUIRED"]);
  if (!accept(cursor, "ALGORITHM")) return;
  const names: string[] = [];
  while (names.length < 2 && (isAt(cursor, "AES") || isAt(cursor, "RC4"))) names.push(next(cursor).upper);
  if (names.length === 0) throw unexpected(cursor);
  settings.algorithm = names.join(",") as Endpoint["algorithm"];
}

/** One method, or Windows and a certificate in either order. */
function parseAuthentication(cursor: Cursor, settings: EndpointSettings): void {
  const methods: string[] = [];
  while (methods.length < 2) {
    if (accept(cursor, "WINDOWS")) {
      const windows = (["NTLM", "KERBEROS", "NEGOTIATE"] as const).find((word) => accept(cursor, word));
      methods.push((windows ?? "NEGOTIATE") satisfies WindowsAuthentication);
    } else if (accept(cursor, "CERTIFICATE")) {
      settings.certificate = readName(cursor);
      methods.push("CERTIFICATE");
    } else break;
  }
  if (methods.length === 0) throw unexpected(cursor);
  settings.authentication = methods.join(", ") as Authentication;
}

function parseCertificate(cursor: Cursor): EndpointChange | null {
  if (accept(cursor, "DROP", "CERTIFICATE")) return { does: "drop-certificate", name: readName(cursor) };
  if (accept(cursor, "BACKUP", "CERTIFICATE")) {
    const name = readName(cursor);
    expect(cursor, "TO", "FILE", "=");
    return { does: "write-certificate", name, path: readText(cursor) };
  }
  if (!accept(cursor, "CREATE", "CERTIFICATE")) return null;
  const name = readName(cursor);
  const owner = accept(cursor, "AUTHORIZATION") ? readName(cursor) : null;
  if (accept(cursor, "FROM", "FILE")) {
    expect(cursor, "=");
    return { does: "read-certificate", name, owner, path: readText(cursor) };
  }
  if (accept(cursor, "ENCRYPTION", "BY", "PASSWORD", "=")) readText(cursor);
  expect(cursor, "WITH", "SUBJECT", "=");
  const made = { name, owner, subject: readText(cursor), startsAt: null, expiresAt: null };
  return { does: "make-certificate", ...made, ...parseDates(cursor) };
}

function parseDates(cursor: Cursor): { startsAt?: Milliseconds; expiresAt?: Milliseconds } {
  const dates: { startsAt?: Milliseconds; expiresAt?: Milliseconds } = {};
  while (accept(cursor, ",")) {
    const key = isAt(cursor, "START_DATE") ? "startsAt" : isAt(cursor, "EXPIRY_DATE") ? "expiresAt" : null;
    if (!key) throw unexpected(cursor);
    next(cursor);
    expect(cursor, "=");
    const at = cursor.at;
    const text = readText(cursor).replace(/^(\d{4})(\d\d)(\d\d)$/, "$1-$2-$3");
    const parsed = Date.parse(
      /^\d{4}-\d\d-\d\d/.test(text) ? `${text.replace(" ", "T")}${zone(text)}` : `${text} UTC`,
    );
    if (Number.isNaN(parsed)) {
      cursor.at = at;
      throw unexpected(cursor);
    }
    dates[key] = parsed;
  }
  return dates;
}

/** Certificates count in UTC. */
function zone(text: string): string {
  return /\d:\d/.test(text) ? "Z" : "T00:00:00Z";
}

function readText(cursor: Cursor): string {
  if (peek(cursor).kind !== "string") throw unexpected(cursor);
  return next(cursor).text;
}

function readPort(cursor: Cursor): number {
  const port = Number(peek(cursor).text);
  if (peek(cursor).kind !== "number" || !Number.isInteger(port) || port < 1 || port > 65_535)
    throw unexpected(cursor);
  next(cursor);
  return port;
}

/** ALL, or an address in parentheses; all addresses are one here. */
function readListenerAddress(cursor: Cursor): void {
  if (accept(cursor, "ALL")) return;
  expect(cursor, "(");
  while (!isAt(cursor, ")")) {
    if (peek(cursor).kind === "end") throw unexpected(cursor);
    next(cursor);
  }
  expect(cursor, ")");
}

function oneOf<const Word extends string>(cursor: Cursor, words: readonly Word[]): Word {
  const word = words.find((one) => accept(cursor, one));
  if (!word) throw unexpected(cursor);
  return word;
}
