/** COUNT, SUM, AVG and their kind: over the rows of a group, or over a window. */
import { SqlError } from "#lab/mirroring/commands.ts";
import type { Call } from "#lab/tsql/ast.ts";
import { type Binder, bindValue } from "#lab/tsql/bind-expression.ts";
import { compareValues, keyOf } from "#lab/tsql/compare.ts";
import { asFloat, overflow } from "#lab/tsql/convert-number.ts";
import { asText } from "#lab/tsql/functions-text.ts";
import { INT, INTEGERS, isNational, isNumber, isText, typeName } from "#lab/tsql/type-rules.ts";
import { coerce, type Frame, type Typed } from "#lab/tsql/typed.ts";
import type { SqlType, SqlValue } from "#lab/tsql/values.ts";

export interface Aggregate {
  type: SqlType;
  nullable: boolean;
  compute: (frames: Frame[]) => SqlValue;
}

export function bindAggregate(call: Call, binder: Binder): Aggregate {
  const name = call.parts[0]!.toUpperCase();
  if (call.star) {
    if (!name.startsWith("COUNT")) throw new SqlError(102, 15, "Incorrect syntax near '*'.");
    return counting(name, (frames) => frames.length);
  }
  if (name === "STRING_AGG") return bindStringAgg(call, binder);
  if (call.args.length !== 1) throw new SqlError(174, 15, `The ${name} function requires 1 argument(s).`);
  const argument = bindValue(call.args[0]!, binder);
  const values = (frames: Frame[]) => collect(frames, argument, call.distinct);
  if (name.startsWith("COUNT")) return counting(name, (frames) => values(frames).length);
  if (name === "MIN" || name === "MAX") return extreme(name, argument, values);
  if (!isNumber(argument.type) || argument.type.name === "bit" || argument.isNull) {
    throw new SqlError(
      8117,
      16,
      `Operand data type ${argument.isNull ? "NULL" : typeName(argument.type)} is invalid for ${name.toLowerCase()} operator.`,
    );
  }
  if (name === "SUM") {
    const type = sumType(argument.type);
    return { type, nullable: true, compute: (frames) => sum(values(frames), type) };
  }
  if (name === "AVG") return average(argument.type, values);
  return spread(name, argument.type, values);
}

function counting(name: string, count: (frames: Frame[]) => number): Aggregate {
  if (name === "COUNT_BIG")
    return { type: { name: "bigint" }, nullable: false, compute: (frames) => BigInt(count(frames)) };
  return { type: INT, nullable: false, compute: count };
}

function collect(frames: Frame[], argument: Typed, distinct: boolean): SqlValue[] {
  const values = frames.map((frame) => argument.evaluate(frame)).filter((value) => value !== null);
  if (!distinct) return values;
  return [
    ...new Map(values.map((value) => [keyOf(value, argument.type, argument.collation), value])).values(),
  ];
}

function extreme(name: string, argument: Typed, values: (frames: Frame[]) => SqlValue[]): Aggregate {
  const { type, collation } = argument;
  if (type.name === "bit")
    throw new SqlError(8117, 16, `Operand data type bit is invalid for ${name.toLowerCase()} operator.`);
  const sign = name === "MIN" ? 1 : -1;
  const better = (a: SqlValue, b: SqlValue) => (compareValues(a, b, type, collation) * sign <= 0 ? a : b);
  return {
    type,
    nullable: true,
    compute: (frames) => values(frames).reduce((a, b) => (a === null ? b : better(a, b)), null),
  };
}

function sumType(type: SqlType): SqlType {
  if (type.name === "decimal") return { name: "decimal", precision: 38, scale: type.scale };
  if (type.name === "real" || type.name === "float") return { name: "float" };
  return type.name === "bigint" ? type : INT;
}

function sum(values: SqlValue[], type: SqlType): SqlValue {
  if (values.length === 0) return null;
  if (type.name === "float") return values.reduce((total: number, value) => total + (value as number), 0);
  const total = values.reduce((all: bigint, value) => all + BigInt(value as number), 0n);
  const range = INTEGERS[type.name];
  if (range && (total < range[0] || total > range[1])) throw overflow(type.name);
  return type.name === "int" ? Number(total) : total;
}

