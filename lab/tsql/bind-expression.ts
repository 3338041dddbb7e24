/** From parsed expressions to typed, callable ones. Every type is settled here, before any row is read. */
import { SqlError } from "#lab/mirroring/commands.ts";
import type { Call, Expression, Query } from "#lab/tsql/ast.ts";
import { bindArithmetic, invert, negate } from "#lab/tsql/bind-arithmetic.ts";
import { bindCondition } from "#lab/tsql/bind-condition.ts";
import { collationNamed } from "#lab/tsql/compare.ts";
import type { Context } from "#lab/tsql/context.ts";
import { convert } from "#lab/tsql/convert.ts";
import { bindFunction, isAggregate } from "#lab/tsql/functions.ts";
import { resolveColumn, type Scope } from "#lab/tsql/scope.ts";
import { commonType, INT, isText, nvarchar, typeName } from "#lab/tsql/type-rules.ts";
import { coerce, constant, type Frame, NULL, type Typed } from "#lab/tsql/typed.ts";
import type { SqlType, SqlValue } from "#lab/tsql/values.ts";

export interface Binder {
  scope: Scope | null;
  context: Context;
  /** Queries contain expressions and expressions queries: the query binder is handed in. */
  bindQuery: (query: Query, binder: Binder) => Plan;
  ctes: Map<string, unknown>;
  /** Aggregates and window functions, already computed into the row. */
  slots: Map<Call, Typed>;
  /** Set in a grouped query: which expressions a row may still name. */
  grouping: { keys: Set<string>; keyOf: (expression: Expression) => string } | null;
}

export interface Plan {
  columns: { name: string; type: SqlType; nullable: boolean; collation?: Typed["collation"] }[];
  run: (outer: Frame | null) => SqlValue[][];
}

export function bindValue(expression: Expression, binder: Binder): Typed {
  if (binder.grouping?.keys.has(binder.grouping.keyOf(expression)))
    return bindValue(expression, { ...binder, grouping: null });
  switch (expression.kind) {
    case "literal":
      return { ...constant(expression.value, expression.type), digits: expression.digits };
    case "null":
      return NULL;
    case "variable":
      return bindVariable(expression.name, binder.context);
    case "column":
      return bindColumn(expression.parts, binder);
    case "negate":
      return negate(bindValue(expression.operand, binder));
    case "plus":
      return bindValue(expression.operand, binder);
    case "invert":
      return invert(bindValue(expression.operand, binder));
    case "arithmetic":
      return bindArithmetic(
        expression.operator,
        bindValue(expression.left, binder),
        bindValue(expression.right, binder),
      );
    case "case":
      return bindCase(expression, binder);
    case "call":
      return bindCall(expression, binder);
    case "cast":
      return bindCast(expression, binder);
    case "collate":
      return bindCollate(expression, binder);
    case "subquery":
      return bindScalarQuery(expression.query, binder);
    case "method":
      return bindMethod(expression, binder);
    default:
      // A condition where a value belongs: T-SQL has no boolean type.
      throw new SqlError(
        102,
        15,
        `Incorrect syntax near '${CONDITION_WORDS[expression.kind] ?? expression.kind.toUpperCase()}'.`,
      );
  }
}

export function bindTest(expression: Expression, binder: Binder) {
  return bindCondition(expression, {
    ...binder,
    value: (inner) => bindValue(inner, binder),
    query: (inner) => binder.bindQuery(inner, binder),
  });
}

function bindVariable(name: string, context: Context): Typed {
  const variable = context.variables.get(name);
  if (!variable) throw new SqlError(137, 15, `Must declare the scalar variable "${name}".`);
  return { type: variable.type, nullable: true, evaluate: () => variable.value };
}

function bindColumn(parts: string[], binder: Binder): Typed {
  const column = resolveColumn(parts, binder.scope);
  if (binder.grouping && isLocal(parts, binder)) {
    throw new SqlError(
      8120,
      16,
      `Column '${parts.join(".")}' is invalid in the select list because it is not contained in either an aggregate function or the GROUP BY clause.`,
    );
  }
  return column;
}

function isLocal(parts: string[], binder: Binder): boolean {
  try {
    resolveColumn(parts, binder.scope && { ...binder.scope, outer: null });
    return true;
  } catch {
    return false;
  }
}

function bindCase(expression: Extract<Expression, { kind: "case" }>, binder: Binder): Typed {
  const tests = expression.branches.map(({ when }) =>
    bindTest(
      expression.input ? { kind: "compare", operator: "=", left: expression.input, right: when } : when,
      binder,
    ),
  );
  const results = expression.branches.map(({ result }) => bindValue(result, binder));
  const otherwise = expression.otherwise ? bindValue(expression.otherwise, binder) : NULL;
  if ([...results, otherwise].every((result) => result.isNull)) {
    throw new SqlError(
      8133,
      16,
      "At least one of the result expressions in a CASE specification must be an expression other than the NULL constant.",
    );
  }
  const [unified, ...rest] = unify([otherwise, ...results]);
  return {
    type: unified!.type,
    nullable: [unified!, ...rest].some((one) => one.nullable),
    collation: rest.find((one) => one.collation)?.collation,
    evaluate: (frame) => {
      for (let i = 0; i < tests.length; i++) if (tests[i]!(frame)) return rest[i]!.evaluate(frame);
      return unified!.evaluate(frame);
    },
  };
}

