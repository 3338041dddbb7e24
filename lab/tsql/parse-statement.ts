/** Statements: control of flow, variables, temporary tables. Administration has its own file. */
import type {
  Argument,
  ColumnDefinition,
  Cte,
  Declaration,
  Expression,
  InsertSource,
  Statement,
  StatementBody,
  Target,
} from "#lab/tsql/ast.ts";
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
  readAnyName,
  readName,
  readQualifiedName,
  readVariable,
  unexpected,
} from "#lab/tsql/cursor.ts";
import { syntaxError, unsupported } from "#lab/tsql/errors.ts";
import { parseAdministration } from "#lab/tsql/parse-administration.ts";
import { parseEndpoint } from "#lab/tsql/parse-endpoint.ts";
import { parseExpression, parseOperand } from "#lab/tsql/parse-expression.ts";
import { parsePrincipal } from "#lab/tsql/parse-principals.ts";
import {
  atCompoundAssignment,
  atQuery,
  parseAssignment,
  parseCtes,
  parseFrom,
  parseQuery,
  readColumnList,
  skipParenthesis,
} from "#lab/tsql/parse-query.ts";
import { parseType } from "#lab/tsql/parse-type.ts";

export function parseStatements(cursor: Cursor, ended: () => boolean, first = false): Statement[] {
  const statements: Statement[] = [];
  for (;;) {
    while (accept(cursor, ";"));
    if (ended()) return statements;
    // Only the first statement of a batch may name a procedure without EXEC.
    const statement =
      first && isName(cursor) && !isAt(cursor, "THROW") ? parseShorthandCall(cursor) : parseStatement(cursor);
    statements.push(statement);
    first = false;
  }
}

export function parseParameterList(cursor: Cursor): Declaration[] {
  return commaList(cursor, () => {
    const name = readVariable(cursor, true);
    accept(cursor, "AS");
    const type = parseType(cursor, 1);
    const value = accept(cursor, "=") ? parseExpression(cursor) : null;
    return { name, type, value, output: accept(cursor, "OUTPUT") || accept(cursor, "OUT") };
  });
}

function parseStatement(cursor: Cursor): Statement {
  const line = peek(cursor).line;
  const body = deeper(cursor, () => parseBody(cursor));
  accept(cursor, ";");
  return { line, ...body };
}

function parseShorthandCall(cursor: Cursor): Statement {
  const line = peek(cursor).line;
  const procedure = readQualifiedName(cursor);
  const body: StatementBody = {
    kind: "execute",
    procedure,
    args: parseProcedureArguments(cursor),
    status: null,
  };
  accept(cursor, ";");
  return { line, ...body };
}

function parseBody(cursor: Cursor): StatementBody {
  const endpoint = parseEndpoint(cursor);
  if (endpoint) return endpoint;
  const word = peek(cursor).upper;
  const parse = STATEMENTS[word];
  if (parse) {
    next(cursor);
    return parse(cursor);
  }
  if (isAt(cursor, "WITH")) return parseAfterCtes(cursor);
  if (atQuery(cursor)) return { kind: "query", query: parseQuery(cursor) };
  const administration = parseAdministration(cursor);
  if (administration) return administration;
  if (UNSUPPORTED.has(word))
    throw Object.assign(unsupported(`${word} ${peek(cursor, 1).upper}`.trim()), { line: peek(cursor).line });
  throw unexpected(cursor);
}

