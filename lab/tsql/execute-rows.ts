import { SqlError } from "#lab/mirroring/commands.ts";
import type { Answer } from "#lab/tds/contract.ts";
import type { Query, Statement } from "#lab/tsql/ast.ts";
import type { Plan } from "#lab/tsql/bind-expression.ts";
import { bindCtes, bindQuery, openBinder } from "#lab/tsql/bind-query.ts";
import type { LocalTable } from "#lab/tsql/context.ts";
import { insertRows, withDefaults } from "#lab/tsql/insert.ts";
import { type Answers, counted, type Run } from "#lab/tsql/run.ts";
import { selectInto, targetTable } from "#lab/tsql/tables.ts";
import type { SqlType } from "#lab/tsql/values.ts";
import { write, writtenTable } from "#lab/tsql/writes.ts";

/** INSERT … EXEC contains a statement: the way back to it is handed in. */
type RunStatement = (statement: Statement, run: Run) => Answers;

export async function* runQuery(query: Query, run: Run): Answers {
  const { context } = run;
  const { settings } = context;
  const select = query.body.kind === "select" ? query.body : null;
  const assigns = select?.items.some((item) => item.kind === "assign") ?? false;
  if (assigns && !select!.items.every((item) => item.kind === "assign")) {
    throw new SqlError(
      141,
      15,
      "A SELECT statement that assigns a value to a variable must not be combined with data-retrieval operations.",
    );
  }
  const plan = bindQuery(query, openBinder(context));
  if (select?.into) {
    yield counted(selectInto(select.into, plan, context), context);
    return "next";
  }
  if (assigns) {
    settings.rowCount = plan.run(null).length;
    settings.error = 0;
    return "next";
  }
  yield {
    kind: "columns",
    columns: plan.columns.map(({ name, type, nullable }) => ({ name, type, nullable })),
  };
  const rows = plan.run(null);
  for (const values of rows) yield { kind: "row", values };
  yield counted(rows.length, context);
  return "next";
}

type Insert = Extract<Statement, { kind: "insert" }>;

export async function* runInsert(statement: Insert, run: Run, runStatement: RunStatement): Answers {
  const written = writtenTable(statement.target, run.context);
  if (!written) {
    return yield* insertInto(targetTable(statement.target, run.context), statement, run, runStatement);
  }
  // The count is told once the log has taken the rows.
  const answers: Answer[] = [];
  const inserted = insertInto(written.table, statement, run, runStatement);
  for (let step = await inserted.next(); ; step = await inserted.next()) {
    if (step.done) {
      await write(written.table, written.database, run);
      yield* answers;
      return step.value;
    }
    answers.push(step.value);
  }
}

async function* insertInto(
  table: LocalTable,
  statement: Insert,
  run: Run,
  runStatement: RunStatement,
): Answers {
  const { context } = run;
  const { source } = statement;
  if (source.kind === "execute") {
    let types: SqlType[] = [];
    let inserted = 0;
    const nested = runStatement(source.statement, run);
    for (let step = await nested.next(); ; step = await nested.next()) {
      if (step.done) {
        if (step.value !== "next") return step.value;
        break;
      }
      const answer = step.value;
      if (answer.kind === "columns") types = answer.columns.map((column) => column.type);
      else if (answer.kind === "row")
        inserted += insertRows(table, statement.columns, types, [answer.values], context);
      else if (answer.kind === "message") yield answer;
    }
    yield counted(inserted, context);
    return "next";
  }
  const opened = openBinder(context);
  const binder = { ...opened, ctes: bindCtes(statement.ctes, opened) };
  if (source.kind === "defaults") {
    yield counted(
      insertRows(
        table,
        table.columns.slice(0, 0).map((column) => column.name),
        [],
        [[]],
        context,
      ),
      context,
    );
    return "next";
  }
  const { body } = source.query;
  const filled: Query =
    body.kind === "values"
      ? { ...source.query, body: { ...body, rows: withDefaults(body.rows, statement.columns, table) } }
      : source.query;
  const plan: Plan = bindQuery(filled, binder);
  yield counted(
    insertRows(
      table,
      statement.columns,
      plan.columns.map((column) => column.type),
      plan.run(null),
      context,
    ),
    context,
  );
  return "next";
}
