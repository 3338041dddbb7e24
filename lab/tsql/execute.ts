/** Runs a batch, statement by statement, and decides what an error ends: its statement, its scope or everything. */
import { setImmediate } from "node:timers/promises";
import { SqlError } from "#lab/mirroring/commands.ts";
import type { Answer } from "#lab/tds/contract.ts";
import { administer, type Followed, type Office } from "#lab/tsql/administer.ts";
import type { Expression, Query, Statement } from "#lab/tsql/ast.ts";
import { bindTest, bindValue, type Plan } from "#lab/tsql/bind-expression.ts";
import { bindCtes, bindQuery, openBinder } from "#lab/tsql/bind-query.ts";
import { checkStatements, hoistDeclarations } from "#lab/tsql/check.ts";
import { type Context, wallClock } from "#lab/tsql/context.ts";
import { convert } from "#lab/tsql/convert.ts";
import { parseTime } from "#lab/tsql/dates.ts";
import { abortsBatch, isBindingError, type Located } from "#lab/tsql/errors.ts";
import {
  createTable,
  deleteRows,
  dropTables,
  insertRows,
  makeTable,
  selectInto,
  targetTable,
  updateRows,
  withDefaults,
} from "#lab/tsql/modify.ts";
import { setOption } from "#lab/tsql/options.ts";
import { parseBatch, parseName } from "#lab/tsql/parse.ts";
import { callProcedure } from "#lab/tsql/procedures.ts";
import { raised, thrown } from "#lab/tsql/raise.ts";
import { changeTransaction, rollbackAll } from "#lab/tsql/transaction.ts";
import { INT, nvarchar } from "#lab/tsql/type-rules.ts";
import { coerce, type Frame } from "#lab/tsql/typed.ts";
import type { SqlType, SqlValue } from "#lab/tsql/values.ts";