const STATEMENTS: Record<string, (cursor: Cursor) => StatementBody> = {
  DECLARE: parseDeclare,
  SET: parseSet,
  IF: parseIf,
  WHILE: (cursor) => ({ kind: "while", condition: parseExpression(cursor), body: parseStatement(cursor) }),
  BREAK: () => ({ kind: "break" }),
  CONTINUE: () => ({ kind: "continue" }),
  BEGIN: parseBegin,
  COMMIT: (cursor) => endTransaction(cursor, "commit"),
  ROLLBACK: (cursor) => endTransaction(cursor, "rollback"),
  SAVE: (cursor) => endTransaction(cursor, "save"),
  THROW: parseThrow,
  RAISERROR: parseRaiserror,
  PRINT: (cursor) => ({ kind: "print", value: parseExpression(cursor) }),
  RETURN: (cursor) => ({ kind: "return", value: startsExpression(cursor) ? parseExpression(cursor) : null }),
  USE: (cursor) => ({ kind: "use", database: readName(cursor) }),
  EXEC: parseExecute,
  EXECUTE: parseExecute,
  WAITFOR: parseWaitfor,
  INSERT: (cursor) => parseInsert(cursor, []),
  UPDATE: (cursor) => parseUpdate(cursor, []),
  DELETE: (cursor) => parseDelete(cursor, []),
  TRUNCATE: (cursor) => {
    expect(cursor, "TABLE");
    return { kind: "truncate", name: readQualifiedName(cursor) };
  },
  OPEN: cursorAction("open"),
  CLOSE: cursorAction("close"),
  DEALLOCATE: cursorAction("deallocate"),
  FETCH: parseFetch,
  CREATE: parseCreate,
  DROP: parseDrop,
};

function parseDeclare(cursor: Cursor): StatementBody {
  const token = peek(cursor);
  if (isName(cursor)) return parseCursor(cursor);
  const isTable =
    peek(cursor, 1).upper === "TABLE" ||
    (peek(cursor, 1).upper === "AS" && peek(cursor, 2).upper === "TABLE");
  if (!isTable) return { kind: "declare", declarations: parseParameterList(cursor) };
  const name = readVariable(cursor, true);
  accept(cursor, "AS");
  expect(cursor, "TABLE");
  if (!isAt(cursor, "(")) throw syntaxError(102, `Incorrect syntax near '${token.text}'.`, token.line);
  return { kind: "declare-table", name, columns: parseColumns(cursor) };
}

/** How a cursor may scroll or lock changes nothing here: it reads its rows once, when it is opened. */
function parseCursor(cursor: Cursor): StatementBody {
  const name = readName(cursor);
  accept(cursor, "INSENSITIVE");
  accept(cursor, "SCROLL");
  expect(cursor, "CURSOR");
  while (isName(cursor)) readName(cursor);
  expect(cursor, "FOR");
  const query = parseQuery(cursor);
  return { kind: "cursor", action: "declare", name: name.toLowerCase(), query };
}

function cursorAction(action: "open" | "close" | "deallocate") {
  return (cursor: Cursor): StatementBody => ({
    kind: "cursor",
    action,
    name: readName(cursor).toLowerCase(),
  });
}

function parseFetch(cursor: Cursor): StatementBody {
  accept(cursor, "NEXT");
  accept(cursor, "FROM");
  const name = readName(cursor).toLowerCase();
  const into = accept(cursor, "INTO") ? commaList(cursor, (at) => readVariable(at)) : [];
  return { kind: "cursor", action: "fetch", name, into };
}

function parseColumns(cursor: Cursor): ColumnDefinition[] {
  expect(cursor, "(");
  const columns = commaList(cursor, parseColumn).filter((column) => column !== null);
  expect(cursor, ")");
  return columns;
}

function parseColumn(cursor: Cursor): ColumnDefinition | null {
  if (isTableConstraint(cursor)) {
    while (!isAt(cursor, "(")) if (next(cursor).kind === "end") throw unexpected(cursor);
    skipParenthesis(cursor);
    return null;
  }
  const name = readAnyName(cursor);
  const column: ColumnDefinition = {
    name,
    type: parseType(cursor, 1),
    nullable: true,
    identity: null,
    default: null,
  };
  for (;;) {
    if (accept(cursor, "NOT", "NULL")) column.nullable = false;
    else if (accept(cursor, "NULL")) column.nullable = true;
    else if (accept(cursor, "PRIMARY", "KEY")) column.nullable = false;
    else if (accept(cursor, "UNIQUE") || accept(cursor, "CLUSTERED") || accept(cursor, "NONCLUSTERED"))
      continue;
    else if (accept(cursor, "DEFAULT")) column.default = parseExpression(cursor);
    else if (accept(cursor, "COLLATE") || accept(cursor, "CONSTRAINT")) readName(cursor);
    else if (accept(cursor, "IDENTITY")) {
      column.identity = isAt(cursor, "(") ? readIdentity(cursor) : { seed: 1, step: 1 };
      column.nullable = false;
    } else return column;
  }
}

