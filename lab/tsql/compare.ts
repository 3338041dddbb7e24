/** Order and equality of values: the server's collation is SQL_Latin1_General_CP1_CI_AS unless COLLATE says otherwise. */
import { convert } from "#lab/tsql/convert.ts";
import { commonType, isText } from "#lab/tsql/type-rules.ts";
import type { SqlType, SqlValue, Variant } from "#lab/tsql/values.ts";

export type Collation = "ignores-case" | "case-sensitive" | "binary";

export function collationNamed(name: string): Collation | null {
  if (name === "database_default") return "ignores-case";
  if (!/^(SQL_)?[A-Z]\w*_(CI|CS|BIN|BIN2)(_\w+)?$/i.test(name)) return null;
  return /_BIN2?$/i.test(name) ? "binary" : /_CS/i.test(name) ? "case-sensitive" : "ignores-case";
}

/** Compares two values of one type, neither of them null. */
export function compareValues(
  a: SqlValue,
  b: SqlValue,
  type: SqlType,
  collation: Collation = "ignores-case",
): number {
  if (isText(type)) return compareText(a as string, b as string, collation);
  if (type.name === "sql_variant") return compareVariants(a as Variant, b as Variant);
  if (a instanceof Date) return a.getTime() - (b as Date).getTime();
  if (a instanceof Uint8Array) return Buffer.compare(a, b as Uint8Array);
  return a! < b! ? -1 : a! > b! ? 1 : 0;
}

export function compareText(a: string, b: string, collation: Collation): number {
  if (a === b) return 0;
  const [left, right] = [trimEnd(a), trimEnd(b)];
  if (left === right) return 0;
  if (collation === "binary") return left < right ? -1 : 1;
  return (collation === "case-sensitive" ? SENSITIVE : INSENSITIVE).compare(left, right);
}

/** A key that is equal exactly where the values are: for GROUP BY, DISTINCT, joins and set operations. */
export function keyOf(value: SqlValue, type: SqlType, collation: Collation = "ignores-case"): string {
  if (value === null) return "∅";
  if (value instanceof Date) return String(value.getTime());
  if (value instanceof Uint8Array) return Buffer.from(value).toString("hex");
  if (typeof value === "object") return `${value.base.name}:${keyOf(value.value, value.base)}`;
  if (typeof value !== "string") return String(value);
  const text = isText(type) ? trimEnd(value) : value;
  return `'${collation === "ignores-case" ? text.toLowerCase() : text}`;
}

function compareVariants(a: Variant, b: Variant): number {
  const type = commonType(a.base, b.base);
  return compareValues(convert(a.value, a.base, type), convert(b.value, b.base, type), type);
}

/** Trailing blanks never count. */
export function trimEnd(text: string): string {
  let end = text.length;
  while (end > 0 && text.charCodeAt(end - 1) === 32) end--;
  return end === text.length ? text : text.slice(0, end);
}

const INSENSITIVE = new Intl.Collator("en", { sensitivity: "accent" });
const SENSITIVE = new Intl.Collator("en", { sensitivity: "variant" });
