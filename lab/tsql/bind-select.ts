import { SqlError } from "#lab/mirroring/commands.ts";
import { compareKeys } from "#lab/tsql/aggregate.ts";
import type { Expression, OrderItem, Query, Select, SelectItem } from "#lab/tsql/ast.ts";
import { type Binder, bindTest, bindValue, type Plan } from "#lab/tsql/bind-expression.ts";
import { bindSource } from "#lab/tsql/bind-source.ts";
import { keyOf } from "#lab/tsql/compare.ts";
import { addWindows, bindGroups, bindWindows, collectCalls, expressionKey } from "#lab/tsql/grouping.ts";
import { columnAt, matchesSource, resolveColumn, type Source, same } from "#lab/tsql/scope.ts";
import { INT } from "#lab/tsql/type-rules.ts";
import { coerce, type Frame, type Typed } from "#lab/tsql/typed.ts";
import type { SqlValue } from "#lab/tsql/values.ts";

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

const ONE_ROW: Source = { columns: [], rows: () => [[]] };
