import type { Collation } from "#lab/tsql/compare.ts";

/** `%`, `_`, `[a-f]`, `[^x]` and an escape character as a regular expression. */
export function likePattern(pattern: string, mark: string, collation: Collation, anchored = true): RegExp {
  const literal = (text: string) => text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
  let source = "";
  for (let i = 0; i < pattern.length; i++) {
    const character = pattern[i]!;
    const close = character === "[" ? pattern.indexOf("]", i + 2) : -1;
    if (mark && character === mark) source += literal(pattern[++i] ?? "");
    else if (character === "%") source += source.endsWith("[^]*?") ? "" : "[^]*?";
    else if (character === "_") source += "[^]";
    else if (close > 0) {
      const body = pattern.slice(i + 1, close);
      const negates = body.startsWith("^");
      source += `[${negates ? "^" : ""}${(negates ? body.slice(1) : body).replace(/[\\^[\]]/g, "\\$&")}]`;
      i = close;
    } else source += literal(character);
  }
  const flags = collation === "ignores-case" ? "i" : "";
  try {
    // Trailing blanks of the value never stop a match.
    return new RegExp(anchored ? `^${source} *$` : source, flags);
  } catch {
    return /$^/;
  }
}
