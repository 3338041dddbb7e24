/** A parameter's type and value, as a client sends them. */
import type { ByteReader } from "#lab/tds/bytes.ts";
import { decode1252 } from "#lab/tds/codepage.ts";
import { fromDate, fromDatetime, fromDatetime2, fromSmalldatetime } from "#lab/tds/dates.ts";
import {
  chunkedNull,
  chunkedUnknownLength,
  collation,
  longestInRow,
  maxMarker,
  timeBytes,
  typeCode,
} from "#lab/tds/types.ts";
import type { SqlType, SqlValue, Variant } from "#lab/tsql/values.ts";

export interface Typed {
  type: SqlType;
  value: SqlValue;
}

/**
 * Makes the error of the parameter being read: 8007 wrong chunks, 8009 unknown type, 8012…8014 wrong variant,
 * 8016 wrong length, 8017 wrong precision or scale, 8023 a value outside its type.
 */
export type Wrong = (number: 8007 | 8009 | 8012 | 8013 | 8014 | 8016 | 8017 | 8023, code: number) => Error;

/**
 * smalldatetime and money arrive as the nearest types the lab computes with. time, datetimeoffset, xml, CLR and table
 * types are not among those: they are answered as unknown.
 */
export function readTyped(read: ByteReader, wrong: Wrong): Typed {
  const code = read.u8();
  const typed = readUnchecked(read, code, wrong);
  if (!holds(typed.type, typed.value)) throw wrong(8023, code);
  return typed;
}

function readUnchecked(read: ByteReader, code: number, wrong: Wrong): Typed {
  const fixed = fixedForms[code];
  if (fixed !== undefined) return { type: fixed.type, value: fixed.read(read) };

  switch (code) {
    case typeCode.null:
      return { type: { name: "nvarchar", length: 1 }, value: null };
    case typeCode.int:
    case typeCode.bit:
    case typeCode.float:
    case typeCode.money:
    case typeCode.datetime:
    case typeCode.uniqueidentifier: {
      const form = sizedForms[code]?.[read.u8()];
      if (form === undefined) throw wrong(8016, code);
      const length = read.u8();
      if (length !== 0 && length !== form.length) throw wrong(8016, code);
      return { type: form.type, value: length === 0 ? null : form.read(read) };
    }
    case typeCode.decimal:
    case typeCode.numeric: {
      read.u8();
      const type = decimalType(read.u8(), read.u8());
      if (type === undefined) throw wrong(8017, code);
      const length = read.u8();
      if (length !== 0 && (length < 2 || length > 17)) throw wrong(8016, code);
      return { type, value: length === 0 ? null : readDecimal(read, length) };
    }
    case typeCode.date: {
      const length = read.u8();
      if (length !== 0 && length !== 3) throw wrong(8016, code);
      return { type: { name: "date" }, value: length === 0 ? null : fromDate(readUnsigned(read, 3)) };
    }
    case typeCode.datetime2: {
      const scale = read.u8();
      if (scale > 7) throw wrong(8017, code);
      const length = read.u8();
      if (length !== 0 && length !== timeBytes(scale) + 3) throw wrong(8016, code);
      return { type: { name: "datetime2", scale }, value: length === 0 ? null : readDatetime2(read, scale) };
    }
    case typeCode.char:
    case typeCode.varchar:
    case typeCode.nchar:
    case typeCode.nvarchar:
    case typeCode.binary:
    case typeCode.varbinary:
      return readTextOrBinary(read, code, wrong);
    case typeCode.text:
    case typeCode.ntext:
    case typeCode.image:
      return readLegacyLarge(read, code, wrong);
    case typeCode.variant:
      return readVariant(read, wrong);
    default:
      throw wrong(8009, code);
  }
}

function readTextOrBinary(read: ByteReader, code: number, wrong: Wrong): Typed {
  const declared = read.u16();
  const name = textNames[code]!;
  const wide = code === typeCode.nchar || code === typeCode.nvarchar;
  const binary = code === typeCode.binary || code === typeCode.varbinary;
  if (!binary) read.bytes(collation.length);
  if (declared === maxMarker) {
    const bytes = readChunked(read, code, wrong);
    return { type: { name, length: "max" }, value: bytes === null ? null : decode(name, bytes) };
  }
  if (declared > longestInRow || (wide && declared % 2 !== 0)) throw wrong(8016, code);
  const type = { name, length: Math.max(1, wide ? declared / 2 : declared) };
  const length = read.u16();
  if (length === maxMarker) return { type, value: null };
  if (length > declared || (wide && length % 2 !== 0)) throw wrong(8016, code);
  return { type, value: decode(name, read.bytes(length)) };
}

