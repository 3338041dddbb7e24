/** A bound expression: its type is known before any row is seen. */
import { SqlError } from "#lab/mirroring/commands.ts";
import type { Collation } from "#lab/tsql/compare.ts";
import { convert } from "#lab/tsql/convert.ts";
import { INT, isBinary, isDate, isNumber, isText, sameType, typeName } from "#lab/tsql/type-rules.ts";
import type { SqlType, SqlValue } from "#lab/tsql/values.ts";

/** The row at hand, and for correlated subqueries the rows around it. */
export interface Frame {
  row: readonly SqlValue[];
  outer: Frame | null;
}

export interface Typed {
  type: SqlType;
  nullable: boolean;
  evaluate: (frame: Frame) => SqlValue;
  /** Set by COLLATE. */
  collation?: Collation;
  /** The digits of a literal: 3 is numeric(1,0) beside a decimal, a column of type int is numeric(10,0). */
  digits?: number;
  /** NULL without a type: takes that of its neighbours, int where it has none. */
  isNull?: boolean;
  /** Known before any row: TOP, SUBSTRING and styles ask for it. */
  constant?: SqlValue;
}

export type Test = (frame: Frame) => boolean | null;

export function constant(value: SqlValue, type: SqlType): Typed {
  return { type, nullable: value === null, evaluate: () => value, constant: value };
}

export const NULL: Typed = { type: INT, nullable: true, evaluate: () => null, isNull: true };

/** Implicit conversion; an explicit CAST may do more and calls `convert` itself. */
export function coerce(typed: Typed, type: SqlType): Typed {
  if (sameType(typed.type, type) && !typed.isNull) return typed;
  if (typed.isNull) return { ...NULL, type, isNull: false };
  const from = typed.type;
  if (!isImplicit(from, type)) {
    throw new SqlError(
      206,
      16,
      `Operand type clash: ${typeName(from)} is incompatible with ${typeName(type)}`,
    );
  }
  const { evaluate, nullable, collation } = typed;
  return { type, nullable, collation, evaluate: (frame) => convert(evaluate(frame), from, type) };
}

export function isImplicit(from: SqlType, to: SqlType): boolean {
  if (to.name === "sql_variant" || from.name === to.name) return true;
  // Only CAST opens a variant.
  if (from.name === "sql_variant") return false;
  if (isText(from)) return !isBinary(to);
  if (isText(to)) return true;
  if (from.name === "uniqueidentifier" || to.name === "uniqueidentifier")
    return isBinary(from) || isBinary(to);
  if (isDate(from)) return isDate(to);
  if (isDate(to)) return isNumber(from) && to.name === "datetime";
  if (isBinary(from)) return isNumber(to) && to.name !== "float" && to.name !== "real";
  return true;
}

/** A function of values that is NULL as soon as one of them is. */
export function strict(type: SqlType, args: Typed[], compute: (...values: never[]) => SqlValue): Typed {
  return {
    type,
    nullable: true,
    evaluate: (frame) => {
      const values: SqlValue[] = [];
      for (const arg of args) {
        const value = arg.evaluate(frame);
        if (value === null) return null;
        values.push(value);
      }
      return compute(...(values as never[]));
    },
  };
}
