import { SqlError } from "#lab/mirroring/commands.ts";
import { compareKeys } from "#lab/tsql/aggregate.ts";
import type { Call, Cte, Expression, OrderItem, Query, QueryBody } from "#lab/tsql/ast.ts";
import { type Binder, bindValue, type Plan } from "#lab/tsql/bind-expression.ts";
import { bindSelect } from "#lab/tsql/bind-select.ts";
import { named } from "#lab/tsql/bind-source.ts";
import { keyOf } from "#lab/tsql/compare.ts";
import type { Context } from "#lab/tsql/context.ts";
import { convert, toText } from "#lab/tsql/convert.ts";
import { limitRows } from "#lab/tsql/join.ts";
import { columnAt, type Source, same } from "#lab/tsql/scope.ts";
import { commonType, nvarchar, sameType } from "#lab/tsql/type-rules.ts";
import { isImplicit, type Typed } from "#lab/tsql/typed.ts";
import type { SqlValue } from "#lab/tsql/values.ts";

export function openBinder(context: Context): Binder {
  return { scope: null, context, bindQuery, ctes: new Map(), slots: new Map<Call, Typed>(), grouping: null };
}

export function bindQuery(query: Query, binder: Binder): Plan {
  const inner: Binder = { ...binder, ctes: bindCtes(query.ctes, binder), slots: new Map(), grouping: null };
  const plan =
    query.body.kind === "select"
      ? bindSelect(query.body, query, inner)
      : ordered(bindBody(query.body, inner), query, inner);
  return query.xmlPath === null ? plan : asXml(plan, query.xmlPath);
}

/** Common table expressions by name; each is bound where it is used, so that every use has its own rows. */
export function bindCtes(ctes: Cte[], binder: Binder): Map<string, unknown> {
  const known = new Map(binder.ctes);
  for (const cte of ctes) {
    const visible: Binder = { ...binder, scope: null, ctes: new Map(known) };
    known.set(cte.name.toLowerCase(), (alias: string): Source => {
      const plan = isRecursive(cte) ? bindRecursive(cte, visible) : bindQuery(cte.query, visible);
      named(plan, cte.name, cte.columns);
      return named(plan, alias, cte.columns);
    });
  }
  // A CTE that is wrong is wrong even where nobody reads it.
  for (const cte of ctes) (known.get(cte.name.toLowerCase()) as (alias: string) => Source)(cte.name);
  return known;
}

function isRecursive(cte: Cte): boolean {
  const { body } = cte.query;
  if (body.kind !== "set" || body.operator !== "union-all") return false;
  const mentions = (value: unknown): boolean => {
    if (value === null || typeof value !== "object") return false;
    const node = value as { kind?: string; name?: string[] };
    if (node.kind === "table" && node.name?.length === 1 && same(node.name[0]!, cte.name)) return true;
    return Object.values(value).some(mentions);
  };
  return mentions(body.right);
}

function bindRecursive(cte: Cte, binder: Binder): Plan {
  const body = cte.query.body as Extract<QueryBody, { kind: "set" }>;
  const anchor = bindBody(body.left, binder);
  let working: SqlValue[][] = [];
  const itself = (alias: string) =>
    named({ columns: anchor.columns, run: () => working }, alias, cte.columns);
  const step = bindBody(body.right, {
    ...binder,
    ctes: new Map(binder.ctes).set(cte.name.toLowerCase(), itself),
  });
  return {
    columns: anchor.columns,
    run: () => {
      const all = [...anchor.run(null)];
      working = [...all];
      for (let level = 0; working.length > 0; level++) {
        if (level > 100) {
          throw new SqlError(
            530,
            16,
            "The statement terminated. The maximum recursion 100 has been exhausted before statement completion.",
          );
        }
        working = step
          .run(null)
          .map((row) =>
            row.map((value, i) => convert(value, step.columns[i]!.type, anchor.columns[i]!.type)),
          );
        all.push(...working);
        limitRows(all.length);
      }
      return all;
    },
  };
}

function bindBody(body: QueryBody, binder: Binder): Plan {
  switch (body.kind) {
    case "select":
      return bindSelect(body, { order: [], offset: null, fetch: null }, binder);
    case "nested":
      return bindQuery(body.query, binder);
    case "values":
      return bindValues(body.rows, binder);
    case "set":
      return combine(body.operator, bindBody(body.left, binder), bindBody(body.right, binder));
  }
}

function bindValues(rows: Expression[][], binder: Binder): Plan {
  const bound = rows.map((row) => row.map((expression) => bindValue(expression, binder)));
  const width = bound[0]!.length;
  if (bound.some((row) => row.length !== width)) {
    throw new SqlError(
      10709,
      16,
      "The number of columns for each row in a table value constructor must be the same.",
    );
  }
  const columns = bound[0]!.map((first, i) => {
    const typed = bound.map((row) => row[i]!).filter((value) => !value.isNull);
    const type = typed.length > 0 ? typed.map((value) => value.type).reduce(commonType) : first.type;
    return { name: "", type, nullable: bound.some((row) => row[i]!.nullable) };
  });
  const frame = { row: [], outer: null };
  return {
    columns,
    run: (outer) =>
      bound.map((row) =>
        row.map((value, i) =>
          convert(value.evaluate(outer ? { row: [], outer } : frame), value.type, columns[i]!.type),
        ),
      ),
  };
}