/** PLP: the whole length, which may be unknown, then chunks until an empty one. */
function readChunked(read: ByteReader, code: number, wrong: Wrong): Buffer | null {
  const whole = read.u64();
  if (whole === chunkedNull) return null;
  const chunks: Buffer[] = [];
  for (let length = read.u32(); length !== 0; length = read.u32()) chunks.push(read.bytes(length));
  const bytes = Buffer.concat(chunks);
  if (whole !== chunkedUnknownLength && whole !== BigInt(bytes.length)) throw wrong(8007, code);
  return bytes;
}

/** text, ntext and image as parameters: four bytes of length, all ones for NULL. They act as the max types. */
function readLegacyLarge(read: ByteReader, code: number, wrong: Wrong): Typed {
  read.u32();
  if (code !== typeCode.image) read.bytes(collation.length);
  const name = code === typeCode.image ? "varbinary" : code === typeCode.text ? "varchar" : "nvarchar";
  const length = read.u32();
  const type = { name, length: "max" } as const;
  if (length === 0xffff_ffff) return { type, value: null };
  if (name === "nvarchar" && length % 2 !== 0) throw wrong(8016, code);
  return { type, value: decode(name, read.bytes(length)) };
}

function readVariant(read: ByteReader, wrong: Wrong): Typed {
  const type = { name: "sql_variant" } as const;
  read.u32();
  const length = read.u32();
  if (length === 0) return { type, value: null };
  const code = read.u8();
  const properties = read.u8();
  const left = length - 2 - properties;
  if (left < 0) throw wrong(8013, code);
  const inner = readVariantBase(read, code, properties, left, wrong);
  return { type, value: { base: inner.type, value: inner.value as Exclude<SqlValue, { base: SqlType }> } };
}

function readVariantBase(
  read: ByteReader,
  code: number,
  properties: number,
  length: number,
  wrong: Wrong,
): Typed {
  const expectProperties = (count: number) => {
    if (properties !== count) throw wrong(8014, code);
  };
  const fixed = code === typeCode.uniqueidentifier ? guidForm : fixedForms[code];
  if (fixed !== undefined) {
    expectProperties(0);
    if (length !== fixed.length) throw wrong(8013, code);
    return { type: fixed.type, value: fixed.read(read) };
  }
  switch (code) {
    case typeCode.date:
      expectProperties(0);
      if (length !== 3) throw wrong(8013, code);
      return { type: { name: "date" }, value: fromDate(readUnsigned(read, 3)) };
    case typeCode.datetime2: {
      expectProperties(1);
      const scale = read.u8();
      if (scale > 7) throw wrong(8012, code);
      if (length !== timeBytes(scale) + 3) throw wrong(8013, code);
      return { type: { name: "datetime2", scale }, value: readDatetime2(read, scale) };
    }
    case typeCode.decimal:
    case typeCode.numeric: {
      expectProperties(2);
      const type = decimalType(read.u8(), read.u8());
      if (type === undefined) throw wrong(8012, code);
      if (length < 2 || length > 17) throw wrong(8013, code);
      return { type, value: readDecimal(read, length) };
    }
  }
  const name = textNames[code];
  if (name === undefined) throw wrong(8014, code);
  const binary = name === "binary" || name === "varbinary";
  expectProperties(binary ? 2 : collation.length + 2);
  if (!binary) read.bytes(collation.length);
  read.u16();
  const wide = name === "nchar" || name === "nvarchar";
  if (length > longestInRow || (wide && length % 2 !== 0)) throw wrong(8013, code);
  const type = { name, length: Math.max(1, wide ? length / 2 : length) };
  return { type, value: decode(name, read.bytes(length)) };
}

function decode(name: TextName, bytes: Buffer): string | Uint8Array {
  if (name === "binary" || name === "varbinary") return new Uint8Array(bytes);
  return name === "nchar" || name === "nvarchar" ? bytes.toString("utf16le") : decode1252(bytes);
}

function holds(type: SqlType, value: SqlValue): boolean {
  if (value === null) return true;
  switch (type.name) {
    case "real":
    case "float":
      return Number.isFinite(value);
    case "decimal":
      return (
        (value as bigint) < 10n ** BigInt(type.precision) &&
        -(value as bigint) < 10n ** BigInt(type.precision)
      );
    case "datetime":
      return value >= firstDatetime && value < afterLastDate;
    case "date":
    case "datetime2":
      return value >= firstDate && value < afterLastDate;
    case "sql_variant": {
      const inner = value as Variant;
      return holds(inner.base, inner.value);
    }
    default:
      return true;
  }
}

