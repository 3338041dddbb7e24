/** The numbers of the data types on the wire, and the collation all text of the lab is in. */

export const typeCode = {
  null: 0x1f,
  image: 0x22,
  text: 0x23,
  uniqueidentifier: 0x24,
  int: 0x26,
  date: 0x28,
  time: 0x29,
  datetime2: 0x2a,
  datetimeoffset: 0x2b,
  fixedTinyint: 0x30,
  fixedBit: 0x32,
  fixedSmallint: 0x34,
  fixedInt: 0x38,
  fixedSmalldatetime: 0x3a,
  fixedReal: 0x3b,
  fixedMoney: 0x3c,
  fixedDatetime: 0x3d,
  fixedFloat: 0x3e,
  variant: 0x62,
  ntext: 0x63,
  bit: 0x68,
  decimal: 0x6a,
  numeric: 0x6c,
  float: 0x6d,
  money: 0x6e,
  datetime: 0x6f,
  fixedSmallmoney: 0x7a,
  fixedBigint: 0x7f,
  varbinary: 0xa5,
  varchar: 0xa7,
  binary: 0xad,
  char: 0xaf,
  nvarchar: 0xe7,
  nchar: 0xef,
} as const;

/** SQL_Latin1_General_CP1_CI_AS: LCID 1033, case, kana and width ignored, sort order 52, so code page 1252. */
export const collation = Buffer.from([0x09, 0x04, 0xd0, 0x00, 0x34]);

/** Bytes of text or binary data; in place of a length this says "max", and the value comes in chunks. */
export const longestInRow = 8000;
export const maxMarker = 0xffff;

/** A chunked value (PLP) begins with its whole length, or with one of these. */
export const chunkedNull = 0xffff_ffff_ffff_ffffn;
export const chunkedUnknownLength = 0xffff_ffff_ffff_fffen;

/** Bytes of a decimal's magnitude, without the sign. */
export function decimalBytes(precision: number): 4 | 8 | 12 | 16 {
  if (precision <= 9) return 4;
  if (precision <= 19) return 8;
  return precision <= 28 ? 12 : 16;
}

/** Bytes of the time of day in datetime2, by scale. */
export function timeBytes(scale: number): 3 | 4 | 5 {
  if (scale <= 2) return 3;
  return scale <= 4 ? 4 : 5;
}
