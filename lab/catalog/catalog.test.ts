import { describe, expect, it } from "vitest";
import { lsn } from "#lab/catalog/lsn.ts";
import { testFleet } from "#lab/tsql/test-fleet.ts";
import type { SqlValue } from "#lab/tsql/values.ts";

const { fleet, ask, connect } = testFleet();
const strange = "a]b'; DROP--ü";

describe("sys.database_mirroring", () => {
  const mirrored = `SELECT DB_NAME(database_id), mirroring_state_desc, mirroring_role, mirroring_role_sequence, mirroring_safety_level_desc,
    mirroring_partner_name, mirroring_partner_instance, mirroring_witness_name, mirroring_witness_state_desc, mirroring_connection_timeout,
    mirroring_redo_queue_type FROM sys.database_mirroring WHERE mirroring_guid IS NOT NULL ORDER BY database_id`;
  const partner = ["TCP://be2.contoso.com:5022", "BE2\\rtc"];

  it("has every column of the documentation, with its type", async () => {
    const { columns, rows } = await ask("SELECT * FROM sys.database_mirroring");
    expect(columns).toEqual([
      "database_id int not null",
      "mirroring_guid uniqueidentifier",
      "mirroring_state tinyint",
      "mirroring_state_desc nvarchar(60)",
      "mirroring_role tinyint",
      "mirroring_role_desc nvarchar(60)",
      "mirroring_role_sequence int",
      "mirroring_safety_level tinyint",
      "mirroring_safety_level_desc nvarchar(60)",
      "mirroring_safety_sequence int",
      "mirroring_partner_name nvarchar(128)",
      "mirroring_partner_instance nvarchar(128)",
      "mirroring_witness_name nvarchar(128)",
      "mirroring_witness_state tinyint",
      "mirroring_witness_state_desc nvarchar(60)",
      "mirroring_failover_lsn numeric(25,0)",
      "mirroring_connection_timeout int",
      "mirroring_redo_queue int",
      "mirroring_redo_queue_type nvarchar(60)",
      "mirroring_end_of_log_lsn numeric(25,0)",
      "mirroring_replication_lsn numeric(25,0)",
    ]);
    // One row a database, mirrored or not: four of the system, six of its own.
    expect(rows).toHaveLength(10);
  });

  it("tells the principal's side to everyone who sees the database", async () => {
    for (const as of ["sa", "look", "nobody"]) {
      expect((await ask(mirrored, { as })).rows).toEqual([
        [
          "rtcxds",
          "SYNCHRONIZED",
          1,
          3,
          "FULL",
          ...partner,
          "TCP://wit.contoso.com:7022",
          "CONNECTED",
          10,
          "UNLIMITED",
        ],
        [
          strange,
          "SYNCHRONIZED",
          1,
          3,
          "FULL",
          ...partner,
          "TCP://wit.contoso.com:7022",
          "CONNECTED",
          10,
          "UNLIMITED",
        ],
        ["rtcab", "SYNCHRONIZING", 1, 1, "FULL", ...partner, null, "UNKNOWN", 10, "UNLIMITED"],
      ]);
    }
  });

  it("tells the mirror's side to sysadmin alone", async () => {
    expect((await ask(mirrored, { on: "BE2\\rtc" })).rows).toHaveLength(3);
    expect((await ask(mirrored, { on: "BE2\\rtc", as: "look" })).rows).toEqual([]);
    const { rows } = await ask(
      "SELECT COUNT(*), COUNT(mirroring_role) FROM sys.database_mirroring WHERE database_id > 4",
      { on: "BE2\\rtc", as: "look" },
    );
    expect(rows).toEqual([[3, 0]]);
  });

  it("keeps every digit of a log sequence number, and orders them", async () => {
    const { rows } = await ask(
      "SELECT CAST(mirroring_end_of_log_lsn AS varchar(32)) FROM sys.database_mirroring WHERE database_id = DB_ID('rtcxds')",
    );
    const database = fleet.instances[0]!.databases.find(({ name }) => name === "rtcxds")!;
    expect(rows).toEqual([[String(lsn(database.endOfLogKb))]]);
    expect(lsn(65_536) > lsn(65_535.9)).toBe(true);
    expect(lsn(0.4)).toBe(lsn(0.6));
  });
});