function isTableConstraint(cursor: Cursor): boolean {
  return (
    isAt(cursor, "PRIMARY", "KEY") ||
    isAt(cursor, "UNIQUE") ||
    isAt(cursor, "CONSTRAINT") ||
    isAt(cursor, "INDEX")
  );
}

function readIdentity(cursor: Cursor): { seed: number; step: number } {
  expect(cursor, "(");
  const read = () => (accept(cursor, "-") ? -1 : 1) * Number(next(cursor).text);
  const seed = read();
  expect(cursor, ",");
  const step = read();
  expect(cursor, ")");
  if (!Number.isFinite(seed) || !Number.isFinite(step)) throw unexpected(cursor);
  return { seed, step };
}

function parseSet(cursor: Cursor): StatementBody {
  if (peek(cursor).kind === "variable") {
    if (!atCompoundAssignment(cursor, 1)) {
      next(cursor);
      throw unexpected(cursor);
    }
    const { variable, expression } = parseAssignment(cursor);
    return { kind: "set", variable, value: expression };
  }
  // Any option is known by its first words; TRANSACTION ISOLATION LEVEL READ UNCOMMITTED has no ON or OFF.
  if (accept(cursor, "TRANSACTION", "ISOLATION", "LEVEL")) {
    const first = readAnyName(cursor).toUpperCase();
    const value =
      first === "READ" || first === "REPEATABLE" ? `${first} ${readAnyName(cursor).toUpperCase()}` : first;
    return { kind: "option", name: "TRANSACTION ISOLATION LEVEL", value };
  }
  const names = commaList(cursor, (at) => {
    const words = [readAnyName(at).toUpperCase()];
    if (words[0] === "STATISTICS" || words[0] === "IDENTITY_INSERT")
      words.push(readQualifiedName(at).join("."));
    return words.join(" ");
  });
  accept(cursor, "=");
  const value = parseOptionValue(cursor);
  return { kind: "option", name: names.join(","), value };
}

function parseOptionValue(cursor: Cursor): string {
  const sign = accept(cursor, "-") ? "-" : "";
  const token = next(cursor);
  if (token.kind === "variable") return token.text;
  if (["word", "number", "string", "binary"].includes(token.kind)) return sign + (token.upper || token.text);
  cursor.at--;
  throw unexpected(cursor);
}

function parseIf(cursor: Cursor): StatementBody {
  const condition = parseExpression(cursor);
  const then = parseStatement(cursor);
  return { kind: "if", condition, then, otherwise: accept(cursor, "ELSE") ? parseStatement(cursor) : null };
}

function parseBegin(cursor: Cursor): StatementBody {
  if (accept(cursor, "DISTRIBUTED")) throw unsupported("BEGIN DISTRIBUTED TRANSACTION");
  if (isAt(cursor, "TRAN") || isAt(cursor, "TRANSACTION")) return endTransaction(cursor, "begin");
  if (accept(cursor, "TRY")) {
    const body = blockUntil(cursor, "TRY");
    accept(cursor, ";");
    expect(cursor, "BEGIN", "CATCH");
    return { kind: "try", body, handler: blockUntil(cursor, "CATCH") };
  }
  const body = parseStatements(cursor, () => isAt(cursor, "END"));
  // An empty block is a syntax error in SQL Server too.
  if (body.length === 0) throw unexpected(cursor);
  expect(cursor, "END");
  return { kind: "block", body };
}

function blockUntil(cursor: Cursor, word: string): Statement[] {
  const body = parseStatements(cursor, () => isAt(cursor, "END"));
  expect(cursor, "END", word);
  return body;
}

function endTransaction(cursor: Cursor, action: "begin" | "commit" | "rollback" | "save"): StatementBody {
  const said = accept(cursor, "TRANSACTION") || accept(cursor, "TRAN") || accept(cursor, "WORK");
  if (!said && action === "save") throw unexpected(cursor);
  let name = "";
  if (peek(cursor).kind === "variable") name = readVariable(cursor);
  else if (said && isName(cursor) && !isAt(cursor, "THROW")) name = readName(cursor);
  if (accept(cursor, "WITH", "MARK") && peek(cursor).kind === "string") next(cursor);
  return { kind: "transaction", action, name };
}