function combine(operator: Extract<QueryBody, { kind: "set" }>["operator"], left: Plan, right: Plan): Plan {
  if (left.columns.length !== right.columns.length) {
    throw new SqlError(
      205,
      16,
      "All queries combined using a UNION, INTERSECT or EXCEPT operator must have an equal number of expressions in their target lists.",
    );
  }
  const columns = left.columns.map((column, i) => {
    const other = right.columns[i]!;
    const type = commonType(column.type, other.type);
    for (const side of [column.type, other.type]) {
      if (!isImplicit(side, type))
        throw new SqlError(206, 16, `Operand type clash: ${side.name} is incompatible with ${type.name}`);
    }
    return { ...column, type, nullable: column.nullable || other.nullable };
  });
  const rowsOf = (plan: Plan, outer: Parameters<Plan["run"]>[0]) => {
    const changed = plan.columns.map((column, i) =>
      sameType(column.type, columns[i]!.type) ? null : column.type,
    );
    if (changed.every((type) => type === null)) return plan.run(outer);
    return plan
      .run(outer)
      .map((row) =>
        row.map((value, i) => (changed[i] ? convert(value, changed[i], columns[i]!.type) : value)),
      );
  };
  const keyed = (rows: SqlValue[][]) =>
    new Map(rows.map((row) => [row.map((value, i) => keyOf(value, columns[i]!.type)).join("\u0001"), row]));
  return {
    columns,
    run: (outer) => {
      const [one, other] = [rowsOf(left, outer), rowsOf(right, outer)];
      if (operator === "union-all") return [...one, ...other];
      if (operator === "union") return [...keyed([...one, ...other].reverse()).values()].reverse();
      const others = keyed(other);
      return [...keyed(one)]
        .filter(([key]) => others.has(key) === (operator === "intersect"))
        .map(([, row]) => row);
    },
  };
}

/** After a set operation only its own columns can be named. */
function ordered(plan: Plan, query: Query, binder: Binder): Plan {
  if (query.order.length === 0) return plan;
  const scope = { columns: plan.columns.map((column) => ({ ...column, source: [] })), outer: null };
  const order = query.order.map((item) => ({
    key: outputKey(item, plan, { ...binder, scope }),
    sign: item.descending ? -1 : 1,
  }));
  const count = (expression: Expression | null) =>
    expression ? Number(bindValue(expression, binder).evaluate({ row: [], outer: null })) : null;
  const [offset, fetch] = [count(query.offset) ?? 0, count(query.fetch)];
  return {
    columns: plan.columns,
    run: (outer) => {
      const rows = plan
        .run(outer)
        .map((row) => ({ row, keys: order.map(({ key }) => key.evaluate({ row, outer })) }));
      rows.sort((a, b) => compareKeys(a.keys, b.keys, order));
      return rows.slice(offset, fetch === null ? undefined : offset + fetch).map(({ row }) => row);
    },
  };
}

function outputKey(item: OrderItem, plan: Plan, binder: Binder): Typed {
  const { expression } = item;
  if (expression.kind === "literal" && typeof expression.value === "number") {
    const column = plan.columns[expression.value - 1];
    if (!column)
      throw new SqlError(
        108,
        15,
        `The ORDER BY position number ${expression.value} is out of range of the number of items in the select list.`,
      );
    return columnAt({ ...column, source: [] }, expression.value - 1);
  }
  return bindValue(expression, binder);
}

/** FOR XML PATH: unnamed columns become text, named ones elements, NULL nothing. */
function asXml(plan: Plan, row: string): Plan {
  const escaped = (text: string) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
  return {
    columns: [{ name: "XML_F52E2B61-18A1-11d1-B105-00805F49916B", type: nvarchar("max"), nullable: true }],
    run: (outer) => {
      const rows = plan.run(outer);
      if (rows.length === 0) return [[null]];
      const elements = rows.map((values) => {
        const inner = values.map((value, i) => {
          if (value === null) return "";
          const { name, type } = plan.columns[i]!;
          const text = escaped(
            type.name === "sql_variant"
              ? (convert(value, type, nvarchar("max")) as string)
              : toText(value, type, nvarchar("max"), 126),
          );
          return name === "" || name === "*" || /^(text|data|node)\(\)$/.test(name)
            ? text
            : `<${name}>${text}</${name}>`;
        });
        return row === "" ? inner.join("") : `<${row}>${inner.join("")}</${row}>`;
      });
      return [[elements.join("")]];
    },
  };
}
