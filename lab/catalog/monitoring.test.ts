/**
 * What people really ask about mirroring, in the manner of the public collections: diagnostic scripts, agents of
 * monitoring systems, management tools, an administrator's notes. All of it must run unchanged on 2008 R2.
 */
import { expect, it } from "vitest";
import { testFleet } from "#lab/tsql/test-fleet.ts";
import type { SqlValue } from "#lab/tsql/values.ts";

const { ask, connect, running } = testFleet();
const strange = "a]b'; DROP--ü";

const asked: [what: string, sql: string, columns: string[], rows: SqlValue[][]][] = [
  [
    "a diagnostic script's overview",
    `SELECT DB_NAME([database_id]) AS [Database Name], mirroring_state_desc AS [State], mirroring_role_desc AS [Role],
            mirroring_safety_level_desc AS [Safety], ISNULL(mirroring_witness_state_desc, N'none') AS [Witness],
            mirroring_redo_queue AS [Redo Queue Limit], mirroring_redo_queue_type
     FROM sys.database_mirroring WITH (NOLOCK)
     WHERE mirroring_guid IS NOT NULL ORDER BY [Database Name] DESC OPTION (RECOMPILE);`,
    [
      "Database Name nvarchar(128)",
      "State nvarchar(60)",
      "Role nvarchar(60)",
      "Safety nvarchar(60)",
      "Witness nvarchar(60) not null",
      "Redo Queue Limit int",
      "mirroring_redo_queue_type nvarchar(60)",
    ],
    [
      ["rtcxds", "SYNCHRONIZED", "PRINCIPAL", "FULL", "CONNECTED", null, "UNLIMITED"],
      ["rtcab", "SYNCHRONIZING", "PRINCIPAL", "FULL", "UNKNOWN", null, "UNLIMITED"],
      [strange, "SYNCHRONIZED", "PRINCIPAL", "FULL", "CONNECTED", null, "UNLIMITED"],
    ],
  ],
  [
    "a management tool's properties of one database",
    `declare @dbname sysname; set @dbname = N'rtcxds'
     SELECT dtb.name AS [Name], dtb.database_id AS [ID], CAST(case when dmi.mirroring_partner_name is null then 0 else 1 end AS bit) AS [IsMirroringEnabled],
       ISNULL(dmi.mirroring_partner_name, '') AS [MirroringPartner], ISNULL(dmi.mirroring_partner_instance, '') AS [MirroringPartnerInstance],
       ISNULL(dmi.mirroring_role, 0) AS [MirroringRole], ISNULL(dmi.mirroring_safety_level + 1, 0) AS [MirroringSafetyLevel],
       ISNULL(dmi.mirroring_state + 1, 0) AS [MirroringStatus], ISNULL(dmi.mirroring_witness_name, '') AS [MirroringWitness],
       ISNULL(dmi.mirroring_witness_state + 1, 0) AS [MirroringWitnessStatus], coalesce(dmi.mirroring_connection_timeout, 0) AS [MirroringTimeout],
       (case when dmi.mirroring_redo_queue_type = N'UNLIMITED' then 0 else ISNULL(dmi.mirroring_redo_queue, 0) end) AS [MirroringRedoQueueMaxSize],
       ISNULL(dmi.mirroring_role_sequence, 0) AS [MirroringRoleSequence], CAST(has_dbaccess(dtb.name) AS bit) AS [IsAccessible]
     FROM master.sys.databases AS dtb LEFT OUTER JOIN sys.database_mirroring AS dmi ON dmi.database_id = dtb.database_id
     WHERE (dtb.name=@dbname)`,
    [
      "Name nvarchar(128) not null",
      "ID int not null",
      "IsMirroringEnabled bit not null",
      "MirroringPartner nvarchar(128) not null",
      "MirroringPartnerInstance nvarchar(128) not null",
      "MirroringRole tinyint not null",
      "MirroringSafetyLevel int not null",
      "MirroringStatus int not null",
      "MirroringWitness nvarchar(128) not null",
      "MirroringWitnessStatus int not null",
      "MirroringTimeout int not null",
      "MirroringRedoQueueMaxSize int not null",
      "MirroringRoleSequence int not null",
      "IsAccessible bit",
    ],
    [
      [
        "rtcxds",
        8,
        true,
        "TCP://be2.contoso.com:5022",
        "BE2\\rtc",
        1,
        3,
        5,
        "TCP://wit.contoso.com:7022",
        2,
        10,
        0,
        3,
        true,
      ],
    ],
  ],
  [
    "a collecting agent, sessions and their kind together",
    `SET TRANSACTION ISOLATION LEVEL READ UNCOMMITTED SET NOCOUNT ON
     DECLARE @SQL NVARCHAR(MAX)
     SET @SQL = N'SELECT m.database_id, m.mirroring_guid, m.mirroring_state, m.mirroring_role, m.mirroring_role_sequence, m.mirroring_safety_level,
       m.mirroring_connection_timeout, m.mirroring_failover_lsn, m.mirroring_end_of_log_lsn
       FROM sys.database_mirroring m WHERE m.mirroring_guid IS NOT NULL AND m.database_id <> ' + CAST(DB_ID('rtcab') AS NVARCHAR(10))
     IF OBJECT_ID('sys.database_mirroring') IS NOT NULL EXEC sp_executesql @SQL ELSE SELECT NULL`,
    [
      "database_id int not null",
      "mirroring_guid uniqueidentifier",
      "mirroring_state tinyint",
      "mirroring_role tinyint",
      "mirroring_role_sequence int",
      "mirroring_safety_level tinyint",
      "mirroring_connection_timeout int",
      "mirroring_failover_lsn numeric(25,0)",
      "mirroring_end_of_log_lsn numeric(25,0)",
    ],
    [expect.anything(), expect.anything()] as unknown as SqlValue[][],
  ],
  [
    "the statements that would fail everything over",
    `SELECT 'ALTER DATABASE ' + QUOTENAME(d.name) + ' SET PARTNER FAILOVER' AS cmd
     FROM sys.databases d INNER JOIN sys.database_mirroring m ON d.database_id = m.database_id
     WHERE m.mirroring_role_desc = 'PRINCIPAL' AND m.mirroring_state_desc = 'SYNCHRONIZED' AND m.mirroring_safety_level = 2 ORDER BY d.name`,
    ["cmd nvarchar(294)"],
    [
      ["ALTER DATABASE [a]]b'; DROP--ü] SET PARTNER FAILOVER"],
      ["ALTER DATABASE [rtcxds] SET PARTNER FAILOVER"],
    ],
  ],
  [
    "a plugin's verdict with thresholds",
    `DECLARE @warn int, @crit int SELECT @warn = 1, @crit = 3
     SELECT CASE WHEN COUNT(*) >= @crit THEN 'CRITICAL' WHEN COUNT(*) >= @warn THEN 'WARNING' ELSE 'OK' END + ' - ' + CONVERT(varchar(10), COUNT(*)) + ' not synchronized' AS verdict
     FROM master.sys.database_mirroring WHERE mirroring_guid IS NOT NULL AND mirroring_state NOT IN (4)`,
    ["verdict varchar(38) not null"],
    [["WARNING - 1 not synchronized"]],
  ],
  [
    "the queues of every database side by side",
    `SELECT db, [Log Send Queue KB], [Redo Queue KB] FROM (
       SELECT RTRIM(instance_name) AS db, RTRIM(counter_name) AS counter, cntr_value FROM sys.dm_os_performance_counters
       WHERE object_name LIKE '%Database Mirroring%' AND instance_name NOT LIKE '[_]Total%') s
     PIVOT (MAX(cntr_value) FOR counter IN ([Log Send Queue KB], [Redo Queue KB])) AS p ORDER BY db`,
    ["db nvarchar(128)", "Log Send Queue KB bigint", "Redo Queue KB bigint"],
    [
      [strange, 0n, 0n],
      ["rtcab", 24000n, 0n],
      ["rtcxds", 0n, 0n],
    ],
  ],
  [
    "a discovery document for a monitoring server",
    `SELECT '{"data":[' + STUFF((SELECT ',{"{#DB}":"' + RTRIM(DB_NAME(database_id)) + '"}' FROM sys.database_mirroring WHERE mirroring_guid IS NOT NULL AND database_id > 8 ORDER BY database_id DESC FOR XML PATH('')), 1, 1, '') + ']}'`,
    ["nvarchar(max)"],
    [['{"data":[{"{#DB}":"rtcab"},{"{#DB}":"a]b\'; DROP--ü"}]}']],
  ],
  [
    "why a log cannot be cut, and how full it is",
    `SELECT db.[name], db.recovery_model_desc, db.log_reuse_wait_desc, CONVERT(DECIMAL(18,2), ls.cntr_value/1024.0) AS [Log Size (MB)],
       CAST(CAST(lu.cntr_value AS FLOAT) / CAST(ls.cntr_value AS FLOAT) AS DECIMAL(18,2)) * 100 AS [Log Used %], db.[compatibility_level]
     FROM sys.databases AS db
     INNER JOIN sys.dm_os_performance_counters AS lu WITH (NOLOCK) ON db.name = lu.instance_name
     INNER JOIN sys.dm_os_performance_counters AS ls WITH (NOLOCK) ON db.name = ls.instance_name
     WHERE lu.counter_name LIKE N'Log File(s) Used Size (KB)%' AND ls.counter_name LIKE N'Log File(s) Size (KB)%' AND ls.cntr_value > 0 AND db.name LIKE 'rtc%'
     ORDER BY db.[name]`,
    [
      "name nvarchar(128) not null",
      "recovery_model_desc nvarchar(60)",
      "log_reuse_wait_desc nvarchar(60)",
      "Log Size (MB) numeric(18,2) not null",
      "Log Used % numeric(22,2) not null",
      "compatibility_level tinyint not null",
    ],
    [
      ["rtcab", "FULL", "NOTHING", 25600n, 1100n, 100],
      ["rtcxds", "FULL", "NOTHING", 25600n, 200n, 100],
    ],
  ],
  [
    "sizes of the files by database",
    `SELECT DB_NAME(database_id) AS db, type_desc, SUM(CAST(size AS bigint)) * 8 / 1024 AS mb, MAX(CASE WHEN max_size = -1 THEN 1 ELSE 0 END) AS unlimited
     FROM sys.master_files WHERE database_id = DB_ID('master') GROUP BY database_id, type_desc ORDER BY type_desc DESC`,
    ["db nvarchar(128)", "type_desc nvarchar(60)", "mb bigint", "unlimited int"],
    [
      ["master", "ROWS", 8n, 1],
      ["master", "LOG", 2n, 0],
    ],
  ],
  [
    "who works in a mirrored database, before 2012",
    `SELECT DB_NAME(p.dbid) AS db, RTRIM(p.loginame) AS login_name, RTRIM(p.hostname) AS host, COUNT(p.spid) AS connections, SUM(CASE WHEN p.open_tran > 0 THEN 1 ELSE 0 END) AS tran_count
     FROM master..sysprocesses p (NOLOCK) INNER JOIN sys.database_mirroring m ON m.database_id = p.dbid AND m.mirroring_role = 1
     WHERE p.spid > 50 AND p.cmd <> 'DB MIRROR' GROUP BY p.dbid, p.loginame, p.hostname HAVING COUNT(*) > 0`,
    [
      "db nvarchar(128)",
      "login_name nvarchar(128)",
      "host nvarchar(128)",
      "connections int not null",
      "tran_count int",
    ],
    [["rtcxds", "app", "FE01", 3, 1]],
  ],
  [
    "the oldest open transaction",
    `SELECT TOP (1) s.host_name, DATEDIFF(SECOND, a.transaction_begin_time, GETDATE()) AS seconds, d.name
     FROM sys.dm_tran_session_transactions st JOIN sys.dm_tran_active_transactions a ON a.transaction_id = st.transaction_id
     JOIN sys.dm_exec_sessions s ON s.session_id = st.session_id
     JOIN sys.dm_tran_database_transactions dt ON dt.transaction_id = a.transaction_id JOIN sys.databases d ON d.database_id = dt.database_id
     ORDER BY a.transaction_begin_time`,
    ["host_name nvarchar(128)", "seconds int", "name nvarchar(128) not null"],
    [["FE01", 0, "rtcxds"]],
  ],
  [
    "endpoints, their owners and who may connect",
    `SELECT e.name, SUSER_NAME(e.principal_id) AS owner, p.state_desc, p.permission_name, ISNULL(SUSER_NAME(p.grantee_principal_id), 'public') AS grantee
     FROM sys.database_mirroring_endpoints e LEFT JOIN sys.server_permissions p ON p.class_desc = 'ENDPOINT' AND p.major_id = e.endpoint_id`,
    [
      "name nvarchar(128) not null",
      "owner nvarchar(128)",
      "state_desc nvarchar(60)",
      "permission_name nvarchar(128)",
      "grantee nvarchar(128) not null",
    ],
    [["Mirroring", "sa", "GRANT", "CONNECT", "public"]],
  ],
  [
    "connections between the endpoints",
    `SELECT state_desc, login_state_desc, COUNT(*) AS n FROM sys.dm_db_mirroring_connections GROUP BY state_desc, login_state_desc`,
    ["state_desc nvarchar(60)", "login_state_desc nvarchar(60)", "n int not null"],
    [["LOGGED_IN", "ONLINE", 2]],
  ],
  [
    "how long the server has been up",
    `SELECT sqlserver_start_time, DATEDIFF(DAY, sqlserver_start_time, GETDATE()) AS days, CONVERT(varchar(16), sqlserver_start_time, 120) AS text FROM sys.dm_os_sys_info`,
    ["sqlserver_start_time datetime not null", "days int", "text varchar(16) not null"],
    [[new Date(Date.UTC(2026, 1, 27, 9, 30, 2)), 3, "2026-02-27 09:30"]],
  ],
  [
    "what a tool asks when it connects",
    `select @@spid as spid
     select SERVERPROPERTY('ProductLevel') as pl, cast(serverproperty(N'Servername') AS sysname) AS [Server_Name],
       case when (SERVERPROPERTY('EngineEdition') = 5) then 1 else 0 end as azure, CAST(CASE WHEN (IS_SRVROLEMEMBER(N'sysadmin') = 1) THEN 1 ELSE 0 END AS bit) AS [admin]`,
    ["pl sql_variant", "Server_Name nvarchar(128)", "azure int not null", "admin bit not null"],
    [[{ base: { name: "nvarchar", length: 128 }, value: "SP3" }, "BE1\\rtc", 0, true]],
  ],
  [
    "unmirrored databases that should be mirrored",
    `SELECT name FROM sys.databases WHERE database_id > 4 AND state = 0 EXCEPT SELECT DB_NAME(database_id) FROM sys.database_mirroring WHERE mirroring_guid IS NOT NULL`,
    ["name nvarchar(128)"],
    [["local"]],
  ],
  [
    "users without a login of the same SID",
    `SELECT dp.name FROM sys.database_principals dp LEFT JOIN sys.server_principals sp ON dp.sid = sp.sid WHERE dp.type IN ('S') AND dp.principal_id > 4 AND sp.sid IS NULL`,
    ["name nvarchar(128) not null"],
    [],
  ],
  [
    "both roles counted in one row",
    `;WITH roles AS (SELECT mirroring_role_desc AS r, COUNT(*) AS n FROM sys.database_mirroring WHERE mirroring_guid IS NOT NULL GROUP BY mirroring_role_desc)
     SELECT ISNULL(MAX(CASE r WHEN 'PRINCIPAL' THEN n END), 0) AS principals, ISNULL(MAX(CASE r WHEN 'MIRROR' THEN n END), 0) AS mirrors FROM roles`,
    ["principals int not null", "mirrors int not null"],
    [[3, 0]],
  ],
  [
    "the version in parts",
    `DECLARE @v nvarchar(128) = CAST(SERVERPROPERTY('ProductVersion') AS nvarchar(128))
     SELECT CAST(PARSENAME(@v, 4) AS int) AS major, CASE WHEN @@VERSION LIKE '%2008 R2%' THEN 'R2' END AS r2, LEFT(@v, CHARINDEX('.', @v) - 1) AS first`,
    ["major int", "r2 varchar(2)", "first nvarchar(128)"],
    [[10, "R2", "10"]],
  ],
];

