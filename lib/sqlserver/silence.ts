import "server-only";
import type { Silence } from "#lib/mirroring/observation.ts";
import type { Trail } from "#lib/sqlserver/trail.ts";

/** Why an instance said nothing, from the driver's error and how far the connection had come. */
export function silenceOf(error: unknown, trail: Trail): Silence {
  const detail = detailOf(error);
  const codes = codesOf(error);
  const login = trail.said.find((said) => said.severity >= 11);
  const refused = refusalOf(error);

  if (trail.garbage !== null)
    return { kind: "garbage", detail: `not a SQL Server's answer: ${trail.garbage}` };
  if (isNonsense(error)) return { kind: "garbage", detail };
  if (refused) return { kind: rightsNumbers.has(refused) ? "rights" : "garbage", detail, number: refused };
  if (trail.reached !== "login" && login)
    return { kind: "login", detail: login.message, number: login.number };
  if (codes.some((code) => code === "ELOGIN")) return { kind: "login", detail };
  if (codes.some(isTlsCode) || (trail.reached === "prelogin" && codes.includes("ECONNRESET")))
    return { kind: "tls", detail: tlsDetail(codes, detail) };
  if (codes.some((code) => timeoutCodes.has(code))) return { kind: "timeout", detail };
  return { kind: "network", detail };
}

/** Thrown by the decoder: rows that no SQL Server would say. */
export class Nonsense extends Error {
  override readonly name = "Nonsense";
}

/** 229 object, 262 statement, 297 and 300 server permissions, 371 and 916 metadata and database access. */
const rightsNumbers = new Set([229, 230, 262, 297, 300, 371, 916, 15247]);
const timeoutCodes = new Set(["ETIMEOUT", "ETIMEDOUT", "ECANCEL"]);

function isTlsCode(code: string): boolean {
  return /^ERR_(SSL|TLS)_|^EPROTO$|CERT|SELF_SIGNED|UNABLE_TO_(GET|VERIFY)|^HOSTNAME_MISMATCH$|^EENCRYPT$/.test(
    code,
  );
}

function tlsDetail(codes: string[], detail: string): string {
  if (codes.some((code) => /UNSUPPORTED_PROTOCOL|PROTOCOL_VERSION|VERSION_TOO_LOW|WRONG_VERSION/.test(code)))
    return `The server offers only a TLS version below the minimum set for this instance. ${detail}`;
  return detail;
}

/** The driver wraps errors in errors: originalError (mssql), cause (tedious), errors (Node). */
function chain(error: unknown): (Error & { code?: unknown; number?: unknown; class?: unknown })[] {
  if (typeof error !== "object" || error === null) return [];
  const { originalError, cause, errors } = error as {
    originalError?: unknown;
    cause?: unknown;
    errors?: unknown[];
  };
  return [error as Error, ...[originalError, cause, ...(errors ?? [])].flatMap(chain)];
}

function codesOf(error: unknown): string[] {
  return chain(error).flatMap(({ code }) => (typeof code === "string" ? [code] : []));
}

/** An error of SQL Server itself. From severity 20 it has ended the connection, which is a matter of the link. */
function refusalOf(error: unknown): number | undefined {
  const said = chain(error).find((link) => typeof link.number === "number");
  return said && Number(said.class ?? 0) < 20 ? (said.number as number) : undefined;
}

function detailOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function isNonsense(error: unknown): boolean {
  return error instanceof Error && error.name === "Nonsense";
}
