/** Bytes and uniqueidentifiers, there and back. */
import { SqlError } from "#lab/mirroring/commands.ts";
import { CODE_1252, FROM_1252, toCodePage } from "#lab/tsql/code-page.ts";
import { isBinary, isNational, isNumber, isText, typeName } from "#lab/tsql/type-rules.ts";
import type { SqlType, SqlValue } from "#lab/tsql/values.ts";

export function toGuid(value: SqlValue, from: SqlType): string {
  if (isText(from)) {
    const match = /^\{?([0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})\}?/i.exec((value as string).trim());
    if (!match)
      throw new SqlError(
        8169,
        16,
        "Conversion failed when converting from a character string to uniqueidentifier.",
      );
    return match[1]!.toUpperCase();
  }
  if (!isBinary(from))
    throw new SqlError(
      529,
      16,
      `Explicit conversion from data type ${typeName(from)} to uniqueidentifier is not allowed.`,
    );
  const hex = Buffer.concat([value as Uint8Array, new Uint8Array(16)])
    .subarray(0, 16)
    .toString("hex")
    .toUpperCase();
  const swap = (part: string) => part.match(/../g)!.reverse().join("");
  return [
    swap(hex.slice(0, 8)),
    swap(hex.slice(8, 12)),
    swap(hex.slice(12, 16)),
    hex.slice(16, 20),
    hex.slice(20),
  ].join("-");
}

export function toBinary(
  value: SqlValue,
  from: SqlType,
  to: Extract<SqlType, { length: number | "max" }>,
  style: number,
): Uint8Array {
  const bytes = bytesOf(value, from, style);
  if (to.length === "max") return bytes;
  // Numbers keep their last bytes, everything else its first.
  const cut =
    bytes.length <= to.length ? bytes : isNumber(from) ? bytes.slice(-to.length) : bytes.slice(0, to.length);
  if (to.name !== "binary" || cut.length === to.length) return cut;
  const padded = new Uint8Array(to.length);
  padded.set(cut, isNumber(from) ? to.length - cut.length : 0);
  return padded;
}

function bytesOf(value: SqlValue, from: SqlType, style: number): Uint8Array {
  if (isBinary(from)) return value as Uint8Array;
  if (isText(from)) {
    const text = value as string;
    if (style === 1 || style === 2) return bytesFromHex(text, style);
    return isNational(from)
      ? Uint8Array.from(Buffer.from(text, "utf16le"))
      : Uint8Array.from([...toCodePage(text)], (c) => CODE_1252.get(c) ?? c.charCodeAt(0));
  }
  if (from.name === "uniqueidentifier") {
    const [a, b, c, ...rest] = (value as string).split("-") as [string, string, string, ...string[]];
    const swap = (part: string) => part.match(/../g)!.reverse().join("");
    return Uint8Array.from(Buffer.from([swap(a), swap(b), swap(c), ...rest].join(""), "hex"));
  }
  const size = { bit: 1, tinyint: 1, smallint: 2, int: 4, bigint: 8 }[from.name as string];
  if (!size)
    throw new SqlError(
      529,
      16,
      `Explicit conversion from data type ${typeName(from)} to varbinary is not allowed.`,
    );
  const hex = BigInt.asUintN(size * 8, BigInt(value as number))
    .toString(16)
    .padStart(size * 2, "0");
  return Uint8Array.from(Buffer.from(hex, "hex"));
}

function bytesFromHex(text: string, style: number): Uint8Array {
  const hex = style === 1 ? text.replace(/^0x/i, "") : text;
  if (!/^([0-9a-f]{2})*$/i.test(hex) || (style === 1 && hex === text))
    throw new SqlError(8114, 16, "Error converting data type varchar to varbinary.");
  return Uint8Array.from(Buffer.from(hex, "hex"));
}

export function binaryText(bytes: Uint8Array, national: boolean, style: number): string {
  const hex = () => Buffer.from(bytes).toString("hex").toUpperCase();
  if (style === 1) return `0x${hex()}`;
  if (style === 2) return hex();
  return national
    ? Buffer.from(bytes).toString("utf16le")
    : Array.from(bytes, (byte) => FROM_1252[byte]!).join("");
}