it.each(asked)("%s", async (_, sql, columns, rows) => {
  const reply = await ask(sql);
  expect(reply.errors).toEqual([]);
  expect(reply.columns).toEqual(columns);
  expect(reply.rows).toEqual(rows);
});

it("a loop over all databases fills a table with the monitor's rows", async () => {
  const { rows, errors } = await ask(`
    SET NOCOUNT ON
    CREATE TABLE #r (database_name sysname, role int, mirroring_state int, witness_status int, log_generation_rate int, unsent_log int, send_rate int,
      unrestored_log int, recovery_rate int, transaction_delay int, transactions_per_sec int, average_delay int, time_recorded datetime, time_behind datetime, local_time datetime)
    DECLARE @todo TABLE (id int IDENTITY, name sysname) DECLARE @i int, @db sysname
    INSERT @todo SELECT DB_NAME(database_id) FROM sys.database_mirroring WHERE mirroring_guid IS NOT NULL
    SET @i = 1
    WHILE @i <= (SELECT MAX(id) FROM @todo)
    BEGIN
      SELECT @db = name FROM @todo WHERE id = @i
      INSERT INTO #r EXEC msdb.dbo.sp_dbmmonitorresults @db, 0, 0
      SET @i = @i + 1
    END
    SELECT database_name, unsent_log / NULLIF(send_rate, 0) AS seconds_to_send FROM #r
    DROP TABLE #r`);
  expect(errors).toEqual([]);
  expect(rows).toEqual([
    ["rtcxds", 0],
    [strange, null],
    ["rtcab", 63],
  ]);
});

