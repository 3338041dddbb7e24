/** DECLARE … CURSOR, OPEN, FETCH, CLOSE, DEALLOCATE: one row at a time, as administrators' scripts love it. */
import { SqlError } from "#lab/mirroring/commands.ts";
import type { Answer } from "#lab/tds/contract.ts";
import type { Statement } from "#lab/tsql/ast.ts";
import { bindQuery, openBinder } from "#lab/tsql/bind-query.ts";
import type { Context } from "#lab/tsql/context.ts";
import { convert } from "#lab/tsql/convert.ts";
import type { RelationColumn } from "#lab/tsql/relation.ts";
import type { SqlValue } from "#lab/tsql/values.ts";

type CursorStatement = Extract<Statement, { kind: "cursor" }>;

export function* runCursor(statement: CursorStatement, context: Context): Generator<Answer, void> {
  const { cursors } = context.settings;
  const { name } = statement;
  if (statement.action === "declare") {
    if (cursors.has(name)) throw new SqlError(16915, 16, `A cursor with the name '${name}' already exists.`);
    cursors.set(name, { query: statement.query, open: null });
    return;
  }
  const cursor = cursors.get(name);
  if (!cursor) throw new SqlError(16916, 16, `A cursor with the name '${name}' does not exist.`);
  if (statement.action === "deallocate") {
    cursors.delete(name);
    return;
  }
  if (statement.action === "open") {
    if (cursor.open) throw new SqlError(16905, 16, "The cursor is already open.");
    const plan = bindQuery(cursor.query, openBinder(context));
    cursor.open = { columns: plan.columns, rows: plan.run(null), at: 0 };
    return;
  }
  if (!cursor.open) throw new SqlError(16917, 16, "Cursor is not open.");
  if (statement.action !== "fetch") {
    cursor.open = null;
    return;
  }
  const row = cursor.open.rows[cursor.open.at++];
  context.settings.fetchStatus = row ? 0 : -1;
  if (statement.into.length > 0) {
    if (row) assign(row, cursor.open.columns, statement.into, context);
    return;
  }
  yield {
    kind: "columns",
    columns: cursor.open.columns.map(({ name: column, type, nullable }) => ({
      name: column,
      type,
      nullable,
    })),
  };
  if (row) yield { kind: "row", values: row };
  yield { kind: "done", rowCount: row ? 1 : 0 };
}

function assign(row: SqlValue[], columns: RelationColumn[], names: string[], context: Context): void {
  if (names.length !== columns.length) {
    throw new SqlError(
      16924,
      16,
      "Cursorfetch: The number of variables declared in the INTO list must match that of selected columns.",
    );
  }
  for (const [i, name] of names.entries()) {
    const variable = context.variables.get(name)!;
    variable.value = convert(row[i]!, columns[i]!.type, variable.type);
  }
}
