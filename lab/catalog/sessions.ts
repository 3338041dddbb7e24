/** Who is connected: the real connections over the wire and the simulated clients alike. */
import { databaseNamed, may } from "#lab/catalog/access.ts";
import { sidOf } from "#lab/catalog/principals.ts";
import { columns, type Row, type View, type Viewing } from "#lab/catalog/view.ts";
import { sameName } from "#lab/mirroring/find.ts";
import type { Session, StatementRecord } from "#lab/mirroring/model.ts";

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
  {
    name: "sys.dm_exec_requests",
    columns: columns(`
      session_id smallint !
      request_id int !
      start_time datetime !
      status nvarchar(30) !
      command nvarchar(32) !
      sql_handle varbinary(64)
      statement_start_offset int
      statement_end_offset int
      plan_handle varbinary(64)
      database_id smallint !
      user_id int !
      connection_id uniqueidentifier
      blocking_session_id smallint
      wait_type nvarchar(60)
      wait_time int !
      last_wait_type nvarchar(60) !
      wait_resource nvarchar(256) !
      open_transaction_count int !
      open_resultset_count int !
      transaction_id bigint !
      percent_complete real !
      estimated_completion_time bigint !
      cpu_time int !
      total_elapsed_time int !
      reads bigint !
      writes bigint !
      logical_reads bigint !
      transaction_isolation_level smallint !
      row_count bigint !
    `),
    rows: requests,
  },
  {
    name: "sysprocesses",
    columns: columns(`
      spid smallint !
      kpid smallint !
      blocked smallint !
      waittype binary(2) !
      waittime bigint !
      lastwaittype nchar(32) !
      waitresource nchar(256) !
      dbid smallint !
      uid smallint
      cpu int !
      physical_io bigint !
      memusage int !
      login_time datetime !
      last_batch datetime !
      ecid smallint !
      open_tran smallint !
      status nchar(30) !
      sid binary(86) !
      hostname nchar(128) !
      program_name nchar(128) !
      hostprocess nchar(10) !
      cmd nchar(26) !
      nt_domain nchar(128) !
      nt_username nchar(128) !
      net_address nchar(12) !
      net_library nchar(12) !
      loginame nchar(128) !
      context_info binary(128) !
      sql_handle binary(20) !
      stmt_start int !
      stmt_end int !
      request_id int !
    `),
    rows: (viewing) => [
      ...systemProcesses(viewing).map((one) => processRow(one.session, viewing, one.command)),
      ...visibleSessions(viewing).map((session) => processRow(session, viewing)),
    ],
  },
];

/** Without VIEW SERVER STATE one sees oneself only. */
export function visibleSessions({ instance, login, session }: Viewing): Session[] {
  const all = may(login, "VIEW SERVER STATE");
  return instance.sessions.filter((one) => all || one.spid === session.spid);
}

/** What a session sent last, or is running now. */
export function lastStatement(
  { fleet, instance }: Pick<Viewing, "fleet" | "instance">,
  spid: number,
): StatementRecord | undefined {
  return fleet.statements.findLast((one) => one.spid === spid && sameName(one.instance, instance.name));
}

/** 20 bytes that lead back to the statement's text. */
export function sqlHandle(statement: StatementRecord | undefined): Uint8Array {
  const bytes = new Uint8Array(20);
  if (statement) {
    bytes[0] = 2;
    new DataView(bytes.buffer).setUint32(4, statement.sequence);
  }
  return bytes;
}

export function commandOf(session: Session, viewing: Pick<Viewing, "fleet" | "instance">): string {
  if (!session.running) return "AWAITING COMMAND";
  const text = lastStatement(viewing, session.spid)?.text ?? "";
  const word = /\b(ALTER DATABASE|SELECT|INSERT|UPDATE|DELETE|WAITFOR|RESTORE|BACKUP|KILL|EXEC)\b/i
    .exec(text)?.[1]
    ?.toUpperCase();
  return word?.replace("EXEC", "EXECUTE") ?? "SELECT";
}

export function openTransactions({ instance }: Pick<Viewing, "instance">, spid: number): number {
  return instance.databases.reduce(
    (count, database) => count + database.openTransactions.filter((one) => one.spid === spid).length,
    0,
  );
}

function databaseId({ instance }: Viewing, name: string): number {
  return databaseNamed(instance, name)?.databaseId ?? 1;
}

function localTime({ instance }: Viewing, at: number): Date {
  return new Date(at + instance.clockOffset);
}

/** A name with a backslash is a Windows account. */
function account(login: string): { domain: string; user: string } {
  const [domain = "", user = ""] = login.includes("\\") ? login.split("\\") : [];
  return { domain, user };
}

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

