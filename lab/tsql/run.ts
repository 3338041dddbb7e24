/** What a running statement has at hand, and what it tells the one after it. */
import type { Answer } from "#lab/tds/contract.ts";
import type { Office } from "#lab/tsql/administer.ts";
import type { Expression } from "#lab/tsql/ast.ts";
import { bindTest, bindValue } from "#lab/tsql/bind-expression.ts";
import { openBinder } from "#lab/tsql/bind-query.ts";
import type { Context } from "#lab/tsql/context.ts";
import { coerce, type Frame } from "#lab/tsql/typed.ts";
import type { SqlType, SqlValue } from "#lab/tsql/values.ts";

export interface Run extends Office {
  context: Context;
  delay: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** What the statement before means for the one after. "abort-scope" ends this batch text, "abort" every batch around it. */
export type Flow = "next" | "break" | "continue" | "abort-scope" | "abort" | "cancelled" | { status: number };

export type Answers = AsyncGenerator<Answer, Flow>;

export function counted(rowCount: number, context: Context): Answer {
  context.settings.rowCount = rowCount;
  context.settings.error = 0;
  return context.settings.nocount ? { kind: "done" } : { kind: "done", rowCount };
}

export function test(expression: Expression, context: Context): boolean {
  return bindTest(expression, openBinder(context))(NO_ROW) === true;
}

export function evaluate(expression: Expression, context: Context, type: SqlType): SqlValue {
  return coerce(bindValue(expression, openBinder(context)), type).evaluate(NO_ROW);
}

export const NO_ROW: Frame = { row: [], outer: null };