describe("the witness", () => {
  const sessions =
    "SELECT database_name, principal_server_name, mirror_server_name, role_sequence_number, partner_sync_state, partner_sync_state_desc FROM sys.database_mirroring_witnesses ORDER BY database_name";

  it("knows the sessions it watches, with its own numbers for their state", async () => {
    expect((await ask(sessions, { on: "WIT" })).rows).toEqual([
      [strange, "BE1\\rtc", "BE2\\rtc", 3, 5, "SYNCHRONIZED"],
      ["rtcxds", "BE1\\rtc", "BE2\\rtc", 3, 5, "SYNCHRONIZED"],
    ]);
  });

  it("tells them only to those who may see definitions", async () => {
    expect((await ask(sessions, { on: "WIT", as: "look" })).rows).toHaveLength(2);
    expect((await ask(sessions, { on: "WIT", as: "nobody" })).rows).toEqual([]);
  });
});

describe("endpoints", () => {
  it("join over their id", async () => {
    const { rows } = await ask(
      "SELECT e.name, e.type_desc, e.state_desc, e.role_desc, t.port, e.connection_auth_desc, e.is_encryption_enabled, e.encryption_algorithm_desc FROM sys.database_mirroring_endpoints e JOIN sys.tcp_endpoints t ON t.endpoint_id = e.endpoint_id",
      { on: "WIT" },
    );
    expect(rows).toEqual([
      ["Mirroring", "DATABASE_MIRRORING", "STARTED", "WITNESS", 7022, "NEGOTIATE", true, "AES"],
    ]);
  });

  it("name who may connect", async () => {
    const { rows } = await ask(
      "SELECT p.permission_name, p.state_desc, e.name FROM sys.server_permissions p JOIN sys.endpoints e ON e.endpoint_id = p.major_id WHERE p.class = 105 AND e.type = 4",
    );
    expect(rows).toEqual([["CONNECT", "GRANT", "Mirroring"]]);
  });
});

describe("a right that is missing", () => {
  const cases: [sql: string, as: string, errors: number[]][] = [
    ["SELECT * FROM sys.dm_os_performance_counters", "nobody", [300, 297]],
    ["SELECT * FROM sys.dm_db_mirroring_connections", "nobody", [300, 297]],
    ["SELECT * FROM sys.dm_os_sys_info", "nobody", [300, 297]],
    ["SELECT * FROM sys.dm_os_performance_counters", "look", []],
    ["ALTER DATABASE rtcxds SET PARTNER SUSPEND", "look", [5011]],
    ["KILL 60", "look", [6102]],
    ["USE rtcxds", "look", [916]],
    ["USE rtcxds", "app", []],
    ["RESTORE DATABASE shipped WITH RECOVERY", "look", [3110, 3013]],
    ["EXEC msdb.dbo.sp_dbmmonitorresults N'rtcxds'", "nobody", [229]],
    ["EXEC msdb.dbo.sp_dbmmonitorresults N'rtcxds'", "look", []],
    ["EXEC msdb.dbo.sp_dbmmonitorupdate", "look", [229]],
  ];
  it.each(cases)("%s as %s", async (sql, as, errors) => {
    expect((await ask(sql, { as })).errors).toEqual(errors);
  });

  it("hides the other sessions", async () => {
    expect(
      (await ask("SELECT COUNT(*) FROM sys.dm_exec_sessions WHERE is_user_process = 1", { as: "nobody" }))
        .rows,
    ).toEqual([[1]]);
    expect(
      (await ask("SELECT COUNT(*) FROM sys.dm_exec_sessions WHERE is_user_process = 1", { as: "look" })).rows,
    ).toEqual([[4]]);
  });

  it("hides databases from a login that was denied them", async () => {
    expect((await ask("SELECT name FROM sys.databases", { as: "hidden" })).rows.flat()).toEqual([
      "master",
      "tempdb",
      "msdb",
    ]);
  });
});

describe("a database that cannot be opened says why", () => {
  const cases: [database: string, on: string, error: number][] = [
    ["rtcxds", "BE2\\rtc", 954],
    ["[a]]b'; DROP--ü]", "BE2\\rtc", 954],
    ["shipped", "BE1\\rtc", 927],
    ["resting", "BE1\\rtc", 942],
    ["nowhere", "BE1\\rtc", 911],
  ];
  it.each(cases)("%s on %s: %i", async (database, on, error) => {
    expect((await ask(`USE ${database}`, { on })).errors).toEqual([error]);
    expect((await ask(`SELECT * FROM ${database}.sys.objects`, { on })).errors).toEqual([error]);
  });

  it("lets in where it is open, whatever its name", async () => {
    expect((await ask("USE [a]]b'; DROP--ü] SELECT DB_NAME()")).rows).toEqual([[strange]]);
  });
});

