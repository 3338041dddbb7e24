/** Functions on text. */
import { createHash } from "node:crypto";
import { SqlError } from "#lab/mirroring/commands.ts";
import { built } from "#lab/tsql/built-in.ts";
import { trimEnd } from "#lab/tsql/compare.ts";
import type { BuiltIn } from "#lab/tsql/context.ts";
import { convert, toText } from "#lab/tsql/convert.ts";
import { decimalText } from "#lab/tsql/convert-number.ts";
import { likePattern } from "#lab/tsql/like.ts";
import {
  INT,
  isBinary,
  isDate,
  isNational,
  isNumber,
  isText,
  nvarchar,
  SYSNAME,
  typeName,
  varchar,
} from "#lab/tsql/type-rules.ts";
import { coerce, constant, strict, type Typed } from "#lab/tsql/typed.ts";
import type { SqlType, SqlValue } from "#lab/tsql/values.ts";

/** An argument that must be text; numbers and dates are turned into it, variants are refused (8116). */
export function asText(typed: Typed, name: string, position: number): Typed {
  if (isText(typed.type)) return typed;
  if (typed.isNull) return coerce(typed, varchar(1));
  if (typed.type.name === "sql_variant" || isBinary(typed.type)) {
    throw new SqlError(
      8116,
      16,
      `Argument data type ${typeName(typed.type)} is invalid for argument ${position} of ${name} function.`,
    );
  }
  return coerce(typed, varchar(isDate(typed.type) || isNumber(typed.type) ? 50 : 8000));
}

