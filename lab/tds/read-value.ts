/** A parameter's type and value, as a client sends them. */
import type { ByteReader } from "#lab/tds/bytes.ts";
import { fromDate } from "#lab/tds/dates.ts";
import type { Typed, Wrong } from "#lab/tds/parameter.ts";
import {
  decimalType,
  decode,
  fixedForms,
  readDatetime2,
  readDecimal,
  readUnsigned,
  sizedForms,
  textNames,
} from "#lab/tds/read-bare.ts";
import { readVariant } from "#lab/tds/read-variant.ts";
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
