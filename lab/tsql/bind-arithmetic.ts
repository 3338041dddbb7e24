/** Arithmetic with SQL Server's types: integer division, exact decimals, 8115 and 8134. */
import { SqlError } from "#lab/mirroring/commands.ts";
import type { Arithmetic } from "#lab/tsql/ast.ts";
import { fitDecimal, overflow, rescale } from "#lab/tsql/convert-number.ts";
import { EPOCH_1900 } from "#lab/tsql/dates.ts";
import {
  asDecimal,
  commonType,
  concatenationType,
  type DecimalType,
  decimalResult,
  INT,
  INTEGERS,
  isBinary,
  isDate,
  isInteger,
  isNational,
  isNumber,
  isText,
  nvarchar,
  operandClash,
  typeName,
  varchar,
} from "#lab/tsql/type-rules.ts";
import { coerce, type Typed } from "#lab/tsql/typed.ts";
import type { SqlType, SqlValue } from "#lab/tsql/values.ts";

export function bindArithmetic(operator: Arithmetic, left: Typed, right: Typed): Typed {
  if (left.isNull && !right.isNull) return bindArithmetic(operator, coerce(left, right.type), right);
  if (right.isNull && !left.isNull) return bindArithmetic(operator, left, coerce(right, left.type));
  const [a, b] = [left.type, right.type];
  if (
    a.name === "sql_variant" ||
    b.name === "sql_variant" ||
    a.name === "uniqueidentifier" ||
    b.name === "uniqueidentifier"
  )
    throw operandClash(operator, a, b);
  if ((isText(a) && isText(b)) || (isBinary(a) && isBinary(b))) return concatenate(operator, left, right);
  if (isDate(a) || isDate(b)) return dateArithmetic(operator, left, right);
  const type = resultType(operator, left, right);
  if (type.name === "decimal") return decimalArithmetic(operator, left, right, type);
  if (BITWISE.has(operator) && !isInteger(type) && type.name !== "bit") throw operandClash(operator, a, b);
  const compute =
    type.name === "float" || type.name === "real"
      ? floatOperation(operator, type)
      : integerOperation(operator, type);
  return combine(coerce(left, type), coerce(right, type), type, compute);
}

export function negate(operand: Typed): Typed {
  const { type } = operand;
  if (!isNumber(type) || type.name === "bit")
    throw new SqlError(8117, 16, `Operand data type ${typeName(type)} is invalid for minus operator.`);
  return {
    ...operand,
    constant: undefined,
    evaluate: (frame) => {
      const value = operand.evaluate(frame);
      if (value === null) return null;
      return typeof value === "bigint"
        ? type.name === "bigint"
          ? checked(-value, type)
          : -value
        : checked(-(value as number), type);
    },
  };
}

export function invert(operand: Typed): Typed {
  const { type } = operand;
  if (type.name === "bit")
    return { ...operand, constant: undefined, evaluate: (frame) => flip(operand.evaluate(frame)) };
  if (!isInteger(type))
    throw new SqlError(8117, 16, `Operand data type ${typeName(type)} is invalid for '~' operator.`);
  const ones = type.name === "tinyint" ? 255 : -1;
  return {
    ...operand,
    constant: undefined,
    evaluate: (frame) => {
      const value = operand.evaluate(frame);
      if (value === null) return null;
      return typeof value === "bigint" ? ~value : (value as number) ^ ones;
    },
  };
}

function flip(value: SqlValue): SqlValue {
  return value === null ? null : !value;
}

function resultType(operator: Arithmetic, left: Typed, right: Typed): SqlType {
  // Text beside a number becomes a number.
  const a = isText(left.type) || isBinary(left.type) ? right.type : left.type;
  const b = isText(right.type) || isBinary(right.type) ? left.type : right.type;
  const common = commonType(a, b);
  if (common.name === "decimal")
    return decimalResult(operator, asDecimal(a, left.digits), asDecimal(b, right.digits));
  if (common.name === "bit") return BITWISE.has(operator) ? common : INT;
  return common;
}

function concatenate(operator: Arithmetic, left: Typed, right: Typed): Typed {
  const [a, b] = [left.type, right.type];
  if (operator !== "+" || !("length" in a) || !("length" in b))
    throw operandClash(OPERATOR_NAMES[operator], a, b);
  const type = concatenationType(a, b);
  const limit = type.length !== "max" ? type.length : Number.POSITIVE_INFINITY;
  const collation = left.collation ?? right.collation;
  if (isBinary(type)) {
    return combine(left, right, type, (x, y) =>
      Uint8Array.from(Buffer.concat([x as Uint8Array, y as Uint8Array])),
    );
  }
  const national = isNational(a) || isNational(b);
  const widened = (typed: Typed, { length }: { length: number | "max" }) =>
    coerce(typed, national ? nvarchar(length) : varchar(length));
  const both = combine(widened(left, a), widened(right, b), type, (x, y) => {
    const text = (x as string) + (y as string);
    return text.length > limit ? text.slice(0, limit) : text;
  });
  return { ...both, collation };
}

