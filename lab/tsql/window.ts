/** ROW_NUMBER, RANK and aggregates OVER a partition. */
import { SqlError } from "#lab/mirroring/commands.ts";
import { type Aggregate, bindAggregate, bindOrder, compareKeys, sortFrames } from "#lab/tsql/aggregate.ts";
import type { Call } from "#lab/tsql/ast.ts";
import { type Binder, bindValue } from "#lab/tsql/bind-expression.ts";
import { keyOf } from "#lab/tsql/compare.ts";
import { isAggregate } from "#lab/tsql/functions.ts";
import { INT } from "#lab/tsql/type-rules.ts";
import { coerce, constant, type Frame, type Typed } from "#lab/tsql/typed.ts";
import type { SqlType, SqlValue } from "#lab/tsql/values.ts";

export interface WindowFunction {
  type: SqlType;
  nullable: boolean;
  /** One value per frame, in the order of the frames given. */
  compute: (frames: Frame[]) => SqlValue[];
}

interface Partition {
  frames: Frame[];
  /** True where this row and the one before are equal in the window's order. */
  ties: boolean[];
}

export function bindWindow(call: Call, binder: Binder): WindowFunction {
  const over = call.over!;
  const keys = over.partition.map((expression) => bindValue(expression, binder));
  const order = bindOrder(over.order, binder);
  const { type, nullable, values } = bindOver(call, binder);
  return {
    type,
    nullable,
    compute: (frames) => {
      const results = new Map<Frame, SqlValue>();
      for (const group of groupFrames(frames, keys)) {
        const sorted = sortFrames(group, order);
        const sortKeys = sorted.map((frame) => order.map(({ key }) => key.evaluate(frame)));
        const ties = sorted.map((_, i) => i > 0 && compareKeys(sortKeys[i - 1]!, sortKeys[i]!, order) === 0);
        values({ frames: sorted, ties }).forEach((value, i) => {
          results.set(sorted[i]!, value);
        });
      }
      return frames.map((frame) => results.get(frame)!);
    },
  };
}

export function groupFrames(frames: Frame[], keys: Typed[]): Frame[][] {
  const groups = new Map<string, Frame[]>();
  for (const frame of frames) {
    const key = keys.map((one) => keyOf(one.evaluate(frame), one.type, one.collation)).join("\u0001");
    const group = groups.get(key);
    if (group) group.push(frame);
    else groups.set(key, [frame]);
  }
  return [...groups.values()];
}

function bindOver(
  call: Call,
  binder: Binder,
): { type: SqlType; nullable: boolean; values: (partition: Partition) => SqlValue[] } {
  const name = call.parts[0]!.toUpperCase();
  const over = call.over!;
  if (isAggregate(name)) {
    const aggregate = bindAggregate(call, binder);
    if (!over.whole && binder.context.version < 11)
      throw new SqlError(102, 15, "Incorrect syntax near 'order'.");
    return {
      ...aggregate,
      values: (partition) => runningValues(partition, aggregate, over.whole, over.rows),
    };
  }
  const ranking = RANKINGS[name];
  if (ranking) {
    if (over.order.length === 0)
      throw new SqlError(4112, 15, `The function '${name}' must have an OVER clause with ORDER BY.`);
    return { type: { name: "bigint" }, nullable: false, values: ranking };
  }
  if (name === "NTILE") {
    const tiles = coerce(bindValue(call.args[0]!, binder), INT);
    return { type: { name: "bigint" }, nullable: false, values: ({ frames }) => ntile(frames, tiles) };
  }
  if (
    binder.context.version >= 11 &&
    ["LAG", "LEAD", "FIRST_VALUE", "LAST_VALUE"].includes(name) &&
    call.args.length > 0
  )
    return bindNeighbour(name, call, binder);
  throw new SqlError(195, 15, `'${call.parts[0]}' is not a recognized built-in function name.`);
}

const RANKINGS: Record<string, (partition: Partition) => SqlValue[]> = {
  ROW_NUMBER: ({ frames }) => frames.map((_, i) => BigInt(i + 1)),
  RANK: ({ ties }) => {
    let rank = 1n;
    return ties.map((tie, i) => {
      if (!tie) rank = BigInt(i + 1);
      return rank;
    });
  },
  DENSE_RANK: ({ ties }) => {
    let rank = 0n;
    return ties.map((tie) => (tie ? rank : ++rank));
  },
};

function ntile(frames: Frame[], tiles: Typed): SqlValue[] {
  const count = (frames[0] ? (tiles.evaluate(frames[0]) as number | null) : null) ?? 1;
  const [size, larger] = [Math.floor(frames.length / count), frames.length % count];
  return frames.map((_, i) =>
    BigInt(
      i < larger * (size + 1)
        ? Math.floor(i / (size + 1)) + 1
        : larger + Math.floor((i - larger * (size + 1)) / Math.max(1, size)) + 1,
    ),
  );
}

/** The whole partition, or with an order everything up to the row; RANGE takes its ties along. */
function runningValues(
  { frames, ties }: Partition,
  aggregate: Aggregate,
  whole: boolean,
  rows: boolean,
): SqlValue[] {
  if (whole) {
    const value = aggregate.compute(frames);
    return frames.map(() => value);
  }
  return frames.map((_, i) => {
    let end = i + 1;
    while (!rows && ties[end]) end++;
    return aggregate.compute(frames.slice(0, end));
  });
}

function bindNeighbour(name: string, call: Call, binder: Binder) {
  const value = bindValue(call.args[0]!, binder);
  const step = coerce(call.args[1] ? bindValue(call.args[1], binder) : constant(1, INT), INT);
  const otherwise = call.args[2] ? coerce(bindValue(call.args[2], binder), value.type) : null;
  const values = ({ frames, ties }: Partition): SqlValue[] =>
    frames.map((frame, i) => {
      const n = step.evaluate(frame) as number;
      let at = name === "LAG" ? i - n : name === "LEAD" ? i + n : name === "FIRST_VALUE" ? 0 : i;
      if (name === "LAST_VALUE") while (ties[at + 1]) at++;
      const other = frames[at];
      return other ? value.evaluate(other) : (otherwise?.evaluate(frame) ?? null);
    });
  return { type: value.type, nullable: true, values };
}
