/** Conditions are true, false or unknown; only true passes. */
import { SqlError } from "#lab/mirroring/commands.ts";
import type { Comparison, Expression, Query } from "#lab/tsql/ast.ts";
import { type Collation, compareValues } from "#lab/tsql/compare.ts";
import { asText } from "#lab/tsql/functions-text.ts";
import { likePattern } from "#lab/tsql/like.ts";
import { commonType } from "#lab/tsql/type-rules.ts";
import { coerce, type Frame, type Test, type Typed } from "#lab/tsql/typed.ts";
import type { SqlType, SqlValue } from "#lab/tsql/values.ts";

export interface ConditionBinder {
  value: (expression: Expression) => Typed;
  query: (query: Query) => { columns: { type: SqlType }[]; run: (outer: Frame | null) => SqlValue[][] };
}

export function bindCondition(expression: Expression, binder: ConditionBinder): Test {
  const test = (inner: Expression) => bindCondition(inner, binder);
  switch (expression.kind) {
    case "and": {
      const [left, right] = [test(expression.left), test(expression.right)];
      return (frame) => {
        const first = left(frame);
        if (first === false) return false;
        const second = right(frame);
        return second === false ? false : first === null || second === null ? null : true;
      };
    }
    case "or": {
      const [left, right] = [test(expression.left), test(expression.right)];
      return (frame) => {
        const first = left(frame);
        if (first === true) return true;
        const second = right(frame);
        return second === true ? true : first === null || second === null ? null : false;
      };
    }
    case "not":
      return not(test(expression.operand), true);
    case "compare":
      return comparison(expression.operator, binder.value(expression.left), binder.value(expression.right));
    case "is-null": {
      const operand = binder.value(expression.operand);
      return (frame) => (operand.evaluate(frame) === null) !== expression.negated;
    }
    case "between": {
      const operand = binder.value(expression.operand);
      const low = comparison(">=", operand, binder.value(expression.low));
      const high = comparison("<=", operand, binder.value(expression.high));
      return not((frame) => both(low(frame), high(frame)), expression.negated);
    }
    case "in": {
      const operand = binder.value(expression.operand);
      const tests = expression.list.map((item) => comparison("=", operand, binder.value(item)));
      return not((frame) => any(tests, frame), expression.negated);
    }
    case "in-query":
      return not(
        quantified("=", false, binder.value(expression.operand), expression.query, binder),
        expression.negated,
      );
    case "quantified":
      return quantified(
        expression.operator,
        expression.all,
        binder.value(expression.left),
        expression.query,
        binder,
      );
    case "exists": {
      const plan = binder.query(expression.query);
      return (frame) => plan.run(frame).length > 0;
    }
    case "like":
      return bindLike(expression, binder);
    default:
      throw new SqlError(
        4145,
        15,
        "An expression of non-boolean type specified in a context where a condition is expected.",
      );
  }
}

export function comparison(operator: Comparison, left: Typed, right: Typed): Test {
  const type = left.isNull ? right.type : right.isNull ? left.type : commonType(left.type, right.type);
  const [a, b] = [coerce(left, type), coerce(right, type)];
  const collation = left.collation ?? right.collation;
  return (frame) => compare(operator, a.evaluate(frame), b.evaluate(frame), type, collation);
}

function compare(
  operator: Comparison,
  a: SqlValue,
  b: SqlValue,
  type: SqlType,
  collation?: Collation,
): boolean | null {
  if (a === null || b === null) return null;
  const order = compareValues(a, b, type, collation);
  switch (operator) {
    case "=":
      return order === 0;
    case "<>":
      return order !== 0;
    case "<":
      return order < 0;
    case "<=":
      return order <= 0;
    case ">":
      return order > 0;
    case ">=":
      return order >= 0;
  }
}

function quantified(
  operator: Comparison,
  all: boolean,
  left: Typed,
  query: Query,
  binder: ConditionBinder,
): Test {
  const plan = binder.query(query);
  if (plan.columns.length !== 1) {
    throw new SqlError(
      116,
      16,
      "Only one expression can be specified in the select list when the subquery is not introduced with EXISTS.",
    );
  }
  let candidate: SqlValue = null;
  const right: Typed = { type: plan.columns[0]!.type, nullable: true, evaluate: () => candidate };
  const test = comparison(operator, left, right);
  return (frame) => {
    let result: boolean | null = all;
    for (const row of plan.run(frame)) {
      candidate = row[0]!;
      const one = test(frame);
      if (one === !all) return !all;
      if (one === null) result = null;
    }
    return result;
  };
}

function bindLike(expression: Extract<Expression, { kind: "like" }>, binder: ConditionBinder): Test {
  const left = asText(binder.value(expression.left), "like", 1);
  const pattern = asText(binder.value(expression.pattern), "like", 2);
  const escaping = expression.escape ? asText(binder.value(expression.escape), "like", 3) : null;
  const collation = left.collation ?? pattern.collation ?? "ignores-case";
  // The pattern is nearly always the same for every row.
  let last = { text: "", escape: "", test: likePattern("", "", collation) };
  return not((frame) => {
    const [value, text, mark] = [
      left.evaluate(frame),
      pattern.evaluate(frame),
      escaping ? escaping.evaluate(frame) : "",
    ];
    if (value === null || text === null || mark === null) return null;
    if (text !== last.text || mark !== last.escape) {
      last = {
        text: text as string,
        escape: mark as string,
        test: likePattern(text as string, mark as string, collation),
      };
    }
    return last.test.test(value as string);
  }, expression.negated);
}

function not(test: Test, negated: boolean): Test {
  if (!negated) return test;
  return (frame) => {
    const result = test(frame);
    return result === null ? null : !result;
  };
}

function both(first: boolean | null, second: boolean | null): boolean | null {
  if (first === false || second === false) return false;
  return first === null || second === null ? null : true;
}

function any(tests: Test[], frame: Frame): boolean | null {
  let result: boolean | null = false;
  for (const test of tests) {
    const one = test(frame);
    if (one) return true;
    if (one === null) result = null;
  }
  return result;
}
