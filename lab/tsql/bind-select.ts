/**
 * One SELECT. A row grows as it goes: the source's columns, then the aggregates of its group, then the window
 * functions; every expression reads from that one row.
 */
import { SqlError } from "#lab/mirroring/commands.ts";
import { bindAggregate, compareKeys } from "#lab/tsql/aggregate.ts";
import type { Call, Expression, OrderItem, Query, Select, SelectItem } from "#lab/tsql/ast.ts";
import { type Binder, bindTest, bindValue, type Plan } from "#lab/tsql/bind-expression.ts";
import { bindSource, type Source } from "#lab/tsql/bind-source.ts";
import { keyOf } from "#lab/tsql/compare.ts";
import { isAggregate } from "#lab/tsql/functions.ts";
import { columnAt, matchesSource, resolveColumn, same } from "#lab/tsql/scope.ts";
import { INT } from "#lab/tsql/type-rules.ts";
import { coerce, type Frame, type Typed } from "#lab/tsql/typed.ts";
import type { SqlValue } from "#lab/tsql/values.ts";
import { bindWindow, groupFrames, type WindowFunction } from "#lab/tsql/window.ts";

type Tail = Pick<Query, "order" | "offset" | "fetch">;

interface Output {
  name: string;
  typed: Typed;
}

export function bindSelect(select: Select, tail: Tail, outside: Binder): Plan {
  const source: Source = select.from ? bindSource(select.from, outside) : ONE_ROW;
  const binder: Binder = {
    ...outside,
    scope: { columns: source.columns, outer: outside.scope },
    slots: new Map(),
    grouping: null,
  };
  const where = select.where && bindTest(select.where, binder);
  const calls = collectCalls([
    select.items,
    select.having,
    tail.order.map((item) => resolveAlias(item, select)),
  ]);
  const group = bindGroups(select, calls, binder, source);
  const windows = bindWindows(calls, group.binder, source.columns.length + group.width);
  const having = select.having && bindTest(select.having, group.binder);
  const outputs = select.items.flatMap((item) => bindItem(item, group.binder, source));
  const order = tail.order.map((item) => ({
    key: orderKey(item, select, outputs, group.binder),
    sign: item.descending ? -1 : 1,
  }));
  const limit = bindLimit(select, tail, outside);
  return {
    columns: outputs.map(({ name, typed }) => ({
      name,
      type: typed.type,
      nullable: typed.nullable,
      collation: typed.collation,
    })),
    run: (outer) => {
      let frames: Frame[] = source.rows(outer).map((row) => ({ row, outer }));
      if (where) frames = frames.filter((frame) => where(frame));
      frames = group.run(frames, outer);
      if (having) frames = frames.filter((frame) => having(frame));
      frames = addWindows(frames, windows);
      return finish(frames, outputs, order, select, limit);
    },
  };
}

/** Sorts before the values are made, so that `SELECT @list = @list + name … ORDER BY name` collects in order. */
function finish(
  frames: Frame[],
  outputs: Output[],
  order: { key: Typed; sign: number }[],
  select: Select,
  limit: Limit,
): SqlValue[][] {
  const values = (frame: Frame) => outputs.map(({ typed }) => typed.evaluate(frame));
  let rows = frames.map((frame) => ({
    frame,
    keys: order.map(({ key }) => key.evaluate(frame)),
    values: select.distinct ? values(frame) : null,
  }));
  if (select.distinct) {
    const seen = new Set<string>();
    rows = rows.filter((row) => {
      const key = row
        .values!.map((value, i) => keyOf(value, outputs[i]!.typed.type, outputs[i]!.typed.collation))
        .join("\u0001");
      return !seen.has(key) && seen.add(key);
    });
  }
  if (order.length > 0) rows.sort((a, b) => compareKeys(a.keys, b.keys, order));
  const [from, to] = limit(rows.length);
  let end = to;
  if (select.top?.ties)
    while (end > 0 && end < rows.length && compareKeys(rows[end - 1]!.keys, rows[end]!.keys, order) === 0)
      end++;
  return rows.slice(from, end).map((row) => row.values ?? values(row.frame));
}

type Limit = (count: number) => [from: number, to: number];

function bindLimit(select: Select, tail: Tail, binder: Binder): Limit {
  const number = (expression: Expression | null) => {
    if (!expression) return () => null;
    const typed = bindValue(expression, binder);
    return () => Number(typed.evaluate({ row: [], outer: null }));
  };
  const [top, offset, fetch] = [number(select.top?.count ?? null), number(tail.offset), number(tail.fetch)];
  if (tail.offset && binder.context.version < 11)
    throw new SqlError(102, 15, "Incorrect syntax near 'OFFSET'.");
  if (select.top?.ties && tail.order.length === 0)
    throw new SqlError(
      1062,
      15,
      "The TOP N WITH TIES clause is not allowed without a corresponding ORDER BY clause.",
    );
  return (count) => {
    const wanted = top();
    if (wanted !== null && (Number.isNaN(wanted) || wanted < 0))
      throw new SqlError(
        1060,
        15,
        "The number of rows provided for a TOP or FETCH clauses row count parameter must be an integer.",
      );
    if (wanted !== null)
      return [
        0,
        Math.min(count, select.top!.percent ? Math.ceil((count * wanted) / 100) : Math.trunc(wanted)),
      ];
    const from = offset() ?? 0;
    return [from, Math.min(count, from + (fetch() ?? count))];
  };
}