/** GETDATE() - 1 works with datetime only; the newer types refuse it. */
function dateArithmetic(operator: Arithmetic, left: Typed, right: Typed): Typed {
  const type: SqlType = { name: "datetime" };
  const isOld = (typed: Typed) =>
    typed.type.name === "datetime" || isNumber(typed.type) || isText(typed.type);
  if (!isOld(left) || !isOld(right) || (operator !== "+" && operator !== "-")) {
    throw new SqlError(
      206,
      16,
      `Operand type clash: ${typeName(left.type)} is incompatible with ${typeName(right.type)}`,
    );
  }
  return combine(coerce(left, type), coerce(right, type), type, (x, y) => {
    const [a, b] = [(x as Date).getTime() - EPOCH_1900, (y as Date).getTime() - EPOCH_1900];
    return new Date(EPOCH_1900 + (operator === "+" ? a + b : a - b));
  });
}

function decimalArithmetic(operator: Arithmetic, left: Typed, right: Typed, type: DecimalType): Typed {
  const [a, b] = [
    asDecimal(numeric(left, right), left.digits),
    asDecimal(numeric(right, left), right.digits),
  ];
  if (BITWISE.has(operator)) throw operandClash(operator, left.type, right.type);
  const scale = Math.max(a.scale, b.scale);
  return combine(coerce(left, a), coerce(right, b), type, (x, y) => {
    const [p, q] = [x as bigint, y as bigint];
    if ((operator === "/" || operator === "%") && q === 0n) throw divideByZero();
    switch (operator) {
      case "*":
        return fitDecimal(rescale(p * q, a.scale + b.scale, type.scale), type.precision);
      case "/": {
        const shift = type.scale + b.scale - a.scale;
        return fitDecimal(
          shift >= 0 ? (p * 10n ** BigInt(shift)) / q : p / (q * 10n ** BigInt(-shift)),
          type.precision,
        );
      }
      case "%":
        return fitDecimal(
          rescale(rescale(p, a.scale, scale) % rescale(q, b.scale, scale), scale, type.scale),
          type.precision,
        );
      default: {
        const [u, v] = [rescale(p, a.scale, scale), rescale(q, b.scale, scale)];
        return fitDecimal(rescale(operator === "+" ? u + v : u - v, scale, type.scale), type.precision);
      }
    }
  });
}

function numeric(one: Typed, other: Typed): SqlType {
  return isText(one.type) || isBinary(one.type) ? other.type : one.type;
}

function integerOperation(operator: Arithmetic, type: SqlType): (a: SqlValue, b: SqlValue) => SqlValue {
  return (x, y) => {
    const [a, b] = [BigInt(x as number), BigInt(y as number)];
    if ((operator === "/" || operator === "%") && b === 0n) throw divideByZero();
    const result = INTEGER_OPERATIONS[operator](a, b);
    if (type.name === "bit") return result !== 0n;
    const [low, high] = INTEGERS[type.name]!;
    if (result < low || result > high) throw overflow(type.name);
    return type.name === "bigint" ? result : Number(result);
  };
}

function floatOperation(operator: Arithmetic, type: SqlType): (a: SqlValue, b: SqlValue) => SqlValue {
  return (x, y) => {
    const [a, b] = [x as number, y as number];
    if (operator === "/" && b === 0) throw divideByZero();
    const result =
      operator === "+"
        ? a + b
        : operator === "-"
          ? a - b
          : operator === "*"
            ? a * b
            : operator === "/"
              ? a / b
              : Number.NaN;
    if (Number.isNaN(result))
      throw new SqlError(
        402,
        16,
        `The data types float and float are incompatible in the ${OPERATOR_NAMES[operator]} operator.`,
      );
    if (!Number.isFinite(result)) throw overflow(type.name);
    return type.name === "real" ? Math.fround(result) : result;
  };
}

function combine(
  left: Typed,
  right: Typed,
  type: SqlType,
  compute: (a: SqlValue, b: SqlValue) => SqlValue,
): Typed {
  return {
    type,
    nullable: left.nullable || right.nullable,
    evaluate: (frame) => {
      const a = left.evaluate(frame);
      const b = right.evaluate(frame);
      return a === null || b === null ? null : compute(a, b);
    },
  };
}

function checked(value: number | bigint, type: SqlType): SqlValue {
  const range = INTEGERS[type.name];
  if (range && (BigInt(value) < range[0] || BigInt(value) > range[1])) throw overflow(type.name);
  return value;
}

function divideByZero(): SqlError {
  return new SqlError(8134, 16, "Divide by zero error encountered.");
}

const BITWISE = new Set<Arithmetic>(["&", "|", "^"]);
const OPERATOR_NAMES: Record<Arithmetic, string> = {
  "+": "add",
  "-": "subtract",
  "*": "multiply",
  "/": "divide",
  "%": "modulo",
  "&": "'&'",
  "|": "'|'",
  "^": "'^'",
};
const INTEGER_OPERATIONS: Record<Arithmetic, (a: bigint, b: bigint) => bigint> = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => a / b,
  "%": (a, b) => a % b,
  "&": (a, b) => a & b,
  "|": (a, b) => a | b,
  "^": (a, b) => a ^ b,
};
