/**
 * Before anything of a batch runs, everything whose tables exist is bound: a column that this version lacks (207) or a
 * function it does not know (195) refuses the whole batch. What does not exist yet waits for its statement.
 */
import { SqlError } from "#lab/mirroring/commands.ts";
import type { Expression, Query, Statement } from "#lab/tsql/ast.ts";
import { type Binder, bindTest, bindValue } from "#lab/tsql/bind-expression.ts";
import { bindCtes, bindQuery, openBinder } from "#lab/tsql/bind-query.ts";
import type { Context } from "#lab/tsql/context.ts";
import { isCompileError, type Located } from "#lab/tsql/errors.ts";
import { makeTable } from "#lab/tsql/tables.ts";

export function hoistDeclarations(statements: Statement[], context: Context): void {
  walk(statements, (statement) => {
    if (statement.kind === "declare") {
      for (const { name, type } of statement.declarations) context.variables.set(name, { type, value: null });
    }
    if (statement.kind === "declare-table") {
      context.tableVariables.set(statement.name, makeTable(statement.name, statement.columns, context));
    }
  });
}

export function checkStatements(statements: Statement[], context: Context): void {
  const binder = openBinder(context);
  walk(statements, (statement) => {
    try {
      checkStatement(statement, binder);
    } catch (error) {
      if (!(error instanceof SqlError)) throw error;
      if (isCompileError(error))
        throw Object.assign(error as Located, { line: (error as Located).line ?? statement.line });
    }
  });
}

function checkStatement(statement: Statement, binder: Binder): void {
  const value = (expression: Expression | null) => void (expression && bindValue(expression, binder));
  switch (statement.kind) {
    case "query":
      checkQuery(statement.query, binder);
      break;
    case "if":
    case "while":
      bindTest(statement.condition, binder);
      break;
    case "set":
    case "print":
      value(statement.value);
      break;
    case "declare":
      for (const declaration of statement.declarations) value(declaration.value);
      break;
    case "insert":
      // DEFAULT stands in the list as a name of its own until the statement runs.
      if (statement.source.kind === "query" && statement.source.query.body.kind !== "values") {
        bindQuery(statement.source.query, { ...binder, ctes: bindCtes(statement.ctes, binder) });
      }
  }
}

function checkQuery(query: Query, binder: Binder): void {
  bindQuery(query, binder);
}

function walk(statements: Statement[], visit: (statement: Statement) => void): void {
  for (const statement of statements) {
    visit(statement);
    if (statement.kind === "block") walk(statement.body, visit);
    if (statement.kind === "if")
      walk(statement.otherwise ? [statement.then, statement.otherwise] : [statement.then], visit);
    if (statement.kind === "while") walk([statement.body], visit);
    if (statement.kind === "try") walk([...statement.body, ...statement.handler], visit);
  }
}