describe("functions about databases and logins", () => {
  const cases: [expression: string, value: SqlValue][] = [
    ["DB_ID(N'a]b''; DROP--ü')", 9],
    ["DB_ID('nowhere')", null],
    [
      "DATABASEPROPERTYEX('shipped', 'Status')",
      { base: { name: "nvarchar", length: 128 }, value: "RESTORING" },
    ],
    ["HAS_DBACCESS('rtcxds')", 1],
    ["HAS_DBACCESS('resting')", 0],
    ["IS_SRVROLEMEMBER('sysadmin')", 1],
    ["HAS_PERMS_BY_NAME(NULL, NULL, 'VIEW SERVER STATE')", 1],
    ["OBJECT_ID('sys.database_mirroring') - OBJECT_ID('master.sys.database_mirroring')", 0],
    ["OBJECT_ID('nothing')", null],
    ["COL_LENGTH('sys.dm_exec_sessions', 'database_id')", null],
    ["SUSER_SNAME()", "sa"],
    [
      "(SELECT COUNT(*) FROM sys.all_columns WHERE object_id = OBJECT_ID('sys.dm_os_sys_info') AND name = 'sqlserver_start_time')",
      1,
    ],
  ];
  it.each(cases)("%s", async (expression, value) => {
    expect((await ask(`SELECT ${expression}`)).rows).toEqual([[value]]);
  });
});

it("a database's own view of its files is asked from inside", async () => {
  const used =
    "SELECT name, FILEPROPERTY(name, 'SpaceUsed') * 100 / size FROM sys.database_files WHERE type = 1";
  expect((await ask(used, { database: "rtcxds" })).rows).toEqual([["rtcxds_log", 2]]);
});

describe("counters", () => {
  const mirroring = (database: string) =>
    `SELECT RTRIM(counter_name), cntr_value FROM sys.dm_os_performance_counters WHERE object_name = 'MSSQL$RTC:Database Mirroring' AND instance_name = '${database}' AND counter_name IN ('Log Send Queue KB', 'Redo Queue KB') ORDER BY 1`;

  it("are padded, and prefixed with the name of the instance", async () => {
    const { rows, columns } = await ask(
      "SELECT DISTINCT object_name FROM sys.dm_os_performance_counters WHERE object_name LIKE '%Mirroring%'",
    );
    expect(rows).toEqual([["MSSQL$RTC:Database Mirroring".padEnd(128)]]);
    expect(columns).toEqual(["object_name nchar(128) not null"]);
    expect(
      (
        await ask(
          "SELECT COUNT(*) FROM sys.dm_os_performance_counters WHERE object_name LIKE 'SQLServer:Database Mirroring%'",
          { on: "WIT" },
        )
      ).rows,
    ).toEqual([[21]]);
  });

  it("show the send queue on the principal and the redo queue on the mirror", async () => {
    const queue = Math.floor(
      fleet.instances[0]!.databases.find(({ name }) => name === "rtcab")!.mirroring!.sendQueueKb,
    );
    expect((await ask(mirroring("rtcab"))).rows).toEqual([
      ["Log Send Queue KB", BigInt(queue)],
      ["Redo Queue KB", 0n],
    ]);
    expect((await ask(mirroring("_Total"))).rows).toEqual([
      ["Log Send Queue KB", BigInt(queue)],
      ["Redo Queue KB", 0n],
    ]);
  });

  it("count up, so that two readings give the rate", async () => {
    const { fleet: moving, running, ask: say } = testFleet();
    const sent = async () =>
      (
        await say(
          "SELECT cntr_value FROM sys.dm_os_performance_counters WHERE counter_name = 'Log Bytes Sent/sec' AND instance_name = 'rtcxds'",
        )
      ).rows[0]![0] as bigint;
    const first = await sent();
    await running.advance(10_000);
    expect(await sent()).toBe(first + 400n * 10n * 1024n);
    expect(moving.statements).toHaveLength(2);
  });
});

