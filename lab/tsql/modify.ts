import { SqlError } from "#lab/mirroring/commands.ts";
import type { Cte, StatementBody, Target } from "#lab/tsql/ast.ts";
import { type Binder, bindTest, bindValue } from "#lab/tsql/bind-expression.ts";
import { bindCtes, openBinder } from "#lab/tsql/bind-query.ts";
import { bindSource, invalidObject } from "#lab/tsql/bind-source.ts";
import type { Context, LocalTable } from "#lab/tsql/context.ts";
import { columnNamed, stored } from "#lab/tsql/insert.ts";
import { type Source, same } from "#lab/tsql/scope.ts";
import { targetTable } from "#lab/tsql/tables.ts";
import { coerce, type Frame, type Typed } from "#lab/tsql/typed.ts";
import type { SqlValue } from "#lab/tsql/values.ts";

type Body<K extends StatementBody["kind"]> = Extract<StatementBody, { kind: K }>;

export function updateRows(statement: Body<"update">, context: Context): number {
  const { table, source, binder } = bindTarget(statement, context);
  const test = statement.where && bindTest(statement.where, binder);
  const sets = statement.sets.map(({ column, variable, value }) =>
    bindSet(column, variable, bindValue(value, binder), table, context),
  );
  const changed = new Map<SqlValue[], SqlValue[]>();
  for (const [row, frame] of source(null)) {
    if (changed.has(row) || (test && !test(frame))) continue;
    const next = [...row];
    for (const set of sets) set(frame, next);
    changed.set(row, next);
  }
  table.rows = table.rows.map((row) => changed.get(row) ?? row);
  return changed.size;
}

function bindSet(
  column: string,
  variable: string | null,
  value: Typed,
  table: LocalTable,
  context: Context,
): (frame: Frame, next: SqlValue[]) => void {
  if (variable !== null) {
    const target = context.variables.get(variable)!;
    const converted = coerce(value, target.type);
    return (frame) => {
      target.value = converted.evaluate(frame);
    };
  }
  const definition = columnNamed(table, column);
  const at = table.columns.indexOf(definition);
  if (definition.identity) throw new SqlError(8102, 16, `Cannot update identity column '${column}'.`);
  return (frame, next) => {
    next[at] = stored(value.evaluate(frame), value.type, definition, table);
  };
}

export function deleteRows(statement: Body<"delete">, context: Context): number {
  const { table, source, binder } = bindTarget(statement, context);
  const test = statement.where && bindTest(statement.where, binder);
  const gone = new Set<SqlValue[]>();
  for (const [row, frame] of source(null)) if (!test || test(frame)) gone.add(row);
  table.rows = table.rows.filter((row) => !gone.has(row));
  return gone.size;
}

interface BoundTarget {
  table: LocalTable;
  binder: Binder;
  /** The table's own row, and the row that the condition sees. */
  source: (outer: Frame | null) => [SqlValue[], Frame][];
}

/** With FROM the target may be named by its alias; without, it is its own source. */
function bindTarget(
  statement: { target: Target; from: Body<"update">["from"]; ctes: Cte[] },
  context: Context,
): BoundTarget {
  const opened = openBinder(context);
  const binder = { ...opened, ctes: bindCtes(statement.ctes, opened) };
  const name = statement.target.name;
  const last = typeof name === "string" ? name : name.at(-1)!;
  if (!statement.from) {
    const table = targetTable(statement.target, context);
    const columns = table.columns.map((column) => ({ ...column, source: [last] }));
    return {
      table,
      binder: { ...binder, scope: { columns, outer: null } },
      source: (outer) => table.rows.map((row) => [row, { row, outer }]),
    };
  }
  const source: Source = bindSource(statement.from, binder);
  const start = source.columns.findIndex((column) => same(column.source.at(-1) ?? "", last));
  const actual = aliased(statement.from, last) ?? statement.target;
  const table = targetTable(actual, context);
  if (start < 0) throw invalidObject([last]);
  const bound = { ...binder, scope: { columns: source.columns, outer: null } };
  return {
    table,
    binder: bound,
    source: (outer) => {
      // A joined row holds copies of values: the table's row is found again by them, each once.
      const byKey = new Map(table.rows.map((row) => [rowKey(row), row]));
      return source.rows(outer).flatMap((row): [SqlValue[], Frame][] => {
        const own = byKey.get(rowKey(row.slice(start, start + table.columns.length)));
        return own ? [[own, { row, outer }]] : [];
      });
    },
  };
}

function rowKey(row: SqlValue[]): string {
  return JSON.stringify(row, (_, value) => (typeof value === "bigint" ? `${value}n` : value));
}

function aliased(source: NonNullable<Body<"update">["from"]>, alias: string): Target | null {
  switch (source.kind) {
    case "table":
      return same(source.alias ?? source.name.at(-1)!, alias) ? { kind: "table", name: source.name } : null;
    case "table-variable":
      return same(source.alias ?? source.name, alias) ? { kind: "table-variable", name: source.name } : null;
    case "join":
    case "apply":
      return aliased(source.left, alias) ?? aliased(source.right, alias);
    default:
      return null;
  }
}