it("a view of the running requests shows each with its text", async () => {
  const session = await connect();
  const waiting = session.ask("WAITFOR DELAY '00:10'");
  await new Promise(setImmediate);
  const { rows, errors } = await ask(`
    SELECT r.session_id, r.status, r.command, r.wait_type, t.text, DB_NAME(r.database_id)
    FROM sys.dm_exec_requests r CROSS APPLY sys.dm_exec_sql_text(r.sql_handle) AS t WHERE r.session_id <> @@SPID AND r.session_id > 50`);
  expect(errors).toEqual([]);
  expect(rows).toEqual([
    [session.wire.spid, "suspended", "WAITFOR", "WAITFOR", "WAITFOR DELAY '00:10'", "master"],
  ]);
  session.wire.close();
  await running.advance(600_000);
  await waiting;
});

it("two samples give rates", async () => {
  const sampling = ask(`
    SELECT RTRIM(counter_name) AS c, instance_name AS i, cntr_value AS v INTO #first FROM sys.dm_os_performance_counters WHERE object_name LIKE '%:Database Mirroring%'
    WAITFOR DELAY '00:00:10'
    SELECT CAST((p.cntr_value - f.v) / 10.0 / 1024 AS decimal(9,1)) AS kb_per_second FROM #first f
    JOIN sys.dm_os_performance_counters p ON p.counter_name = f.c AND p.instance_name = f.i AND p.object_name LIKE '%:Database Mirroring%'
    WHERE f.c = 'Log Bytes Sent/sec' AND f.i = 'rtcxds'`);
  await running.advance(10_000);
  const { rows, errors } = await sampling;
  expect(errors).toEqual([]);
  expect(rows).toEqual([[4000n]]);
});

