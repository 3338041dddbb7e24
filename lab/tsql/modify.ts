/** What changes rows: INSERT, UPDATE, DELETE and the tables themselves, temporary ones only. */
import { SqlError } from "#lab/mirroring/commands.ts";
import type { ColumnDefinition, Cte, Expression, StatementBody, Target } from "#lab/tsql/ast.ts";
import { type Binder, bindTest, bindValue, type Plan } from "#lab/tsql/bind-expression.ts";
import { bindCtes, openBinder } from "#lab/tsql/bind-query.ts";
import {
  bindSource,
  invalidObject,
  type Source,
  tableVariable,
  temporaryTable,
} from "#lab/tsql/bind-source.ts";
import { type Context, type LocalColumn, type LocalTable, wallClock } from "#lab/tsql/context.ts";
import { convert } from "#lab/tsql/convert.ts";
import { unsupported } from "#lab/tsql/errors.ts";
import { same } from "#lab/tsql/scope.ts";
import { isBinary, isNumber, isText } from "#lab/tsql/type-rules.ts";
import { coerce, type Frame, type Typed } from "#lab/tsql/typed.ts";
import type { SqlType, SqlValue } from "#lab/tsql/values.ts";

type Body<K extends StatementBody["kind"]> = Extract<StatementBody, { kind: K }>;

export function makeTable(name: string, definitions: ColumnDefinition[], context: Context): LocalTable {
  const binder = openBinder(context);
  const columns = definitions.map((column): LocalColumn => {
    const value = column.default && coerce(bindValue(column.default, binder), column.type);
    return {
      name: column.name,
      type: column.type,
      nullable: column.nullable,
      identity: column.identity && { next: column.identity.seed, step: column.identity.step },
      default: value && (() => value.evaluate(NO_ROW)),
    };
  });
  const twice = columns.find((column, i) =>
    columns.slice(0, i).some((other) => same(other.name, column.name)),
  );
  if (twice) {
    throw new SqlError(
      2705,
      16,
      `Column names in each table must be unique. Column name '${twice.name}' in table '${name}' is specified more than once.`,
    );
  }
  return {
    name,
    objectId: -1_000_000_000 - hash(`${context.session.spid}${name}`),
    columns,
    rows: [],
    createdAt: wallClock(context).getTime(),
  };
}

function hash(text: string): number {
  let value = 0;
  for (const character of text.toLowerCase()) value = (value * 31 + character.charCodeAt(0)) % 900_000_000;
  return value;
}

export function createTable(name: string[], columns: ColumnDefinition[], context: Context): void {
  addTemporary(name, makeTable(name.at(-1)!, columns, context), context);
}

function addTemporary(name: string[], table: LocalTable, context: Context): void {
  const key = name.at(-1)!.toLowerCase();
  if (!key.startsWith("#")) throw unsupported("CREATE TABLE of a table that is not temporary");
  if (context.settings.temporary.has(key))
    throw new SqlError(2714, 16, `There is already an object named '${name.at(-1)}' in the database.`);
  context.settings.temporary.set(key, table);
}

export function dropTables(statement: Body<"drop-table">, context: Context): void {
  for (const name of statement.names) {
    const dropped = context.settings.temporary.delete(name.at(-1)!.toLowerCase());
    if (!dropped && !statement.ifExists) {
      throw new SqlError(
        3701,
        11,
        `Cannot drop the table '${name.join(".")}', because it does not exist or you do not have permission.`,
      );
    }
  }
}

/** SELECT … INTO #t: the table takes its columns from the query. */
export function selectInto(name: string[], plan: Plan, context: Context): number {
  const columns = plan.columns.map((column, i): ColumnDefinition => {
    if (column.name === "") {
      throw new SqlError(
        1038,
        15,
        "An object or column name is missing or empty. For SELECT INTO statements, verify each column has a name.",
      );
    }
    return {
      name: plan.columns[i]!.name,
      type: column.type,
      nullable: column.nullable,
      identity: null,
      default: null,
    };
  });
  const rows = plan.run(null);
  const table = makeTable(name.at(-1)!, columns, context);
  addTemporary(name, table, context);
  table.rows = rows;
  return rows.length;
}