export interface Run extends Office {
  context: Context;
  delay: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** What the statement before means for the one after. "abort-scope" ends this batch text, "abort" every batch around it. */
export type Flow = "next" | "break" | "continue" | "abort-scope" | "abort" | "cancelled" | { status: number };
export type Answers = AsyncGenerator<Answer, Flow>;

export async function* runBatch(sql: string, run: Run): Answers {
  let statements: Statement[];
  try {
    statements = parseBatch(sql, run.context.variables.keys());
    hoistDeclarations(statements, run.context);
    checkStatements(statements, run.context);
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    if (run.context.settings.tryDepth > 0) throw error;
    yield* report(error, run.context, 1);
    return "abort-scope";
  }
  return yield* runStatements(statements, run);
}

export async function* runStatements(statements: Statement[], run: Run): Answers {
  const { settings } = run.context;
  for (const statement of statements) {
    if (run.signal.aborted) return "cancelled";
    try {
      const flow = yield* runStatement(statement, run);
      if (flow !== "next") return flow;
    } catch (error) {
      if (!(error instanceof SqlError)) throw error;
      (error as Located).line ??= statement.line;
      if (settings.tryDepth > 0) throw error;
      yield* report(error, run.context, statement.line);
      if (endsBatch(error, settings.xactAbort) || (abortsBatch(error) && !isBindingError(error))) {
        rollbackAll(run.context);
        return "abort";
      }
      if (abortsBatch(error)) return "abort-scope";
    }
  }
  return "next";
}

/** The error token, what follows it, and the end of the failed statement. */
export async function* report(
  error: Followed & Located,
  context: Context,
  line: number,
): AsyncGenerator<Answer, void> {
  for (const one of [error, error.followedBy]) {
    if (!one) continue;
    context.settings.error = one.number;
    const { number, severity, state, message: text } = one;
    yield {
      kind: "message",
      message: { number, severity, state, text, line: error.line ?? line, procedure: error.procedure },
    };
  }
  yield { kind: "done", failed: true };
}

async function* runStatement(statement: Statement, run: Run): Answers {
  const { context } = run;
  const { settings } = context;
  switch (statement.kind) {
    case "block":
      return yield* runStatements(statement.body, run);
    case "if": {
      const holds = test(statement.condition, context);
      settings.error = 0;
      const chosen = holds ? statement.then : statement.otherwise;
      return chosen ? yield* runStatements([chosen], run) : "next";
    }
    case "while":
      return yield* runWhile(statement, run);
    case "break":
    case "continue":
      return statement.kind;
    case "try":
      return yield* runTry(statement, run);
    case "return":
      return {
        status: statement.value ? ((evaluate(statement.value, context, INT) as number | null) ?? 0) : 0,
      };
    case "query":
      return yield* runQuery(statement.query, run);
    case "insert":
      return yield* runInsert(statement, run);
    case "execute":
    case "execute-text":
      return yield* runExecute(statement, run);
    case "raiserror": {
      const error = raised(statement, context);
      if (error.severity > 10) throw Object.assign(error, { raised: true });
      yield {
        kind: "message",
        message: {
          number: error.number,
          severity: error.severity === 10 ? 0 : error.severity,
          state: error.state,
          text: error.message,
          line: statement.line,
        },
      };
      settings.error = statement.options.includes("SETERROR") ? error.number : 0;
      return "next";
    }
    case "throw":
      if (context.version < 11) throw new SqlError(102, 15, "Incorrect syntax near 'throw'.");
      if (statement.values)
        throw Object.assign(thrown(statement.values, context), { raised: true, ends: true });
      throw rethrown(context);
    case "print":
      yield {
        kind: "message",
        message: {
          number: 0,
          severity: 0,
          state: 1,
          text: String(evaluate(statement.value, context, nvarchar(4000)) ?? " "),
          line: statement.line,
        },
      };
      break;
    case "use": {
      const from = context.session.database;
      context.session.database = context.catalog.openDatabase(statement.database, context);
      yield { kind: "database", from, to: context.session.database };
      yield {
        kind: "message",
        message: {
          number: 5701,
          severity: 0,
          state: 1,
          text: `Changed database context to '${context.session.database}'.`,
          line: statement.line,
        },
      };
      break;
    }
    case "waitfor":
      return yield* runWaitfor(statement, run);
    case "alter-database":
    case "restore":
    case "backup":
    case "kill":
    case "drop-database":
      await administer(statement, context, run);
      if (run.signal.aborted) return "cancelled";
      settings.error = 0;
      yield { kind: "done" };
      return "next";
    case "update":
    case "delete":
      yield counted(
        statement.kind === "update" ? updateRows(statement, context) : deleteRows(statement, context),
        context,
      );
      return "next";
    default:
      runQuietly(statement, context);
  }
  settings.rowCount = statement.kind === "set" ? 1 : 0;
  settings.error = 0;
  return "next";
}

/** Statements that answer nothing. */
function runQuietly(statement: Statement, context: Context): void {
  const { settings } = context;
  switch (statement.kind) {
    case "declare":
      for (const { name, type, value } of statement.declarations)
        if (value) context.variables.get(name)!.value = evaluate(value, context, type);
      return;
    case "declare-table":
      context.tableVariables.set(statement.name, makeTable(statement.name, statement.columns, context));
      return;
    case "set": {
      const variable = context.variables.get(statement.variable)!;
      variable.value = evaluate(statement.value, context, variable.type);
      return;
    }
    case "option":
      return setOption(statement.name, statement.value, context);
    case "create-table":
      return createTable(statement.name, statement.columns, context);
    case "drop-table":
      return dropTables(statement, context);
    case "truncate":
      targetTable({ kind: "table", name: statement.name }, context).rows = [];
      return;
    case "transaction": {
      const name = statement.name.startsWith("@")
        ? String(context.variables.get(statement.name)?.value ?? "")
        : statement.name;
      changeTransaction(statement.action, name, context);
      settings.error = 0;
    }
  }
}

async function* runWhile(statement: Extract<Statement, { kind: "while" }>, run: Run): Answers {
  for (let round = 1; test(statement.condition, run.context); round++) {
    const flow = yield* runStatements([statement.body], run);
    if (flow === "break") break;
    if (flow !== "next" && flow !== "continue") return flow;
    // A loop without an end must leave the other connections alive, and hear its own ATTENTION.
    if (round % 100 === 0) await setImmediate();
    if (run.signal.aborted) return "cancelled";
  }
  return "next";
}

async function* runTry(statement: Extract<Statement, { kind: "try" }>, run: Run): Answers {
  const { context } = run;
  const { settings } = context;
  const depth = settings.tryDepth;
  try {
    settings.tryDepth = depth + 1;
    return yield* runStatements(statement.body, run);
  } catch (error) {
    if (!(error instanceof SqlError) || !isCaught(error)) throw error;
    settings.tryDepth = depth;
    settings.error = error.number;
    if (settings.transactions > 0 && (settings.xactAbort || (abortsBatch(error) && !isBindingError(error))))
      settings.doomed = true;
    const outer = context.caught;
    const located: Located = (error as Followed).followedBy ?? error;
    context.caught = {
      number: located.number,
      severity: located.severity,
      state: located.state,
      text: located.message,
      line: (error as Located).line ?? statement.line,
      procedure: (error as Located).procedure ?? null,
    };
    try {
      return yield* runStatements(statement.handler, run);
    } finally {
      context.caught = outer;
    }
  } finally {
    settings.tryDepth = depth;
  }
}

/** A TRY does not see what was wrong with its own text; it does see it when EXEC brought the text. */
function isCaught(error: SqlError & { nested?: boolean }): boolean {
  return error.severity < 20 && (!isBindingError(error) || error.nested === true);
}

/** THROW always ends the batch, RAISERROR never does, any other error does under XACT_ABORT. */
function endsBatch(error: SqlError & { raised?: boolean; ends?: boolean }, xactAbort: boolean): boolean {
  return error.ends === true || (xactAbort && !error.raised);
}

function rethrown(context: Context): SqlError {
  const { caught } = context;
  if (!caught)
    return new SqlError(
      10704,
      15,
      "To rethrow an error, a THROW statement must be used inside a CATCH block.",
    );
  return Object.assign(new SqlError(caught.number, caught.severity, caught.text, caught.state), {
    line: caught.line,
    raised: true,
    ends: true,
  });
}

async function* runQuery(query: Query, run: Run): Answers {
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

async function* runInsert(statement: Extract<Statement, { kind: "insert" }>, run: Run): Answers {
  const { context } = run;
  const table = targetTable(statement.target, context);
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

async function* runExecute(
  statement: Extract<Statement, { kind: "execute" | "execute-text" }>,
  run: Run,
): Answers {
  const { context } = run;
  if (statement.kind === "execute-text") {
    const sql = String(evaluate(statement.text, context, nvarchar("max")) ?? "");
    return yield* runNested(sql, new Map(), run);
  }
  const name = Array.isArray(statement.procedure)
    ? statement.procedure
    : parseName(String(context.variables.get(statement.procedure.variable)?.value ?? ""));
  const args = statement.args.map((arg) => {
    const typed = arg.value && bindValue(arg.value, openBinder(context));
    const variable =
      arg.output && arg.value?.kind === "variable" ? context.variables.get(arg.value.name)! : null;
    return {
      name: arg.name,
      type: typed?.type ?? INT,
      value: typed ? typed.evaluate(NO_ROW) : null,
      isDefault: !typed,
      variable,
    };
  });
  const called = callProcedure(name, args, run, runNested);
  for (let step = await called.next(); ; step = await called.next()) {
    if (!step.done) {
      yield step.value;
      continue;
    }
    const { flow, status } = step.value;
    const result = statement.status ? context.variables.get(statement.status) : undefined;
    if (result) result.value = convert(status, INT, result.type);
    return flow;
  }
}

/** Text inside a batch: its own variables, its own temporary tables, and its own end when it does not compile. */
export async function* runNested(sql: string, variables: Context["variables"], run: Run): Answers {
  const { context } = run;
  const { settings } = context;
  if (settings.nesting >= 32) {
    throw new SqlError(
      217,
      16,
      "Maximum stored procedure, function, trigger, or view nesting level exceeded (limit 32).",
    );
  }
  const before = new Set(settings.temporary.keys());
  settings.nesting++;
  try {
    const flow = yield* runBatch(sql, {
      ...run,
      context: { ...context, variables, tableVariables: new Map() },
    });
    return flow === "abort" || flow === "cancelled" ? flow : "next";
  } catch (error) {
    throw error instanceof SqlError ? Object.assign(error, { nested: true }) : error;
  } finally {
    settings.nesting--;
    for (const name of settings.temporary.keys())
      if (!before.has(name) && !name.startsWith("##")) settings.temporary.delete(name);
  }
}

async function* runWaitfor(statement: Extract<Statement, { kind: "waitfor" }>, run: Run): Answers {
  const text = String(evaluate(statement.value, run.context, nvarchar(50)) ?? "");
  const time = parseTime(text.replace(/^\s*(\d+)\s*$/, "00:00:$1"));
  if (time === null)
    throw new SqlError(148, 15, `Incorrect time syntax in time string '${text}' used with WAITFOR.`);
  const midnight = wallClock(run.context).getTime() % 86_400_000;
  const wait = statement.until === "delay" ? time : (time - midnight + 86_400_000) % 86_400_000;
  try {
    await run.delay(wait, run.signal);
  } catch (error) {
    if (!run.signal.aborted) throw error;
  }
  if (run.signal.aborted) return "cancelled";
  run.context.settings.error = 0;
  return "next";
}

function counted(rowCount: number, context: Context): Answer {
  context.settings.rowCount = rowCount;
  context.settings.error = 0;
  return context.settings.nocount ? { kind: "done" } : { kind: "done", rowCount };
}

function test(expression: Expression, context: Context): boolean {
  return bindTest(expression, openBinder(context))(NO_ROW) === true;
}

function evaluate(expression: Expression, context: Context, type: SqlType): SqlValue {
  return coerce(bindValue(expression, openBinder(context)), type).evaluate(NO_ROW);
}

const NO_ROW: Frame = { row: [], outer: null };
