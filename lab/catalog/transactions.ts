/** Open transactions, as far as monitoring asks for them. */
import { databaseNamed } from "#lab/catalog/access.ts";
import { visibleSessions } from "#lab/catalog/connected.ts";
import { columns, type View, type Viewing } from "#lab/catalog/view.ts";

export const transactionViews: View[] = [
  {
    name: "sys.dm_tran_session_transactions",
    requires: "VIEW SERVER STATE",
    columns: columns(`
      session_id int !
      transaction_id bigint !
      transaction_descriptor binary(8) !
      enlist_count int !
      is_user_transaction bit !
      is_local bit !
      is_enlisted bit !
      is_bound bit !
      open_transaction_count int ! @11`),
    rows: (viewing) =>
      open(viewing).map(({ spid, id }) => ({
        session_id: spid,
        transaction_id: id,
        transaction_descriptor: new Uint8Array(8),
        enlist_count: 1,
        is_user_transaction: true,
        is_local: true,
        is_enlisted: false,
        is_bound: false,
        open_transaction_count: 1,
      })),
  },
  {
    name: "sys.dm_tran_active_transactions",
    requires: "VIEW SERVER STATE",
    columns: columns(`
      transaction_id bigint !
      name nvarchar(32) !
      transaction_begin_time datetime !
      transaction_type int !
      transaction_uow uniqueidentifier
      transaction_state int !
      transaction_status int !
      transaction_status2 int !
      dtc_state int !
      dtc_status int !
      dtc_isolation_level int !`),
    rows: (viewing) =>
      open(viewing).map(({ id, since }) => ({
        transaction_id: id,
        name: "user_transaction",
        transaction_begin_time: since,
        transaction_type: 1,
        transaction_state: 2,
        transaction_status: 0,
        transaction_status2: 258,
        dtc_state: 0,
        dtc_status: 0,
        dtc_isolation_level: -1,
      })),
  },
  {
    name: "sys.dm_tran_database_transactions",
    requires: "VIEW SERVER STATE",
    columns: columns(`
      transaction_id bigint !
      database_id int !
      database_transaction_begin_time datetime
      database_transaction_type int !
      database_transaction_state int !
      database_transaction_log_record_count bigint !
      database_transaction_log_bytes_used bigint !
      database_transaction_log_bytes_reserved bigint !`),
    rows: (viewing) =>
      open(viewing).map(({ id, since, databaseId }) => ({
        transaction_id: id,
        database_id: databaseId,
        database_transaction_begin_time: since,
        database_transaction_type: 1,
        database_transaction_state: 4,
        database_transaction_log_record_count: 1n,
        database_transaction_log_bytes_used: 124n,
        database_transaction_log_bytes_reserved: 132n,
      })),
  },
];

function open(viewing: Viewing) {
  const { instance } = viewing;
  const shown = new Set(visibleSessions(viewing).map((session) => session.spid));
  return instance.databases.flatMap((database) =>
    database.openTransactions
      .filter((transaction) => shown.has(transaction.spid))
      .map((transaction) => ({
        spid: transaction.spid,
        id: BigInt(transaction.spid) * 1000n + BigInt(database.databaseId),
        since: new Date(transaction.sinceMs + instance.clockOffset),
        databaseId: databaseNamed(instance, database.name)!.databaseId,
      })),
  );
}
