/**
 * Expressions and conditions in one grammar: whether `(a` opens a value or a condition shows only at its end,
 * so both are parsed alike and the binder insists on the right kind.
 */
import type { Arithmetic, Call, Comparison, Expression, OrderItem, Query, Window } from "#lab/tsql/ast.ts";
import {
  accept,
  type Cursor,
  commaList,
  deeper,
  expect,
  isAt,
  isName,
  next,
  peek,
  readName,
  readQualifiedName,
  readVariable,
  unexpected,
} from "#lab/tsql/cursor.ts";
import { parseType } from "#lab/tsql/parse-type.ts";
import type { SqlType } from "#lab/tsql/values.ts";

export function parseExpression(cursor: Cursor): Expression {
  return deeper(cursor, () => parseOr(cursor));
}

export function parseOrder(cursor: Cursor): OrderItem[] {
  return commaList(cursor, () => {
    const expression = parseExpression(cursor);
    const descending = accept(cursor, "DESC");
    if (!descending) accept(cursor, "ASC");
    return { expression, descending };
  });
}

function parseOr(cursor: Cursor): Expression {
  let left = parseAnd(cursor);
  while (accept(cursor, "OR")) left = { kind: "or", left, right: parseAnd(cursor) };
  return left;
}

function parseAnd(cursor: Cursor): Expression {
  let left = parseNot(cursor);
  while (accept(cursor, "AND")) left = { kind: "and", left, right: parseNot(cursor) };
  return left;
}

function parseNot(cursor: Cursor): Expression {
  if (accept(cursor, "NOT")) return deeper(cursor, () => ({ kind: "not", operand: parseNot(cursor) }));
  if (accept(cursor, "EXISTS")) return { kind: "exists", query: parseSubquery(cursor) };
  return parseComparison(cursor);
}

function parseComparison(cursor: Cursor): Expression {
  const left = parseAdditive(cursor);
  const operator = COMPARISONS[peek(cursor).upper];
  if (operator) {
    next(cursor);
    const quantifier = ["ANY", "SOME", "ALL"].find((word) => isAt(cursor, word, "("));
    if (!quantifier) return { kind: "compare", operator, left, right: parseAdditive(cursor) };
    next(cursor);
    return { kind: "quantified", operator, all: quantifier === "ALL", left, query: parseSubquery(cursor) };
  }
  if (accept(cursor, "IS")) {
    const negated = accept(cursor, "NOT");
    expect(cursor, "NULL");
    return { kind: "is-null", operand: left, negated };
  }
  const negated =
    ["LIKE", "IN", "BETWEEN"].some((word) => isAt(cursor, "NOT", word)) && accept(cursor, "NOT");
  if (accept(cursor, "LIKE")) {
    const pattern = parseAdditive(cursor);
    return {
      kind: "like",
      left,
      pattern,
      escape: accept(cursor, "ESCAPE") ? parseAdditive(cursor) : null,
      negated,
    };
  }
  if (accept(cursor, "BETWEEN")) {
    const low = parseAdditive(cursor);
    expect(cursor, "AND");
    return { kind: "between", operand: left, low, high: parseAdditive(cursor), negated };
  }
  if (accept(cursor, "IN")) return parseIn(cursor, left, negated);
  return left;
}

function parseIn(cursor: Cursor, operand: Expression, negated: boolean): Expression {
  if (startsQuery(cursor, 1)) return { kind: "in-query", operand, query: parseSubquery(cursor), negated };
  expect(cursor, "(");
  const list = commaList(cursor, parseExpression);
  expect(cursor, ")");
  return { kind: "in", operand, list, negated };
}

function parseAdditive(cursor: Cursor): Expression {
  return leftToRight(cursor, ["+", "-", "&", "|", "^"], parseMultiplicative);
}

function parseMultiplicative(cursor: Cursor): Expression {
  return leftToRight(cursor, ["*", "/", "%"], parseUnary);
}

function leftToRight(
  cursor: Cursor,
  operators: Arithmetic[],
  operand: (cursor: Cursor) => Expression,
): Expression {
  let left = operand(cursor);
  for (;;) {
    const operator = operators.find((symbol) => isAt(cursor, symbol));
    if (!operator) return left;
    next(cursor);
    left = { kind: "arithmetic", operator, left, right: operand(cursor) };
  }
}

function parseUnary(cursor: Cursor): Expression {
  if (accept(cursor, "-")) return deeper(cursor, () => negated(parseUnary(cursor)));
  if (accept(cursor, "+")) return deeper(cursor, () => ({ kind: "plus", operand: parseUnary(cursor) }));
  if (accept(cursor, "~")) return deeper(cursor, () => ({ kind: "invert", operand: parseUnary(cursor) }));
  let operand = parsePrimary(cursor);
  for (;;) {
    if (accept(cursor, "COLLATE")) operand = { kind: "collate", operand, collation: readCollation(cursor) };
    else if (isAt(cursor, ".") && isAfterClosing(cursor)) operand = parseMethod(cursor, operand);
    else return operand;
  }
}