export const textFunctions: Record<string, BuiltIn> = {
  LEN: text1("len", INT, (text) => trimEnd(text).length),
  DATALENGTH: {
    arity: [1, 1],
    bind: ([value]) => strict(INT, [value!], (one: never) => byteLength(one, value!.type)),
  },
  UPPER: sameText("upper", (text) => text.toUpperCase()),
  LOWER: sameText("lower", (text) => text.toLowerCase()),
  LTRIM: sameText("ltrim", (text) => text.replace(/^ +/, "")),
  RTRIM: sameText("rtrim", trimEnd),
  TRIM: { ...sameText("trim", (text) => text.replace(/^ +| +$/g, "")), since: 14 },
  REVERSE: sameText("reverse", (text) => [...text].reverse().join("")),
  LEFT: { arity: [2, 2], bind: ([text, count]) => slice(asText(text!, "left", 1), constant(1, INT), count!) },
  RIGHT: {
    arity: [2, 2],
    bind: ([text, count]) => {
      const source = asText(text!, "right", 1);
      return strict(source.type, [source, coerce(count!, INT)], (value: string, n: number) =>
        notNegative(n, "right") === 0 ? "" : value.slice(-n),
      );
    },
  },
  SUBSTRING: {
    arity: [3, 3],
    bind: ([text, start, count]) => {
      if (!isBinary(text!.type)) return slice(asText(text!, "substring", 1), start!, count!);
      return strict(
        text!.type,
        [text!, coerce(start!, INT), coerce(count!, INT)],
        (bytes: Uint8Array, from: number, n: number) =>
          bytes.slice(Math.max(0, from - 1), Math.max(0, from - 1 + n)),
      );
    },
  },
  REPLACE: {
    arity: [3, 3],
    bind: (args) => {
      const [text, what, by] = args.map((arg, i) => asText(arg, "replace", i + 1)) as [Typed, Typed, Typed];
      return strict(
        wide([text, what, by]),
        [text, what, by],
        (value: string, search: string, replacement: string) =>
          search === ""
            ? value
            : value.replace(
                new RegExp(search.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"), "gi"),
                () => replacement,
              ),
      );
    },
  },
  STUFF: {
    arity: [4, 4],
    bind: ([text, start, count, insert]) => {
      const [source, addition] = [asText(text!, "stuff", 1), asText(insert!, "stuff", 4)];
      const length = coerce(count!, INT);
      const type = wide([source, addition]);
      return {
        type,
        nullable: true,
        evaluate: (frame) => {
          const value = source.evaluate(frame) as string | null;
          const [from, n] = [
            coerce(start!, INT).evaluate(frame) as number | null,
            length.evaluate(frame) as number | null,
          ];
          if (value === null || from === null || n === null || from < 1 || n < 0 || from > value.length)
            return null;
          // A NULL insertion only deletes.
          return (
            value.slice(0, from - 1) +
            ((addition.evaluate(frame) as string | null) ?? "") +
            value.slice(from - 1 + n)
          );
        },
      };
    },
  },
  CHARINDEX: {
    arity: [2, 3],
    bind: ([what, text, start]) => {
      const args = [
        asText(what!, "charindex", 1),
        asText(text!, "charindex", 2),
        coerce(start ?? constant(1, INT), INT),
      ];
      return strict(INT, args, (search: string, value: string, from: number) =>
        search === "" ? 0 : value.toLowerCase().indexOf(search.toLowerCase(), Math.max(0, from - 1)) + 1,
      );
    },
  },
  PATINDEX: {
    arity: [2, 2],
    bind: ([pattern, text]) =>
      strict(
        INT,
        [asText(pattern!, "patindex", 1), asText(text!, "patindex", 2)],
        (mask: string, value: string) => {
          const inner = mask.replace(/^%|%$/g, "");
          const source = likePattern(inner, "", "ignores-case", false).source;
          const anchored = `${mask.startsWith("%") ? "" : "^"}${source}${mask.endsWith("%") ? "" : " *$"}`;
          return value.search(new RegExp(anchored, "i")) + 1;
        },
      ),
  },
  REPLICATE: {
    arity: [2, 2],
    bind: ([text, count]) => {
      const source = asText(text!, "replicate", 1);
      return strict(wide([source]), [source, coerce(count!, INT)], (value: string, n: number) =>
        n < 0 ? null : value.repeat(Math.min(n, 8000)).slice(0, 8000),
      );
    },
  },
  SPACE: built([INT], varchar(8000), (n: number) => (n < 0 ? null : " ".repeat(Math.min(n, 8000)))),
  CHAR: built([INT], { name: "char", length: 1 }, (n: number) =>
    n < 0 || n > 255
      ? null
      : (convert(Uint8Array.of(n), { name: "varbinary", length: 1 }, varchar(1)) as string),
  ),
  NCHAR: built([INT], { name: "nchar", length: 1 }, (n: number) =>
    n < 0 || n > 65535 ? null : String.fromCharCode(n),
  ),
  ASCII: text1("ascii", INT, (text) =>
    text === ""
      ? null
      : (convert(text, varchar("max"), { name: "varbinary", length: "max" }) as Uint8Array)[0]!,
  ),
  UNICODE: text1("unicode", INT, (text) => (text === "" ? null : text.charCodeAt(0))),
  STR: {
    arity: [1, 3],
    bind: ([value, length, scale]) =>
      strict(
        varchar(8000),
        [
          coerce(value!, { name: "float" }),
          coerce(length ?? constant(10, INT), INT),
          coerce(scale ?? constant(0, INT), INT),
        ],
        (n: number, width: number, places: number) => {
          const text = n.toFixed(Math.min(16, Math.max(0, places)));
          return text.length > width ? "*".repeat(width) : text.padStart(width);
        },
      ),
  },
  QUOTENAME: built([SYSNAME, nvarchar(1)], nvarchar(258), quoteName as never, 1),
  PARSENAME: built([SYSNAME, INT], SYSNAME, (name: string, part: number) => {
    const parts = name.match(/\[(?:[^\]]|\]\])*\]|[^.]+/g) ?? [];
    const found = parts[parts.length - part];
    return found === undefined || parts.length > 4
      ? null
      : found.replace(/^\[(.*)\]$/, "$1").replace(/\]\]/g, "]");
  }),
  CONCAT: {
    arity: [2, 254],
    since: 11,
    bind: (args) =>
      concat(
        args.map((arg, i) => asText(arg, "concat", i + 1)),
        null,
      ),
  },
  CONCAT_WS: {
    arity: [3, 254],
    since: 14,
    bind: ([separator, ...rest]) =>
      concat(
        rest.map((arg, i) => asText(arg, "concat_ws", i + 2)),
        asText(separator!, "concat_ws", 1),
      ),
  },
  FORMAT: {
    arity: [2, 3],
    since: 11,
    bind: ([value, pattern]) => format(value!, asText(pattern!, "format", 2)),
  },
  HASHBYTES: {
    arity: [2, 2],
    bind: ([algorithm, value]) =>
      strict(
        { name: "varbinary", length: 8000 },
        [
          asText(algorithm!, "hashbytes", 1),
          coerce(value!, isNational(value!.type) ? nvarchar("max") : varchar("max")),
        ],
        (name: string, text: string) => {
          const known = { MD5: "md5", SHA: "sha1", SHA1: "sha1", SHA2_256: "sha256", SHA2_512: "sha512" }[
            name.toUpperCase()
          ];
          const type = isNational(value!.type) ? nvarchar("max") : varchar("max");
          const bytes = convert(text, type, { name: "varbinary", length: "max" }) as Uint8Array;
          return known ? Uint8Array.from(createHash(known).update(bytes).digest()) : null;
        },
      ),
  },
  SOUNDEX: text1("soundex", varchar(4), (text) => soundex(text)),
  DIFFERENCE: built([varchar(8000), varchar(8000)], INT, (a: string, b: string) => {
    const [x, y] = [soundex(a), soundex(b)];
    return [...x].filter((character, i) => character === y[i]).length;
  }),
};

