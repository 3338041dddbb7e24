/** Values without the length that led them, and the forms their types come in. */
import type { ByteReader } from "#lab/tds/bytes.ts";
import { decode1252 } from "#lab/tds/codepage.ts";
import { fromDatetime, fromDatetime2, fromSmalldatetime } from "#lab/tds/dates.ts";
import { timeBytes, typeCode } from "#lab/tds/types.ts";
import type { SqlType, SqlValue } from "#lab/tsql/values.ts";

export interface Form {
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
export const guidForm: Form = { type: { name: "uniqueidentifier" }, length: 16, read: readGuid };
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

export const fixedForms: Readonly<Record<number, Form>> = {
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

export const sizedForms: Readonly<Record<number, Readonly<Record<number, Form>>>> = {
  [typeCode.int]: { 1: tinyintForm, 2: smallintForm, 4: intForm, 8: bigintForm },
  [typeCode.bit]: { 1: bitForm },
  [typeCode.float]: { 4: realForm, 8: floatForm },
  [typeCode.money]: { 4: smallmoneyForm, 8: moneyForm },
  [typeCode.datetime]: { 4: smalldatetimeForm, 8: datetimeForm },
  [typeCode.uniqueidentifier]: { 16: guidForm },
};

export type TextName = "char" | "varchar" | "nchar" | "nvarchar" | "binary" | "varbinary";

export const textNames: Readonly<Record<number, TextName>> = {
  [typeCode.char]: "char",
  [typeCode.varchar]: "varchar",
  [typeCode.nchar]: "nchar",
  [typeCode.nvarchar]: "nvarchar",
  [typeCode.binary]: "binary",
  [typeCode.varbinary]: "varbinary",
};

export function decode(name: TextName, bytes: Buffer): string | Uint8Array {
  if (name === "binary" || name === "varbinary") return new Uint8Array(bytes);
  return name === "nchar" || name === "nvarchar" ? bytes.toString("utf16le") : decode1252(bytes);
}

export function decimalType(precision: number, scale: number): SqlType | undefined {
  if (precision < 1 || precision > 38 || scale > precision) return undefined;
  return { name: "decimal", precision, scale };
}

export function readDecimal(read: ByteReader, length: number): bigint {
  const positive = read.u8() !== 0;
  const magnitude = readUnsignedExact(read, length - 1);
  return positive ? magnitude : -magnitude;
}

export function readDatetime2(read: ByteReader, scale: number): Date {
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

export function readUnsigned(read: ByteReader, length: number): number {
  return Number(readUnsignedExact(read, length));
}

function readUnsignedExact(read: ByteReader, length: number): bigint {
  return read.bytes(length).reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
}
