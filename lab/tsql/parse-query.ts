/** SELECT and everything below it: common table expressions, set operations, joins, APPLY, PIVOT. */
import type {
  Call,
  Cte,
  Expression,
  Query,
  QueryBody,
  Select,
  SelectItem,
  TableSource,
} from "#lab/tsql/ast.ts";
import {
  accept,
  type Cursor,
  commaList,
  deeper,
  expect,
  isAny,
  isAt,
  isName,
  next,
  peek,
  readAnyName,
  readName,
  readQualifiedName,
  readVariable,
  unexpected,
} from "#lab/tsql/cursor.ts";
import { syntaxError } from "#lab/tsql/errors.ts";
import { parseExpression, parseOrder, startsQuery } from "#lab/tsql/parse-expression.ts";

export function parseQuery(cursor: Cursor): Query {
  const ctes = parseCtes(cursor);
  return { ...parseQueryTail(cursor, parseSetOperations(cursor)), ctes };
}

export function parseCtes(cursor: Cursor): Cte[] {
  if (!accept(cursor, "WITH")) return [];
  return commaList(cursor, () => {
    const name = readName(cursor);
    const columns = isAt(cursor, "(") ? readColumnList(cursor) : [];
    expect(cursor, "AS", "(");
    const query = deeper(cursor, () => parseQuery(cursor));
    expect(cursor, ")");
    return { name, columns, query };
  });
}

export function readColumnList(cursor: Cursor): string[] {
  expect(cursor, "(");
  const names = commaList(cursor, readAnyName);
  expect(cursor, ")");
  return names;
}

function parseQueryTail(cursor: Cursor, body: QueryBody): Query {
  const query: Query = { ctes: [], body, order: [], offset: null, fetch: null, xmlPath: null };
  if (accept(cursor, "ORDER", "BY")) {
    query.order = parseOrder(cursor);
    if (accept(cursor, "OFFSET")) {
      query.offset = parseExpression(cursor);
      if (!accept(cursor, "ROWS")) expect(cursor, "ROW");
      if (accept(cursor, "FETCH")) query.fetch = parseFetch(cursor);
    }
  }
  if (accept(cursor, "FOR")) query.xmlPath = parseForXml(cursor);
  if (accept(cursor, "OPTION")) skipParenthesis(cursor);
  return query;
}

function parseFetch(cursor: Cursor): Expression {
  if (!accept(cursor, "NEXT")) expect(cursor, "FIRST");
  const count = parseExpression(cursor);
  if (!accept(cursor, "ROWS")) expect(cursor, "ROW");
  expect(cursor, "ONLY");
  return count;
}

function parseForXml(cursor: Cursor): string {
  expect(cursor, "XML");
  const line = peek(cursor).line;
  if (!accept(cursor, "PATH", "("))
    throw syntaxError(40510, "Only FOR XML PATH('') is supported by this simulated server.", line);
  const row = next(cursor);
  if (row.kind !== "string") throw unexpected(cursor);
  expect(cursor, ")");
  while (accept(cursor, ","))
    if (!accept(cursor, "TYPE")) throw syntaxError(40510, "Only FOR XML PATH(''), TYPE is supported.", line);
  return row.text;
}

function parseSetOperations(cursor: Cursor): QueryBody {
  let left = parseIntersections(cursor);
  for (;;) {
    const operator = accept(cursor, "UNION")
      ? accept(cursor, "ALL")
        ? "union-all"
        : "union"
      : accept(cursor, "EXCEPT")
        ? "except"
        : null;
    if (!operator) return left;
    left = { kind: "set", operator, left, right: parseIntersections(cursor) };
  }
}

function parseIntersections(cursor: Cursor): QueryBody {
  let left = parseQueryPrimary(cursor);
  while (accept(cursor, "INTERSECT"))
    left = { kind: "set", operator: "intersect", left, right: parseQueryPrimary(cursor) };
  return left;
}

function parseQueryPrimary(cursor: Cursor): QueryBody {
  if (isAt(cursor, "SELECT")) return parseSelect(cursor);
  if (accept(cursor, "VALUES")) return { kind: "values", rows: commaList(cursor, parseRow) };
  expect(cursor, "(");
  const body = deeper(cursor, () => parseSetOperations(cursor));
  const query = parseQueryTail(cursor, body);
  expect(cursor, ")");
  return { kind: "nested", query };
}

function parseRow(cursor: Cursor): Expression[] {
  expect(cursor, "(");
  const row = commaList(
    cursor,
    (at): Expression =>
      accept(at, "DEFAULT") ? { kind: "column", parts: ["DEFAULT"] } : parseExpression(at),
  );
  expect(cursor, ")");
  return row;
}

function parseSelect(cursor: Cursor): Select {
  expect(cursor, "SELECT");
  const distinct = accept(cursor, "DISTINCT");
  if (!distinct) accept(cursor, "ALL");
  const top = accept(cursor, "TOP") ? parseTop(cursor) : null;
  const items = commaList(cursor, parseSelectItem);
  const into = accept(cursor, "INTO") ? readQualifiedName(cursor) : null;
  const from = accept(cursor, "FROM") ? parseFrom(cursor) : null;
  const where = accept(cursor, "WHERE") ? parseExpression(cursor) : null;
  const groupBy = accept(cursor, "GROUP", "BY") ? commaList(cursor, parseExpression) : [];
  const having = accept(cursor, "HAVING") ? parseExpression(cursor) : null;
  return { kind: "select", distinct, top, items, into, from, where, groupBy, having };
}

