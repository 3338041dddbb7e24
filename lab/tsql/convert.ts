/** One value from one type to another, with SQL Server's refusals: 245, 8114, 8115, 241, 8169, 529. */
import { SqlError } from "#lab/mirroring/commands.ts";
import { formatDate, parseDate, roundToDatetime } from "#lab/tsql/dates.ts";
import {
  INTEGERS,
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

export function decimalText(unscaled: bigint, scale: number): string {
  if (scale === 0) return String(unscaled);
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, "0");
  return `${unscaled < 0n ? "-" : ""}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

/** Moves a decimal to another scale, rounding half away from zero. */
export function rescale(unscaled: bigint, from: number, to: number): bigint {
  if (to >= from) return unscaled * 10n ** BigInt(to - from);
  const divisor = 10n ** BigInt(from - to);
  const half = divisor / 2n;
  return unscaled < 0n ? -((-unscaled + half) / divisor) : (unscaled + half) / divisor;
}

export function fitDecimal(unscaled: bigint, precision: number): bigint {
  const limit = 10n ** BigInt(precision);
  if (unscaled >= limit || unscaled <= -limit) throw overflow("numeric");
  return unscaled;
}

export function overflow(target: string): SqlError {
  return new SqlError(8115, 16, `Arithmetic overflow error converting expression to data type ${target}.`);
}

/** varchar holds the characters of code page 1252; anything else becomes a question mark, as on a real server. */
export function toCodePage(text: string): string {
  return /^[\u0000-\u007f]*$/.test(text) ? text : text.replace(NOT_1252, "?");
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

function toNumber(value: SqlValue, from: SqlType, to: SqlType): SqlValue {
  if (isText(from)) return numberFromText(value as string, from, to);
  if (isBinary(from)) return numberFromBinary(value as Uint8Array, to);
  if (isDate(from)) {
    if (isInteger(to) && from.name !== "datetime")
      throw new SqlError(
        529,
        16,
        `Explicit conversion from data type ${from.name} to ${to.name} is not allowed.`,
      );
    return toNumber(((value as Date).getTime() - EPOCH_1900) / 86_400_000, { name: "float" }, to);
  }
  if (!isNumber(from))
    throw new SqlError(
      529,
      16,
      `Explicit conversion from data type ${typeName(from)} to ${typeName(to)} is not allowed.`,
    );
  switch (to.name) {
    case "bit":
      return Number(value) !== 0;
    case "real":
      return Math.fround(asFloat(value, from));
    case "float":
      return asFloat(value, from);
    case "decimal": {
      if (from.name === "decimal")
        return fitDecimal(rescale(value as bigint, from.scale, to.scale), to.precision);
      if (from.name === "float" || from.name === "real")
        return fitDecimal(decimalFromFloat(value as number, to.scale), to.precision);
      return fitDecimal(BigInt(value as number) * 10n ** BigInt(to.scale), to.precision);
    }
    default:
      return integer(wholePart(value, from), to, from);
  }
}

export function asFloat(value: SqlValue, type: SqlType): number {
  return type.name === "decimal" ? Number(decimalText(value as bigint, type.scale)) : Number(value);
}

function wholePart(value: SqlValue, from: SqlType): bigint {
  if (typeof value === "bigint") return from.name === "decimal" ? value / 10n ** BigInt(from.scale) : value;
  if (typeof value === "number" && !Number.isFinite(value)) throw overflow("int");
  return BigInt(Math.trunc(Number(value)));
}

function integer(value: bigint, to: SqlType, from: SqlType): number | bigint {
  const [low, high] = INTEGERS[to.name]!;
  if (value < low || value > high) {
    if (isInteger(from) && (to.name === "tinyint" || to.name === "smallint")) {
      throw new SqlError(220, 16, `Arithmetic overflow error for data type ${to.name}, value = ${value}.`);
    }
    throw overflow(to.name);
  }
  return to.name === "bigint" ? value : Number(value);
}

function numberFromText(text: string, from: SqlType, to: SqlType): SqlValue {
  const trimmed = text.trim();
  const failed = () =>
    to.name === "decimal" || to.name === "float" || to.name === "real" || to.name === "bigint"
      ? new SqlError(8114, 16, `Error converting data type ${from.name} to ${typeName(to)}.`)
      : new SqlError(
          245,
          16,
          `Conversion failed when converting the ${from.name} value '${text}' to data type ${to.name}.`,
        );
  if (to.name === "bit") {
    if (/^true$/i.test(trimmed)) return true;
    if (/^false$/i.test(trimmed)) return false;
    if (!/^[+-]?\d*$/.test(trimmed)) throw failed();
    return /[1-9]/.test(trimmed);
  }
  if (to.name === "float" || to.name === "real") {
    if (trimmed === "") return 0;
    if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(trimmed)) throw failed();
    return to.name === "real" ? Math.fround(Number(trimmed)) : Number(trimmed);
  }
  if (to.name === "decimal") {
    const match = /^([+-]?)(\d*)(?:\.(\d*))?$/.exec(trimmed);
    if (!match || !/\d/.test(trimmed)) throw failed();
    const fraction = match[3] ?? "";
    const unscaled = BigInt(`${match[2]}${fraction}`) * (match[1] === "-" ? -1n : 1n);
    return fitDecimal(rescale(unscaled, fraction.length, to.scale), to.precision);
  }
  if (trimmed === "") return to.name === "bigint" ? 0n : 0;
  if (!/^[+-]?\d+$/.test(trimmed)) throw failed();
  const value = BigInt(trimmed.replace(/^\+/, ""));
  const [low, high] = INTEGERS[to.name]!;
  if (value >= low && value <= high) return to.name === "bigint" ? value : Number(value);
  const [number, what] =
    to.name === "int"
      ? [248, "an int column"]
      : to.name === "bigint"
        ? [8115, "bigint"]
        : [244, `${to.name}`];
  if (number === 8115) throw overflow("bigint");
  throw new SqlError(number, 16, `The conversion of the ${from.name} value '${text}' overflowed ${what}.`);
}

function numberFromBinary(bytes: Uint8Array, to: SqlType): SqlValue {
  let value = 0n;
  for (const byte of bytes.slice(-8)) value = (value << 8n) | BigInt(byte);
  if (to.name === "bit") return value !== 0n;
  const bits = { tinyint: 8, smallint: 16, int: 32, bigint: 64 }[to.name as string];
  if (!bits) throw new SqlError(8114, 16, `Error converting data type varbinary to ${typeName(to)}.`);
  const wrapped = to.name === "tinyint" ? BigInt.asUintN(bits, value) : BigInt.asIntN(bits, value);
  return to.name === "bigint" ? wrapped : Number(wrapped);
}

function decimalFromFloat(value: number, scale: number): bigint {
  if (!Number.isFinite(value) || Math.abs(value) >= 1e38) throw overflow("numeric");
  if (Math.abs(value) >= 1e21) return BigInt(Math.trunc(value)) * 10n ** BigInt(scale);
  const text = value.toFixed(Math.min(scale, 20));
  return BigInt(text.replace(".", "")) * 10n ** BigInt(scale - Math.min(scale, 20));
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

function toGuid(value: SqlValue, from: SqlType): string {
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

function toBinary(
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

function binaryText(bytes: Uint8Array, national: boolean, style: number): string {
  const hex = () => Buffer.from(bytes).toString("hex").toUpperCase();
  if (style === 1) return `0x${hex()}`;
  if (style === 2) return hex();
  return national
    ? Buffer.from(bytes).toString("utf16le")
    : Array.from(bytes, (byte) => FROM_1252[byte]!).join("");
}

/** Six significant digits by default, sixteen in style 2, as SQL Server writes floats into text. */
function floatText(value: number, style: number): string {
  if (style === 2)
    return value
      .toExponential(15)
      .replace(/e([+-])(\d+)$/, (_, sign, digits) => `e${sign}${digits.padStart(3, "0")}`);
  const exponent = value === 0 ? 0 : Math.floor(Math.log10(Math.abs(value)));
  const digits = style === 1 ? 8 : 6;
  if (style === 1 || exponent < -5 || exponent >= digits) {
    const [mantissa, power] = value.toExponential(digits - 1).split("e") as [string, string];
    const short = style === 1 ? mantissa : mantissa.replace(/\.?0+$/, "");
    return `${short}e${power[0]}${power.slice(1).padStart(3, "0")}`;
  }
  return String(Number(value.toPrecision(digits)));
}

const EPOCH_1900 = Date.UTC(1900, 0, 1);
const HIGH_1252 = "€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ";
const FROM_1252 = Array.from({ length: 256 }, (_, byte) =>
  byte >= 128 && byte < 160 ? HIGH_1252[byte - 128]! : String.fromCharCode(byte),
);
const CODE_1252 = new Map(FROM_1252.map((character, byte) => [character, byte]));
const NOT_1252 = new RegExp(`[^\\u0000-\\u007f\\u00a0-\\u00ff${HIGH_1252}]`, "g");
