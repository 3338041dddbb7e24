/** sql_variant: the whole length, the base type, its properties, then the value without a length of its own. */
import type { ByteWriter } from "#lab/tds/bytes.ts";
import { collation, typeCode } from "#lab/tds/types.ts";
import { bareLength, declaredBytes, encode, writeBare } from "#lab/tds/write-bare.ts";
import type { Variant } from "#lab/tsql/values.ts";

export function writeVariant(out: ByteWriter, { base, value }: Variant): void {
  if (value === null) {
    out.u32(0);
    return;
  }
  switch (base.name) {
    case "sql_variant":
      throw new RangeError("sql_variant inside sql_variant");
    case "char":
    case "varchar":
    case "nchar":
    case "nvarchar":
    case "binary":
    case "varbinary": {
      if (base.length === "max") throw new RangeError(`${base.name}(max) inside sql_variant`);
      const bytes = encode(base, value);
      const text = base.name !== "binary" && base.name !== "varbinary";
      const properties = text ? collation.length + 2 : 2;
      out.u32(2 + properties + bytes.length);
      out.u8(typeCode[base.name]);
      out.u8(properties);
      if (text) out.bytes(collation);
      out.u16(declaredBytes(base));
      out.bytes(bytes);
      return;
    }
    default: {
      const properties =
        base.name === "decimal"
          ? [base.precision, base.scale]
          : base.name === "datetime2"
            ? [base.scale]
            : [];
      out.u32(2 + properties.length + bareLength(base));
      out.u8(codes[base.name]);
      out.u8(properties.length);
      for (const property of properties) out.u8(property);
      writeBare(out, base, value);
    }
  }
}

/** Inside a variant the fixed forms stand, since NULL is said by the length. */
const codes = {
  bit: typeCode.fixedBit,
  tinyint: typeCode.fixedTinyint,
  smallint: typeCode.fixedSmallint,
  int: typeCode.fixedInt,
  bigint: typeCode.fixedBigint,
  real: typeCode.fixedReal,
  float: typeCode.fixedFloat,
  uniqueidentifier: typeCode.uniqueidentifier,
  datetime: typeCode.fixedDatetime,
  date: typeCode.date,
  datetime2: typeCode.datetime2,
  decimal: typeCode.numeric,
} as const;
