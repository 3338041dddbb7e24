/** Numbers out of anything, with the refusals of each type. */
import { SqlError } from "#lab/mirroring/commands.ts";
import { EPOCH_1900 } from "#lab/tsql/dates.ts";
import { INTEGERS, isBinary, isDate, isInteger, isNumber, isText, typeName } from "#lab/tsql/type-rules.ts";
import type { SqlType, SqlValue } from "#lab/tsql/values.ts";

export function toNumber(value: SqlValue, from: SqlType, to: SqlType): SqlValue {
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

/** Six significant digits by default, sixteen in style 2, as SQL Server writes floats into text. */
export function floatText(value: number, style: number): string {
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
