/** EXEC: a procedure, or text inside a batch. */
import { SqlError } from "#lab/mirroring/commands.ts";
import type { Statement } from "#lab/tsql/ast.ts";
import { bindValue } from "#lab/tsql/bind-expression.ts";
import { openBinder } from "#lab/tsql/bind-query.ts";
import type { Context } from "#lab/tsql/context.ts";
import { convert } from "#lab/tsql/convert.ts";
import { parseName } from "#lab/tsql/parse.ts";
import { callProcedure, type RunText } from "#lab/tsql/procedures.ts";
import { type Answers, evaluate, NO_ROW, type Run } from "#lab/tsql/run.ts";
import { INT, nvarchar } from "#lab/tsql/type-rules.ts";

export async function* runExecute(
  statement: Extract<Statement, { kind: "execute" | "execute-text" }>,
  run: Run,
  runText: RunText,
): Answers {
  const { context } = run;
  if (statement.kind === "execute-text") {
    const sql = String(evaluate(statement.text, context, nvarchar("max")) ?? "");
    return yield* runText(sql, new Map(), run);
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
  const called = callProcedure(name, args, run, runText);
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
export async function* runNested(
  sql: string,
  variables: Context["variables"],
  run: Run,
  runBatch: (sql: string, run: Run) => Answers,
): Answers {
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