function parseThrow(cursor: Cursor): StatementBody {
  if (!startsExpression(cursor)) return { kind: "throw", values: null };
  const [number, message, state, ...rest] = commaList(cursor, parseExpression);
  if (!number || !message || !state || rest.length > 0) throw unexpected(cursor);
  return { kind: "throw", values: [number, message, state] };
}

function parseRaiserror(cursor: Cursor): StatementBody {
  expect(cursor, "(");
  const [message, severity, state, ...args] = commaList(cursor, parseExpression);
  if (!message || !severity || !state) throw unexpected(cursor);
  expect(cursor, ")");
  const options = accept(cursor, "WITH")
    ? commaList(cursor, readAnyName).map((word) => word.toUpperCase())
    : [];
  return { kind: "raiserror", message, severity, state, args, options };
}

function parseExecute(cursor: Cursor): StatementBody {
  if (accept(cursor, "(")) {
    const text = parseExpression(cursor);
    expect(cursor, ")");
    return { kind: "execute-text", text };
  }
  let status: string | null = null;
  if (peek(cursor).kind === "variable" && peek(cursor, 1).upper === "=") {
    status = readVariable(cursor);
    next(cursor);
  }
  const procedure =
    peek(cursor).kind === "variable" ? { variable: readVariable(cursor) } : readQualifiedName(cursor);
  return { kind: "execute", procedure, args: parseProcedureArguments(cursor), status };
}

function parseProcedureArguments(cursor: Cursor): Argument[] {
  if (!startsExpression(cursor) && !isAt(cursor, "DEFAULT")) return [];
  return commaList(cursor, () => {
    let name = "";
    if (peek(cursor).kind === "variable" && peek(cursor, 1).upper === "=") {
      name = next(cursor).text.toLowerCase();
      next(cursor);
    }
    const value = accept(cursor, "DEFAULT") ? null : argumentValue(cursor);
    return { name, value, output: accept(cursor, "OUTPUT") || accept(cursor, "OUT") };
  });
}

/** Arguments are constants and variables only; a bare word is a string. */
function argumentValue(cursor: Cursor) {
  if (!isName(cursor)) return parseOperand(cursor);
  const text = readName(cursor);
  return {
    kind: "literal",
    type: { name: "nvarchar", length: Math.max(1, text.length) },
    value: text,
  } as const;
}

function parseWaitfor(cursor: Cursor): StatementBody {
  const until = accept(cursor, "DELAY") ? "delay" : "time";
  if (until === "time") expect(cursor, "TIME");
  return { kind: "waitfor", until, value: parseOperand(cursor) };
}

function parseAfterCtes(cursor: Cursor): StatementBody {
  const start = cursor.at;
  const ctes = parseCtes(cursor);
  if (accept(cursor, "INSERT")) return parseInsert(cursor, ctes);
  if (accept(cursor, "UPDATE")) return parseUpdate(cursor, ctes);
  if (accept(cursor, "DELETE")) return parseDelete(cursor, ctes);
  if (!atQuery(cursor)) throw unexpected(cursor);
  cursor.at = start;
  return { kind: "query", query: parseQuery(cursor) };
}

function parseTarget(cursor: Cursor): Target {
  if (peek(cursor).kind === "variable") return { kind: "table-variable", name: readVariable(cursor) };
  return { kind: "table", name: readQualifiedName(cursor) };
}

function parseInsert(cursor: Cursor, ctes: Cte[]): StatementBody {
  accept(cursor, "INTO");
  const target = parseTarget(cursor);
  if (accept(cursor, "WITH")) skipParenthesis(cursor);
  const hasColumns = isAt(cursor, "(") && !atQuery(cursor);
  const columns = hasColumns ? readColumnList(cursor) : [];
  return { kind: "insert", target, columns, source: parseInsertSource(cursor), ctes };
}

function parseInsertSource(cursor: Cursor): InsertSource {
  if (accept(cursor, "DEFAULT", "VALUES")) return { kind: "defaults" };
  if (isAt(cursor, "EXEC") || isAt(cursor, "EXECUTE"))
    return { kind: "execute", statement: parseStatement(cursor) };
  if (!isAt(cursor, "VALUES") && !atQuery(cursor)) throw unexpected(cursor);
  return { kind: "query", query: parseQuery(cursor) };
}

