import { SqlError } from "#lab/mirroring/commands.ts";
import { bindAggregate } from "#lab/tsql/aggregate.ts";
import type { Call, Expression, Select } from "#lab/tsql/ast.ts";
import { type Binder, bindValue } from "#lab/tsql/bind-expression.ts";
import { isAggregate } from "#lab/tsql/functions.ts";
import { columnAt, matchesSource, type Source, same } from "#lab/tsql/scope.ts";
import type { Frame, Typed } from "#lab/tsql/typed.ts";
import { bindWindow, groupFrames, type WindowFunction } from "#lab/tsql/window.ts";

export interface Grouping {
  binder: Binder;
  /** How many columns the aggregates add to a row. */
  width: number;
  run: (frames: Frame[], outer: Frame | null) => Frame[];
}

export function bindGroups(select: Select, calls: Call[], binder: Binder, source: Source): Grouping {
  const aggregates = calls.filter((call) => !call.over && isAggregate(call.parts[0]!.toUpperCase()));
  if (select.groupBy.length === 0 && aggregates.length === 0 && !select.having)
    return { binder, width: 0, run: (frames) => frames };
  for (const key of select.groupBy) {
    if (collectCalls([key]).some((call) => isAggregate(call.parts[0]!.toUpperCase()))) {
      throw new SqlError(
        144,
        15,
        "Cannot use an aggregate or a subquery in an expression used for the group by list of a GROUP BY clause.",
      );
    }
  }
  const keys = select.groupBy.map((expression) => bindValue(expression, binder));
  const bound = aggregates.map((call) => bindAggregate(call, binder));
  const slots = new Map(binder.slots);
  for (const [i, call] of aggregates.entries()) slots.set(call, slot(bound[i]!, source.columns.length + i));
  const key = (expression: Expression) => expressionKey(expression, binder);
  const grouping = { keys: new Set(select.groupBy.map(key)), keyOf: key };
  const nothing = source.columns.map(() => null);
  return {
    binder: { ...binder, slots, grouping },
    width: aggregates.length,
    run: (frames, outer) => {
      // Without GROUP BY there is always exactly one group, even of no rows.
      const groups = select.groupBy.length > 0 ? groupFrames(frames, keys) : [frames];
      return groups.map((group) => ({
        row: [...(group[0]?.row ?? nothing), ...bound.map((aggregate) => aggregate.compute(group))],
        outer,
      }));
    },
  };
}

export function bindWindows(calls: Call[], binder: Binder, offset: number): WindowFunction[] {
  const windows: WindowFunction[] = [];
  for (const call of calls) {
    if (!call.over) continue;
    const bound = bindWindow(call, binder);
    binder.slots.set(call, slot(bound, offset + windows.length));
    windows.push(bound);
  }
  return windows;
}

export function addWindows(frames: Frame[], windows: WindowFunction[]): Frame[] {
  if (windows.length === 0) return frames;
  const columns = windows.map((window) => window.compute(frames));
  return frames.map((frame, i) => ({
    row: [...frame.row, ...columns.map((column) => column[i]!)],
    outer: frame.outer,
  }));
}

function slot(of: { type: Typed["type"]; nullable: boolean }, index: number): Typed {
  return columnAt({ name: "", source: [], type: of.type, nullable: of.nullable }, index);
}

/** Two expressions are the same when they are written alike over the same columns. */
export function expressionKey(expression: Expression, binder: Binder): string {
  return JSON.stringify(expression, (_, value) => {
    if (typeof value === "bigint") return `${value}n`;
    if (value?.kind !== "column") return value;
    const at = value.parts.at(-1).toLowerCase();
    const index = binder.scope!.columns.findIndex(
      (column) =>
        same(column.name, at) &&
        (value.parts.length === 1 || matchesSource(value.parts.slice(0, -1), column.source)),
    );
    return index >= 0 ? `#${index}` : value;
  });
}

/** Every function call outside subqueries, arguments before the call that takes them. */
export function collectCalls(nodes: unknown[]): Call[] {
  const calls: Call[] = [];
  const visit = (node: unknown): void => {
    if (node === null || typeof node !== "object") return;
    const { kind } = node as { kind?: string };
    for (const [name, child] of Object.entries(node)) if (name !== "query") visit(child);
    if (kind === "call" && !calls.includes(node as Call)) calls.push(node as Call);
  };
  visit(nodes);
  return calls.filter((call) => call.parts.length === 1);
}
