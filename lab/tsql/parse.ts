/** A batch, from its text to its statements. The whole batch is read before anything of it runs. */
import type { Declaration, Statement } from "#lab/tsql/ast.ts";
import { type Cursor, peek, readQualifiedName } from "#lab/tsql/cursor.ts";
import { tokenize } from "#lab/tsql/lexer.ts";
import { parseQuery } from "#lab/tsql/parse-query.ts";
import { parseParameterList, parseStatements } from "#lab/tsql/parse-statement.ts";
import { parseType } from "#lab/tsql/parse-type.ts";
import type { SqlType } from "#lab/tsql/values.ts";

/** `declared` names the parameters that sp_executesql brings along. */
export function parseBatch(sql: string, declared: Iterable<string> = []): Statement[] {
  const cursor = openCursor(sql);
  for (const name of declared) cursor.declared.add(name.toLowerCase());
  return parseStatements(cursor, () => peek(cursor).kind === "end", true);
}

/** `@id int, @name nvarchar(128) OUTPUT`: the second argument of sp_executesql. */
export function parseParameters(sql: string): Declaration[] {
  const cursor = openCursor(sql);
  return peek(cursor).kind === "end" ? [] : parseParameterList(cursor);
}

/** `nvarchar(60)` as a type. */
export function parseTypeName(text: string): SqlType {
  return parseType(openCursor(text), 1);
}

/** `msdb.dbo.[sp x]` as its parts. */
export function parseName(text: string): string[] {
  return readQualifiedName(openCursor(text));
}

function openCursor(sql: string): Cursor {
  return { tokens: tokenize(sql), at: 0, depth: 0, declared: new Set(), parseQuery };
}