function average(type: SqlType, values: (frames: Frame[]) => SqlValue[]): Aggregate {
  const summed = sumType(type);
  const result: SqlType =
    summed.name === "decimal" ? { ...summed, scale: Math.max(6, summed.scale) } : summed;
  return {
    type: result,
    nullable: true,
    compute: (frames) => {
      const all = values(frames);
      const total = sum(all, summed);
      if (total === null) return null;
      if (summed.name === "float") return (total as number) / all.length;
      const shift =
        result.name === "decimal" && summed.name === "decimal"
          ? 10n ** BigInt(result.scale - summed.scale)
          : 1n;
      const quotient = (BigInt(total as number) * shift) / BigInt(all.length);
      return summed.name === "int" ? Number(quotient) : quotient;
    },
  };
}

function spread(name: string, type: SqlType, values: (frames: Frame[]) => SqlValue[]): Aggregate {
  const population = name.endsWith("P");
  return {
    type: { name: "float" },
    nullable: true,
    compute: (frames) => {
      const all = values(frames).map((value) => asFloat(value, type));
      const divisor = population ? all.length : all.length - 1;
      if (divisor < 1) return null;
      const mean = all.reduce((a, b) => a + b, 0) / all.length;
      const variance = all.reduce((a, b) => a + (b - mean) ** 2, 0) / divisor;
      return name.startsWith("STDEV") ? Math.sqrt(variance) : variance;
    },
  };
}

function bindStringAgg(call: Call, binder: Binder): Aggregate {
  if (binder.context.version < 14)
    throw new SqlError(195, 15, "'STRING_AGG' is not a recognized built-in function name.");
  if (call.args.length !== 2) throw new SqlError(174, 15, "The STRING_AGG function requires 2 argument(s).");
  const [value, separator] = call.args.map((arg, i) =>
    asText(bindValue(arg, binder), "STRING_AGG", i + 1),
  ) as [Typed, Typed];
  const order = call.within.map((item) => ({
    key: bindValue(item.expression, binder),
    sign: item.descending ? -1 : 1,
  }));
  const name = isNational(value.type) ? "nvarchar" : "varchar";
  const unlimited = isText(value.type) && value.type.length === "max";
  return {
    type: { name, length: unlimited ? "max" : name === "nvarchar" ? 4000 : 8000 },
    nullable: true,
    compute: (frames) => {
      const sorted = sortFrames(frames, order).filter((frame) => value.evaluate(frame) !== null);
      if (sorted.length === 0) return null;
      return sorted
        .map((frame) => value.evaluate(frame))
        .join((separator.evaluate(sorted[0]!) as string | null) ?? "");
    },
  };
}

/** NULL sorts first; equal rows keep their order. */
export function sortFrames<F extends Frame>(frames: F[], order: { key: Typed; sign: number }[]): F[] {
  if (order.length === 0) return frames;
  const keyed = frames.map((frame) => ({ frame, keys: order.map(({ key }) => key.evaluate(frame)) }));
  keyed.sort((a, b) => compareKeys(a.keys, b.keys, order));
  return keyed.map(({ frame }) => frame);
}

export function compareKeys(a: SqlValue[], b: SqlValue[], order: { key: Typed; sign: number }[]): number {
  for (let i = 0; i < order.length; i++) {
    const [x, y] = [a[i]!, b[i]!];
    if (x === null && y === null) continue;
    if (x === null || y === null) return (x === null ? -1 : 1) * order[i]!.sign;
    const result = compareValues(x, y, order[i]!.key.type, order[i]!.key.collation);
    if (result !== 0) return result * order[i]!.sign;
  }
  return 0;
}

export function bindOrder(order: Call["within"], binder: Binder): { key: Typed; sign: number }[] {
  return order.map((item) => ({
    key: coerceNull(bindValue(item.expression, binder)),
    sign: item.descending ? -1 : 1,
  }));
}

function coerceNull(typed: Typed): Typed {
  return typed.isNull ? coerce(typed, INT) : typed;
}
