/** sql_variant: a base type with properties, and a value without a length of its own. */
import type { ByteReader } from "#lab/tds/bytes.ts";
import { fromDate } from "#lab/tds/dates.ts";
import type { Typed, Wrong } from "#lab/tds/parameter.ts";
import {
  decimalType,
  decode,
  fixedForms,
  guidForm,
  readDatetime2,
  readDecimal,
  readUnsigned,
  textNames,
} from "#lab/tds/read-bare.ts";
import { collation, longestInRow, timeBytes, typeCode } from "#lab/tds/types.ts";
import type { SqlType, SqlValue } from "#lab/tsql/values.ts";

export function readVariant(read: ByteReader, wrong: Wrong): Typed {
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
