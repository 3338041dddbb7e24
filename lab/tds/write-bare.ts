/** Values as bytes, without the length that leads them. A value that its own type cannot hold is a defect of the sender. */
import type { ByteWriter } from "#lab/tds/bytes.ts";
import { encode1252 } from "#lab/tds/codepage.ts";
import { toDate, toDatetime, toDatetime2 } from "#lab/tds/dates.ts";
import { decimalBytes, longestInRow, maxMarker, timeBytes, typeCode } from "#lab/tds/types.ts";
import type { SqlType, SqlValue } from "#lab/tsql/values.ts";

/** Values that are led by one byte of length, without that byte: also what stands inside sql_variant. */
export function writeBare(out: ByteWriter, type: SqlType, value: Exclude<SqlValue, null>): void {
  switch (type.name) {
    case "bit":
      out.u8(value ? 1 : 0);
      return;
    case "tinyint":
      out.u8(whole(type, value, 0, 255));
      return;
    case "smallint":
      out.i16(whole(type, value, -32_768, 32_767));
      return;
    case "int":
      out.i32(whole(type, value, -2_147_483_648, 2_147_483_647));
      return;
    case "bigint":
      out.i64(BigInt.asIntN(64, value as bigint));
      return;
    case "real":
      out.f32(value as number);
      return;
    case "float":
      out.f64(value as number);
      return;
    case "uniqueidentifier":
      writeGuid(out, value as string);
      return;
    case "datetime": {
      const { days, ticks } = toDatetime(value as Date);
      out.i32(days);
      out.u32(ticks);
      return;
    }
    case "date":
      out.unsigned(BigInt(toDate(value as Date)), 3);
      return;
    case "datetime2": {
      const { days, units } = toDatetime2(value as Date, type.scale);
      out.unsigned(BigInt(units), timeBytes(type.scale));
      out.unsigned(BigInt(days), 3);
      return;
    }
    case "decimal":
      writeDecimal(out, type, value as bigint);
      return;
    default:
      throw new RangeError(`${type.name} has no bare form`);
  }
}

/** Text and binary data in bytes; the fixed lengths are filled up. */
export function encode(type: TextOrBinary, value: SqlValue): Uint8Array {
  const wide = type.name === "nchar" || type.name === "nvarchar";
  const binary = type.name === "binary" || type.name === "varbinary";
  const length = binary ? (value as Uint8Array).length : (value as string).length;
  if (type.length !== "max" && length > type.length) {
    throw new RangeError(`a value of length ${length} in ${type.name}(${type.length})`);
  }
  if (type.name === "binary" && type.length !== "max") {
    return Buffer.concat([value as Uint8Array], type.length);
  }
  if (binary) return value as Uint8Array;
  const fixed = type.name === "char" || type.name === "nchar";
  const text = fixed && type.length !== "max" ? (value as string).padEnd(type.length) : (value as string);
  return wide ? Buffer.from(text, "utf16le") : encode1252(text);
}

export type TextOrBinary = Extract<SqlType, { length: number | "max" }>;

/** Bytes a value of the type has, its length byte not counted. */
export function bareLength(type: SqlType): number {
  switch (type.name) {
    case "date":
      return 3;
    case "datetime2":
      return timeBytes(type.scale) + 3;
    case "decimal":
      return 1 + decimalBytes(type.precision);
    default:
      return sizedTypes[type.name as keyof typeof sizedTypes][1];
  }
}

/** Type number and length of those that are sized by a byte. */
export const sizedTypes = {
  bit: [typeCode.bit, 1],
  tinyint: [typeCode.int, 1],
  smallint: [typeCode.int, 2],
  int: [typeCode.int, 4],
  bigint: [typeCode.int, 8],
  real: [typeCode.float, 4],
  float: [typeCode.float, 8],
  uniqueidentifier: [typeCode.uniqueidentifier, 16],
  datetime: [typeCode.datetime, 8],
} as const;

export function declaredBytes(type: TextOrBinary): number {
  if (type.length === "max") return maxMarker;
  const bytes = type.name === "nchar" || type.name === "nvarchar" ? type.length * 2 : type.length;
  if (bytes < 1 || bytes > longestInRow) throw new RangeError(`${type.name}(${type.length}) is no type`);
  return bytes;
}

function writeDecimal(out: ByteWriter, type: Extract<SqlType, { name: "decimal" }>, value: bigint): void {
  const magnitude = value < 0n ? -value : value;
  if (magnitude >= 10n ** BigInt(type.precision)) {
    throw new RangeError(`${value} in decimal(${type.precision},${type.scale})`);
  }
  out.u8(value < 0n ? 0 : 1);
  out.unsigned(magnitude, decimalBytes(type.precision));
}

/** The first three groups are little-endian, the rest is as written. */
function writeGuid(out: ByteWriter, guid: string): void {
  const hex = Buffer.from(guid.replaceAll("-", ""), "hex");
  if (hex.length !== 16) throw new RangeError(`${guid} is no uniqueidentifier`);
  hex.subarray(0, 4).reverse();
  hex.subarray(4, 6).reverse();
  hex.subarray(6, 8).reverse();
  out.bytes(hex);
}

function whole(type: SqlType, value: SqlValue, least: number, most: number): number {
  if (!Number.isInteger(value) || (value as number) < least || (value as number) > most) {
    throw new RangeError(`${value} in ${type.name}`);
  }
  return value as number;
}
