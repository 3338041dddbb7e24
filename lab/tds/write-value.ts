/** Types and values as columns and return values carry them. */
import type { ByteWriter } from "#lab/tds/bytes.ts";
import { chunkedNull, collation, decimalBytes, maxMarker, typeCode } from "#lab/tds/types.ts";
import { bareLength, declaredBytes, encode, sizedTypes, writeBare } from "#lab/tds/write-bare.ts";
import { writeVariant } from "#lab/tds/write-variant.ts";
import type { SqlType, SqlValue, Variant } from "#lab/tsql/values.ts";

/** TYPE_INFO: the forms that can be NULL, for every column. */
export function writeType(out: ByteWriter, type: SqlType): void {
  switch (type.name) {
    case "date":
      out.u8(typeCode.date);
      return;
    case "datetime2":
      out.u8(typeCode.datetime2);
      out.u8(type.scale);
      return;
    case "decimal":
      out.u8(typeCode.numeric);
      out.u8(1 + decimalBytes(type.precision));
      out.u8(type.precision);
      out.u8(type.scale);
      return;
    case "sql_variant":
      out.u8(typeCode.variant);
      out.u32(longestVariant);
      return;
    case "char":
    case "varchar":
    case "nchar":
    case "nvarchar":
      out.u8(typeCode[type.name]);
      out.u16(declaredBytes(type));
      out.bytes(collation);
      return;
    case "binary":
    case "varbinary":
      out.u8(typeCode[type.name]);
      out.u16(declaredBytes(type));
      return;
    default: {
      const [code, length] = sizedTypes[type.name];
      out.u8(code);
      out.u8(length);
    }
  }
}

export function writeValue(out: ByteWriter, type: SqlType, value: SqlValue): void {
  switch (type.name) {
    case "char":
    case "varchar":
    case "nchar":
    case "nvarchar":
    case "binary":
    case "varbinary":
      if (type.length === "max") writeChunked(out, value === null ? null : encode(type, value));
      else if (value === null) out.u16(maxMarker);
      else {
        const bytes = encode(type, value);
        out.u16(bytes.length);
        out.bytes(bytes);
      }
      return;
    case "sql_variant":
      if (value === null) out.u32(0);
      else writeVariant(out, value as Variant);
      return;
    default:
      if (value === null) out.u8(0);
      else {
        out.u8(bareLength(type));
        writeBare(out, type, value);
      }
  }
}

function writeChunked(out: ByteWriter, bytes: Uint8Array | null): void {
  if (bytes === null) {
    out.u64(chunkedNull);
    return;
  }
  out.u64(BigInt(bytes.length));
  if (bytes.length > 0) {
    out.u32(bytes.length);
    out.bytes(bytes);
  }
  out.u32(0);
}

/** 8,000 bytes of value and 9 of what describes it. */
const longestVariant = 8009;
