/** BEGIN, COMMIT, ROLLBACK: counted per session, seen by everyone as an open transaction of the database. */
import { SqlError } from "#lab/mirroring/commands.ts";
import { findDatabase } from "#lab/mirroring/find.ts";
import { settleRows } from "#lab/mirroring/write.ts";
import type { Context } from "#lab/tsql/context.ts";

export function changeTransaction(
  action: "begin" | "commit" | "rollback" | "save",
  name: string,
  context: Context,
): void {
  const { settings } = context;
  if (action === "begin") {
    begin(name, context);
    return;
  }
  if (settings.transactions === 0) {
    const [number, text] = ABSENT[action];
    throw new SqlError(number, 16, text);
  }
  if (action === "save") {
    settings.transactionNames.push(name.toLowerCase());
    return;
  }
  if (action === "commit") {
    if (settings.doomed)
      throw new SqlError(
        3930,
        16,
        "The current transaction cannot be committed and cannot support operations that write to the log file. Roll back the transaction.",
      );
    settings.transactions--;
    if (settings.transactions > 0) return;
    settleRows(context.fleet, context.instance, context.session.spid, "commit");
    endTransaction(context);
    return;
  }
  rollback(name, context);
}

/** Whatever the nesting: one rollback ends it all. Temporary tables go back to what they were; table variables do not. */
export function rollbackAll(context: Context): void {
  const { settings } = context;
  if (settings.transactions === 0) return;
  settings.transactions = 0;
  for (const [name, table] of settings.temporary) {
    const rows = settings.snapshot?.get(name);
    if (rows) table.rows = rows;
    else settings.temporary.delete(name);
  }
  endTransaction(context);
}

/** Forgets the transaction where others could see it. */
export function endTransaction(context: Pick<Context, "fleet" | "instance" | "session" | "settings">): void {
  const { fleet, settings, instance, session } = context;
  settleRows(fleet, instance, session.spid, "rollback");
  settings.transactions = 0;
  settings.transactionNames = [];
  settings.snapshot = null;
  settings.doomed = false;
  for (const database of instance.databases) {
    database.openTransactions = database.openTransactions.filter((one) => one.spid !== session.spid);
  }
}

function begin(name: string, context: Context): void {
  const { settings, session, instance, fleet } = context;
  settings.transactions++;
  if (settings.transactions > 1) return;
  settings.transactionNames = [name.toLowerCase()];
  settings.snapshot = new Map([...settings.temporary].map(([key, table]) => [key, table.rows]));
  const database = findDatabase(instance, session.database);
  database?.openTransactions.push({
    sinceMs: fleet.now,
    host: session.host,
    spid: session.spid,
    beganKb: database.endOfLogKb,
  });
}

function rollback(name: string, context: Context): void {
  const { transactionNames } = context.settings;
  const at = transactionNames.lastIndexOf(name.toLowerCase());
  if (name !== "" && at < 0) {
    throw new SqlError(
      6401,
      16,
      `Cannot roll back ${name}. No transaction or savepoint of that name was found.`,
    );
  }
  if (name !== "" && at > 0) transactionNames.length = at + 1;
  else rollbackAll(context);
}

const ABSENT = {
  commit: [3902, "The COMMIT TRANSACTION request has no corresponding BEGIN TRANSACTION."],
  rollback: [3903, "The ROLLBACK TRANSACTION request has no corresponding BEGIN TRANSACTION."],
  save: [628, "Cannot issue SAVE TRANSACTION when there is no active transaction."],
} as const;
