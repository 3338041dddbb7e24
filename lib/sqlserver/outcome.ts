import "server-only";
import type { Trail } from "#lib/sqlserver/trail.ts";

/** What became of a statement that was sent. Only `answered` and `refused` are known; the rest is for observation to settle. */
export type Outcome =
  | { kind: "answered"; ms: number }
  /** SQL Server said no. */
  | { kind: "refused"; number: number; severity: number; message: string; ms: number }
  /** The link broke. `sent` is false when it broke before the statement left us: then nothing was changed. */
  | { kind: "broken"; sent: boolean; detail: string; ms: number }
  | { kind: "timeout"; ms: number };

export function outcomeOf(error: unknown, ms: number, trail: Trail): Outcome {
  const { code, name, message } = error as { code?: string; name?: string; message?: string };
  const detail = message ?? String(error);
  if (name === "ConnectionError" || trail.reached !== "login")
    return { kind: "broken", sent: false, detail: trail.said.at(-1)?.message ?? detail, ms };
  if (code === "ETIMEOUT" || code === "ECANCEL") return { kind: "timeout", ms };

  const said = sqlErrors(error);
  const last = said.at(-1);
  // From severity 20 the server ends the connection: the statement may have been cut in its middle.
  if (!last || !isSqlError(error) || last.severity >= 20) return { kind: "broken", sent: true, detail, ms };
  // "ALTER DATABASE statement failed" (5069) follows the error that says why.
  return { kind: "refused", ...said[0]!, ms };
}

interface SqlError {
  number: number;
  severity: number;
  message: string;
}

/** In the order the server said them; the driver hangs the earlier ones on the last. */
function sqlErrors(error: unknown): SqlError[] {
  const { precedingErrors = [] } = error as { precedingErrors?: unknown[] };
  return [...precedingErrors, error]
    .filter(isSqlError)
    .map((link) => ({ number: link.number, severity: link.class, message: link.message }));
}

function isSqlError(error: unknown): error is { number: number; class: number; message: string } {
  return typeof (error as { number?: unknown }).number === "number";
}
