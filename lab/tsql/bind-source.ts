import { SqlError } from "#lab/mirroring/commands.ts";
import type { TableSource } from "#lab/tsql/ast.ts";
import { type Binder, bindValue, type Plan } from "#lab/tsql/bind-expression.ts";
import type { Context, LocalTable } from "#lab/tsql/context.ts";
import { bindJoin } from "#lab/tsql/join.ts";
import { bindPivot, bindUnpivot } from "#lab/tsql/pivot.ts";
import type { RelationColumn } from "#lab/tsql/relation.ts";
import { type Scope, type ScopeColumn, type Source, same } from "#lab/tsql/scope.ts";
import { coerce, type Frame } from "#lab/tsql/typed.ts";
import type { SqlValue } from "#lab/tsql/values.ts";

export function bindSource(source: TableSource, binder: Binder): Source {
  switch (source.kind) {
    case "table":
      return bindTable(source.name, source.alias, binder);
    case "table-variable":
      return tableSource(tableVariable(source.name, binder.context), [source.alias ?? source.name]);
    case "function":
      return bindTableFunction(source, binder);
    case "derived":
      return named(binder.bindQuery(source.query, binder), source.alias, source.columns);
    case "join":
      return bindJoin(source, bindSource(source.left, binder), bindSource(source.right, binder), binder);
    case "apply":
      return bindApply(source, binder);
    case "pivot":
      return bindPivot(source, bindSource(source.source, binder), binder);
    case "unpivot":
      return bindUnpivot(source, bindSource(source.source, binder), binder);
  }
}

export function invalidObject(name: string[]): SqlError {
  return new SqlError(208, 16, `Invalid object name '${name.join(".")}'.`);
}

/** `#t`, `tempdb..#t`; null where it is another kind of name. */
export function temporaryTable(name: string[], context: Context): LocalTable | null {
  const last = name.at(-1)!;
  return last.startsWith("#") ? (context.settings.temporary.get(last.toLowerCase()) ?? null) : null;
}

export function tableVariable(name: string, context: Context): LocalTable {
  const table = context.tableVariables.get(name.toLowerCase());
  if (!table) throw new SqlError(1087, 16, `Must declare the table variable "${name}".`);
  return table;
}

/** Gives a plan's columns a name, or all of them new names: derived tables and common table expressions. */
export function named(plan: Plan, alias: string, names: string[]): Source {
  if (names.length > 0 && names.length !== plan.columns.length) {
    const [number, word] = names.length > plan.columns.length ? [8159, "more"] : [8158, "fewer"];
    throw new SqlError(
      number as number,
      16,
      `'${alias}' has ${word === "more" ? "fewer" : "more"} columns than were specified in the column list.`,
    );
  }
  const columns = plan.columns.map((column, i) => {
    const name = names[i] ?? column.name;
    if (name === "")
      throw new SqlError(8155, 16, `No column name was specified for column ${i + 1} of '${alias}'.`);
    return { ...column, name, source: [alias] };
  });
  for (const [i, column] of columns.entries()) {
    if (columns.slice(0, i).some((other) => same(other.name, column.name))) {
      throw new SqlError(
        8156,
        16,
        `The column '${column.name}' was specified multiple times for '${alias}'.`,
      );
    }
  }
  return { columns, rows: plan.run };
}

function bindTable(name: string[], alias: string | null, binder: Binder): Source {
  const cte =
    name.length === 1
      ? (binder.ctes.get(name[0]!.toLowerCase()) as ((alias: string) => Source) | undefined)
      : undefined;
  if (cte) return cte(alias ?? name[0]!);
  const source = alias === null ? name : [alias];
  const temporary = temporaryTable(name, binder.context);
  if (temporary) return tableSource(temporary, source);
  const relation = name.at(-1)!.startsWith("#")
    ? null
    : binder.context.catalog.relation(name, binder.context);
  if (!relation) throw invalidObject(name);
  let rows: SqlValue[][] | null = null;
  // A view says one thing throughout a statement.
  return { columns: scoped(relation.columns, source), rows: () => (rows ??= relation.rows()) };
}

function tableSource(table: LocalTable, source: string[]): Source {
  return { columns: scoped(table.columns, source), rows: () => table.rows };
}

function scoped(columns: RelationColumn[], source: string[]): ScopeColumn[] {
  return columns.map(({ name, type, nullable }) => ({ name, type, nullable, source }));
}

function bindTableFunction(source: Extract<TableSource, { kind: "function" }>, binder: Binder): Source {
  const found = binder.context.catalog.tableFunction(source.name, binder.context);
  if (!found) throw invalidObject(source.name);
  if (source.args.length !== found.arguments.length) {
    const problem =
      source.args.length < found.arguments.length ? [313, "An insufficient number of"] : [8144, "Too many"];
    throw new SqlError(
      problem[0] as number,
      16,
      `${problem[1]} arguments were supplied for the procedure or function ${source.name.join(".")}.`,
    );
  }
  const args = source.args.map((arg, i) => coerce(bindValue(arg, binder), found.arguments[i]!));
  const alias = source.alias ?? source.name.at(-1)!;
  const columns = found.columns.map((column, i) => ({
    ...column,
    name: source.columns[i] ?? column.name,
    source: [alias],
  }));
  return { columns, rows: (outer) => found.rows(args.map((arg) => arg.evaluate(outer ?? EMPTY))) };
}

function bindApply(apply: Extract<TableSource, { kind: "apply" }>, binder: Binder): Source {
  const left = bindSource(apply.left, binder);
  const scope: Scope = { columns: left.columns, outer: binder.scope };
  const right = bindSource(apply.right, { ...binder, scope, grouping: null });
  const missing = right.columns.map(() => null);
  return {
    columns: [
      ...left.columns,
      ...right.columns.map((column) => (apply.outer ? { ...column, nullable: true } : column)),
    ],
    rows: (outer) =>
      left.rows(outer).flatMap((row) => {
        const rows = right.rows({ row, outer });
        if (rows.length === 0) return apply.outer ? [[...row, ...missing]] : [];
        return rows.map((other) => [...row, ...other]);
      }),
  };
}

const EMPTY: Frame = { row: [], outer: null };
