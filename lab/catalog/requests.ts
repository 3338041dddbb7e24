/** What runs right now. */
import {
  commandOf,
  databaseId,
  lastStatement,
  localTime,
  openTransactions,
  sqlHandle,
  visibleSessions,
} from "#lab/catalog/connected.ts";
import { columns, type Row, type View, type Viewing } from "#lab/catalog/view.ts";

export const requestViews: View[] = [
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
];

function requests(viewing: Viewing): Row[] {
  const { fleet } = viewing;
  return visibleSessions(viewing)
    .filter((session) => session.running)
    .map((session) => {
      const statement = lastStatement(viewing, session);
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