function parseTop(cursor: Cursor): Select["top"] {
  // TOP 5 takes the bare number only: in `TOP 5 -1` the minus begins the first column.
  const token = peek(cursor);
  let count: Expression;
  if (accept(cursor, "(")) {
    count = parseExpression(cursor);
    expect(cursor, ")");
  } else if (token.kind === "number" || token.kind === "variable") {
    count =
      token.kind === "variable"
        ? { kind: "variable", name: readVariable(cursor) }
        : { kind: "literal", type: { name: "float" }, value: Number(next(cursor).text) };
  } else throw unexpected(cursor);
  const percent = accept(cursor, "PERCENT");
  return { count, percent, ties: accept(cursor, "WITH", "TIES") };
}

function parseSelectItem(cursor: Cursor): SelectItem {
  if (accept(cursor, "*")) return { kind: "star", qualifier: [] };
  const qualifier = starQualifier(cursor);
  if (qualifier) return { kind: "star", qualifier };
  const first = peek(cursor);
  if (first.kind === "variable" && !first.text.startsWith("@@")) {
    const operator = peek(cursor, 1).upper;
    if (operator === "=" || COMPOUND.has(operator)) return { kind: "assign", ...parseAssignment(cursor) };
  }
  if ((isName(cursor) || first.kind === "string") && peek(cursor, 1).upper === "=") {
    cursor.at += 2;
    return { kind: "value", expression: parseExpression(cursor), alias: first.text };
  }
  const expression = parseExpression(cursor);
  return { kind: "value", expression, alias: readAlias(cursor) };
}

/** `@x = …` and `@x += …`, as SET, SELECT and UPDATE know them. */
export function parseAssignment(cursor: Cursor): { variable: string; expression: Expression } {
  const variable = readVariable(cursor);
  const operator = next(cursor).upper;
  const value = parseExpression(cursor);
  if (operator === "=") return { variable, expression: value };
  const left: Expression = { kind: "variable", name: variable };
  return { variable, expression: { kind: "arithmetic", operator: operator[0] as "+", left, right: value } };
}

function starQualifier(cursor: Cursor): string[] | null {
  if (!isName(cursor)) return null;
  let ahead = 1;
  while (peek(cursor, ahead).upper === "." && ["word", "quoted"].includes(peek(cursor, ahead + 1).kind))
    ahead += 2;
  if (peek(cursor, ahead).upper !== "." || peek(cursor, ahead + 1).upper !== "*") return null;
  const parts = [readName(cursor)];
  while (accept(cursor, ".")) if (!accept(cursor, "*")) parts.push(readAnyName(cursor));
  return parts;
}

function readAlias(cursor: Cursor): string | null {
  const given = accept(cursor, "AS");
  const token = peek(cursor);
  if (token.kind === "string" || isName(cursor) || (given && token.kind === "quoted")) {
    if (!given && token.upper && SOFT_KEYWORDS.has(token.upper)) return null;
    return next(cursor).text;
  }
  if (given) throw unexpected(cursor);
  return null;
}

export function parseFrom(cursor: Cursor): TableSource {
  const sources = commaList(cursor, parseJoins);
  return sources.reduce((left, right) => ({ kind: "join", type: "cross", left, right, on: null }));
}

function parseJoins(cursor: Cursor): TableSource {
  let left = parseSource(cursor);
  for (;;) {
    if (accept(cursor, "CROSS", "APPLY"))
      left = { kind: "apply", outer: false, left, right: parseSource(cursor) };
    else if (accept(cursor, "OUTER", "APPLY"))
      left = { kind: "apply", outer: true, left, right: parseSource(cursor) };
    else if (accept(cursor, "CROSS", "JOIN"))
      left = { kind: "join", type: "cross", left, right: parseSource(cursor), on: null };
    else {
      const type = joinType(cursor);
      if (!type) return left;
      const right = deeper(cursor, () => parseJoins(cursor));
      expect(cursor, "ON");
      left = { kind: "join", type, left, right, on: parseExpression(cursor) };
    }
  }
}

function joinType(cursor: Cursor): "inner" | "left" | "right" | "full" | null {
  for (const type of ["inner", "left", "right", "full"] as const) {
    if (!isAt(cursor, type.toUpperCase())) continue;
    next(cursor);
    if (type !== "inner") accept(cursor, "OUTER");
    for (const hint of ["LOOP", "HASH", "MERGE", "REMOTE"]) accept(cursor, hint);
    expect(cursor, "JOIN");
    return type;
  }
  return accept(cursor, "JOIN") ? "inner" : null;
}

function parseSource(cursor: Cursor): TableSource {
  let source = parsePlainSource(cursor);
  for (;;) {
    if (accept(cursor, "PIVOT")) source = parsePivot(cursor, source);
    else if (accept(cursor, "UNPIVOT")) source = parseUnpivot(cursor, source);
    else return source;
  }
}