it("a script fails every database over, one after the other, and says what it could not", async () => {
  const { ask: say, running: clock } = testFleet();
  const switching = say(`
    DECLARE @name sysname, @sql nvarchar(max) SET @name = N''
    WHILE 1 = 1
    BEGIN
      SELECT TOP 1 @name = d.name FROM sys.databases d JOIN sys.database_mirroring m ON m.database_id = d.database_id
        WHERE m.mirroring_role = 1 AND d.name > @name ORDER BY d.name
      IF @@ROWCOUNT = 0 BREAK
      SET @sql = N'ALTER DATABASE ' + QUOTENAME(@name) + N' SET PARTNER FAILOVER'
      BEGIN TRY
        EXEC (@sql)
        PRINT 'switched ' + @name
      END TRY
      BEGIN CATCH
        PRINT @name + ': ' + CAST(ERROR_NUMBER() AS varchar(10))
      END CATCH
    END`);
  await clock.advance(60_000);
  const { said, errors } = await switching;
  expect(errors).toEqual([]);
  expect(said).toEqual([`switched ${strange}`, "rtcab: 1422", "switched rtcxds"]);
  expect(
    (await say("SELECT COUNT(*) FROM sys.database_mirroring WHERE mirroring_role = 1", { on: "BE2\\rtc" }))
      .rows,
  ).toEqual([[2]]);
});
