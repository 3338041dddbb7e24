import { describe, expect, it } from "vitest";
import { decode } from "#lib/sqlserver/decode.ts";
import type { Row } from "#lib/sqlserver/line.ts";
import { Nonsense } from "#lib/sqlserver/silence.ts";

const guid = "0F1E2D3C-0000-4000-8000-00000000ABCD";
const instance: Row = {
  server_time: new Date("2026-03-01T02:03:04.500Z"),
  server_name: "BE1\\rtc",
  version: "10.50.6000.34",
  edition: "Enterprise Edition (64-bit)",
  sysadmin: 1,
  view_server_state: 1,
  view_any_database: 1,
  started_at: new Date("2026-02-01T00:00:00Z"),
};
const database: Row = {
  name: "rtcxds",
  database_id: 5,
  state_desc: "ONLINE",
  recovery_model_desc: "FULL",
  log_reuse_wait_desc: "NOTHING",
  guid,
  role: 1,
  role_sequence: 3,
  state: 4,
  safety: 2,
  safety_sequence: 1,
  partner_name: "TCP://be2.contoso.com:5022",
  partner_instance: "BE2\\rtc",
  witness_name: "TCP://w.contoso.com:7022",
  witness_state: 1,
  failover_lsn: "1234567890123456789012345",
  end_of_log_lsn: "45000000012300001",
  timeout_seconds: 10,
  redo_queue_limit_mb: null,
};
const counters: Row = {
  name: "RTCXDS",
  send_queue_kb: "12",
  redo_queue_kb: "9007199254740991",
  sent_bytes: "1024",
  redo_bytes: "0",
};
const session: Row = { database_id: 5, host: "FE1", program: "RtcSrv", count: 7, open_transactions: 1 };
const witness: Row = {
  database_name: "rtcxds",
  principal_server_name: "BE1",
  mirror_server_name: "BE2",
  guid,
  role_sequence: 3,
  suspended: false,
  sync: "SYNCHRONIZED",
};
const endpoint: Row = {
  name: "Mirroring",
  state_desc: "STARTED",
  role_desc: "ALL",
  port: 5022,
  encrypted: true,
  algorithm: "AES",
};

describe("rows of an instance", () => {
  it("become facts, with every digit of an LSN", () => {
    const said = decode(sets(), new Map(), 42);
    expect(said).toMatchObject({
      serverTime: "2026-03-01T02:03:04.500Z",
      startedAtServer: "2026-02-01T00:00:00.000Z",
      sysadmin: true,
      viewServerState: true,
      endpoint: { state: "STARTED", port: 5022, encrypted: true, algorithm: "AES" },
      witnessed: [{ database: "rtcxds", synchronized: true, suspended: false }],
      databases: [
        {
          name: "rtcxds",
          roleFirstHeardAt: 42,
          sendQueueKb: 12,
          redoQueueKb: 9007199254740991,
          sessions: [{ host: "FE1", program: "RtcSrv", count: 7, openTransactions: 1 }],
          mirroring: {
            role: "PRINCIPAL",
            state: "SYNCHRONIZED",
            safety: "FULL",
            witnessState: "CONNECTED",
            failoverLsn: "1234567890123456789012345",
            endOfLogLsn: "45000000012300001",
          },
        },
      ],
    });
  });

  it("without VIEW SERVER STATE leave queues, rates and sessions unknown", () => {
    const [fact] = decode(sets().slice(0, 4), new Map(), 0).databases;
    expect(fact).toMatchObject({
      sendQueueKb: null,
      redoQueueKb: null,
      redoKbPerSecond: null,
      sessions: null,
    });
    expect(decode(sets().slice(0, 4), new Map(), 0).viewServerState).toBe(false);
  });

  it("of two rounds give rates", () => {
    const readings = new Map();
    decode(sets(), readings, 0);
    const later = { ...instance, server_time: new Date("2026-03-01T02:03:06.500Z") };
    const [fact] = decode(
      sets({ instance: later, counters: { ...counters, sent_bytes: "21504" } }),
      readings,
      0,
    ).databases;
    expect(fact).toMatchObject({ sendKbPerSecond: 10, redoKbPerSecond: 0 });
  });

  it.each<[string, Row, object]>([
    ["a mirror", { role: 2, state: 0 }, { role: "MIRROR", state: "SUSPENDED" }],
    ["asynchronous", { safety: 1, state: 2 }, { safety: "OFF", state: "SYNCHRONIZING" }],
    [
      "without a witness, NULL",
      { witness_name: null, witness_state: null },
      { witnessName: null, witnessState: null },
    ],
    [
      "without a witness, as some builds say it",
      { witness_name: "", witness_state: 0 },
      { witnessName: null, witnessState: "UNKNOWN" },
    ],
    ["pending", { state: 3 }, { state: "PENDING_FAILOVER" }],
    ["in one of the two states hardly ever said", { state: 6 }, { state: "SYNCHRONIZED_POTENTIALLY" }],
    ["with a safety nobody knows", { safety: 0 }, { safety: "UNKNOWN" }],
  ])("tell %s", (_what, row, mirroring) => {
    expect(
      decode(sets({ database: { ...database, ...row } }), new Map(), 0).databases[0]?.mirroring,
    ).toMatchObject(mirroring);
  });

  it("with NULL mirroring columns say nothing of mirroring", () => {
    const hidden = Object.fromEntries(
      Object.entries(database).map(([key, value]) => [key, nullable.has(key) ? null : value]),
    );
    expect(decode(sets({ database: hidden }), new Map(), 0).databases[0]).toMatchObject({
      name: "rtcxds",
      mirroring: null,
    });
  });

  it.each<[string, Partial<Parts>]>([
    ["no row at all", { instance: null }],
    ["a version that is none", { instance: { ...instance, version: "nightly" } }],
    ["a time that is none", { instance: { ...instance, server_time: new Date("never") } }],
    ["a guid that is none", { database: { ...database, guid: "abc" } }],
    ["a third role", { database: { ...database, role: 3 } }],
    ["a mirrored database without role", { database: { ...database, role: null } }],
    ["a state beyond the known", { database: { ...database, state: 9 } }],
    ["an LSN that lost its digits", { database: { ...database, failover_lsn: "1.234e+24" } }],
    ["text where a number belongs", { counters: { ...counters, redo_queue_kb: "many" } }],
    ["an endpoint state nobody knows", { endpoint: { ...endpoint, state_desc: "BROKEN" } }],
  ])("that no SQL Server would say are nonsense: %s", (_what, parts) => {
    expect(() => decode(sets(parts), new Map(), 0)).toThrow(Nonsense);
  });

  it("are nonsense when whole result sets are missing", () => {
    for (const count of [0, 1, 2, 3])
      expect(() => decode(sets().slice(0, count), new Map(), 0)).toThrow(Nonsense);
  });
});

type Parts = { instance: Row | null; database: Row; counters: Row; endpoint: Row };

const nullable = new Set(Object.keys(database).slice(5));

function sets(parts: Partial<Parts> = {}): Row[][] {
  const first = parts.instance === null ? [] : [parts.instance ?? instance];
  return [
    first,
    [parts.database ?? database],
    [witness],
    [parts.endpoint ?? endpoint],
    [parts.counters ?? counters],
    [session],
  ];
}