function readCollation(cursor: Cursor): string {
  return accept(cursor, "DATABASE_DEFAULT") ? "database_default" : readName(cursor);
}

/** Only a parenthesis has methods: `(SELECT … FOR XML PATH(''), TYPE).value('.', 'nvarchar(max)')`. */
function isAfterClosing(cursor: Cursor): boolean {
  return cursor.tokens[cursor.at - 1]?.upper === ")";
}

function parseMethod(cursor: Cursor, operand: Expression): Expression {
  expect(cursor, ".");
  const method = readName(cursor).toLowerCase();
  return { kind: "method", operand, method, args: parseArguments(cursor) };
}

/** The sign belongs to a literal: -2147483648 is an int. */
function negated(operand: Expression): Expression {
  if (operand.kind !== "literal") return { kind: "negate", operand };
  if (typeof operand.value === "number") return { ...operand, value: -operand.value };
  if (operand.type.name !== "decimal" || typeof operand.value !== "bigint")
    return { kind: "negate", operand };
  if (operand.value === 2147483648n && operand.type.scale === 0) {
    return { kind: "literal", type: { name: "int" }, value: -2147483648, digits: 10 };
  }
  return { ...operand, value: -operand.value };
}

function parsePrimary(cursor: Cursor): Expression {
  const token = peek(cursor);
  switch (token.kind) {
    case "string":
      next(cursor);
      return stringLiteral(token.text, token.national);
    case "number":
      next(cursor);
      return numberLiteral(token.text);
    case "binary":
      next(cursor);
      return binaryLiteral(token.text);
    case "variable":
      if (token.text.startsWith("@@")) return globalVariable(cursor);
      return { kind: "variable", name: readVariable(cursor) };
    case "symbol":
      if (token.upper === "(") return parseParenthesis(cursor);
      throw unexpected(cursor);
    case "end":
      throw unexpected(cursor);
    default:
      return parseNamed(cursor);
  }
}

function parseParenthesis(cursor: Cursor): Expression {
  if (startsQuery(cursor, 1)) return { kind: "subquery", query: parseSubquery(cursor) };
  expect(cursor, "(");
  const inner = parseExpression(cursor);
  expect(cursor, ")");
  return inner;
}

function globalVariable(cursor: Cursor): Expression {
  return {
    kind: "call",
    parts: [next(cursor).text.toUpperCase()],
    args: [],
    star: false,
    distinct: false,
    over: null,
    within: [],
  };
}

function parseNamed(cursor: Cursor): Expression {
  if (accept(cursor, "NULL")) return { kind: "null" };
  if (isAt(cursor, "CASE")) return parseCase(cursor);
  for (const word of ["CAST", "TRY_CAST", "CONVERT", "TRY_CONVERT"])
    if (isAt(cursor, word, "(")) return parseCast(cursor, word);
  const bare = BARE_FUNCTIONS.has(peek(cursor).upper) && peek(cursor, 1).upper !== "(";
  if (bare) return call([next(cursor).upper], []);
  if (peek(cursor).kind === "word" && KEYWORD_FUNCTIONS.has(peek(cursor).upper))
    return parseCall(cursor, [next(cursor).upper]);
  if (!isName(cursor)) throw unexpected(cursor);
  const parts = readQualifiedName(cursor);
  return isAt(cursor, "(") ? parseCall(cursor, parts) : { kind: "column", parts };
}

function parseCase(cursor: Cursor): Expression {
  expect(cursor, "CASE");
  const input = isAt(cursor, "WHEN") ? null : parseExpression(cursor);
  const branches: { when: Expression; result: Expression }[] = [];
  do {
    expect(cursor, "WHEN");
    const when = parseExpression(cursor);
    expect(cursor, "THEN");
    branches.push({ when, result: parseExpression(cursor) });
  } while (isAt(cursor, "WHEN"));
  const otherwise = accept(cursor, "ELSE") ? parseExpression(cursor) : null;
  expect(cursor, "END");
  return { kind: "case", input, branches, otherwise };
}

function parseCast(cursor: Cursor, word: string): Expression {
  next(cursor);
  expect(cursor, "(");
  if (word.endsWith("CAST")) {
    const operand = parseExpression(cursor);
    expect(cursor, "AS");
    const type = parseType(cursor, 30);
    expect(cursor, ")");
    return { kind: "cast", operand, type, style: null, safe: word.startsWith("TRY") };
  }
  const type = parseType(cursor, 30);
  expect(cursor, ",");
  const operand = parseExpression(cursor);
  const style = accept(cursor, ",") ? parseExpression(cursor) : null;
  expect(cursor, ")");
  return { kind: "cast", operand, type, style, safe: word.startsWith("TRY") };
}

