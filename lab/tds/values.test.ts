import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createByteReader, createByteWriter } from "#lab/tds/bytes.ts";
import { decode1252, encode1252 } from "#lab/tds/codepage.ts";
import { fromDatetime, toDatetime, toDatetime2 } from "#lab/tds/dates.ts";
import { requestEndedEarly } from "#lab/tds/faults.ts";
import { readTyped } from "#lab/tds/read-value.ts";
import { writeType, writeValue } from "#lab/tds/write-value.ts";
import type { SqlType, SqlValue } from "#lab/tsql/values.ts";

const largest = 10n ** 38n - 1n;
const date = (text: string) => new Date(text);

const cases: [type: SqlType, ...values: SqlValue[]][] = [
  [{ name: "bit" }, true, false],
  [{ name: "tinyint" }, 0, 255],
  [{ name: "smallint" }, -32_768, 32_767],
  [{ name: "int" }, -2_147_483_648, 2_147_483_647],
  [{ name: "bigint" }, -(2n ** 63n), 2n ** 63n - 1n],
  [{ name: "real" }, 0.5, -1.25],
  [{ name: "float" }, Math.PI, -1e300],
  [{ name: "uniqueidentifier" }, "6F9619FF-8B86-D011-B42D-00C04FC964FF"],
  [{ name: "datetime" }, date("1753-01-01T00:00:00.000Z"), date("9999-12-31T23:59:59.997Z")],
  [
    { name: "date" },
    date("0001-01-01T00:00:00Z"),
    date("1899-12-31T00:00:00Z"),
    date("9999-12-31T00:00:00Z"),
  ],
  [{ name: "datetime2", scale: 7 }, date("0001-01-01T00:00:00.001Z"), date("9999-12-31T23:59:59.999Z")],
  [{ name: "datetime2", scale: 3 }, date("2026-02-28T12:34:56.789Z")],
  [{ name: "datetime2", scale: 0 }, date("2026-02-28T12:34:56.000Z")],
  [{ name: "decimal", precision: 9, scale: 2 }, 1230n, -999_999_999n],
  [{ name: "decimal", precision: 19, scale: 0 }, 10n ** 19n - 1n],
  [{ name: "decimal", precision: 25, scale: 0 }, 38_000_000_045_600_001n],
  [{ name: "decimal", precision: 28, scale: 10 }, -(10n ** 28n - 1n)],
  [{ name: "decimal", precision: 38, scale: 38 }, largest, -largest, 0n],
  [{ name: "char", length: 5 }, "Straß"],
  [{ name: "varchar", length: 8000 }, "", "€ Straße", "x".repeat(8000)],
  [{ name: "varchar", length: "max" }, "", "y".repeat(20_000)],
  [{ name: "nchar", length: 3 }, "日本語"],
  [{ name: "nvarchar", length: 4000 }, "", "日本語 🙂", "z".repeat(4000)],
  [{ name: "nvarchar", length: "max" }, "", "é".repeat(20_000)],
  [{ name: "binary", length: 3 }, Uint8Array.of(1, 2, 3)],
  [{ name: "varbinary", length: 8000 }, Uint8Array.of(), Uint8Array.of(0, 255)],
  [{ name: "varbinary", length: "max" }, new Uint8Array(20_000).fill(7)],
  [{ name: "sql_variant" }, { base: { name: "int" }, value: -7 }],
];

/** What can stand inside sql_variant: everything above of a bounded length, under the base type it is read as. */
const variants = cases
  .filter(([type]) => type.name !== "sql_variant" && !("length" in type && type.length === "max"))
  .flatMap(([type, ...values]) => values.map((value) => ({ type, value })));

describe("a value written is the value read", () => {
  const rows = cases.flatMap(([type, ...values]) => [null, ...values].map((value) => ({ type, value })));

  it.each(rows.map((row) => [JSON.stringify(row.type), brief(row.value), row] as const))(
    "%s %s",
    (_type, _value, { type, value }) => {
      expect(read(write(type, value))).toEqual({ type, value });
    },
  );

  it.each(variants.map((row) => [JSON.stringify(row.type), brief(row.value), row] as const))(
    "sql_variant of %s %s",
    (_type, _value, { type, value }) => {
      const variant = { base: type, value } as SqlValue;
      const { value: back } = read(write({ name: "sql_variant" }, variant));
      expect(back).toMatchObject({ value });
      expect(back).toMatchObject({ base: { name: type.name } });
    },
  );

  it("for every decimal of every precision", () => {
    const decimal = fc.integer({ min: 1, max: 38 }).chain((precision) =>
      fc.record({
        precision: fc.constant(precision),
        scale: fc.integer({ min: 0, max: precision }),
        value: fc.bigInt({ min: -(10n ** BigInt(precision)) + 1n, max: 10n ** BigInt(precision) - 1n }),
      }),
    );
    fc.assert(
      fc.property(decimal, ({ precision, scale, value }) => {
        const type: SqlType = { name: "decimal", precision, scale };
        expect(read(write(type, value))).toEqual({ type, value });
      }),
    );
  });
});

