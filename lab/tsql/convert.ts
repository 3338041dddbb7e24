/** One value from one type to another, with SQL Server's refusals: 245, 8114, 8115, 241, 8169, 529. */
import { SqlError } from "#lab/mirroring/commands.ts";
import { toCodePage } from "#lab/tsql/code-page.ts";
import { binaryText, toBinary, toGuid } from "#lab/tsql/convert-binary.ts";
import { asFloat, decimalText, floatText, overflow, toNumber } from "#lab/tsql/convert-number.ts";
import { EPOCH_1900, formatDate, parseDate, roundToDatetime } from "#lab/tsql/dates.ts";
import {
  isBinary,
  isDate,
  isInteger,
  isNational,
  isNumber,
  isText,
  sameType,
  typeName,
} from "#lab/tsql/type-rules.ts";
import type { SqlType, SqlValue, Variant } from "#lab/tsql/values.ts";

export function convert(value: SqlValue, from: SqlType, to: SqlType, style = 0): SqlValue {
  if (value === null) return null;
  if (to.name === "sql_variant")
    return from.name === "sql_variant" ? value : ({ base: from, value } as Variant);
  if (from.name === "sql_variant") {
    const variant = value as Variant;
    return convert(variant.value, variant.base, to, style);
  }
  if (sameType(from, to)) return value;
  if (isText(to)) return sized(toText(value, from, to, style), from, to);
  if (isBinary(to)) return toBinary(value, from, to, style);
  if (isDate(to)) return toDate(value, from, to, style);
  if (to.name === "uniqueidentifier") return toGuid(value, from);
  return toNumber(value, from, to);
}

/** Text of any value in the style asked for; not yet cut to its length. */
export function toText(value: SqlValue, from: SqlType, to: SqlType, style = 0): string {
  if (isText(from)) return value as string;
  if (isDate(from))
    return formatDate(value as Date, from, style === 0 && from.name !== "datetime" ? 121 : style);
  if (isBinary(from)) return binaryText(value as Uint8Array, isNational(to), style);
  switch (from.name) {
    case "bit":
      return value ? "1" : "0";
    case "decimal":
      return decimalText(value as bigint, from.scale);
    case "real":
    case "float":
      return floatText(value as number, style);
    default:
      return String(value);
  }
}

function sized(text: string, from: SqlType, to: Extract<SqlType, { length: number | "max" }>): string {
  const value = isNational(to) ? text : toCodePage(text);
  if (to.length === "max") return value;
  if (value.length > to.length) {
    // A number that does not fit is never shown cut.
    if (isNumber(from) && from.name !== "bit") {
      if (isInteger(from) && !isNational(to)) return "*".padEnd(to.name === "char" ? to.length : 1);
      throw overflow(to.name);
    }
    return value.slice(0, to.length);
  }
  return to.name === "char" || to.name === "nchar" ? value.padEnd(to.length) : value;
}

function toDate(value: SqlValue, from: SqlType, to: SqlType, style: number): Date {
  if (isDate(from)) return truncateDate(value as Date, to);
  if (isText(from)) {
    const date = parseDate(value as string, style);
    if (date === null)
      throw new SqlError(
        241,
        16,
        "Conversion failed when converting date and/or time from character string.",
      );
    if (to.name === "datetime" && date.getUTCFullYear() < 1753) {
      throw new SqlError(
        242,
        16,
        "The conversion of a varchar data type to a datetime data type resulted in an out-of-range value.",
      );
    }
    return truncateDate(date, to);
  }
  if (isNumber(from) && to.name === "datetime")
    return roundToDatetime(new Date(EPOCH_1900 + asFloat(value, from) * 86_400_000));
  throw new SqlError(
    529,
    16,
    `Explicit conversion from data type ${typeName(from)} to ${to.name} is not allowed.`,
  );
}

function truncateDate(value: Date, to: SqlType): Date {
  if (to.name === "date") return new Date(Math.floor(value.getTime() / 86_400_000) * 86_400_000);
  return to.name === "datetime" ? roundToDatetime(value) : value;
}
