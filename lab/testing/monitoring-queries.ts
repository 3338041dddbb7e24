/**
 * What people ask servers about mirroring: in the manner of the public collections of diagnostic scripts, of monitoring
 * agents and of administrators' notes. Everything runs unchanged on 2008 R2; a guid is shown as text, because bsqldb
 * cannot show one, and neither can it a heading above varchar(max); a number of 25 digits is text, because Node's
 * driver rounds it.
 */
export const queries: [what: string, sql: string][] = [
  [
    "every mirrored database with its state",
    "SELECT DB_NAME(database_id) AS db, mirroring_state_desc, mirroring_role_desc, mirroring_safety_level_desc, mirroring_partner_name, mirroring_witness_name, mirroring_witness_state_desc FROM sys.database_mirroring WHERE mirroring_guid IS NOT NULL ORDER BY db",
  ],
  [
    "codes beside their words",
    "SELECT database_id, mirroring_state, mirroring_role, mirroring_safety_level, mirroring_witness_state, mirroring_role_sequence, mirroring_safety_sequence FROM sys.database_mirroring WHERE mirroring_role IS NOT NULL ORDER BY database_id;",
  ],
  [
    "sessions by guid",
    "SELECT CONVERT(varchar(36), mirroring_guid) AS guid, mirroring_connection_timeout FROM master.sys.database_mirroring WHERE mirroring_guid IS NOT NULL ORDER BY guid",
  ],
  [
    "log sequence numbers",
    "SELECT DB_NAME(database_id) AS db, CAST(mirroring_failover_lsn AS varchar(25)) AS failover, CAST(mirroring_end_of_log_lsn AS varchar(25)) AS ends, CASE WHEN mirroring_failover_lsn < mirroring_end_of_log_lsn THEN 'behind' ELSE 'level' END AS log FROM sys.database_mirroring WHERE mirroring_guid IS NOT NULL ORDER BY db",
  ],
  [
    "redo queues and their limits",
    "SELECT DB_NAME(database_id) AS db, mirroring_redo_queue, mirroring_redo_queue_type FROM sys.database_mirroring WHERE mirroring_role = 1 ORDER BY 1",
  ],
  [
    "what is not synchronized",
    "SELECT d.name, m.mirroring_state_desc FROM sys.databases d INNER JOIN sys.database_mirroring m ON d.database_id = m.database_id WHERE m.mirroring_state NOT IN (4) ORDER BY d.name",
  ],
  [
    "how many in each role",
    "SELECT mirroring_role_desc AS role, COUNT(*) AS n FROM sys.database_mirroring WHERE mirroring_guid IS NOT NULL GROUP BY mirroring_role_desc HAVING COUNT(*) > 0",
  ],
  [
    "databases that nobody mirrors",
    "SELECT name FROM sys.databases WHERE database_id > 4 AND name NOT IN (SELECT DB_NAME(database_id) FROM sys.database_mirroring WHERE mirroring_guid IS NOT NULL) ORDER BY name",
  ],
  [
    "what each database waits for",
    "SELECT name, state_desc, recovery_model_desc, log_reuse_wait_desc, compatibility_level, user_access_desc, is_read_only FROM sys.databases ORDER BY name",
  ],
  [
    "the statements that would fail over",
    "SELECT 'ALTER DATABASE ' + QUOTENAME(d.name) + ' SET PARTNER FAILOVER' AS cmd FROM sys.databases d JOIN sys.database_mirroring m ON d.database_id = m.database_id WHERE m.mirroring_role_desc = 'PRINCIPAL' AND m.mirroring_safety_level = 2 ORDER BY d.name",
  ],
  [
    "is it the principal",
    "SELECT CASE mirroring_role WHEN 1 THEN 'yes' WHEN 2 THEN 'no' ELSE 'not mirrored' END AS principal FROM sys.database_mirroring WHERE database_id = DB_ID('rtcxds')",
  ],
  [
    "is anything mirrored here",
    "IF EXISTS (SELECT 1 FROM sys.database_mirroring WHERE mirroring_guid IS NOT NULL) SELECT 1 AS mirrored ELSE SELECT 0 AS mirrored",
  ],
  [
    "the partners' instances",
    "SELECT DISTINCT mirroring_partner_instance FROM sys.database_mirroring WHERE mirroring_partner_instance IS NOT NULL",
  ],
  [
    "the endpoint",
    "SELECT name, state_desc, role_desc, connection_auth_desc, is_encryption_enabled, encryption_algorithm_desc FROM sys.database_mirroring_endpoints",
  ],
  [
    "its port",
    "SELECT e.name, t.port, e.state, t.is_dynamic_port FROM sys.database_mirroring_endpoints e JOIN sys.tcp_endpoints t ON t.endpoint_id = e.endpoint_id",
  ],
  [
    "who may connect to it",
    "SELECT e.name, p.permission_name, p.state_desc, SUSER_NAME(p.grantor_principal_id) AS grantor FROM sys.server_permissions p JOIN sys.endpoints e ON e.endpoint_id = p.major_id WHERE p.type = 'CO' AND e.type = 4",
  ],
  [
    "the connections between endpoints",
    "SELECT state_desc, login_state_desc, COUNT(*) AS n FROM sys.dm_db_mirroring_connections GROUP BY state_desc, login_state_desc",
  ],
  ["repaired pages", "SELECT COUNT(*) AS pages FROM sys.dm_db_mirroring_auto_page_repair"],
  [
    "what it witnesses",
    "SELECT database_name, principal_server_name, partner_sync_state_desc FROM sys.database_mirroring_witnesses ORDER BY database_name",
  ],
  [
    "queues from the counters",
    "SELECT RTRIM(instance_name) AS db, RTRIM(counter_name) AS counter, cntr_value FROM sys.dm_os_performance_counters WHERE object_name LIKE '%Database Mirroring%' AND counter_name LIKE '%Queue KB%' ORDER BY db, counter",
  ],
  [
    "the counters' object",
    "SELECT DISTINCT RTRIM(object_name) AS object FROM sys.dm_os_performance_counters WHERE object_name LIKE '%:Database Mirroring%'",
  ],
  [
    "version and edition",
    "SELECT CAST(SERVERPROPERTY('ProductVersion') AS varchar(30)) AS version, CAST(SERVERPROPERTY('ProductLevel') AS varchar(10)) AS level, CAST(SERVERPROPERTY('Edition') AS varchar(60)) AS edition, CAST(SERVERPROPERTY('InstanceName') AS varchar(30)) AS instance",
  ],
  [
    "its name",
    "SELECT @@SERVERNAME AS name, CAST(SERVERPROPERTY('ServerName') AS nvarchar(128)) AS property, CASE WHEN @@VERSION LIKE 'Microsoft SQL Server 20%' THEN 1 ELSE 0 END AS known",
  ],
  [
    "the files of a mirrored database",
    "SELECT DB_NAME(database_id) AS db, name, type_desc, physical_name, size FROM sys.master_files WHERE database_id > 4 ORDER BY db, type_desc DESC",
  ],
  [
    "logins and their kinds",
    "SELECT name, type_desc, is_disabled, default_database_name FROM sys.server_principals WHERE type IN ('S', 'U') AND name NOT LIKE '##%' ORDER BY name",
  ],
  [
    "who is sysadmin",
    "SELECT m.name FROM sys.server_role_members r JOIN sys.server_principals m ON m.principal_id = r.member_principal_id JOIN sys.server_principals p ON p.principal_id = r.role_principal_id WHERE p.name = 'sysadmin' ORDER BY m.name",
  ],
  [
    "who works in the mirrored databases",
    "SELECT DB_NAME(dbid) AS db, RTRIM(hostname) AS host, COUNT(*) AS connections FROM master..sysprocesses WHERE dbid > 4 AND spid > 50 GROUP BY dbid, hostname ORDER BY db, host",
  ],
  ["the Agent's jobs", "SELECT name, enabled FROM msdb.dbo.sysjobs ORDER BY name"],
  [
    "a discovery document for a monitoring server",
    "SELECT CAST('{\"data\":[' + STUFF((SELECT ',{\"{#DB}\":\"' + DB_NAME(database_id) + '\"}' FROM sys.database_mirroring WHERE mirroring_guid IS NOT NULL ORDER BY DB_NAME(database_id) FOR XML PATH('')), 1, 1, '') + ']}' AS varchar(4000)) AS discovery",
  ],
];

