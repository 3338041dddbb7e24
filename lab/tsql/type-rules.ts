/** How types combine: precedence, the type of a union, of arithmetic, of a concatenation. */
import { SqlError } from "#lab/mirroring/commands.ts";
import type { Arithmetic } from "#lab/tsql/ast.ts";
import type { SqlType } from "#lab/tsql/values.ts";

export type DecimalType = Extract<SqlType, { name: "decimal" }>;
export type SizedType = Extract<SqlType, { length: number | "max" }>;

export const INT: SqlType = { name: "int" };
export const DATETIME: SqlType = { name: "datetime" };
export const SYSNAME: SqlType = { name: "nvarchar", length: 128 };
export const VARIANT: SqlType = { name: "sql_variant" };
export const nvarchar = (length: number | "max"): SqlType => ({ name: "nvarchar", length });
export const varchar = (length: number | "max"): SqlType => ({ name: "varchar", length });

export function isText(type: SqlType): type is SizedType {
  return TEXT.has(type.name);
}

export function isNational(type: SqlType): boolean {
  return type.name === "nvarchar" || type.name === "nchar";
}

export function isBinary(type: SqlType): type is SizedType {
  return type.name === "binary" || type.name === "varbinary";
}

export function isInteger(type: SqlType): boolean {
  return type.name in INTEGERS;
}

export function isNumber(type: SqlType): boolean {
  return isInteger(type) || ["bit", "decimal", "real", "float"].includes(type.name);
}

export function isDate(type: SqlType): boolean {
  return type.name === "datetime" || type.name === "date" || type.name === "datetime2";
}

/** Lowest and highest value of the integer types. */
export const INTEGERS: Record<string, [bigint, bigint]> = {
  tinyint: [0n, 255n],
  smallint: [-32768n, 32767n],
  int: [-2147483648n, 2147483647n],
  bigint: [-9223372036854775808n, 9223372036854775807n],
};

/** The name that messages use: SQL Server says numeric for decimal. */
export function typeName(type: SqlType): string {
  return type.name === "decimal" ? "numeric" : type.name;
}

export function sameType(one: SqlType, other: SqlType): boolean {
  if (one === other) return true;
  if (one.name !== other.name) return false;
  if (one.name === "decimal" && other.name === "decimal")
    return one.precision === other.precision && one.scale === other.scale;
  if (one.name === "datetime2" && other.name === "datetime2") return one.scale === other.scale;
  return !("length" in one) || !("length" in other) || one.length === other.length;
}

/** The common type of UNION, CASE, COALESCE and of both sides of a comparison. */
export function commonType(one: SqlType, other: SqlType): SqlType {
  if (sameType(one, other)) return one;
  const [high, low] = rank(one) <= rank(other) ? [one, other] : [other, one];
  if (high.name === "decimal" && (low.name === "decimal" || isInteger(low) || low.name === "bit")) {
    const [a, b] = [high, asDecimal(low)];
    const scale = Math.max(a.scale, b.scale);
    const whole = Math.max(a.precision - a.scale, b.precision - b.scale);
    return {
      name: "decimal",
      precision: Math.min(38, whole + scale),
      scale: Math.min(scale, 38 - Math.min(38, whole)),
    };
  }
  if (high.name === "datetime2" && low.name === "datetime2")
    return { name: "datetime2", scale: Math.max(high.scale, low.scale) };
  if ((isText(high) && isText(low)) || (isBinary(high) && isBinary(low))) {
    const length = high.length === "max" || low.length === "max" ? "max" : Math.max(high.length, low.length);
    const varies = high.name.includes("var") || low.name.includes("var");
    const base = isNational(high) ? "nchar" : isText(high) ? "char" : "binary";
    return { name: (varies ? base.replace(/(char|binary)$/, "var$1") : base) as SizedType["name"], length };
  }
  return high;
}

/** int is decimal(10,0), bigint decimal(19,0), … */
export function asDecimal(type: SqlType, digits?: number): DecimalType {
  if (type.name === "decimal") return type;
  const widths: Record<string, number> = { bit: 1, tinyint: 3, smallint: 5, int: 10, bigint: 19 };
  return { name: "decimal", precision: digits ?? widths[type.name] ?? 38, scale: 0 };
}

export function concatenationType(one: SizedType, other: SizedType): SizedType {
  const national = isNational(one) || isNational(other);
  const name = isBinary(one) && isBinary(other) ? "varbinary" : national ? "nvarchar" : "varchar";
  if (one.length === "max" || other.length === "max") return { name, length: "max" };
  return { name, length: Math.min(national ? 4000 : 8000, one.length + other.length) };
}

/** Precision and scale of exact arithmetic, cut back to 38 digits the way SQL Server does. */
export function decimalResult(operator: Arithmetic, a: DecimalType, b: DecimalType): DecimalType {
  const wholeA = a.precision - a.scale;
  const wholeB = b.precision - b.scale;
  switch (operator) {
    case "*":
      return fitDecimal(a.precision + b.precision + 1, a.scale + b.scale, true);
    case "/": {
      const scale = Math.max(6, a.scale + b.precision + 1);
      return fitDecimal(wholeA + b.scale + scale, scale, true);
    }
    case "%": {
      const scale = Math.max(a.scale, b.scale);
      return fitDecimal(Math.min(wholeA, wholeB) + scale, scale, false);
    }
    default: {
      const scale = Math.max(a.scale, b.scale);
      return fitDecimal(scale + Math.max(wholeA, wholeB) + 1, scale, false);
    }
  }
}

function fitDecimal(precision: number, scale: number, keepsSix: boolean): DecimalType {
  if (precision <= 38) return { name: "decimal", precision, scale };
  const whole = precision - scale;
  const least = keepsSix ? Math.min(scale, 6) : 0;
  return { name: "decimal", precision: 38, scale: Math.max(least, Math.min(scale, 38 - whole)) };
}

export function operandClash(operator: string, one: SqlType, other: SqlType): SqlError {
  return new SqlError(
    402,
    16,
    `The data types ${typeName(one)} and ${typeName(other)} are incompatible in the ${operator} operator.`,
  );
}

function rank(type: SqlType): number {
  return PRECEDENCE.indexOf(type.name);
}

const TEXT = new Set(["char", "varchar", "nchar", "nvarchar"]);
const PRECEDENCE: SqlType["name"][] = [
  "sql_variant",
  "datetime2",
  "datetime",
  "date",
  "float",
  "real",
  "decimal",
  "bigint",
  "int",
  "smallint",
  "tinyint",
  "bit",
  "uniqueidentifier",
  "nvarchar",
  "nchar",
  "varchar",
  "char",
  "varbinary",
  "binary",
];