function parsePlainSource(cursor: Cursor): TableSource {
  if (isAt(cursor, "(")) return parseParenthesizedSource(cursor);
  if (peek(cursor).kind === "variable") {
    const token = peek(cursor);
    if (!cursor.declared.has(token.text.toLowerCase())) {
      throw syntaxError(1087, `Must declare the table variable "${token.text}".`, token.line);
    }
    const name = readVariable(cursor);
    return { kind: "table-variable", name, alias: readTableAlias(cursor) };
  }
  const name = readQualifiedName(cursor);
  if (isAt(cursor, "(") && !HINTS.has(peek(cursor, 1).upper)) {
    expect(cursor, "(");
    const argument = (at: Cursor): Expression =>
      accept(at, "DEFAULT") ? { kind: "null" } : parseExpression(at);
    const args = isAt(cursor, ")") ? [] : commaList(cursor, argument);
    expect(cursor, ")");
    const alias = readTableAlias(cursor);
    return {
      kind: "function",
      name,
      args,
      alias,
      columns: alias && isAt(cursor, "(") ? readColumnList(cursor) : [],
    };
  }
  skipHints(cursor);
  const alias = readTableAlias(cursor);
  skipHints(cursor);
  return { kind: "table", name, alias };
}

function parseParenthesizedSource(cursor: Cursor): TableSource {
  if (!startsQuery(cursor, 1) && peek(cursor, 1).upper !== "VALUES") {
    expect(cursor, "(");
    const inner = deeper(cursor, () => parseJoins(cursor));
    expect(cursor, ")");
    return inner;
  }
  expect(cursor, "(");
  const query = deeper(cursor, () => parseQuery(cursor));
  expect(cursor, ")");
  const alias = readTableAlias(cursor);
  // A derived table must have a name; SQL Server says so with a plain syntax error.
  if (!alias) throw unexpected(cursor);
  return { kind: "derived", query, alias, columns: isAt(cursor, "(") ? readColumnList(cursor) : [] };
}

function readTableAlias(cursor: Cursor): string | null {
  if (accept(cursor, "AS")) return readName(cursor);
  if (!isName(cursor) || SOFT_KEYWORDS.has(peek(cursor).upper)) return null;
  return readName(cursor);
}

function parsePivot(cursor: Cursor, source: TableSource): TableSource {
  expect(cursor, "(");
  const aggregate = parseExpression(cursor);
  if (aggregate.kind !== "call") throw unexpected(cursor);
  expect(cursor, "FOR");
  const column = readQualifiedName(cursor).at(-1)!;
  expect(cursor, "IN");
  const values = readColumnList(cursor);
  expect(cursor, ")");
  const alias = readTableAlias(cursor);
  if (!alias) throw unexpected(cursor);
  return { kind: "pivot", source, aggregate: aggregate as Call, column, values, alias };
}

function parseUnpivot(cursor: Cursor, source: TableSource): TableSource {
  expect(cursor, "(");
  const value = readName(cursor);
  expect(cursor, "FOR");
  const column = readName(cursor);
  expect(cursor, "IN");
  const columns = readColumnList(cursor);
  expect(cursor, ")");
  const alias = readTableAlias(cursor);
  if (!alias) throw unexpected(cursor);
  return { kind: "unpivot", source, value, column, columns, alias };
}

function skipHints(cursor: Cursor): void {
  if (isAt(cursor, "WITH", "(")) {
    next(cursor);
    skipParenthesis(cursor);
  } else if (isAt(cursor, "(") && HINTS.has(peek(cursor, 1).upper)) skipParenthesis(cursor);
}

/** Hints change how a real server works, never what it answers. */
export function skipParenthesis(cursor: Cursor): void {
  expect(cursor, "(");
  for (let depth = 1; depth > 0; ) {
    const token = next(cursor);
    if (token.kind === "end") {
      cursor.at--;
      throw unexpected(cursor);
    }
    if (token.upper === "(") depth++;
    if (token.upper === ")") depth--;
  }
}

export function atCompoundAssignment(cursor: Cursor, ahead: number): boolean {
  const operator = peek(cursor, ahead).upper;
  return operator === "=" || COMPOUND.has(operator);
}

export function atQuery(cursor: Cursor): boolean {
  return isAny(cursor, QUERY_STARTS) || startsQuery(cursor, 1);
}

const QUERY_STARTS = new Set(["SELECT", "WITH"]);
const COMPOUND = new Set(["+=", "-=", "*=", "/=", "%=", "&=", "|=", "^="]);
const HINTS = new Set(
  "NOLOCK READUNCOMMITTED READCOMMITTED READPAST HOLDLOCK ROWLOCK PAGLOCK TABLOCK TABLOCKX UPDLOCK XLOCK NOEXPAND FORCESEEK".split(
    " ",
  ),
);
// Not reserved, yet the start of a clause or statement where an alias could stand.
const SOFT_KEYWORDS = new Set(["APPLY", "OFFSET", "THROW", "CATCH", "OUTPUT", "ROWS"]);
