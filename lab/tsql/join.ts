import { SqlError } from "#lab/mirroring/commands.ts";
import type { Expression, TableSource } from "#lab/tsql/ast.ts";
import { type Binder, bindTest, bindValue } from "#lab/tsql/bind-expression.ts";
import { keyOf } from "#lab/tsql/compare.ts";
import type { Source } from "#lab/tsql/scope.ts";
import { commonType } from "#lab/tsql/type-rules.ts";
import { coerce, type Frame, type Test, type Typed } from "#lab/tsql/typed.ts";
import type { SqlValue } from "#lab/tsql/values.ts";

type Join = Extract<TableSource, { kind: "join" }>;

export function bindJoin(join: Join, left: Source, right: Source, binder: Binder): Source {
  const columns = [...left.columns, ...right.columns].map((column, i) => {
    const outer = (i < left.columns.length ? ["right", "full"] : ["left", "full"]).includes(join.type);
    return outer ? { ...column, nullable: true } : column;
  });
  const test = join.on
    ? bindTest(join.on, { ...binder, scope: { columns, outer: binder.scope } })
    : () => true;
  const match = join.on ? equalColumns(join.on, left, right, binder) : null;
  return { columns, rows: (outer) => joinRows(join.type, left, right, test, match, outer) };
}

function joinRows(
  type: Join["type"],
  left: Source,
  right: Source,
  test: Test,
  match: Match | null,
  outer: Frame | null,
): SqlValue[][] {
  const [leftRows, rightRows] = [left.rows(outer), right.rows(outer)];
  const index = match && indexRows(rightRows, match.right, outer);
  const everyRight = rightRows.map((_, i) => i);
  const matched = new Set<number>();
  const result: SqlValue[][] = [];
  const [noLeft, noRight] = [left.columns.map(() => null), right.columns.map(() => null)];
  for (const row of leftRows) {
    let found = false;
    const candidates = index ? (index.get(keyIn(row, match!.left, outer)) ?? []) : everyRight;
    for (const i of candidates) {
      const both = [...row, ...rightRows[i]!];
      if (!test({ row: both, outer })) continue;
      found = true;
      if (type === "right" || type === "full") matched.add(i);
      result.push(both);
      limitRows(result.length);
    }
    if (!found && (type === "left" || type === "full")) result.push([...row, ...noRight]);
  }
  if (type === "right" || type === "full") {
    for (const [i, row] of rightRows.entries()) if (!matched.has(i)) result.push([...noLeft, ...row]);
  }
  return result;
}

interface Match {
  left: Typed[];
  right: Typed[];
}

/** `a.x = b.y` in the ON clause lets rows be found by key; the whole condition is still tested afterwards. */
function equalColumns(on: Expression, left: Source, right: Source, binder: Binder): Match | null {
  const match: Match = { left: [], right: [] };
  const [leftBinder, rightBinder] = [left, right].map((side) => ({
    ...binder,
    scope: { columns: side.columns, outer: null },
  })) as [Binder, Binder];
  for (const part of conjuncts(on)) {
    if (
      part.kind !== "compare" ||
      part.operator !== "=" ||
      part.left.kind !== "column" ||
      part.right.kind !== "column"
    )
      continue;
    const pair =
      tryBind(part.left, leftBinder, part.right, rightBinder) ??
      tryBind(part.right, leftBinder, part.left, rightBinder);
    if (!pair) continue;
    const type = commonType(pair[0].type, pair[1].type);
    if (pair[0].collation || pair[1].collation || type.name === "sql_variant") continue;
    match.left.push(coerce(pair[0], type));
    match.right.push(coerce(pair[1], type));
  }
  return match.left.length > 0 ? match : null;
}

function tryBind(
  one: Expression,
  oneBinder: Binder,
  other: Expression,
  otherBinder: Binder,
): [Typed, Typed] | null {
  try {
    return [bindValue(one, oneBinder), bindValue(other, otherBinder)];
  } catch (error) {
    if (error instanceof SqlError) return null;
    throw error;
  }
}

function conjuncts(expression: Expression): Expression[] {
  return expression.kind === "and"
    ? [...conjuncts(expression.left), ...conjuncts(expression.right)]
    : [expression];
}

function indexRows(rows: SqlValue[][], keys: Typed[], outer: Frame | null): Map<string, number[]> {
  const index = new Map<string, number[]>();
  for (const [i, row] of rows.entries()) {
    const key = keyIn(row, keys, outer);
    const list = index.get(key);
    if (list) list.push(i);
    else index.set(key, [i]);
  }
  return index;
}

function keyIn(row: SqlValue[], keys: Typed[], outer: Frame | null): string {
  return keys.map((key) => keyOf(key.evaluate({ row, outer }), key.type)).join("\u0001");
}

/** A cross join of everything with everything ends as it would on a small server: out of memory. */
export function limitRows(count: number): void {
  if (count > 200_000)
    throw new SqlError(
      701,
      17,
      "There is insufficient system memory in resource pool 'default' to run this query.",
    );
}