function text1(name: string, type: SqlType, compute: (text: string) => SqlValue): BuiltIn {
  return { arity: [1, 1], bind: ([text]) => strict(type, [asText(text!, name, 1)], compute as never) };
}

function sameText(name: string, compute: (text: string) => string): BuiltIn {
  return {
    arity: [1, 1],
    bind: ([text]) => {
      const source = asText(text!, name, 1);
      const type = source.type.name.includes("var")
        ? source.type
        : ({ ...source.type, name: `${isNational(source.type) ? "n" : ""}varchar` } as SqlType);
      return { ...strict(type, [source], compute as never), collation: source.collation };
    },
  };
}

function slice(source: Typed, start: Typed, count: Typed): Typed {
  const known = typeof count.constant === "number" && "length" in source.type && source.type.length !== "max";
  const name = isNational(source.type) ? "nvarchar" : "varchar";
  const length = "length" in source.type ? source.type.length : "max";
  const type = {
    name,
    length: known && length !== "max" ? Math.max(1, Math.min(length, count.constant as number)) : length,
  } as SqlType;
  const cut = strict(
    type,
    [source, coerce(start, INT), coerce(count, INT)],
    (value: string, from: number, n: number) =>
      value.slice(Math.max(0, from - 1), Math.max(0, from - 1 + notNegative(n, "substring"))),
  );
  return { ...cut, collation: source.collation };
}

function notNegative(n: number, name: string): number {
  if (n < 0) throw new SqlError(537, 16, `Invalid length parameter passed to the ${name} function.`);
  return n;
}

/** The widest text that may come of these. */
function wide(args: Typed[]): SqlType {
  const national = args.some((arg) => isNational(arg.type));
  const unlimited = args.some((arg) => "length" in arg.type && arg.type.length === "max");
  return { name: national ? "nvarchar" : "varchar", length: unlimited ? "max" : national ? 4000 : 8000 };
}

function concat(args: Typed[], separator: Typed | null): Typed {
  return {
    type: wide(separator ? [separator, ...args] : args),
    nullable: false,
    evaluate: (frame) => {
      const values = args.map((arg) => arg.evaluate(frame) as string | null);
      if (!separator) return values.map((value) => value ?? "").join("");
      return values
        .filter((value) => value !== null)
        .join((separator.evaluate(frame) as string | null) ?? "");
    },
  };
}

