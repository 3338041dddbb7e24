/** Functions on numbers. */
import { SqlError } from "#lab/mirroring/commands.ts";
import { built } from "#lab/tsql/built-in.ts";
import type { BuiltIn } from "#lab/tsql/context.ts";
import { overflow, rescale } from "#lab/tsql/convert-number.ts";
import { INT, INTEGERS, isInteger, isText, typeName } from "#lab/tsql/type-rules.ts";
import { coerce, constant, strict, type Typed } from "#lab/tsql/typed.ts";
import type { SqlType, SqlValue } from "#lab/tsql/values.ts";

const FLOAT: SqlType = { name: "float" };

export const mathFunctions: Record<string, BuiltIn> = {
  ABS: keepsType("abs", (value) => (value < 0 ? -value : value)),
  SIGN: keepsType("sign", (value) => (value > 0 ? 1 : value < 0 ? -1 : 0)),
  CEILING: rounded(
    "ceiling",
    (value) => Math.ceil(value),
    (value, unit) => -floorDivide(-value, unit),
  ),
  FLOOR: rounded("floor", (value) => Math.floor(value), floorDivide),
  ROUND: {
    arity: [2, 3],
    bind: ([value, places, cuts]) =>
      round(numeric(value!), coerce(places!, INT), coerce(cuts ?? constant(0, INT), INT)),
  },
  POWER: {
    arity: [2, 2],
    bind: ([base, exponent]) => {
      const type = isInteger(base!.type) || base!.type.name === "decimal" ? base!.type : FLOAT;
      return coerce(
        strict(FLOAT, [coerce(base!, FLOAT), coerce(exponent!, FLOAT)], (a: number, b: number) =>
          finite(a ** b),
        ),
        type,
      );
    },
  },
  SQRT: built([FLOAT], FLOAT, (value: number) => domain(Math.sqrt(value))),
  SQUARE: built([FLOAT], FLOAT, (value: number) => finite(value * value)),
  EXP: built([FLOAT], FLOAT, (value: number) => finite(Math.exp(value))),
  LOG: built(
    [FLOAT, FLOAT],
    FLOAT,
    (value: number, base?: number) =>
      domain(base === undefined ? Math.log(value) : Math.log(value) / Math.log(base)),
    1,
  ),
  LOG10: built([FLOAT], FLOAT, (value: number) => domain(Math.log10(value))),
  PI: built([], FLOAT, () => Math.PI),
  RAND: { arity: [0, 1], bind: ([seed]) => random(seed) },
  ISNUMERIC: {
    arity: [1, 1],
    bind: ([value]) => ({
      type: INT,
      nullable: false,
      evaluate: (frame) => {
        const one = value!.evaluate(frame);
        if (one === null) return 0;
        if (isText(value!.type))
          return /^\s*[$+-]?(\d[\d,]*\.?\d*|\.\d+)([ed][+-]?\d+)?\s*$/i.test(one as string) ? 1 : 0;
        return typeof one === "number" || typeof one === "bigint" || typeof one === "boolean" ? 1 : 0;
      },
    }),
  },
};

function numeric(typed: Typed): Typed {
  if (isText(typed.type)) return coerce(typed, FLOAT);
  return typed.type.name === "bit" || typed.isNull ? coerce(typed, INT) : typed;
}

function keepsType(name: string, compute: (value: number) => number): BuiltIn {
  return {
    arity: [1, 1],
    bind: ([argument]) => {
      const value = numeric(argument!);
      requireNumber(value, name);
      return strict(value.type, [value], (one: number | bigint) => {
        const result = compute(one as number) as number | bigint;
        // SIGN of a decimal is ±1 in that decimal's scale.
        const fitted =
          typeof one === "bigint" && typeof result === "number"
            ? rescale(BigInt(result), 0, value.type.name === "decimal" ? value.type.scale : 0)
            : result;
        const range = INTEGERS[value.type.name];
        if (range && BigInt(fitted) > range[1]) throw overflow(value.type.name);
        return fitted;
      });
    },
  };
}

function rounded(
  name: string,
  ofFloat: (value: number) => number,
  ofDecimal: (value: bigint, unit: bigint) => bigint,
): BuiltIn {
  return {
    arity: [1, 1],
    bind: ([argument]) => {
      const value = numeric(argument!);
      requireNumber(value, name);
      const { type } = value;
      if (type.name === "decimal") {
        const unit = 10n ** BigInt(type.scale);
        return strict({ name: "decimal", precision: type.precision, scale: 0 }, [value], (one: bigint) =>
          ofDecimal(one, unit),
        );
      }
      return isInteger(type) ? value : strict(type, [value], ofFloat as (value: never) => SqlValue);
    },
  };
}

function floorDivide(value: bigint, unit: bigint): bigint {
  return value >= 0n || value % unit === 0n ? value / unit : value / unit - 1n;
}

function round(value: Typed, places: Typed, cuts: Typed): Typed {
  requireNumber(value, "round");
  const { type } = value;
  return strict(type, [value, places, cuts], (one: number | bigint, n: number, cut: number) => {
    if (type.name === "float" || type.name === "real") {
      const factor = 10 ** n;
      return cut
        ? Math.trunc((one as number) * factor) / factor
        : (Math.sign(one as number) * Math.round(Math.abs(one as number) * factor)) / factor;
    }
    const scale = type.name === "decimal" ? type.scale : 0;
    if (n >= scale) return one;
    const unit = 10n ** BigInt(scale - n);
    const whole = BigInt(one);
    const result = cut ? (whole / unit) * unit : rescale(whole, scale - n, 0) * unit;
    const range = INTEGERS[type.name];
    if (range && (result > range[1] || result < range[0])) throw overflow(type.name);
    return typeof one === "bigint" ? result : Number(result);
  });
}

function requireNumber(value: Typed, name: string): void {
  if (!isInteger(value.type) && !["decimal", "float", "real"].includes(value.type.name)) {
    throw new SqlError(
      8116,
      16,
      `Argument data type ${typeName(value.type)} is invalid for argument 1 of ${name} function.`,
    );
  }
}

function random(seed: Typed | undefined): Typed {
  if (!seed) {
    // Once per statement, as on a real server: every row sees the same number.
    const value = Math.random();
    return { type: FLOAT, nullable: false, evaluate: () => value };
  }
  return strict(FLOAT, [coerce(seed, INT)], (one: number) => {
    const mixed = Math.imul((one ^ 0x9e3779b9) >>> 0, 0x85ebca6b) >>> 0;
    return mixed / 4294967296;
  });
}

function finite(value: number): number {
  if (!Number.isFinite(value)) throw overflow("float");
  return value;
}

function domain(value: number): number {
  if (!Number.isFinite(value)) throw new SqlError(3623, 16, "An invalid floating point operation occurred.");
  return value;
}
