/**
 * What is asked of an instance, in one batch a round: only `master`, only catalog views that do not open a database.
 * sys.dm_db_mirroring_auto_page_repair is never asked: it has dumped servers that hold RESTORING databases.
 */

/** What decides the text of a look; learned once a connection. */
export interface Asked {
  /** 10 is SQL Server 2008 and 2008 R2. */
  major: number;
  viewServerState: boolean;
}

export const acquaintance = `SELECT CAST(SERVERPROPERTY('ProductVersion') AS nvarchar(128)) AS version,
       HAS_PERMS_BY_NAME(NULL, NULL, 'VIEW SERVER STATE') AS view_server_state`;

/** The result sets in their order: instance, databases, witnessed, endpoint, then counters and sessions if allowed. */
export function look({ major, viewServerState }: Asked): string {
  const parts = [instance(viewServerState), databases, witnessed, endpoint];
  if (viewServerState) parts.push(counters, major >= 11 ? sessions : sessionsBefore2012);
  return parts.join(";\n");
}

/** sqlserver_start_time is the server's local time. */
const instance = (viewServerState: boolean) => `SELECT SYSUTCDATETIME() AS server_time,
       CAST(@@SERVERNAME AS nvarchar(128)) AS server_name,
       CAST(SERVERPROPERTY('ProductVersion') AS nvarchar(128)) AS version,
       CAST(SERVERPROPERTY('Edition') AS nvarchar(128)) AS edition,
       IS_SRVROLEMEMBER('sysadmin') AS sysadmin,
       HAS_PERMS_BY_NAME(NULL, NULL, 'VIEW SERVER STATE') AS view_server_state,
       HAS_PERMS_BY_NAME(NULL, NULL, 'VIEW ANY DATABASE') AS view_any_database,
       ${viewServerState ? "(SELECT DATEADD(minute, DATEDIFF(minute, GETDATE(), GETUTCDATE()), sqlserver_start_time) FROM sys.dm_os_sys_info)" : "CAST(NULL AS datetime)"} AS started_at`;

/** LSNs are numeric(25,0): as numbers they would lose digits. */
const databases = `SELECT d.name, d.database_id, d.state_desc, d.recovery_model_desc, d.log_reuse_wait_desc,
       m.mirroring_guid AS guid, m.mirroring_role AS role, m.mirroring_role_sequence AS role_sequence,
       m.mirroring_state AS state, m.mirroring_safety_level AS safety, m.mirroring_safety_sequence AS safety_sequence,
       m.mirroring_partner_name AS partner_name, m.mirroring_partner_instance AS partner_instance,
       m.mirroring_witness_name AS witness_name, m.mirroring_witness_state AS witness_state,
       CAST(m.mirroring_failover_lsn AS varchar(32)) AS failover_lsn,
       CAST(m.mirroring_end_of_log_lsn AS varchar(32)) AS end_of_log_lsn,
       m.mirroring_connection_timeout AS timeout_seconds, m.mirroring_redo_queue AS redo_queue_limit_mb
  FROM sys.databases AS d
  LEFT JOIN sys.database_mirroring AS m ON m.database_id = d.database_id
 WHERE d.database_id > 4`;

const witnessed = `SELECT database_name, principal_server_name, mirror_server_name, mirroring_guid AS guid,
       role_sequence_number AS role_sequence, is_suspended AS suspended, partner_sync_state_desc AS sync
  FROM sys.database_mirroring_witnesses`;

const endpoint = `SELECT e.name, e.state_desc, e.role_desc, t.port, e.is_encryption_enabled AS encrypted,
       e.encryption_algorithm_desc AS algorithm
  FROM sys.database_mirroring_endpoints AS e
  LEFT JOIN sys.tcp_endpoints AS t ON t.endpoint_id = e.endpoint_id`;

/** One row a database. The object is \`SQLServer:Database Mirroring\`, on a named instance \`MSSQL$RTC:Database Mirroring\`. */
const counters = `SELECT RTRIM(instance_name) AS name,
       MAX(CASE WHEN RTRIM(counter_name) = 'Log Send Queue KB' THEN cntr_value END) AS send_queue_kb,
       MAX(CASE WHEN RTRIM(counter_name) = 'Redo Queue KB' THEN cntr_value END) AS redo_queue_kb,
       MAX(CASE WHEN RTRIM(counter_name) = 'Log Bytes Sent/sec' THEN cntr_value END) AS sent_bytes,
       MAX(CASE WHEN RTRIM(counter_name) = 'Redo Bytes/sec' THEN cntr_value END) AS redo_bytes
  FROM sys.dm_os_performance_counters
 WHERE RTRIM(object_name) LIKE '%:Database Mirroring' AND RTRIM(instance_name) <> '_Total'
 GROUP BY RTRIM(instance_name)`;

const sessions = `SELECT database_id, RTRIM(host_name) AS host, RTRIM(program_name) AS program, COUNT(*) AS count,
       SUM(CAST(open_transaction_count AS int)) AS open_transactions
  FROM sys.dm_exec_sessions
 WHERE is_user_process = 1 AND database_id > 4
 GROUP BY database_id, RTRIM(host_name), RTRIM(program_name)`;

/** sys.dm_exec_sessions has no database_id before 2012. A parallel session has several rows: the first is itself. */
const sessionsBefore2012 = `SELECT p.dbid AS database_id, RTRIM(p.hostname) AS host, RTRIM(p.program_name) AS program, COUNT(*) AS count,
       SUM(CAST(p.open_tran AS int)) AS open_transactions
  FROM sys.sysprocesses AS p
  JOIN sys.dm_exec_sessions AS s ON s.session_id = p.spid
 WHERE s.is_user_process = 1 AND p.ecid = 0 AND p.dbid > 4
 GROUP BY p.dbid, RTRIM(p.hostname), RTRIM(p.program_name)`;
