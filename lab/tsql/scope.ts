import { SqlError } from "#lab/mirroring/commands.ts";
import type { Collation } from "#lab/tsql/compare.ts";
import type { Frame, Typed } from "#lab/tsql/typed.ts";
import type { SqlType, SqlValue } from "#lab/tsql/values.ts";

export interface ScopeColumn {
  /** The alias, or the qualified name of a table without one. */
  source: string[];
  name: string;
  type: SqlType;
  nullable: boolean;
  collation?: Collation;
}

/** Rows to read from, and what their columns are called. */
export interface Source {
  columns: ScopeColumn[];
  rows: (outer: Frame | null) => SqlValue[][];
}

export interface Scope {
  columns: ScopeColumn[];
  outer: Scope | null;
}

/** Looks in this scope first, then outwards: a correlated subquery sees the rows around it. */
export function resolveColumn(parts: string[], scope: Scope | null): Typed {
  let depth = 0;
  for (let at = scope; at; at = at.outer, depth++) {
    const found = at.columns.flatMap((column, index) => (names(parts, column) ? [index] : []));
    if (found.length > 1) throw new SqlError(209, 16, `Ambiguous column name '${parts.at(-1)}'.`);
    if (found.length === 1) return columnAt(at.columns[found[0]!]!, found[0]!, depth);
  }
  if (parts.length > 1 && !knowsSource(parts.slice(0, -1), scope)) {
    throw new SqlError(4104, 16, `The multi-part identifier "${parts.join(".")}" could not be bound.`);
  }
  throw new SqlError(207, 16, `Invalid column name '${parts.at(-1)}'.`);
}

function knowsSource(parts: string[], scope: Scope | null): boolean {
  return (
    scope !== null &&
    (scope.columns.some((column) => matchesSource(parts, column.source)) || knowsSource(parts, scope.outer))
  );
}

export function columnAt(column: ScopeColumn, index: number, depth = 0): Typed {
  const { type, nullable, collation } = column;
  if (depth === 0) return { type, nullable, collation, evaluate: (frame) => frame.row[index]! };
  return {
    type,
    nullable,
    collation,
    evaluate: (frame) => {
      let at: Frame = frame;
      for (let i = 0; i < depth; i++) at = at.outer!;
      return at.row[index]!;
    },
  };
}

function names(parts: string[], column: ScopeColumn): boolean {
  return (
    same(parts.at(-1)!, column.name) &&
    (parts.length === 1 || matchesSource(parts.slice(0, -1), column.source))
  );
}

/** `databases.name`, `sys.databases.name` and `master.sys.databases.name` all mean an unaliased master.sys.databases. */
export function matchesSource(parts: string[], source: string[]): boolean {
  if (parts.length > source.length) return false;
  return parts.every((part, i) => part === "" || same(part, source[source.length - parts.length + i]!));
}

export function same(one: string, other: string): boolean {
  return one === other || (one.length === other.length && one.toLowerCase() === other.toLowerCase());
}
