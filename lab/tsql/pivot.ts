import { bindAggregate } from "#lab/tsql/aggregate.ts";
import type { TableSource } from "#lab/tsql/ast.ts";
import { type Binder, bindValue } from "#lab/tsql/bind-expression.ts";
import { keyOf } from "#lab/tsql/compare.ts";
import { convert } from "#lab/tsql/convert.ts";
import { columnAt, type Source, same } from "#lab/tsql/scope.ts";
import { commonType, nvarchar, SYSNAME } from "#lab/tsql/type-rules.ts";
import { coerce, type Frame } from "#lab/tsql/typed.ts";
import { groupFrames } from "#lab/tsql/window.ts";

/** Groups by every column that is neither aggregated nor spread, as T-SQL does without being asked. */
export function bindPivot(
  pivot: Extract<TableSource, { kind: "pivot" }>,
  source: Source,
  binder: Binder,
): Source {
  const inner: Binder = { ...binder, scope: { columns: source.columns, outer: binder.scope } };
  const argument = pivot.aggregate.args[0];
  const aggregated = argument?.kind === "column" ? argument.parts.at(-1)! : "";
  const keys = source.columns.flatMap((column, i) =>
    same(column.name, aggregated) || same(column.name, pivot.column)
      ? []
      : [{ column, typed: columnAt(column, i) }],
  );
  const aggregate = bindAggregate(pivot.aggregate, inner);
  const spread = bindValue({ kind: "column", parts: [pivot.column] }, inner);
  const wanted = pivot.values.map((value) =>
    keyOf(convert(value, nvarchar("max"), spread.type), spread.type),
  );
  return {
    columns: [
      ...keys.map(({ column }) => ({ ...column, source: [pivot.alias] })),
      ...pivot.values.map((name) => ({ name, type: aggregate.type, nullable: true, source: [pivot.alias] })),
    ],
    rows: (outer) => {
      const frames = source.rows(outer).map((row): Frame => ({ row, outer }));
      return groupFrames(
        frames,
        keys.map(({ typed }) => typed),
      ).map((group) => [
        ...keys.map(({ typed }) => typed.evaluate(group[0]!)),
        ...wanted.map((key) => {
          const part = group.filter((frame) => keyOf(spread.evaluate(frame), spread.type) === key);
          return part.length === 0 && !pivot.aggregate.parts[0]!.toUpperCase().startsWith("COUNT")
            ? null
            : aggregate.compute(part);
        }),
      ]);
    },
  };
}

export function bindUnpivot(
  unpivot: Extract<TableSource, { kind: "unpivot" }>,
  source: Source,
  binder: Binder,
): Source {
  const scope = { columns: source.columns, outer: null };
  const spread = unpivot.columns.map((name) =>
    bindValue({ kind: "column", parts: [name] }, { ...binder, scope }),
  );
  const type = spread.map((column) => column.type).reduce(commonType);
  const values = spread.map((column) => coerce(column, type));
  const kept = source.columns.flatMap((column, i) =>
    unpivot.columns.some((name) => same(name, column.name)) ? [] : [{ column, i }],
  );
  return {
    columns: [
      ...kept.map(({ column }) => ({ ...column, source: [unpivot.alias] })),
      { name: unpivot.value, type, nullable: false, source: [unpivot.alias] },
      { name: unpivot.column, type: SYSNAME, nullable: false, source: [unpivot.alias] },
    ],
    rows: (outer) =>
      source.rows(outer).flatMap((row) =>
        values.flatMap((value, i) => {
          const one = value.evaluate({ row, outer });
          return one === null ? [] : [[...kept.map((column) => row[column.i]!), one, unpivot.columns[i]!]];
        }),
      ),
  };
}
