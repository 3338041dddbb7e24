/** SET options: the few that change an answer, and the many that are only accepted. */
import { SqlError } from "#lab/mirroring/commands.ts";
import type { Context } from "#lab/tsql/context.ts";

export function setOption(names: string, value: string, context: Context): void {
  const { settings } = context;
  for (const name of names.split(",")) {
    const first = name.split(" ")[0]!;
    if (!KNOWN.has(first)) throw new SqlError(195, 15, `'${name}' is not a recognized SET option.`);
    if (name === "NOCOUNT") settings.nocount = value === "ON";
    else if (name === "XACT_ABORT") settings.xactAbort = value === "ON";
    else if (name === "LOCK_TIMEOUT") settings.lockTimeout = Number(value);
    else if (name === "CONTEXT_INFO") settings.contextInfo = contextInfo(value, context);
    settings.options.set(name, value);
  }
}

function contextInfo(value: string, context: Context): Uint8Array {
  const held = value.startsWith("@")
    ? context.variables.get(value.toLowerCase())?.value
    : Buffer.from(value.replace(/^0X/i, ""), "hex");
  const bytes = new Uint8Array(128);
  if (held instanceof Uint8Array) bytes.set(held.slice(0, 128));
  return bytes;
}

const KNOWN = new Set(
  `NOCOUNT XACT_ABORT LOCK_TIMEOUT CONTEXT_INFO TRANSACTION ANSI_NULLS ANSI_PADDING ANSI_WARNINGS ANSI_DEFAULTS ANSI_NULL_DFLT_ON
ANSI_NULL_DFLT_OFF ARITHABORT ARITHIGNORE CONCAT_NULL_YIELDS_NULL QUOTED_IDENTIFIER NUMERIC_ROUNDABORT IMPLICIT_TRANSACTIONS
CURSOR_CLOSE_ON_COMMIT DATEFIRST DATEFORMAT LANGUAGE TEXTSIZE ROWCOUNT STATISTICS DEADLOCK_PRIORITY QUERY_GOVERNOR_COST_LIMIT
REMOTE_PROC_TRANSACTIONS FORCEPLAN FIPS_FLAGGER IDENTITY_INSERT FMTONLY NOEXEC PARSEONLY SHOWPLAN_ALL SHOWPLAN_TEXT SHOWPLAN_XML`.split(
    /\s+/,
  ),
);