/** Several statements in one go, with nothing between them but blanks and line ends. */
export const batches: [what: string, sql: string][] = [
  [
    "declare, set, select",
    "DECLARE @n int SELECT @n = COUNT(*) FROM sys.database_mirroring WHERE mirroring_role = 1 SELECT @n AS principals SELECT 'done' AS said",
  ],
  [
    "a plugin's verdict",
    "SET NOCOUNT ON DECLARE @bad int SELECT @bad = COUNT(*) FROM sys.database_mirroring WHERE mirroring_state < 4 IF @bad > 0 SELECT 'WARNING - ' + CAST(@bad AS varchar(10)) AS verdict ELSE SELECT 'OK' AS verdict",
  ],
  [
    "a table of its own",
    "CREATE TABLE #state (db sysname, state nvarchar(60)) INSERT INTO #state SELECT DB_NAME(database_id), mirroring_state_desc FROM sys.database_mirroring WHERE mirroring_guid IS NOT NULL SELECT state, COUNT(*) AS n FROM #state GROUP BY state ORDER BY state DROP TABLE #state",
  ],
  [
    "a loop over the databases",
    "DECLARE @name sysname, @all varchar(4000) SELECT @name = '', @all = '' WHILE 1 = 1 BEGIN SELECT TOP 1 @name = name FROM sys.databases WHERE name > @name AND database_id > 4 ORDER BY name IF @@ROWCOUNT = 0 BREAK SET @all = @all + '/' + @name END SELECT @all AS names",
  ],
  [
    "text that is executed",
    "DECLARE @sql nvarchar(max) SET @sql = N'SELECT TOP 1 name FROM sys.databases WHERE database_id > 4 ORDER BY name' EXEC sp_executesql @sql SELECT 2 AS two",
  ],
  [
    "a cursor",
    "DECLARE @db sysname, @n int SET @n = 0 DECLARE c CURSOR FOR SELECT name FROM sys.databases WHERE database_id > 4 OPEN c FETCH NEXT FROM c INTO @db WHILE @@FETCH_STATUS = 0 BEGIN SET @n = @n + 1 FETCH NEXT FROM c INTO @db END CLOSE c DEALLOCATE c SELECT @n AS databases",
  ],
];
