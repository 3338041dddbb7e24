import { SqlError } from "#lab/mirroring/commands.ts";
import type { Answer } from "#lab/tds/contract.ts";
import { administer, type Followed } from "#lab/tsql/administer.ts";
import type { Statement } from "#lab/tsql/ast.ts";
import { checkStatements, hoistDeclarations } from "#lab/tsql/check.ts";
import type { Context } from "#lab/tsql/context.ts";
import { runCursor } from "#lab/tsql/cursors.ts";
import { abortsBatch, isBindingError, type Located } from "#lab/tsql/errors.ts";
import { rethrown, runTry, runWaitfor, runWhile } from "#lab/tsql/execute-flow.ts";
import { runExecute, runNested } from "#lab/tsql/execute-procedure.ts";
import { runInsert, runQuery } from "#lab/tsql/execute-rows.ts";
import { runMedia } from "#lab/tsql/media.ts";
import { deleteRows, updateRows } from "#lab/tsql/modify.ts";
import { setOption } from "#lab/tsql/options.ts";
import { parseBatch } from "#lab/tsql/parse.ts";
import type { RunText } from "#lab/tsql/procedures.ts";
import { raised, thrown } from "#lab/tsql/raise.ts";
import { type Answers, counted, evaluate, type Run, test } from "#lab/tsql/run.ts";
import { createTable, dropTables, makeTable, targetTable } from "#lab/tsql/tables.ts";
import { changeTransaction, rollbackAll } from "#lab/tsql/transaction.ts";
import { INT, nvarchar } from "#lab/tsql/type-rules.ts";

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

/** Text inside a batch, of EXEC or of sp_executesql. */
export const runText: RunText = (sql, variables, run) => runNested(sql, variables, run, runBatch);

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
      return yield* runWhile(statement, run, runStatements);
    case "break":
    case "continue":
      return statement.kind;
    case "try":
      return yield* runTry(statement, run, runStatements);
    case "return":
      return {
        status: statement.value ? ((evaluate(statement.value, context, INT) as number | null) ?? 0) : 0,
      };
    case "query":
      return yield* runQuery(statement.query, run);
    case "insert":
      return yield* runInsert(statement, run, runStatement);
    case "execute":
    case "execute-text":
      return yield* runExecute(statement, run, runText);
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
      return await runWaitfor(statement, run);
    case "alter-database":
    case "endpoint":
    case "kill":
    case "drop-database":
    case "principal":
      await administer(statement, context, run);
      if (run.signal.aborted) return "cancelled";
      settings.error = 0;
      yield { kind: "done" };
      return "next";
    case "restore":
    case "backup":
      yield* runMedia(statement, run);
      if (run.signal.aborted) return "cancelled";
      settings.error = 0;
      return "next";
    case "cursor":
      yield* runCursor(statement, context);
      settings.error = 0;
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
      // Made when the batch began: a loop that passes here again finds its rows.
      if (!context.tableVariables.has(statement.name))
        context.tableVariables.set(statement.name, makeTable(statement.name, statement.columns, context));
      return;
    case "set": {
      const variable = context.variables.get(statement.variable)!;
      variable.value = evaluate(statement.value, context, variable.type);
      return;
    }
    case "option":
      setOption(statement.name, statement.value, context);
      return;
    case "create-table":
      createTable(statement.name, statement.columns, context);
      return;
    case "drop-table":
      dropTables(statement, context);
      return;
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

/** THROW always ends the batch, RAISERROR never does, any other error does under XACT_ABORT. */
function endsBatch(error: SqlError & { raised?: boolean; ends?: boolean }, xactAbort: boolean): boolean {
  return error.ends === true || (xactAbort && !error.raised);
}