export function targetTable(target: Target, context: Context): LocalTable {
  if (target.kind === "table-variable") return tableVariable(target.name, context);
  const table = temporaryTable(target.name, context);
  if (table) return table;
  if (target.name.at(-1)!.startsWith("#") || !context.catalog.relation(target.name, context))
    throw invalidObject(target.name);
  throw new SqlError(259, 16, "Ad hoc updates to system catalogs are not allowed.");
}

/** Rows as they come from a query or a procedure, into the columns named. */
export function insertRows(
  table: LocalTable,
  names: string[],
  types: SqlType[],
  rows: SqlValue[][],
  context: Context,
): number {
  const columns =
    names.length > 0
      ? names.map((name) => columnNamed(table, name))
      : table.columns.filter((column) => !column.identity);
  if (types.length !== columns.length) {
    if (names.length === 0)
      throw new SqlError(
        213,
        16,
        "Column name or number of supplied values does not match table definition.",
      );
    const [number, more] = types.length < columns.length ? [120, "fewer"] : [121, "more"];
    throw new SqlError(
      number as number,
      15,
      `The select list for the INSERT statement contains ${more} items than the insert list.`,
    );
  }
  const explicit = columns.find((column) => column.identity);
  if (explicit) {
    throw new SqlError(
      544,
      16,
      `Cannot insert explicit value for identity column in table '${table.name}' when IDENTITY_INSERT is set to OFF.`,
    );
  }
  const made = rows.map((row) =>
    table.columns.map((column) => {
      const at = columns.indexOf(column);
      if (at >= 0) return stored(row[at]!, types[at]!, column, table);
      if (column.identity) return nextIdentity(column, context);
      return stored(column.default ? column.default() : null, column.type, column, table);
    }),
  );
  table.rows = [...table.rows, ...made];
  return made.length;
}

function columnNamed(table: LocalTable, name: string): LocalColumn {
  const column = table.columns.find((one) => same(one.name, name));
  if (!column) throw new SqlError(207, 16, `Invalid column name '${name}'.`);
  return column;
}

function nextIdentity(column: LocalColumn, context: Context): SqlValue {
  const identity = column.identity!;
  const value = BigInt(identity.next);
  identity.next += identity.step;
  context.settings.identity = value;
  return convert(value, { name: "bigint" }, column.type);
}

/** A value on its way into a column: converted, never cut (8152), never NULL where that is forbidden (515). */
function stored(value: SqlValue, type: SqlType, column: LocalColumn, table: LocalTable): SqlValue {
  if (value === null) {
    if (column.nullable) return null;
    throw new SqlError(
      515,
      16,
      `Cannot insert the value NULL into column '${column.name}', table '${table.name}'; column does not allow nulls. INSERT fails.`,
    );
  }
  const target = column.type;
  if ((isText(target) || isBinary(target)) && target.length !== "max" && !isNumber(type)) {
    const whole = convert(value, type, {
      ...target,
      name: target.name.replace(/^(n?)(char|binary)$/, "$1var$2") as typeof target.name,
      length: "max",
    });
    const trimmed = typeof whole === "string" ? whole.replace(/ +$/, "") : (whole as Uint8Array);
    if (trimmed.length > target.length)
      throw new SqlError(8152, 16, "String or binary data would be truncated.");
  }
  return convert(value, type, target);
}

/** VALUES (…, DEFAULT, …) names columns by their place: defaults are filled in before the row is bound. */
export function withDefaults(rows: Expression[][], names: string[], table: LocalTable): Expression[][] {
  const columns =
    names.length > 0
      ? names.map((name) => columnNamed(table, name))
      : table.columns.filter((column) => !column.identity);
  const isDefault = (expression: Expression) =>
    expression.kind === "column" && expression.parts.length === 1 && expression.parts[0] === "DEFAULT";
  return rows.map((row) =>
    row.map((expression, i): Expression => {
      if (!isDefault(expression)) return expression;
      const column = columns[i];
      return column?.default
        ? { kind: "literal", type: column.type, value: column.default() }
        : { kind: "null" };
    }),
  );
}

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

const NO_ROW: Frame = { row: [], outer: null };