interface Grouping {
  binder: Binder;
  /** How many columns the aggregates add to a row. */
  width: number;
  run: (frames: Frame[], outer: Frame | null) => Frame[];
}

function bindGroups(select: Select, calls: Call[], binder: Binder, source: Source): Grouping {
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

function slot(of: { type: Typed["type"]; nullable: boolean }, index: number): Typed {
  return columnAt({ name: "", source: [], type: of.type, nullable: of.nullable }, index);
}

/** Two expressions are the same when they are written alike over the same columns. */
function expressionKey(expression: Expression, binder: Binder): string {
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

function bindWindows(calls: Call[], binder: Binder, offset: number): WindowFunction[] {
  const windows: WindowFunction[] = [];
  for (const call of calls) {
    if (!call.over) continue;
    const bound = bindWindow(call, binder);
    binder.slots.set(call, slot(bound, offset + windows.length));
    windows.push(bound);
  }
  return windows;
}

function addWindows(frames: Frame[], windows: WindowFunction[]): Frame[] {
  if (windows.length === 0) return frames;
  const columns = windows.map((window) => window.compute(frames));
  return frames.map((frame, i) => ({
    row: [...frame.row, ...columns.map((column) => column[i]!)],
    outer: frame.outer,
  }));
}

function bindItem(item: SelectItem, binder: Binder, source: Source): Output[] {
  if (item.kind === "star") {
    const found = source.columns.flatMap((column, i) =>
      item.qualifier.length === 0 || matchesSource(item.qualifier, column.source)
        ? [{ name: column.name, typed: columnAt(column, i) }]
        : [],
    );
    if (found.length > 0) return found;
    if (item.qualifier.length === 0) throw new SqlError(263, 16, "Must specify table to select from.");
    throw new SqlError(
      107,
      15,
      `The column prefix '${item.qualifier.join(".")}' does not match with a table name or alias name used in the query.`,
    );
  }
  const typed = bindValue(item.expression, binder);
  if (item.kind === "assign") return [{ name: "", typed: assigning(item.variable, typed, binder) }];
  const { expression } = item;
  const own = expression.kind === "column" ? columnName(expression.parts, binder) : "";
  return [{ name: item.alias ?? own, typed: typed.isNull ? coerce(typed, INT) : typed }];
}

/** The column's name as its table spells it, not as the query does. */
function columnName(parts: string[], binder: Binder): string {
  const found = binder.scope!.columns.find((column) => same(column.name, parts.at(-1)!));
  resolveColumn(parts, binder.scope);
  return found?.name ?? parts.at(-1)!;
}

function assigning(name: string, typed: Typed, binder: Binder): Typed {
  const variable = binder.context.variables.get(name);
  if (!variable) throw new SqlError(137, 15, `Must declare the scalar variable "${name}".`);
  const value = coerce(typed, variable.type);
  return {
    ...value,
    evaluate: (frame) => {
      variable.value = value.evaluate(frame);
      return variable.value;
    },
  };
}

function orderKey(item: OrderItem, select: Select, outputs: Output[], binder: Binder): Typed {
  const { expression } = item;
  if (expression.kind === "literal") {
    if (typeof expression.value !== "number")
      throw new SqlError(408, 16, "A constant expression was encountered in the ORDER BY list.");
    const output = outputs[expression.value - 1];
    if (output) return output.typed;
    throw new SqlError(
      108,
      15,
      `The ORDER BY position number ${expression.value} is out of range of the number of items in the select list.`,
    );
  }
  const resolved = resolveAlias(item, select);
  if (resolved === expression && expression.kind === "column") {
    // A column that came in by `*` or under its own name.
    const byName =
      expression.parts.length === 1
        ? outputs.find((output) => output.name !== "" && same(output.name, expression.parts[0]!))
        : undefined;
    if (byName) return byName.typed;
  }
  const key = bindValue(resolved, binder);
  if (
    select.distinct &&
    !select.items.some(
      (one) =>
        one.kind === "star" ||
        (one.kind === "value" && expressionKey(one.expression, binder) === expressionKey(resolved, binder)),
    )
  ) {
    throw new SqlError(
      145,
      15,
      "ORDER BY items must appear in the select list if SELECT DISTINCT is specified.",
    );
  }
  return key;
}

/** ORDER BY may name a column of the result by its alias. */
function resolveAlias(item: OrderItem, select: Select): Expression {
  const { expression } = item;
  if (expression.kind !== "column" || expression.parts.length !== 1) return expression;
  const found = select.items.find(
    (one) => one.kind === "value" && one.alias !== null && same(one.alias, expression.parts[0]!),
  );
  return found?.kind === "value" ? found.expression : expression;
}

/** Every function call outside subqueries, arguments before the call that takes them. */
function collectCalls(nodes: unknown[]): Call[] {
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

const ONE_ROW: Source = { columns: [], rows: () => [[]] };