describe("a value that its type cannot hold is not sent", () => {
  it.each<[SqlType, SqlValue]>([
    [{ name: "tinyint" }, 256],
    [{ name: "int" }, 1.5],
    [{ name: "decimal", precision: 3, scale: 0 }, 1000n],
    [{ name: "varchar", length: 3 }, "four"],
    [{ name: "nvarchar", length: 3 }, "four"],
    [{ name: "varbinary", length: 1 }, Uint8Array.of(1, 2)],
    [{ name: "uniqueidentifier" }, "not one"],
    [{ name: "nvarchar", length: 4001 }, "x"],
    [{ name: "sql_variant" }, { base: { name: "sql_variant" }, value: "x" }],
    [{ name: "sql_variant" }, { base: { name: "varchar", length: "max" }, value: "x" }],
  ])("%j", (type, value) => {
    expect(() => write(type, value)).toThrow(RangeError);
  });
});

describe("fixed lengths are filled up", () => {
  it("char with blanks", () => expect(read(write({ name: "char", length: 4 }, "ab")).value).toBe("ab  "));
  it("nchar with blanks", () => expect(read(write({ name: "nchar", length: 4 }, "日")).value).toBe("日   "));
  it("binary with zeroes", () =>
    expect(read(write({ name: "binary", length: 3 }, Uint8Array.of(9))).value).toEqual(
      Uint8Array.of(9, 0, 0),
    ));
});

describe("datetime counts in 1/300 of a second", () => {
  it.each([
    ["2026-11-21T12:00:00.000Z", "2026-11-21T12:00:00.000Z"],
    ["2026-11-21T12:00:00.001Z", "2026-11-21T12:00:00.000Z"],
    ["2026-11-21T12:00:00.002Z", "2026-11-21T12:00:00.003Z"],
    ["2026-11-21T12:00:00.004Z", "2026-11-21T12:00:00.003Z"],
    ["2026-11-21T12:00:00.005Z", "2026-11-21T12:00:00.007Z"],
    ["2026-11-21T12:00:00.008Z", "2026-11-21T12:00:00.007Z"],
    ["2026-11-21T12:00:00.009Z", "2026-11-21T12:00:00.010Z"],
    ["2026-12-31T23:59:59.999Z", "2027-01-01T00:00:00.000Z"],
    ["1899-12-31T23:59:59.996Z", "1899-12-31T23:59:59.997Z"],
  ])("%s becomes %s", (given, kept) => {
    const { days, ticks } = toDatetime(date(given));
    expect(fromDatetime(days, ticks)).toEqual(date(kept));
  });

  it("datetime2(0) rounds into the next day", () => {
    expect(toDatetime2(date("0001-01-01T23:59:59.500Z"), 0)).toEqual({ days: 1, units: 0 });
  });
});

describe("code page 1252", () => {
  it("has all its 256 places", () => {
    const all = Buffer.from(Array.from({ length: 256 }, (_, index) => index));
    expect(encode1252(decode1252(all))).toEqual(all);
    expect(decode1252(Buffer.from([0x80, 0x9f, 0xe4]))).toBe("€Ÿä");
  });
  it("says ? for what it lacks", () => expect(encode1252("日x").toString("latin1")).toBe("?x"));
});

function write(type: SqlType, value: SqlValue): Buffer {
  const out = createByteWriter(8);
  writeType(out, type);
  writeValue(out, type, value);
  return Buffer.from(out.view());
}

function read(bytes: Buffer) {
  const reader = createByteReader(bytes, requestEndedEarly);
  const typed = readTyped(reader, (number, code) => new Error(`${number} for ${code}`));
  expect(reader.left()).toBe(0);
  return typed;
}

function brief(value: SqlValue): string {
  const text = typeof value === "object" && !(value instanceof Date) ? JSON.stringify(value) : String(value);
  return text.length > 40 ? `${text.slice(0, 20)}… (${text.length})` : text;
}
