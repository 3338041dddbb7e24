import "server-only";
import { z } from "zod";
import type {
  DatabaseFact,
  EndpointFact,
  InstanceAnswer,
  MirroringFact,
  MirroringState,
  WitnessFact,
} from "#lib/mirroring/observation.ts";
import type { Row } from "#lib/sqlserver/line.ts";
import { type Rates, type Reading, ratesAfter, unknownRates } from "#lib/sqlserver/rates.ts";
import { Nonsense } from "#lib/sqlserver/silence.ts";

/** What an instance said, without when and as whom it was asked. */
export type Said = Pick<
  InstanceAnswer,
  | "serverTime"
  | "serverName"
  | "version"
  | "edition"
  | "startedAtServer"
  | "sysadmin"
  | "viewServerState"
  | "databases"
  | "witnessed"
  | "endpoint"
> & { viewAnyDatabase: boolean };

/** Counters of each database as last read, kept from round to round by whoever looks. */
export type Readings = Map<string, { since: Reading; rates: Rates }>;

/** Rows to facts. What no SQL Server would say is Nonsense, never half a fact. `at` dates roles heard for the first time. */
export function decode(sets: Row[][], readings: Readings, at: number): Said {
  const [instance] = parse(z.tuple([InstanceRow]), sets[0], "instance");
  const serverTime = instance.server_time;
  const counters =
    sets[4] &&
    new Map(parse(z.array(CounterRow), sets[4], "counters").map((row) => [row.name.toLowerCase(), row]));
  const sessions = sets[5] && parse(z.array(SessionRow), sets[5], "sessions");
  const databases = parse(z.array(DatabaseRow), sets[1], "databases").map((row): DatabaseFact => {
    const counted = counters?.get(row.name.toLowerCase());
    return {
      name: row.name,
      databaseId: row.database_id,
      state: row.state_desc,
      recoveryModel: row.recovery_model_desc,
      logReuseWait: row.log_reuse_wait_desc,
      mirroring: mirroringOf(row),
      sendQueueKb: counted?.send_queue_kb ?? null,
      redoQueueKb: counted?.redo_queue_kb ?? null,
      ...rates(readings, row.name, serverTime.getTime(), counted),
      sessions: sessions?.filter((session) => session.database_id === row.database_id).map(sessionOf) ?? null,
      roleFirstHeardAt: at,
    };
  });
  return {
    serverTime: serverTime.toISOString(),
    serverName: instance.server_name,
    version: instance.version,
    edition: instance.edition,
    startedAtServer: instance.started_at?.toISOString() ?? null,
    sysadmin: instance.sysadmin === 1,
    viewServerState: counters !== undefined,
    viewAnyDatabase: instance.view_any_database === 1 || instance.sysadmin === 1,
    databases,
    witnessed: parse(z.array(WitnessRow), sets[2], "witnessed sessions").map(witnessOf),
    endpoint: parse(z.array(EndpointRow), sets[3], "endpoint").map(endpointOf)[0] ?? null,
  };
}

export const AcquaintanceRow = z.object({
  version: z.string().regex(/^\d+\.\d+/),
  view_server_state: z.number().nullable(),
});

export function parse<Schema extends z.ZodType>(
  schema: Schema,
  rows: unknown,
  what: string,
): z.output<Schema> {
  const parsed = schema.safeParse(rows);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new Nonsense(`${what}: ${issue?.path.join(".") ?? ""} ${issue?.message ?? "is not readable"}`);
}

/** BIGINT arrives as text. */
const count = z.union([
  z.number(),
  z
    .string()
    .regex(/^-?\d+$/)
    .transform(Number),
  z.bigint().transform(Number),
]);
const moment = z.date().refine((date) => !Number.isNaN(date.getTime()));
const flag = z.union([z.boolean(), z.literal(0).transform(() => false), z.literal(1).transform(() => true)]);
const lsn = z
  .string()
  .regex(/^\d{1,25}$/)
  .nullable();

const InstanceRow = z.object({
  server_time: moment,
  server_name: z
    .string()
    .nullable()
    .transform((name) => name ?? ""),
  version: z.string().regex(/^\d+\.\d+/),
  edition: z.string(),
  sysadmin: z.number().nullable(),
  view_server_state: z.number().nullable(),
  view_any_database: z.number().nullable(),
  started_at: moment.nullable(),
});