function parseUpdate(cursor: Cursor, ctes: Cte[]): StatementBody {
  if (accept(cursor, "STATISTICS")) {
    readQualifiedName(cursor);
    return { kind: "nothing" };
  }
  const target = parseTarget(cursor);
  if (accept(cursor, "WITH")) skipParenthesis(cursor);
  expect(cursor, "SET");
  const sets = commaList(cursor, parseSetClause);
  const from = accept(cursor, "FROM") ? parseFrom(cursor) : null;
  const where = accept(cursor, "WHERE") ? parseExpression(cursor) : null;
  return { kind: "update", target, sets, from, where, ctes };
}

function parseSetClause(cursor: Cursor): { column: string; variable: string | null; value: Expression } {
  if (peek(cursor).kind === "variable") {
    const { variable, expression } = parseAssignment(cursor);
    return { column: "", variable, value: expression };
  }
  const parts = readQualifiedName(cursor);
  if (!atCompoundAssignment(cursor, 0)) throw unexpected(cursor);
  const operator = next(cursor).upper;
  const value = parseExpression(cursor);
  const column = parts.at(-1)!;
  if (operator === "=") return { column, variable: null, value };
  const left = { kind: "column", parts } as const;
  return {
    column,
    variable: null,
    value: { kind: "arithmetic", operator: operator[0] as "+", left, right: value },
  };
}

function parseDelete(cursor: Cursor, ctes: Cte[]): StatementBody {
  accept(cursor, "FROM");
  const target = parseTarget(cursor);
  const from = accept(cursor, "FROM") ? parseFrom(cursor) : null;
  const where = accept(cursor, "WHERE") ? parseExpression(cursor) : null;
  return { kind: "delete", target, from, where, ctes };
}

function parseCreate(cursor: Cursor): StatementBody {
  const principal = parsePrincipal(cursor, "CREATE");
  if (principal) return principal;
  if (accept(cursor, "TABLE"))
    return { kind: "create-table", name: readQualifiedName(cursor), columns: parseColumns(cursor) };
  accept(cursor, "UNIQUE");
  if (!accept(cursor, "CLUSTERED")) accept(cursor, "NONCLUSTERED");
  if (!accept(cursor, "INDEX")) throw unsupported(`CREATE ${peek(cursor).text.toUpperCase()}`);
  readName(cursor);
  expect(cursor, "ON");
  const table = readQualifiedName(cursor);
  if (!table.at(-1)!.startsWith("#")) throw unsupported("CREATE INDEX");
  skipParenthesis(cursor);
  if (accept(cursor, "INCLUDE")) skipParenthesis(cursor);
  if (accept(cursor, "WITH")) skipParenthesis(cursor);
  return { kind: "nothing" };
}

function parseDrop(cursor: Cursor): StatementBody {
  const principal = parsePrincipal(cursor, "DROP");
  if (principal) return principal;
  if (accept(cursor, "DATABASE")) {
    accept(cursor, "IF", "EXISTS");
    return { kind: "drop-database", names: commaList(cursor, readName) };
  }
  if (!accept(cursor, "TABLE")) throw unsupported(`DROP ${peek(cursor).text.toUpperCase()}`);
  const ifExists = accept(cursor, "IF", "EXISTS");
  return { kind: "drop-table", ifExists, names: commaList(cursor, readQualifiedName) };
}

function startsExpression(cursor: Cursor): boolean {
  const token = peek(cursor);
  if (["string", "number", "binary", "variable"].includes(token.kind)) return true;
  return (
    isName(cursor) ||
    ["(", "-", "+", "~", "CASE", "NULL", "CONVERT", "COALESCE", "NULLIF", "LEFT", "RIGHT"].includes(
      token.upper,
    )
  );
}

// Real statements that the lab does not perform; saying so is better than a syntax error.
const UNSUPPORTED = new Set(
  "ALTER GRANT DENY REVOKE MERGE DBCC CHECKPOINT RECONFIGURE SHUTDOWN GOTO BULK REVERT".split(" "),
);