/** Brings all to their common type; a bare NULL has no say in it. */
export function unify(values: Typed[]): Typed[] {
  const types = values.filter((value) => !value.isNull).map((value) => value.type);
  const type = types.length ? types.reduce(commonType) : INT;
  return values.map((value) => coerce(value, type));
}

function bindCall(call: Call, binder: Binder): Typed {
  const slot = binder.slots.get(call);
  if (slot) return slot;
  const name = call.parts.at(-1)!.toUpperCase();
  if (call.parts.length > 1) {
    const [first] = call.parts;
    throw new SqlError(
      4121,
      16,
      `Cannot find either column "${first}" or the user-defined function or aggregate "${call.parts.join(".")}", or the name is ambiguous.`,
    );
  }
  if (call.over)
    throw new SqlError(4108, 15, "Windowed functions can only appear in the SELECT or ORDER BY clauses.");
  if (isAggregate(name)) {
    throw new SqlError(
      147,
      15,
      "An aggregate may not appear in the WHERE clause unless it is in a subquery contained in a HAVING clause or a select list, and the column being aggregated is an outer reference.",
    );
  }
  return bindFunction(name, call.args, {
    context: binder.context,
    value: (argument) => bindValue(argument, binder),
    test: (argument) => bindTest(argument, binder),
    unify,
  });
}

function bindCast(expression: Extract<Expression, { kind: "cast" }>, binder: Binder): Typed {
  const operand = bindValue(expression.operand, binder);
  const { type, safe } = expression;
  if (safe && binder.context.version < 11) {
    throw new SqlError(
      195,
      15,
      `'${expression.style ? "TRY_CONVERT" : "TRY_CAST"}' is not a recognized built-in function name.`,
    );
  }
  if (operand.isNull) return { ...coerce(operand, type), isNull: false };
  const style = expression.style ? coerce(bindValue(expression.style, binder), INT) : constant(0, INT);
  const { evaluate, nullable, type: from, collation } = operand;
  const plain = (frame: Parameters<Typed["evaluate"]>[0]) =>
    convert(evaluate(frame), from, type, (style.evaluate(frame) as number) ?? 0);
  if (!safe) return { type, nullable, collation, evaluate: plain };
  return { type, nullable: true, collation, evaluate: (frame) => attempt(() => plain(frame)) };
}

/** TRY_CONVERT answers NULL where a conversion fails for its value, not where the types never convert (529). */
function attempt(compute: () => SqlValue): SqlValue {
  try {
    return compute();
  } catch (error) {
    if (error instanceof SqlError && error.number !== 529) return null;
    throw error;
  }
}

function bindCollate(expression: Extract<Expression, { kind: "collate" }>, binder: Binder): Typed {
  const operand = bindValue(expression.operand, binder);
  const collation = collationNamed(expression.collation);
  if (!collation) throw new SqlError(448, 16, `Invalid collation '${expression.collation}'.`);
  if (!isText(operand.type)) {
    throw new SqlError(447, 16, `Expression type ${typeName(operand.type)} is invalid for COLLATE clause.`);
  }
  return { ...operand, collation };
}

function bindScalarQuery(query: Query, binder: Binder): Typed {
  const plan = binder.bindQuery(query, binder);
  if (plan.columns.length !== 1) {
    throw new SqlError(
      116,
      16,
      "Only one expression can be specified in the select list when the subquery is not introduced with EXISTS.",
    );
  }
  return {
    type: plan.columns[0]!.type,
    nullable: true,
    collation: plan.columns[0]!.collation,
    evaluate: (frame) => {
      const rows = plan.run(frame);
      if (rows.length > 1) {
        throw new SqlError(
          512,
          16,
          "Subquery returned more than 1 value. This is not permitted when the subquery follows =, !=, <, <= , >, >= or when the subquery is used as an expression.",
        );
      }
      return rows[0]?.[0] ?? null;
    },
  };
}

/** `.value('.', 'nvarchar(max)')` takes the text out of FOR XML PATH; the other methods of xml are not simulated. */
function bindMethod(expression: Extract<Expression, { kind: "method" }>, binder: Binder): Typed {
  if (expression.method !== "value")
    throw new SqlError(
      40510,
      16,
      `The xml method ${expression.method} is not supported by this simulated server.`,
    );
  const operand = coerce(bindValue(expression.operand, binder), nvarchar("max"));
  return {
    type: nvarchar("max"),
    nullable: true,
    evaluate: (frame) => {
      const xml = operand.evaluate(frame) as string | null;
      if (xml === null) return null;
      const entities: Record<string, string> = {
        lt: "<",
        gt: ">",
        amp: "&",
        quot: '"',
        apos: "'",
        "#x0D": "\r",
      };
      return xml.replace(/<[^>]*>/g, "").replace(/&(#x0D|\w+);/g, (whole, name) => entities[name] ?? whole);
    },
  };
}

const CONDITION_WORDS: Record<string, string> = { compare: "=", "is-null": "IS", "in-query": "IN" };
