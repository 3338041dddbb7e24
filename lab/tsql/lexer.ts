/**
 * T-SQL text to tokens. Batches come without semicolons, so the parser works on tokens alone, never on text.
 */
import { syntaxError } from "#lab/tsql/errors.ts";

export interface Token {
  kind: "word" | "quoted" | "variable" | "string" | "number" | "binary" | "symbol" | "end";
  /** A name without its brackets, a string without its quotes, everything else as written. */
  text: string;
  /** Upper case for words and symbols, empty otherwise: `[SELECT]` is never the keyword. */
  upper: string;
  national: boolean;
  line: number;
}

export function tokenize(sql: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  let line = 1;
  while (at < sql.length) {
    const blank = skipBlank(sql, at, line);
    if (blank > at) {
      line += countLines(sql, at, blank);
      at = blank;
      continue;
    }
    const token = readToken(sql, at, line);
    tokens.push(token.token);
    line += countLines(sql, at, token.end);
    at = token.end;
  }
  tokens.push({ kind: "end", text: tokens.at(-1)?.text ?? "", upper: "", national: false, line });
  return tokens;
}

function skipBlank(sql: string, at: number, line: number): number {
  const plain = match(BLANK, sql, at);
  if (plain) return at + plain.length;
  if (!sql.startsWith("/*", at)) return at;
  let depth = 0;
  for (let i = at; i < sql.length; i++) {
    if (sql.startsWith("/*", i)) {
      depth++;
      i++;
    } else if (sql.startsWith("*/", i)) {
      depth--;
      i++;
      if (depth === 0) return i + 1;
    }
  }
  throw syntaxError(113, "Missing end comment mark '*/'.", line);
}

function readToken(sql: string, at: number, line: number): { token: Token; end: number } {
  const make = (kind: Token["kind"], text: string, length: number, national = false) => ({
    token: {
      kind,
      text,
      upper: kind === "word" || kind === "symbol" ? text.toUpperCase() : "",
      national,
      line,
    },
    end: at + length,
  });
  const first = sql[at]!;
  if (first === "'") return make("string", ...delimited(sql, at, "'", line));
  if ((first === "N" || first === "n") && sql[at + 1] === "'") {
    const [text, length] = delimited(sql, at + 1, "'", line);
    return make("string", text, length + 1, true);
  }
  // QUOTED_IDENTIFIER is ON for every client that matters here: double quotes name things.
  if (first === "[") return make("quoted", ...delimited(sql, at, "]", line));
  if (first === '"') return make("quoted", ...delimited(sql, at, '"', line));
  for (const [kind, pattern] of PATTERNS) {
    const text = match(pattern, sql, at);
    if (text) return make(kind, text, text.length);
  }
  throw syntaxError(102, `Incorrect syntax near '${String.fromCodePoint(sql.codePointAt(at)!)}'.`, line);
}

/** Reads up to the closing character, which is doubled where it stands for itself. */
function delimited(sql: string, at: number, close: string, line: number): [text: string, length: number] {
  let text = "";
  for (let i = at + 1; i < sql.length; i++) {
    if (sql[i] !== close) text += sql[i];
    else if (sql[i + 1] === close) text += sql[i++];
    else return [text, i + 1 - at];
  }
  throw syntaxError(105, `Unclosed quotation mark after the character string '${text.slice(0, 128)}'.`, line);
}

function match(pattern: RegExp, sql: string, at: number): string {
  pattern.lastIndex = at;
  return pattern.exec(sql)?.[0] ?? "";
}

function countLines(sql: string, from: number, to: number): number {
  let lines = 0;
  for (let i = from; i < to; i++) if (sql[i] === "\n") lines++;
  return lines;
}

const BLANK = /(?:[\s\uFEFF]+|--[^\n]*)+/y;
const PATTERNS: [Token["kind"], RegExp][] = [
  ["binary", /0[xX][0-9a-fA-F]*/y],
  ["number", /(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d*)?/y],
  ["variable", /@[\p{L}\p{N}_@$#]*/uy],
  ["word", /[\p{L}_#][\p{L}\p{N}_@$#]*/uy],
  ["symbol", /<>|!=|<=|>=|!<|!>|\+=|-=|\*=|\/=|%=|&=|\|=|\^=|::|[-+*/%=<>&|^~(),.;:]/y],
];
