/** sysprocesses, and the threads that the server keeps for itself. */
import {
  account,
  commandOf,
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

export const processViews: View[] = [
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
    sql_handle: sqlHandle(lastStatement(viewing, session)),
    stmt_start: 0,
    stmt_end: 0,
    request_id: 0,
  };
}