/** Milliseconds of processor: a little for every minute a session has lived. */
function work(session: Session, { fleet }: Viewing): number {
  return Math.max(0, Math.floor((fleet.now - session.loginTime) / 60_000) * (3 + (session.spid % 7)));
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
    encrypt_option: session.wired ? "TRUE" : "FALSE",
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
    most_recent_sql_handle: sqlHandle(lastStatement(viewing, session.spid)),
  };
}

function requests(viewing: Viewing): Row[] {
  const { fleet } = viewing;
  return visibleSessions(viewing)
    .filter((session) => session.running)
    .map((session) => {
      const statement = lastStatement(viewing, session.spid);
      const waits = /\bWAITFOR\b/i.test(statement?.text ?? "")
        ? "WAITFOR"
        : /\bSET\s+PARTNER\b/i.test(statement?.text ?? "")
          ? "DBMIRROR_DBM_EVENT"
          : null;
      const elapsed = Math.max(0, fleet.now - (statement?.at ?? fleet.now));
      const own = session.spid === viewing.session.spid;
      return {
        session_id: session.spid,
        request_id: 0,
        start_time: localTime(viewing, statement?.at ?? session.lastRequest),
        status: own ? "running" : "suspended",
        command: commandOf(session, viewing),
        sql_handle: sqlHandle(statement),
        statement_start_offset: 0,
        statement_end_offset: -1,
        database_id: databaseId(viewing, session.database),
        user_id: 1,
        blocking_session_id: 0,
        wait_type: own ? null : waits,
        wait_time: own ? 0 : elapsed,
        last_wait_type: waits ?? "MISCELLANEOUS",
        wait_resource: "",
        open_transaction_count: openTransactions(viewing, session.spid),
        open_resultset_count: 1,
        transaction_id: BigInt(session.spid) * 1000n,
        percent_complete: 0,
        estimated_completion_time: 0n,
        cpu_time: 0,
        total_elapsed_time: elapsed,
        reads: 0n,
        writes: 0n,
        logical_reads: 0n,
        transaction_isolation_level: 2,
        row_count: 0n,
      };
    });
}

function processRow(session: Session, viewing: Viewing, command?: string): Row {
  const { domain, user } = account(session.login);
  const sid = new Uint8Array(86);
  sid.set(sidOf(viewing.instance, session.login));
  const worked = work(session, viewing);
  return {
    spid: session.spid,
    kpid: session.running ? 1000 + (session.spid % 30_000) : 0,
    blocked: 0,
    waittype: new Uint8Array(2),
    waittime: 0n,
    lastwaittype: "MISCELLANEOUS",
    waitresource: "",
    dbid: databaseId(viewing, session.database),
    uid: 1,
    cpu: worked,
    physical_io: BigInt(worked),
    memusage: 3,
    login_time: localTime(viewing, session.loginTime),
    last_batch: localTime(viewing, session.lastRequest),
    ecid: 0,
    open_tran: openTransactions(viewing, session.spid),
    status: command ? "background" : session.running ? "runnable" : "sleeping",
    sid,
    hostname: session.host,
    program_name: session.program,
    hostprocess: command ? "" : String(1000 + ((session.spid * 37) % 9000)),
    cmd: command ?? commandOf(session, viewing),
    nt_domain: domain,
    nt_username: user,
    net_address: "",
    net_library: command ? "" : "TCP/IP",
    loginame: session.login,
    context_info: new Uint8Array(128),
    sql_handle: sqlHandle(lastStatement(viewing, session.spid)),
    stmt_start: 0,
    stmt_end: 0,
    request_id: 0,
  };
}

/** The server's own threads, below spid 51; mirroring has one for each of its databases. */
function systemProcesses(viewing: Viewing): { session: Session; command: string }[] {
  const { instance, login } = viewing;
  if (!may(login, "VIEW SERVER STATE")) return [];
  const mirrored = instance.databases.filter((database) => database.mirroring);
  const threads = [
    ...["LOG WRITER", "LAZY WRITER", "LOCK MONITOR", "CHECKPOINT", "TASK MANAGER"].map((command) => ({
      command,
      database: "master",
    })),
    ...mirrored.map((database) => ({ command: "DB MIRROR", database: database.name })),
  ];
  return threads.slice(0, 48).map(({ command, database }, at) => ({
    command,
    session: {
      spid: at + 2,
      login: "sa",
      host: "",
      program: "",
      database,
      loginTime: instance.startedAt,
      lastRequest: instance.startedAt,
      wired: false,
      running: false,
    },
  }));
}
