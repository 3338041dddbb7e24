/** Type names as people write them, in the types that the wire knows. */
import {
  accept,
  type Cursor,
  commaList,
  expect,
  isAt,
  next,
  peek,
  readAnyName,
  unexpected,
} from "#lab/tsql/cursor.ts";
import { syntaxError } from "#lab/tsql/errors.ts";
import type { SqlType } from "#lab/tsql/values.ts";

/** `fallback` is the length of a string type without one: 30 in CAST, 1 in DECLARE. */
export function parseType(cursor: Cursor, fallback: number): SqlType {
  const line = peek(cursor).line;
  let name = readAnyName(cursor).toLowerCase();
  while (accept(cursor, ".")) name = readAnyName(cursor).toLowerCase();
  if (name === "national") name = `n${readAnyName(cursor).toLowerCase()}`;
  if (
    (name === "character" || name === "char" || name === "nchar" || name === "binary") &&
    accept(cursor, "VARYING")
  ) {
    name = `${name.replace("character", "char").replace(/(char|binary)$/, "var$1")}`;
  }
  if (name === "double") accept(cursor, "PRECISION");
  const sizes = isAt(cursor, "(") ? readSizes(cursor) : [];
  const type = makeType(name, sizes, fallback);
  if (!type) throw syntaxError(243, `Type ${name} is not a defined system type.`, line);
  return type;
}

function readSizes(cursor: Cursor): (number | "max")[] {
  expect(cursor, "(");
  const sizes = commaList(cursor, () => {
    if (accept(cursor, "MAX")) return "max" as const;
    const token = peek(cursor);
    if (token.kind !== "number" || !/^\d+$/.test(token.text)) throw unexpected(cursor);
    return Number(next(cursor).text);
  });
  expect(cursor, ")");
  return sizes;
}

function makeType(name: string, [first, second]: (number | "max")[], fallback: number): SqlType | null {
  const number = (value: number | "max" | undefined, otherwise: number) =>
    typeof value === "number" ? value : otherwise;
  const fixed = FIXED[name];
  if (fixed) return fixed;
  switch (name) {
    case "char":
    case "varchar":
    case "nchar":
    case "nvarchar":
    case "binary":
    case "varbinary":
      return { name, length: first === "max" ? "max" : Math.max(1, number(first, fallback)) };
    case "decimal":
    case "numeric":
    case "dec": {
      const precision = Math.min(38, Math.max(1, number(first, 18)));
      return { name: "decimal", precision, scale: Math.min(precision, number(second, 0)) };
    }
    case "float":
    case "double":
      return { name: number(first, 53) <= 24 ? "real" : "float" };
    case "datetime2":
      return { name: "datetime2", scale: Math.min(7, number(first, 7)) };
    default:
      return null;
  }
}

// money and smalldatetime have no place on this wire: exact stand-ins. time and datetimeoffset have none: error 243.
const FIXED: Record<string, SqlType> = {
  bit: { name: "bit" },
  tinyint: { name: "tinyint" },
  smallint: { name: "smallint" },
  int: { name: "int" },
  integer: { name: "int" },
  bigint: { name: "bigint" },
  real: { name: "real" },
  money: { name: "decimal", precision: 19, scale: 4 },
  smallmoney: { name: "decimal", precision: 10, scale: 4 },
  datetime: { name: "datetime" },
  smalldatetime: { name: "datetime" },
  date: { name: "date" },
  uniqueidentifier: { name: "uniqueidentifier" },
  sql_variant: { name: "sql_variant" },
  sysname: { name: "nvarchar", length: 128 },
  text: { name: "varchar", length: "max" },
  ntext: { name: "nvarchar", length: "max" },
  xml: { name: "nvarchar", length: "max" },
  image: { name: "varbinary", length: "max" },
};