function byteLength(value: SqlValue, type: SqlType): SqlValue {
  if (isText(type)) return (value as string).length * (isNational(type) ? 2 : 1);
  if (isBinary(type)) return (value as Uint8Array).length;
  if (type.name === "sql_variant") {
    const variant = value as { base: SqlType; value: SqlValue };
    return byteLength(variant.value, variant.base);
  }
  if (type.name === "decimal")
    return type.precision <= 9 ? 5 : type.precision <= 19 ? 9 : type.precision <= 28 ? 13 : 17;
  return (
    { bit: 1, tinyint: 1, smallint: 2, int: 4, real: 4, date: 3, uniqueidentifier: 16 }[
      type.name as string
    ] ?? 8
  );
}

function quoteName(name: string, quote = "["): string | null {
  const pairs: Record<string, [string, string]> = {
    "[": ["[", "]"],
    "]": ["[", "]"],
    "'": ["'", "'"],
    '"': ['"', '"'],
    "(": ["(", ")"],
    "{": ["{", "}"],
  };
  const pair = pairs[quote];
  return pair ? `${pair[0]}${name.replaceAll(pair[1], pair[1] + pair[1])}${pair[1]}` : null;
}

/** FORMAT in the few patterns that monitoring queries use: .NET's date letters, N0, 0.00, #,##0. */
function format(value: Typed, pattern: Typed): Typed {
  return strict(nvarchar(4000), [value, pattern], (one: SqlValue, mask: string) => {
    if (one instanceof Date) return formatDateNet(one, mask);
    const standard = /^([NnFfDd])(\d*)$/.exec(mask);
    const plain =
      value.type.name === "decimal" ? Number(decimalText(one as bigint, value.type.scale)) : Number(one);
    if (standard && /d/i.test(standard[1]!)) return String(one).padStart(Number(standard[2] || 0), "0");
    const places = standard
      ? Number(standard[2] || 2)
      : (mask.split(".")[1] ?? "").replace(/[^0#]/g, "").length;
    const text = new Intl.NumberFormat("en-US", {
      minimumFractionDigits: places,
      maximumFractionDigits: places,
      useGrouping: standard ? /n/i.test(standard[1]!) : mask.includes(","),
    }).format(plain);
    return standard || /^[#0,.]+$/.test(mask) ? text : toText(one, value.type, nvarchar(100));
  });
}

function formatDateNet(date: Date, mask: string): string {
  const two = (n: number) => String(n).padStart(2, "0");
  const parts: Record<string, string> = {
    yyyy: String(date.getUTCFullYear()),
    yy: two(date.getUTCFullYear() % 100),
    MM: two(date.getUTCMonth() + 1),
    dd: two(date.getUTCDate()),
    HH: two(date.getUTCHours()),
    hh: two(date.getUTCHours() % 12 || 12),
    mm: two(date.getUTCMinutes()),
    ss: two(date.getUTCSeconds()),
    fff: String(date.getUTCMilliseconds()).padStart(3, "0"),
    tt: date.getUTCHours() < 12 ? "AM" : "PM",
  };
  return mask.replace(/yyyy|yy|MM|dd|HH|hh|mm|ss|fff|tt/g, (token) => parts[token]!);
}

function soundex(text: string): string {
  const letters = text.toUpperCase().replace(/[^A-Z]/g, "");
  if (letters === "") return "0000";
  const codes = [...letters].map((letter) =>
    ["", "BFPV", "CGJKQSXZ", "DT", "L", "MN", "R"].findIndex(
      (group) => group.includes(letter) && group !== "",
    ),
  );
  let result = letters[0]!;
  for (let i = 1; i < codes.length && result.length < 4; i++)
    if (codes[i]! > 0 && codes[i] !== codes[i - 1]) result += codes[i];
  return result.padEnd(4, "0");
}
