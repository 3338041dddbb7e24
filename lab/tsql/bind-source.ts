/** FROM: tables, views, functions, derived tables, joins, APPLY, PIVOT. */
import { SqlError } from "#lab/mirroring/commands.ts";
import { bindAggregate } from "#lab/tsql/aggregate.ts";
import type { Expression, TableSource } from "#lab/tsql/ast.ts";
import { type Binder, bindTest, bindValue, type Plan } from "#lab/tsql/bind-expression.ts";
import { keyOf } from "#lab/tsql/compare.ts";
import type { Context, LocalTable } from "#lab/tsql/context.ts";
import { convert } from "#lab/tsql/convert.ts";
import type { RelationColumn } from "#lab/tsql/relation.ts";
import { columnAt, type Scope, type ScopeColumn, same } from "#lab/tsql/scope.ts";
import { commonType, nvarchar, SYSNAME } from "#lab/tsql/type-rules.ts";
import { coerce, type Frame, type Test, type Typed } from "#lab/tsql/typed.ts";
import type { SqlValue } from "#lab/tsql/values.ts";
import { groupFrames } from "#lab/tsql/window.ts";

export interface Source {
  columns: ScopeColumn[];
  rows: (outer: Frame | null) => SqlValue[][];
}

type Join = Extract<TableSource, { kind: "join" }>;

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
      return bindJoin(source, binder);
    case "apply":
      return bindApply(source, binder);
    case "pivot":
      return bindPivot(source, binder);
    case "unpivot":
      return bindUnpivot(source, binder);
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

function bindJoin(join: Join, binder: Binder): Source {
  const [left, right] = [bindSource(join.left, binder), bindSource(join.right, binder)];
  const columns = [...left.columns, ...right.columns].map((column, i) => {
    const outer = (i < left.columns.length ? ["right", "full"] : ["left", "full"]).includes(join.type);
    return outer ? { ...column, nullable: true } : column;
  });
  const test = join.on
    ? bindTest(join.on, { ...binder, scope: { columns, outer: binder.scope } })
    : () => true;
  const match = join.on ? equalColumns(join.on, left, right, binder) : null;
  return { columns, rows: (outer) => joinRows(join.type, left, right, test, match, outer) };
}

function joinRows(
  type: Join["type"],
  left: Source,
  right: Source,
  test: Test,
  match: Match | null,
  outer: Frame | null,
): SqlValue[][] {
  const [leftRows, rightRows] = [left.rows(outer), right.rows(outer)];
  const index = match && indexRows(rightRows, match.right, outer);
  const everyRight = rightRows.map((_, i) => i);
  const matched = new Set<number>();
  const result: SqlValue[][] = [];
  const [noLeft, noRight] = [left.columns.map(() => null), right.columns.map(() => null)];
  for (const row of leftRows) {
    let found = false;
    const candidates = index ? (index.get(keyIn(row, match!.left, outer)) ?? []) : everyRight;
    for (const i of candidates) {
      const both = [...row, ...rightRows[i]!];
      if (!test({ row: both, outer })) continue;
      found = true;
      if (type === "right" || type === "full") matched.add(i);
      result.push(both);
      limitRows(result.length);
    }
    if (!found && (type === "left" || type === "full")) result.push([...row, ...noRight]);
  }
  if (type === "right" || type === "full") {
    for (const [i, row] of rightRows.entries()) if (!matched.has(i)) result.push([...noLeft, ...row]);
  }
  return result;
}

interface Match {
  left: Typed[];
  right: Typed[];
}

/** `a.x = b.y` in the ON clause lets rows be found by key; the whole condition is still tested afterwards. */
function equalColumns(on: Expression, left: Source, right: Source, binder: Binder): Match | null {
  const match: Match = { left: [], right: [] };
  const [leftBinder, rightBinder] = [left, right].map((side) => ({
    ...binder,
    scope: { columns: side.columns, outer: null },
  })) as [Binder, Binder];
  for (const part of conjuncts(on)) {
    if (
      part.kind !== "compare" ||
      part.operator !== "=" ||
      part.left.kind !== "column" ||
      part.right.kind !== "column"
    )
      continue;
    const pair =
      tryBind(part.left, leftBinder, part.right, rightBinder) ??
      tryBind(part.right, leftBinder, part.left, rightBinder);
    if (!pair) continue;
    const type = commonType(pair[0].type, pair[1].type);
    if (pair[0].collation || pair[1].collation || type.name === "sql_variant") continue;
    match.left.push(coerce(pair[0], type));
    match.right.push(coerce(pair[1], type));
  }
  return match.left.length > 0 ? match : null;
}