const firstDate = new Date("0001-01-01T00:00:00Z");
const firstDatetime = new Date("1753-01-01T00:00:00Z");
const afterLastDate = new Date("+010000-01-01T00:00:00Z");

function decimalType(precision: number, scale: number): SqlType | undefined {
  if (precision < 1 || precision > 38 || scale > precision) return undefined;
  return { name: "decimal", precision, scale };
}

function readDecimal(read: ByteReader, length: number): bigint {
  const positive = read.u8() !== 0;
  const magnitude = readUnsignedExact(read, length - 1);
  return positive ? magnitude : -magnitude;
}

function readDatetime2(read: ByteReader, scale: number): Date {
  const units = readUnsigned(read, timeBytes(scale));
  return fromDatetime2(readUnsigned(read, 3), units, scale);
}

function readGuid(read: ByteReader): string {
  const bytes = Buffer.from(read.bytes(16));
  bytes.subarray(0, 4).reverse();
  bytes.subarray(4, 6).reverse();
  bytes.subarray(6, 8).reverse();
  const hex = bytes.toString("hex").toUpperCase();
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

function readUnsigned(read: ByteReader, length: number): number {
  return Number(readUnsignedExact(read, length));
}

function readUnsignedExact(read: ByteReader, length: number): bigint {
  return read.bytes(length).reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
}

interface Form {
  type: SqlType;
  length: number;
  read: (read: ByteReader) => SqlValue;
}

const money: SqlType = { name: "decimal", precision: 19, scale: 4 };
const smallmoney: SqlType = { name: "decimal", precision: 10, scale: 4 };

const bitForm: Form = { type: { name: "bit" }, length: 1, read: (read) => read.u8() !== 0 };
const tinyintForm: Form = { type: { name: "tinyint" }, length: 1, read: (read) => read.u8() };
const smallintForm: Form = { type: { name: "smallint" }, length: 2, read: (read) => read.i16() };
const intForm: Form = { type: { name: "int" }, length: 4, read: (read) => read.i32() };
const bigintForm: Form = { type: { name: "bigint" }, length: 8, read: (read) => read.i64() };
const realForm: Form = { type: { name: "real" }, length: 4, read: (read) => read.f32() };
const floatForm: Form = { type: { name: "float" }, length: 8, read: (read) => read.f64() };
const guidForm: Form = { type: { name: "uniqueidentifier" }, length: 16, read: readGuid };
const datetimeForm: Form = {
  type: { name: "datetime" },
  length: 8,
  read: (read) => fromDatetime(read.i32(), read.u32()),
};
const smalldatetimeForm: Form = {
  type: { name: "datetime" },
  length: 4,
  read: (read) => fromSmalldatetime(read.u16(), read.u16()),
};
/** money comes with its high half first. */
const moneyForm: Form = {
  type: money,
  length: 8,
  read: (read) => (BigInt(read.i32()) << 32n) | BigInt(read.u32()),
};
const smallmoneyForm: Form = { type: smallmoney, length: 4, read: (read) => BigInt(read.i32()) };

const fixedForms: Readonly<Record<number, Form>> = {
  [typeCode.fixedBit]: bitForm,
  [typeCode.fixedTinyint]: tinyintForm,
  [typeCode.fixedSmallint]: smallintForm,
  [typeCode.fixedInt]: intForm,
  [typeCode.fixedBigint]: bigintForm,
  [typeCode.fixedReal]: realForm,
  [typeCode.fixedFloat]: floatForm,
  [typeCode.fixedDatetime]: datetimeForm,
  [typeCode.fixedSmalldatetime]: smalldatetimeForm,
  [typeCode.fixedMoney]: moneyForm,
  [typeCode.fixedSmallmoney]: smallmoneyForm,
};

const sizedForms: Readonly<Record<number, Readonly<Record<number, Form>>>> = {
  [typeCode.int]: { 1: tinyintForm, 2: smallintForm, 4: intForm, 8: bigintForm },
  [typeCode.bit]: { 1: bitForm },
  [typeCode.float]: { 4: realForm, 8: floatForm },
  [typeCode.money]: { 4: smallmoneyForm, 8: moneyForm },
  [typeCode.datetime]: { 4: smalldatetimeForm, 8: datetimeForm },
  [typeCode.uniqueidentifier]: { 16: guidForm },
};

type TextName = "char" | "varchar" | "nchar" | "nvarchar" | "binary" | "varbinary";

const textNames: Readonly<Record<number, TextName>> = {
  [typeCode.char]: "char",
  [typeCode.varchar]: "varchar",
  [typeCode.nchar]: "nchar",
  [typeCode.nvarchar]: "nvarchar",
  [typeCode.binary]: "binary",
  [typeCode.varbinary]: "varbinary",
};
