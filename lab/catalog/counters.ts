/**
 * sys.dm_os_performance_counters: the Database Mirroring object in full, and the few others that its readers ask for.
 * Everything is computed from log positions and queues: a counter named "/sec" counts up, and two readings give a rate.
 */
import { allDatabases } from "#lab/catalog/access.ts";
import { columns, type Row, type View, type Viewing } from "#lab/catalog/view.ts";
import { usedLogKb as heldLogKb } from "#lab/mirroring/log-chain.ts";
import type { Database, Instance } from "#lab/mirroring/model.ts";
import { COMMIT_DELAY_MS, TRANSACTION_KB } from "#lab/mirroring/monitor.ts";

export const counterViews: View[] = [
  {
    name: "sys.dm_os_performance_counters",
    requires: "VIEW SERVER STATE",
    columns: columns(`
      object_name nchar(128) !
      counter_name nchar(128) !
      instance_name nchar(128)
      cntr_value bigint !
      cntr_type int !`),
    rows: (viewing) => [...mirroringRows(viewing), ...databaseRows(viewing), ...generalRows(viewing)],
  },
];

/** What has not been cut; a fiftieth of the file is in use in any case. */
export function usedLogKb(database: Database): number {
  return Math.min(database.logSizeKb, heldLogKb(database) + database.logSizeKb / 50);
}

/** `SQLServer:` on a default instance, `MSSQL$RTC:` on a named one. */
function objectPrefix(instance: Instance): string {
  const [, name] = instance.name.split("\\");
  return name ? `MSSQL$${name.toUpperCase()}:` : "SQLServer:";
}

const PER_SECOND = 272_696_576;
const RAW = 65_792;

/** Position of log, in bytes, as one side of a session counts it. Counters of the other role read 0. */
interface Flow {
  sent: bigint;
  received: bigint;
  redone: bigint;
  sendQueueKb: bigint;
  redoQueueKb: bigint;
  synchronous: boolean;
}

function flowOf({ mirroring, endOfLogKb }: Database): Flow {
  const kb = (value: number) => BigInt(Math.max(0, Math.floor(value)));
  const principal = mirroring!.role === "PRINCIPAL";
  return {
    sent: principal ? kb(endOfLogKb - mirroring!.sendQueueKb) * 1024n : 0n,
    received: principal ? 0n : kb(endOfLogKb) * 1024n,
    redone: principal ? 0n : kb(endOfLogKb - mirroring!.redoQueueKb) * 1024n,
    sendQueueKb: principal ? kb(mirroring!.sendQueueKb) : 0n,
    redoQueueKb: principal ? 0n : kb(mirroring!.redoQueueKb),
    synchronous: principal && mirroring!.safety === "FULL",
  };
}

const transactions = (flow: Flow) => (flow.synchronous ? flow.sent / BigInt(TRANSACTION_KB * 1024) : 0n);
const packets = (bytes: bigint) => bytes / 65_536n;

const MIRRORING: [name: string, type: number, value: (flow: Flow) => bigint][] = [
  ["Bytes Received/sec", PER_SECOND, (flow) => flow.received + flow.sent / 64n],
  ["Bytes Sent/sec", PER_SECOND, (flow) => flow.sent + flow.received / 64n],
  ["Log Bytes Received/sec", PER_SECOND, (flow) => flow.received],
  ["Log Bytes Redone from Cache/sec", PER_SECOND, (flow) => (flow.redone * 9n) / 10n],
  ["Log Bytes Sent from Cache/sec", PER_SECOND, (flow) => (flow.sent * 9n) / 10n],
  ["Log Bytes Sent/sec", PER_SECOND, (flow) => flow.sent],
  ["Log Compressed Bytes Rcvd/sec", PER_SECOND, (flow) => flow.received / 3n],
  ["Log Compressed Bytes Sent/sec", PER_SECOND, (flow) => flow.sent / 3n],
  ["Log Harden Time (ms)", PER_SECOND, (flow) => packets(flow.received)],
  ["Log Remaining for Undo KB", RAW, () => 0n],
  ["Log Scanned for Undo KB", RAW, () => 0n],
  ["Log Send Flow Control Time (ms)", PER_SECOND, () => 0n],
  ["Log Send Queue KB", RAW, (flow) => flow.sendQueueKb],
  ["Mirrored Write Transactions/sec", PER_SECOND, transactions],
  ["Pages Sent/sec", PER_SECOND, () => 0n],
  ["Receives/sec", PER_SECOND, (flow) => packets(flow.received)],
  ["Redo Bytes/sec", PER_SECOND, (flow) => flow.redone],
  ["Redo Queue KB", RAW, (flow) => flow.redoQueueKb],
  ["Send/Receive Ack Time", PER_SECOND, (flow) => packets(flow.sent)],
  ["Sends/sec", PER_SECOND, (flow) => packets(flow.sent)],
  ["Transaction Delay", PER_SECOND, (flow) => transactions(flow) * BigInt(COMMIT_DELAY_MS)],
];

/** One block a mirrored database, and _Total: their sum, there even when nothing is mirrored. */
function mirroringRows({ instance }: Viewing): Row[] {
  const object = `${objectPrefix(instance)}Database Mirroring`;
  const flows = instance.databases
    .filter((database) => database.mirroring)
    .map((database) => ({ name: database.name, flow: flowOf(database) }));
  return MIRRORING.flatMap(([counter, type, value]) => {
    const values = flows.map(({ name, flow }) => ({ name, value: value(flow) }));
    const total = values.reduce((sum, one) => sum + one.value, 0n);
    return [...values, { name: "_Total", value: total }].map((one) =>
      row(object, counter, one.name, one.value, type),
    );
  });
}

function databaseRows({ instance }: Viewing): Row[] {
  const object = `${objectPrefix(instance)}Databases`;
  const big = (value: number) => BigInt(Math.floor(value));
  const measured = allDatabases(instance).map((database) => {
    const used = usedLogKb(database);
    return {
      name: database.name,
      values: {
        "Active Transactions": big(database.openTransactions.length),
        "Data File(s) Size (KB)": big(database.dataSizeKb),
        "Log Bytes Flushed/sec": big(database.endOfLogKb) * 1024n,
        "Log File(s) Size (KB)": big(database.logSizeKb),
        "Log File(s) Used Size (KB)": big(used),
        "Percent Log Used": big((used * 100) / Math.max(1, database.logSizeKb)),
        "Transactions/sec": big(database.endOfLogKb / TRANSACTION_KB),
      },
    };
  });
  const names = Object.keys(measured[0]!.values) as (keyof (typeof measured)[number]["values"])[];
  return names.flatMap((counter) => {
    const type = counter.endsWith("/sec") ? PER_SECOND : RAW;
    const rows = measured.map(({ name, values }) => row(object, counter, name, values[counter], type));
    const total = measured.reduce((sum, { values }) => sum + values[counter], 0n);
    return [...rows, row(object, counter, "_Total", total, type)];
  });
}

function generalRows({ instance }: Viewing): Row[] {
  const object = `${objectPrefix(instance)}General Statistics`;
  return [
    row(object, "User Connections", "", BigInt(instance.sessions.length), RAW),
    row(object, "Processes blocked", "", 0n, RAW),
  ];
}

function row(object: string, counter: string, instance: string, value: bigint, type: number): Row {
  return {
    object_name: object,
    counter_name: counter,
    instance_name: instance,
    cntr_value: value,
    cntr_type: type,
  };
}