function tryBind(
  one: Expression,
  oneBinder: Binder,
  other: Expression,
  otherBinder: Binder,
): [Typed, Typed] | null {
  try {
    return [bindValue(one, oneBinder), bindValue(other, otherBinder)];
  } catch (error) {
    if (error instanceof SqlError) return null;
    throw error;
  }
}

function conjuncts(expression: Expression): Expression[] {
  return expression.kind === "and"
    ? [...conjuncts(expression.left), ...conjuncts(expression.right)]
    : [expression];
}

function indexRows(rows: SqlValue[][], keys: Typed[], outer: Frame | null): Map<string, number[]> {
  const index = new Map<string, number[]>();
  for (const [i, row] of rows.entries()) {
    const key = keyIn(row, keys, outer);
    const list = index.get(key);
    if (list) list.push(i);
    else index.set(key, [i]);
  }
  return index;
}

function keyIn(row: SqlValue[], keys: Typed[], outer: Frame | null): string {
  return keys.map((key) => keyOf(key.evaluate({ row, outer }), key.type)).join("\u0001");
}

/** A cross join of everything with everything ends as it would on a small server: out of memory. */
export function limitRows(count: number): void {
  if (count > 200_000)
    throw new SqlError(
      701,
      17,
      "There is insufficient system memory in resource pool 'default' to run this query.",
    );
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

/** Groups by every column that is neither aggregated nor spread, as T-SQL does without being asked. */
function bindPivot(pivot: Extract<TableSource, { kind: "pivot" }>, binder: Binder): Source {
  const source = bindSource(pivot.source, binder);
  const inner: Binder = { ...binder, scope: { columns: source.columns, outer: binder.scope } };
  const argument = pivot.aggregate.args[0];
  const aggregated = argument?.kind === "column" ? argument.parts.at(-1)! : "";
  const keys = source.columns.flatMap((column, i) =>
    same(column.name, aggregated) || same(column.name, pivot.column)
      ? []
      : [{ column, typed: columnAt(column, i) }],
  );
  const aggregate = bindAggregate(pivot.aggregate, inner);
  const spread = bindValue({ kind: "column", parts: [pivot.column] }, inner);
  const wanted = pivot.values.map((value) =>
    keyOf(convert(value, nvarchar("max"), spread.type), spread.type),
  );
  return {
    columns: [
      ...keys.map(({ column }) => ({ ...column, source: [pivot.alias] })),
      ...pivot.values.map((name) => ({ name, type: aggregate.type, nullable: true, source: [pivot.alias] })),
    ],
    rows: (outer) => {
      const frames = source.rows(outer).map((row): Frame => ({ row, outer }));
      return groupFrames(
        frames,
        keys.map(({ typed }) => typed),
      ).map((group) => [
        ...keys.map(({ typed }) => typed.evaluate(group[0]!)),
        ...wanted.map((key) => {
          const part = group.filter((frame) => keyOf(spread.evaluate(frame), spread.type) === key);
          return part.length === 0 && !pivot.aggregate.parts[0]!.toUpperCase().startsWith("COUNT")
            ? null
            : aggregate.compute(part);
        }),
      ]);
    },
  };
}

function bindUnpivot(unpivot: Extract<TableSource, { kind: "unpivot" }>, binder: Binder): Source {
  const source = bindSource(unpivot.source, binder);
  const scope = { columns: source.columns, outer: null };
  const spread = unpivot.columns.map((name) =>
    bindValue({ kind: "column", parts: [name] }, { ...binder, scope }),
  );
  const type = spread.map((column) => column.type).reduce(commonType);
  const values = spread.map((column) => coerce(column, type));
  const kept = source.columns.flatMap((column, i) =>
    unpivot.columns.some((name) => same(name, column.name)) ? [] : [{ column, i }],
  );
  return {
    columns: [
      ...kept.map(({ column }) => ({ ...column, source: [unpivot.alias] })),
      { name: unpivot.value, type, nullable: false, source: [unpivot.alias] },
      { name: unpivot.column, type: SYSNAME, nullable: false, source: [unpivot.alias] },
    ],
    rows: (outer) =>
      source.rows(outer).flatMap((row) =>
        values.flatMap((value, i) => {
          const one = value.evaluate({ row, outer });
          return one === null ? [] : [[...kept.map((column) => row[column.i]!), one, unpivot.columns[i]!]];
        }),
      ),
  };
}

const EMPTY: Frame = { row: [], outer: null };
