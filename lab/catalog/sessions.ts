/** Who is connected: the real connections over the wire and the simulated clients alike. */
import {
  account,
  databaseId,
  lastStatement,
  localTime,
  openTransactions,
  sqlHandle,
  systemProcesses,
  visibleSessions,
  work,
} from "#lab/catalog/connected.ts";
import { sidOf } from "#lab/catalog/principals.ts";
import { columns, type Row, type View, type Viewing } from "#lab/catalog/view.ts";
import type { Session } from "#lab/mirroring/model.ts";

export const sessionViews: View[] = [
  {
    name: "sys.dm_exec_sessions",
    columns: columns(`
      session_id smallint !
      login_time datetime !
      host_name nvarchar(128)
      program_name nvarchar(128)
      host_process_id int
      client_version int
      client_interface_name nvarchar(32)
      security_id varbinary(85) !
      login_name nvarchar(128) !
      nt_domain nvarchar(128)
      nt_user_name nvarchar(128)
      status nvarchar(30) !
      context_info varbinary(128)
      cpu_time int !
      memory_usage int !
      total_scheduled_time int !
      total_elapsed_time int !
      endpoint_id int !
      last_request_start_time datetime !
      last_request_end_time datetime
      reads bigint !
      writes bigint !
      logical_reads bigint !
      is_user_process bit !
      text_size int !
      language nvarchar(128)
      date_format nvarchar(3)
      date_first smallint !
      transaction_isolation_level smallint !
      lock_timeout int !
      deadlock_priority int !
      row_count bigint !
      prev_error int !
      original_security_id varbinary(85) !
      original_login_name nvarchar(128) !
      last_successful_logon datetime
      last_unsuccessful_logon datetime
      unsuccessful_logons bigint
      group_id int !
      database_id smallint @11
      authenticating_database_id int @11
      open_transaction_count int @11
    `),
    rows: (viewing) => [
      ...systemProcesses(viewing).map((one) => sessionRow(one.session, viewing, false)),
      ...visibleSessions(viewing).map((session) => sessionRow(session, viewing)),
    ],
  },
  {
    name: "sys.dm_exec_connections",
    requires: "VIEW SERVER STATE",
    columns: columns(`
      session_id int
      most_recent_session_id int
      connect_time datetime !
      net_transport nvarchar(40) !
      protocol_type nvarchar(40)
      protocol_version int
      endpoint_id int
      encrypt_option nvarchar(40) !
      auth_scheme nvarchar(40) !
      node_affinity smallint !
      num_reads int
      num_writes int
      last_read datetime
      last_write datetime
      net_packet_size int
      client_net_address varchar(48)
      client_tcp_port int
      local_net_address varchar(48)
      local_tcp_port int
      connection_id uniqueidentifier !
      parent_connection_id uniqueidentifier
      most_recent_sql_handle varbinary(64)
    `),
    rows: (viewing) => visibleSessions(viewing).map((session) => connectionRow(session, viewing)),
  },
];

function sessionRow(session: Session, viewing: Viewing, user = true): Row {
  const { domain, user: name } = account(session.login);
  const sid = sidOf(viewing.instance, session.login);
  const worked = work(session, viewing);
  return {
    session_id: session.spid,
    login_time: localTime(viewing, session.loginTime),
    host_name: user ? session.host : null,
    program_name: user ? session.program : null,
    host_process_id: user ? 1000 + ((session.spid * 37) % 9000) : null,
    client_version: user ? 7 : null,
    client_interface_name: user ? (session.wired ? "ODBC" : ".Net SqlClient Data Provider") : null,
    security_id: sid,
    login_name: session.login,
    nt_domain: domain,
    nt_user_name: name,
    status: session.running ? "running" : "sleeping",
    cpu_time: worked,
    memory_usage: 3,
    total_scheduled_time: worked,
    total_elapsed_time: worked * 2,
    endpoint_id: user ? 4 : 0,
    last_request_start_time: localTime(viewing, session.lastRequest),
    last_request_end_time: session.running ? null : localTime(viewing, session.lastRequest),
    reads: BigInt(worked),
    writes: BigInt(Math.floor(worked / 4)),
    logical_reads: BigInt(worked * 8),
    is_user_process: user,
    text_size: 2_147_483_647,
    language: "us_english",
    date_format: "mdy",
    date_first: 7,
    transaction_isolation_level: 2,
    lock_timeout: -1,
    deadlock_priority: 0,
    row_count: 1n,
    prev_error: 0,
    original_security_id: sid,
    original_login_name: session.login,
    group_id: user ? 2 : 1,
    database_id: databaseId(viewing, session.database),
    authenticating_database_id: 1,
    open_transaction_count: openTransactions(viewing, session.spid),
  };
}

function connectionRow(session: Session, viewing: Viewing): Row {
  const guid = session.spid.toString(16).padStart(8, "0").toUpperCase();
  return {
    session_id: session.spid,
    most_recent_session_id: session.spid,
    connect_time: localTime(viewing, session.loginTime),
    net_transport: "TCP",
    protocol_type: "TSQL",
    protocol_version: 1_946_157_060,
    endpoint_id: 4,
    encrypt_option: session.encrypted ? "TRUE" : "FALSE",
    auth_scheme: session.login.includes("\\") ? "NTLM" : "SQL",
    node_affinity: 0,
    num_reads: 10,
    num_writes: 10,
    last_read: localTime(viewing, session.lastRequest),
    last_write: localTime(viewing, session.lastRequest),
    net_packet_size: 4096,
    client_net_address: "127.0.0.1",
    client_tcp_port: 49_152 + (session.spid % 16_000),
    local_net_address: "127.0.0.1",
    local_tcp_port: viewing.instance.port || 1433,
    connection_id: `${guid}-0000-4000-8000-${guid}0000`,
    most_recent_sql_handle: sqlHandle(lastStatement(viewing, session)),
  };
}
