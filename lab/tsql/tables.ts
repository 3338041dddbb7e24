import { SqlError } from "#lab/mirroring/commands.ts";
import type { ColumnDefinition, StatementBody, Target } from "#lab/tsql/ast.ts";
import { bindValue, type Plan } from "#lab/tsql/bind-expression.ts";
import { openBinder } from "#lab/tsql/bind-query.ts";
import { invalidObject, tableVariable, temporaryTable } from "#lab/tsql/bind-source.ts";
import { type Context, type LocalColumn, type LocalTable, wallClock } from "#lab/tsql/context.ts";
import { unsupported } from "#lab/tsql/errors.ts";
import { NO_ROW } from "#lab/tsql/run.ts";
import { same } from "#lab/tsql/scope.ts";
import { coerce } from "#lab/tsql/typed.ts";

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

export function dropTables(
  statement: Extract<StatementBody, { kind: "drop-table" }>,
  context: Context,
): void {
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