function parseCall(cursor: Cursor, parts: string[]): Expression {
  expect(cursor, "(");
  const result = call(parts, []);
  if (accept(cursor, "*")) result.star = true;
  else if (!isAt(cursor, ")")) {
    if (accept(cursor, "DISTINCT")) result.distinct = true;
    else accept(cursor, "ALL");
    result.args = commaList(cursor, parseExpression);
  }
  expect(cursor, ")");
  if (isAt(cursor, "WITHIN", "GROUP", "(")) {
    cursor.at += 3;
    expect(cursor, "ORDER", "BY");
    result.within = parseOrder(cursor);
    expect(cursor, ")");
  }
  if (accept(cursor, "OVER")) result.over = parseWindow(cursor);
  return result;
}

function parseArguments(cursor: Cursor): Expression[] {
  expect(cursor, "(");
  const args = isAt(cursor, ")") ? [] : commaList(cursor, parseExpression);
  expect(cursor, ")");
  return args;
}

function parseWindow(cursor: Cursor): Window {
  expect(cursor, "(");
  const partition = accept(cursor, "PARTITION", "BY") ? commaList(cursor, parseExpression) : [];
  const order = accept(cursor, "ORDER", "BY") ? parseOrder(cursor) : [];
  let whole = order.length === 0;
  const rows = accept(cursor, "ROWS");
  if (rows || accept(cursor, "RANGE")) {
    const between = accept(cursor, "BETWEEN");
    expect(cursor, "UNBOUNDED", "PRECEDING");
    whole = between && accept(cursor, "AND", "UNBOUNDED", "FOLLOWING");
    if (between && !whole) expect(cursor, "AND", "CURRENT", "ROW");
  }
  expect(cursor, ")");
  return { partition, order, whole, rows };
}

function parseSubquery(cursor: Cursor): Query {
  expect(cursor, "(");
  const query = deeper(cursor, () => cursor.parseQuery(cursor));
  expect(cursor, ")");
  return query;
}

/** An operand without operators: arguments of EXEC and of WAITFOR are not whole expressions. */
export function parseOperand(cursor: Cursor): Expression {
  return parseUnary(cursor);
}

/** `(SELECT`, `((SELECT` and `(WITH` open a query; looks over any number of parentheses. */
export function startsQuery(cursor: Cursor, from: number): boolean {
  if (peek(cursor).upper !== "(") return false;
  let ahead = from;
  while (peek(cursor, ahead).upper === "(") ahead++;
  return peek(cursor, ahead).upper === "SELECT" || (ahead === from && peek(cursor, ahead).upper === "WITH");
}

export function call(parts: string[], args: Expression[]): Call {
  return { kind: "call", parts, args, star: false, distinct: false, over: null, within: [] };
}

/** Without N a literal is varchar, with N nvarchar; an empty one still has length 1. */
function stringLiteral(text: string, national: boolean): Expression {
  const limit = national ? 4000 : 8000;
  const length = text.length > limit ? "max" : Math.max(1, text.length);
  return { kind: "literal", type: { name: national ? "nvarchar" : "varchar", length }, value: text };
}

function numberLiteral(text: string): Expression {
  if (/e/i.test(text))
    return { kind: "literal", type: { name: "float" }, value: Number(text.replace(/e[+-]?$/i, "")) };
  const [whole = "", fraction = ""] = text.split(".");
  const digits = `${whole}${fraction}`.replace(/^0+(?=\d)/, "");
  if (!text.includes(".") && BigInt(digits) <= 2147483647n) {
    return { kind: "literal", type: { name: "int" }, value: Number(digits), digits: digits.length };
  }
  const precision = Math.max(digits.length, fraction.length, 1);
  const type: SqlType = {
    name: "decimal",
    precision: Math.min(38, precision),
    scale: Math.min(38, fraction.length),
  };
  return { kind: "literal", type, value: BigInt(digits || "0"), digits: precision };
}

function binaryLiteral(text: string): Expression {
  const hex = text.slice(2);
  const value = Uint8Array.from(Buffer.from(hex.length % 2 ? `0${hex}` : hex, "hex"));
  return { kind: "literal", type: { name: "varbinary", length: Math.max(1, value.length) }, value };
}

const COMPARISONS: Record<string, Comparison> = {
  "=": "=",
  "<>": "<>",
  "!=": "<>",
  "<": "<",
  "<=": "<=",
  ">": ">",
  ">=": ">=",
  "!<": ">=",
  "!>": "<=",
};
// Reserved words that are functions with an argument list, and functions that have none.
const KEYWORD_FUNCTIONS = new Set(["LEFT", "RIGHT", "COALESCE", "NULLIF", "USER"]);
const BARE_FUNCTIONS = new Set(["CURRENT_TIMESTAMP", "CURRENT_USER", "SESSION_USER", "SYSTEM_USER", "USER"]);
