/** A place in the tokens, and the questions that the grammar asks there. */
import type { Query } from "#lab/tsql/ast.ts";
import { type Located, syntaxError } from "#lab/tsql/errors.ts";
import type { Token } from "#lab/tsql/lexer.ts";

export interface Cursor {
  tokens: Token[];
  at: number;
  depth: number;
  /** Variables declared so far in this batch, lower case: any other use is error 137. */
  declared: Set<string>;
  /** The grammar of queries, which expressions contain and which contains expressions. */
  parseQuery: (cursor: Cursor) => Query;
}

export function peek(cursor: Cursor, ahead = 0): Token {
  return cursor.tokens[Math.min(cursor.at + ahead, cursor.tokens.length - 1)]!;
}

export function next(cursor: Cursor): Token {
  const token = peek(cursor);
  cursor.at++;
  return token;
}

/** True where the next tokens are these keywords or symbols, in this order. */
export function isAt(cursor: Cursor, ...words: string[]): boolean {
  return words.every((word, ahead) => peek(cursor, ahead).upper === word);
}

export function isAny(cursor: Cursor, words: ReadonlySet<string>): boolean {
  return words.has(peek(cursor).upper);
}

export function accept(cursor: Cursor, ...words: string[]): boolean {
  if (!isAt(cursor, ...words)) return false;
  cursor.at += words.length;
  return true;
}

export function expect(cursor: Cursor, ...words: string[]): void {
  for (const word of words) if (!accept(cursor, word)) throw unexpected(cursor);
}

/** 156 names a keyword, 102 anything else. */
export function unexpected(cursor: Cursor): Located {
  const token = peek(cursor);
  if (token.kind === "word" && RESERVED.has(token.upper)) {
    return syntaxError(156, `Incorrect syntax near the keyword '${token.text}'.`, token.line);
  }
  return syntaxError(102, `Incorrect syntax near '${token.text.slice(0, 128)}'.`, token.line);
}

/** A name, bracketed or a word that is not reserved. */
export function isName(cursor: Cursor, ahead = 0): boolean {
  const token = peek(cursor, ahead);
  return token.kind === "quoted" || (token.kind === "word" && !RESERVED.has(token.upper));
}

export function readName(cursor: Cursor): string {
  if (!isName(cursor)) throw unexpected(cursor);
  return next(cursor).text;
}

/** `a`, `a.b`, `a..c`, `[srv].[db].[schema].[name]`; a part left out is empty. */
export function readQualifiedName(cursor: Cursor): string[] {
  const parts = [readName(cursor)];
  while (accept(cursor, ".")) {
    while (accept(cursor, ".")) parts.push("");
    parts.push(readAnyName(cursor));
    if (parts.length > 4) throw unexpected(cursor);
  }
  return parts;
}

/** After a dot even a keyword is a name: `d.state`, `x.key`. */
export function readAnyName(cursor: Cursor): string {
  const token = peek(cursor);
  if (token.kind !== "quoted" && token.kind !== "word") throw unexpected(cursor);
  return next(cursor).text;
}

export function commaList<T>(cursor: Cursor, read: (cursor: Cursor) => T): T[] {
  const items = [read(cursor)];
  while (accept(cursor, ",")) items.push(read(cursor));
  return items;
}

export function readVariable(cursor: Cursor, declares = false): string {
  const token = next(cursor);
  if (token.kind !== "variable" || token.text.startsWith("@@")) {
    cursor.at--;
    throw unexpected(cursor);
  }
  const name = token.text.toLowerCase();
  if (declares) {
    if (cursor.declared.has(name)) {
      throw syntaxError(134, `The variable name '${token.text}' has already been declared.`, token.line);
    }
    cursor.declared.add(name);
  } else if (!cursor.declared.has(name)) {
    throw syntaxError(137, `Must declare the scalar variable "${token.text}".`, token.line);
  }
  return name;
}

/** Recursion has an end before the stack has: SQL Server answers 191 as well. */
export function deeper<T>(cursor: Cursor, read: () => T): T {
  cursor.depth++;
  if (cursor.depth > 240) {
    throw syntaxError(191, "Some part of your SQL statement is nested too deeply.", peek(cursor).line);
  }
  const result = read();
  cursor.depth--;
  return result;
}

export const RESERVED = new Set(
  `ADD ALL ALTER AND ANY AS ASC AUTHORIZATION BACKUP BEGIN BETWEEN BREAK BROWSE BULK BY CASCADE CASE CHECK CHECKPOINT CLOSE
CLUSTERED COALESCE COLLATE COLUMN COMMIT COMPUTE CONSTRAINT CONTAINS CONTINUE CONVERT CREATE CROSS CURRENT CURRENT_DATE
CURRENT_TIME CURRENT_TIMESTAMP CURRENT_USER CURSOR DATABASE DBCC DEALLOCATE DECLARE DEFAULT DELETE DENY DESC DISTINCT
DISTRIBUTED DOUBLE DROP ELSE END ERRLVL ESCAPE EXCEPT EXEC EXECUTE EXISTS EXIT FETCH FILE FILLFACTOR FOR FOREIGN FREETEXT
FROM FULL FUNCTION GOTO GRANT GROUP HAVING HOLDLOCK IDENTITY IDENTITY_INSERT IDENTITYCOL IF IN INDEX INNER INSERT INTERSECT
INTO IS JOIN KEY KILL LEFT LIKE LINENO MERGE NATIONAL NOCHECK NONCLUSTERED NOT NULL NULLIF OF OFF OFFSETS ON OPEN OPENQUERY
OPENROWSET OPENXML OPTION OR ORDER OUTER OVER PERCENT PIVOT PLAN PRIMARY PRINT PROC PROCEDURE PUBLIC RAISERROR READ
RECONFIGURE REFERENCES REPLICATION RESTORE RESTRICT RETURN REVERT REVOKE RIGHT ROLLBACK ROWCOUNT ROWGUIDCOL RULE SAVE
SCHEMA SELECT SESSION_USER SET SETUSER SHUTDOWN SOME STATISTICS SYSTEM_USER TABLE TABLESAMPLE THEN TO TOP TRAN TRANSACTION
TRIGGER TRUNCATE TRY_CONVERT TSEQUAL UNION UNIQUE UNPIVOT UPDATE UPDATETEXT USE USER VALUES VARYING VIEW WAITFOR WHEN WHERE
WHILE WITH WRITETEXT`.split(/\s+/),
);