describe("the msdb monitor", () => {
  it("gives one row with the values of the role, and NULL for those of the other", async () => {
    const { rows, columns } = await ask("EXEC msdb.dbo.sp_dbmmonitorresults N'rtcxds', 0, 0");
    expect(columns.map((column) => column.split(" ")[0])).toEqual(
      "database_name role mirroring_state witness_status log_generation_rate unsent_log send_rate unrestored_log recovery_rate transaction_delay transactions_per_sec average_delay time_recorded time_behind local_time".split(
        " ",
      ),
    );
    const now = new Date(fleet.now + 2000);
    expect(rows).toEqual([["rtcxds", 1, 4, 1, 400, 0, 400, null, null, 200, 100, 2, now, now, now]]);
    const mirror = await ask("USE msdb EXEC sp_dbmmonitorresults 'rtcxds'", { on: "BE2\\rtc" });
    expect(mirror.rows[0]!.slice(0, 12)).toEqual([
      "rtcxds",
      2,
      4,
      1,
      null,
      null,
      null,
      0,
      400,
      null,
      null,
      null,
    ]);
  });

  const refused: [sql: string, errors: number[]][] = [
    ["EXEC sp_dbmmonitorresults 'rtcxds'", [32045]],
    ["EXEC msdb..sp_dbmmonitorresults 'local'", [32039]],
    ["EXEC msdb..sp_dbmmonitorresults 'nowhere'", [15010]],
    ["EXEC msdb..sp_dbmmonitorresults 'rtcxds', 10", [32036]],
    ["EXEC msdb..sp_dbmmonitorresults", [201]],
    ["EXEC msdb..sp_dbmmonitorresults @nothing = 1", [8145]],
  ];
  it.each(refused)("%s", async (sql, errors) => {
    expect((await ask(sql)).errors).toEqual(errors);
  });
});

it("the error log is read with one or two words to look for", async () => {
  const log = await ask("EXEC sp_readerrorlog 0, 1, N'Login failed', N'stranger'");
  expect(log.rows).toEqual([]);
  await expect(connect({ as: "stranger" })).rejects.toThrow("Login failed");
  const again = await ask("EXEC xp_readerrorlog 0, 1, N'login failed', N'stranger'");
  expect(again.columns).toEqual(["LogDate datetime", "ProcessInfo nvarchar(50)", "Text nvarchar(max)"]);
  expect(again.rows.map((row) => row[2])).toEqual(["Login failed for user 'stranger'."]);
  expect((await ask("EXEC sp_readerrorlog", { as: "look" })).errors).toEqual([229]);
});

describe("statements for the machine are refused as by a server", () => {
  const cases: [sql: string, errors: number[]][] = [
    ["ALTER DATABASE nowhere SET PARTNER FAILOVER", [5011]],
    ["ALTER DATABASE nowhere SET RECOVERY FULL", [5011, 5069]],
    ["ALTER DATABASE local SET PARTNER FAILOVER", [1416]],
    ["ALTER DATABASE rtcab SET PARTNER FAILOVER", [1422]],
    ["USE msdb ALTER DATABASE rtcxds SET PARTNER FAILOVER", [5001]],
    ["ALTER DATABASE rtcxds SET OFFLINE", [1468, 5069]],
    ["ALTER DATABASE rtcxds SET SINGLE_USER", [1468, 5069]],
    ["ALTER DATABASE rtcxds SET RECOVERY SIMPLE", [1468, 5069]],
    ["ALTER DATABASE rtcxds MODIFY NAME = other", [957, 5069]],
    ["ALTER DATABASE master SET PARTNER OFF", [5058]],
    ["RESTORE DATABASE rtcxds WITH RECOVERY", [3104, 3013]],
    ["RESTORE DATABASE nowhere WITH RECOVERY", [3118, 3013]],
    ["DROP DATABASE rtcxds", [3743]],
    ["KILL 30", [6107]],
    ["KILL 30000", [6106]],
    ["KILL 99999", [6101]],
    ["DECLARE @me int = @@SPID KILL @me", [6104]],
    ["BEGIN TRAN KILL 60", [6115]],
  ];
  it.each(cases)("%s", async (sql, errors) => {
    expect((await ask(sql)).errors).toEqual(errors);
  });

  it("KILL ends a connection, and its statement is recorded as cut", async () => {
    const victim = await connect({ database: "rtcxds" });
    let cut = false;
    victim.wire.onCut(() => {
      cut = true;
    });
    const waiting = victim.ask("WAITFOR DELAY '01:00'");
    await new Promise(setImmediate);
    expect((await ask(`KILL ${victim.wire.spid}`)).errors).toEqual([]);
    await waiting;
    expect(cut).toBe(true);
    expect(fleet.statements.findLast(({ spid }) => spid === victim.wire.spid)).toMatchObject({
      outcome: "cut",
      text: "WAITFOR DELAY '01:00'",
    });
    expect((await ask(`SELECT 1 FROM sys.sysprocesses WHERE spid = ${victim.wire.spid}`)).rows).toEqual([]);
  });
});
