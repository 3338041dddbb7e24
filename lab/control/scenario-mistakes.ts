/** What is wrong in a scenario file, one sentence a mistake: where, what was expected, and in which line. */
import type { Document, LineCounter } from "yaml";
import type { z } from "zod";

export interface Mistake {
  place: string;
  what: string;
}

type Path = (string | number)[];
type Issue = z.core.$ZodIssue;

/** Null where the text is not known: a scenario that came over the control. */
export type LineOf = (path: Path) => number | null;

/** One mistake reads "… is not right at PLACE: WHAT"; several are counted and listed. */
export function complaint(name: string, mistakes: Mistake[]): string {
  const said = mistakes.map(({ place, what }) => `${place ? `at ${place}: ` : ""}${what}`);
  if (said.length > 1) return `The scenario ${name} has ${said.length} mistakes: ${said.join("; ")}`;
  return `The scenario ${name} is not right${mistakes[0]?.place ? " " : ": "}${said[0]}`;
}

export function mistakesOf(issues: readonly Issue[], lineOf: LineOf | null): Mistake[] {
  return issues
    .flatMap((issue) => leaves(issue, []))
    .map(({ path, message }) => {
      const line = lineOf?.(path) ?? null;
      return {
        place: path.join(".") || "the file",
        what: `${plain(message)}${line === null ? "" : ` (line ${line})`}`,
      };
    });
}

/** The line of the value, or of the nearest thing around it that is in the text. */
export function linesOf(document: Document.Parsed, lines: LineCounter): LineOf {
  return (path) => {
    for (let length = path.length; length > 0; length--) {
      const node = document.getIn(path.slice(0, length), true) as {
        range?: [number, number, number] | null;
      } | null;
      if (node?.range) return lines.linePos(node.range[0]).line;
    }
    return null;
  };
}

/** Of several forms that a value may have, the one that was meant: that which fails deepest. */
function leaves(issue: Issue, above: Path): { path: Path; message: string }[] {
  const path = [...above, ...(issue.path as Path)];
  if (issue.code === "invalid_union" && issue.errors.length > 0) {
    const meant = issue.errors
      .map((branch) => branch.flatMap((one) => leaves(one, path)))
      .toSorted((a, b) => depth(b) - depth(a))[0]!;
    if (depth(meant) > path.length || meant.some(({ message }) => !isWrongType(message))) return meant;
  }
  if (issue.code === "unrecognized_keys")
    return issue.keys.map((key) => ({ path, message: `Unrecognized key: "${key}"` }));
  return [{ path, message: issue.message }];
}

function depth(found: { path: Path }[]): number {
  return Math.max(0, ...found.map(({ path }) => path.length));
}

function isWrongType(message: string): boolean {
  return message.startsWith("Invalid input: expected");
}

/** "Invalid input: expected string, received undefined" says less than it could. */
function plain(message: string): string {
  const missing = /^Invalid input: expected (\w+), received undefined$/.exec(message);
  if (missing) return `is missing; expected: ${missing[1]}`;
  return message
    .replace(/^Invalid option: expected one of /, "expected one of ")
    .replace(/^Invalid input: /, "");
}