const DatabaseRow = z.object({
  name: z.string().min(1),
  database_id: z.number().int().positive(),
  state_desc: z.string(),
  recovery_model_desc: z.string(),
  log_reuse_wait_desc: z.string(),
  guid: z.guid().nullable(),
  role: z.literal([1, 2]).nullable(),
  role_sequence: z.number().int().nullable(),
  state: z.number().int().min(0).max(6).nullable(),
  safety: z.number().int().min(0).max(2).nullable(),
  safety_sequence: z.number().int().nullable(),
  partner_name: z.string().nullable(),
  partner_instance: z.string().nullable(),
  witness_name: z.string().nullable(),
  witness_state: z.number().int().min(0).max(2).nullable(),
  failover_lsn: lsn,
  end_of_log_lsn: lsn,
  timeout_seconds: z.number().int().nullable(),
  redo_queue_limit_mb: z.number().int().nullable(),
});

const states: MirroringState[] = [
  "SUSPENDED",
  "DISCONNECTED",
  "SYNCHRONIZING",
  "PENDING_FAILOVER",
  "SYNCHRONIZED",
  "UNSYNCHRONIZED",
  "SYNCHRONIZED_POTENTIALLY",
];
const witnessStates = ["UNKNOWN", "CONNECTED", "DISCONNECTED"] as const;
const safeties = ["UNKNOWN", "OFF", "FULL"] as const;

function mirroringOf(row: z.output<typeof DatabaseRow>): MirroringFact | null {
  if (row.guid === null) return null;
  if (row.role === null || row.state === null || row.role_sequence === null)
    throw new Nonsense(`databases: ${row.name} is mirrored but has no role, state or role sequence`);
  return {
    guid: row.guid,
    role: row.role === 1 ? "PRINCIPAL" : "MIRROR",
    roleSequence: row.role_sequence,
    state: states[row.state]!,
    safety: safeties[row.safety ?? 0]!,
    safetySequence: row.safety_sequence ?? 0,
    partnerName: row.partner_name ?? "",
    partnerInstance: row.partner_instance ?? "",
    witnessName: row.witness_name || null,
    witnessState: row.witness_state === null ? null : witnessStates[row.witness_state]!,
    failoverLsn: row.failover_lsn,
    endOfLogLsn: row.end_of_log_lsn,
    timeoutSeconds: row.timeout_seconds,
    redoQueueLimitMb: row.redo_queue_limit_mb,
  };
}

const CounterRow = z.object({
  name: z.string(),
  send_queue_kb: count.nullable(),
  redo_queue_kb: count.nullable(),
  sent_bytes: count.nullable(),
  redo_bytes: count.nullable(),
});

function rates(
  readings: Readings,
  name: string,
  at: number,
  counted: z.output<typeof CounterRow> | undefined,
): Rates {
  if (counted?.redo_bytes == null || counted.sent_bytes == null) return unknownRates;
  const next = ratesAfter(readings.get(name), {
    at,
    redoBytes: counted.redo_bytes,
    sentBytes: counted.sent_bytes,
  });
  readings.set(name, next);
  return next.rates;
}

const SessionRow = z.object({
  database_id: z.number().int(),
  host: z.string().nullable(),
  program: z.string().nullable(),
  count: count,
  open_transactions: count.nullable(),
});

function sessionOf(row: z.output<typeof SessionRow>): NonNullable<DatabaseFact["sessions"]>[number] {
  return {
    host: row.host ?? "",
    program: row.program ?? "",
    count: row.count,
    openTransactions: row.open_transactions ?? 0,
  };
}

const WitnessRow = z.object({
  database_name: z.string(),
  principal_server_name: z.string().nullable(),
  mirror_server_name: z.string().nullable(),
  guid: z.guid(),
  role_sequence: z.number().int(),
  suspended: flag.nullable(),
  sync: z.string().nullable(),
});

function witnessOf(row: z.output<typeof WitnessRow>): WitnessFact {
  const sync = row.sync?.toUpperCase();
  return {
    database: row.database_name,
    principal: row.principal_server_name ?? "",
    mirror: row.mirror_server_name ?? "",
    guid: row.guid,
    roleSequence: row.role_sequence,
    synchronized: sync === "SYNCHRONIZED" ? true : sync === "UNSYNCHRONIZED" ? false : null,
    suspended: row.suspended ?? false,
  };
}

const EndpointRow = z.object({
  name: z.string(),
  state_desc: z.enum(["STARTED", "STOPPED", "DISABLED"]),
  role_desc: z.string(),
  port: z.number().int().nullable(),
  encrypted: flag,
  algorithm: z.string().nullable(),
});

function endpointOf(row: z.output<typeof EndpointRow>): EndpointFact {
  const { name, state_desc: state, role_desc: role, port, encrypted, algorithm } = row;
  return { name, state, role, port, encrypted, algorithm: algorithm ?? "NONE" };
}
