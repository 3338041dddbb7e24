/**
 * What A, B and W say about `db`, one line each: every mirroring_* column, the state in sys.databases, and what a
 * client that says USE [db] hears. Only what differs from the usual is written out, so equal lines are equal rows.
 */
import type { Picture } from "#lab/testing/scenarios/row.ts";
import type { Stage } from "#lab/testing/scenarios/stage.ts";

type Values = Record<string, unknown>;

export async function picture(stage: Stage): Promise<Required<Picture>> {
  const guids: string[] = [];
  const [a, b] = [await partner(stage, "A", "B", guids), await partner(stage, "B", "A", guids)];
  return { A: a, B: b, W: await witness(stage, guids) };
}

async function partner(stage: Stage, name: string, usual: string, guids: string[]): Promise<string> {
  if (!(await stage.running(name))) return "gone";
  const [row] = await stage.rows(
    name,
    `SELECT d.state_desc, m.* FROM sys.databases d JOIN sys.database_mirroring m ON m.database_id = d.database_id
     WHERE d.name = N'db'`,
  );
  if (!row) return "no database";
  const heard = await stage.say(name, "USE [db] SELECT COUNT(*) FROM sys.objects");
  const open = `${row.state_desc} ${heard === "done" ? "serves" : heard}`;
  const filled = Object.keys(row).filter((column) => column.startsWith("mirroring_") && row[column] !== null);
  if (filled.length === 0) return `unmirrored, ${open}`;
  return [`${roleOf(row)}, ${witnessOf(row)}, ${open}`, ...unusual(row, name, usual, guids)].join("; ");
}

async function witness(stage: Stage, guids: string[]): Promise<string> {
  if (!(await stage.running("W"))) return "gone";
  const [row] = await stage.rows(
    "W",
    "SELECT * FROM sys.database_mirroring_witnesses WHERE database_name = N'db'",
  );
  if (!row) return "none";
  const odd = [
    ...check(
      row.safety_level === ["UNKNOWN", "OFF", "FULL"].indexOf(String(row.safety_level_desc)),
      "safety",
    ),
    ...check(
      row.partner_sync_state === (row.partner_sync_state_desc === "SYNCHRONIZED" ? 5 : 6),
      "sync state",
    ),
    ...check(/^[0-9A-F-]{36}$/.test(String(row.family_guid)), "family"),
    ...(row.safety_sequence_number === 1 ? [] : [`safety ${row.safety_sequence_number}`]),
    ...(row.is_suspended_sequence_number === 1 ? [] : [`suspended ${row.is_suspended_sequence_number}`]),
    ...sessionOf(row, guids),
  ];
  const between = `${row.principal_server_name}>${row.mirror_server_name} ${sequence(row.role_sequence_number)}`;
  const paused = row.is_suspended ? " SUSPENDED" : "";
  return [`${between} ${row.safety_level_desc} ${row.partner_sync_state_desc}${paused}`, ...odd].join("; ");
}

function roleOf(row: Values): string {
  return `${row.mirroring_role_desc} ${row.mirroring_state_desc} ${sequence(row.mirroring_role_sequence)} ${row.mirroring_safety_level_desc}`;
}

function witnessOf(row: Values): string {
  return row.mirroring_witness_name === null ? "no witness" : `W ${row.mirroring_witness_state_desc}`;
}

function sequence(value: unknown): string {
  return value === 1 ? "n" : `n+${Number(value) - 1}`;
}

const STATES = ["SUSPENDED", "DISCONNECTED", "SYNCHRONIZING", "PENDING_FAILOVER", "SYNCHRONIZED"];
const WITNESS_STATES = ["UNKNOWN", "CONNECTED", "DISCONNECTED"];

/** Codes that do not fit their words, and every value that is not the usual one. */
function unusual(row: Values, name: string, usual: string, guids: string[]): string[] {
  const [failover, end, replication] = ["failover", "end_of_log", "replication"].map((which) =>
    BigInt(String(row[`mirroring_${which}_lsn`])),
  ) as [bigint, bigint, bigint];
  const partner = String(row.mirroring_partner_instance);
  return [
    ...check(row.mirroring_state === STATES.indexOf(String(row.mirroring_state_desc)), "state"),
    ...check(row.mirroring_role === (row.mirroring_role_desc === "PRINCIPAL" ? 1 : 2), "role"),
    ...check(row.mirroring_safety_level === (row.mirroring_safety_level_desc === "FULL" ? 2 : 1), "safety"),
    ...check(
      row.mirroring_witness_state === WITNESS_STATES.indexOf(String(row.mirroring_witness_state_desc)),
      "witness state",
    ),
    ...check(row.mirroring_partner_name === `TCP://${partner.toLowerCase()}.contoso.com:5022`, "address"),
    ...check([null, "TCP://w.contoso.com:7022"].includes(row.mirroring_witness_name as string), "witness"),
    ...check(replication <= end, "replication"),
    ...(partner === usual ? [] : [`${name} is with ${partner}`]),
    ...(row.mirroring_safety_sequence === 1 ? [] : [`safety ${row.mirroring_safety_sequence}`]),
    ...(row.mirroring_connection_timeout === 10 ? [] : [`time-out ${row.mirroring_connection_timeout}`]),
    ...(row.mirroring_redo_queue === null ? [] : [`redo queue ${row.mirroring_redo_queue}`]),
    ...(row.mirroring_redo_queue_type === "UNLIMITED" ? [] : [String(row.mirroring_redo_queue_type)]),
    ...(failover === end ? [] : [failover < end ? "log beyond failover LSN" : "log behind failover LSN"]),
    ...sessionOf(row, guids),
  ];
}

/** All three sides of one session name one guid. */
function sessionOf(row: Values, guids: string[]): string[] {
  const guid = String(row.mirroring_guid);
  if (!guids.includes(guid)) guids.push(guid);
  return guid === guids[0] ? [] : [`session ${guids.indexOf(guid) + 1}`];
}

function check(holds: boolean, what: string): string[] {
  return holds ? [] : [`${what} does not fit`];
}
