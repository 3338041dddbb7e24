import { SqlError } from "#lab/mirroring/commands.ts";
import type { Expression } from "#lab/tsql/ast.ts";
import type { Context, LocalColumn, LocalTable } from "#lab/tsql/context.ts";
import { convert } from "#lab/tsql/convert.ts";
import { same } from "#lab/tsql/scope.ts";
import { isBinary, isNumber, isText } from "#lab/tsql/type-rules.ts";
import type { SqlType, SqlValue } from "#lab/tsql/values.ts";

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

export function columnNamed(table: LocalTable, name: string): LocalColumn {
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
export function stored(value: SqlValue, type: SqlType, column: LocalColumn, table: LocalTable): SqlValue {
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
