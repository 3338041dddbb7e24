import sql, { type ISqlType } from "mssql";
import { describe, expect, it } from "vitest";
import { mssqlClients, stillUsable } from "#lab/tds/testing/mssql.ts";
import { serveEachTest } from "#lab/tds/testing/server.ts";
import type { SqlType, SqlValue } from "#lab/tsql/values.ts";

const lab = serveEachTest();
const { connect } = mssqlClients(lab);

describe("values from server to client", () => {
  const day = (text: string) => new Date(text);
  it.each<[SqlType, SqlValue, unknown]>([
    [{ name: "bit" }, true, true],
    [{ name: "tinyint" }, 255, 255],
    [{ name: "smallint" }, -5, -5],
    [{ name: "int" }, 2_147_483_647, 2_147_483_647],
    [{ name: "bigint" }, -(2n ** 63n), "-9223372036854775808"],
    [{ name: "real" }, 0.5, 0.5],
    [{ name: "float" }, Math.PI, Math.PI],
    [
      { name: "uniqueidentifier" },
      "6F9619FF-8B86-D011-B42D-00C04FC964FF",
      "6F9619FF-8B86-D011-B42D-00C04FC964FF",
    ],
    [{ name: "datetime" }, day("2026-11-21T12:00:00.005Z"), day("2026-11-21T12:00:00.007Z")],
    [{ name: "date" }, day("0001-01-01T00:00:00Z"), day("0001-01-01T00:00:00Z")],
    [{ name: "date" }, day("2026-11-21T00:00:00Z"), day("2026-11-21T00:00:00Z")],
    [{ name: "datetime2", scale: 7 }, day("2026-11-21T12:34:56.789Z"), day("2026-11-21T12:34:56.789Z")],
    [{ name: "datetime2", scale: 0 }, day("2026-11-21T12:34:56Z"), day("2026-11-21T12:34:56Z")],
    [{ name: "decimal", precision: 9, scale: 2 }, -1230n, -12.3],
    [{ name: "decimal", precision: 25, scale: 0 }, 38_000_000_045n, 38_000_000_045],
    [{ name: "char", length: 3 }, "ab", "ab "],
    [{ name: "varchar", length: 20 }, "€ Straße", "€ Straße"],
    [{ name: "varchar", length: "max" }, "x".repeat(100_000), "x".repeat(100_000)],
    [{ name: "nchar", length: 2 }, "日本", "日本"],
    [{ name: "nvarchar", length: 20 }, "日本 🙂", "日本 🙂"],
    [{ name: "nvarchar", length: "max" }, "é".repeat(100_000), "é".repeat(100_000)],
    [{ name: "nvarchar", length: "max" }, "", ""],
    [{ name: "binary", length: 2 }, Uint8Array.of(1), Buffer.from([1, 0])],
    [{ name: "varbinary", length: 10 }, Uint8Array.of(), Buffer.from([])],
    [{ name: "varbinary", length: "max" }, new Uint8Array(100_000).fill(7), Buffer.alloc(100_000, 7)],
    [
      { name: "sql_variant" },
      { base: { name: "nvarchar", length: 128 }, value: "10.50.6000.34" },
      "10.50.6000.34",
    ],
    [{ name: "sql_variant" }, { base: { name: "varchar", length: 8000 }, value: "Enterprise" }, "Enterprise"],
    [{ name: "sql_variant" }, { base: { name: "int" }, value: 3 }, 3],
    [{ name: "sql_variant" }, { base: { name: "bit" }, value: true }, true],
    [{ name: "sql_variant" }, { base: { name: "decimal", precision: 9, scale: 1 }, value: 15n }, 1.5],
    [
      { name: "sql_variant" },
      { base: { name: "datetime2", scale: 3 }, value: day("2026-11-21T01:02:03.004Z") },
      day("2026-11-21T01:02:03.004Z"),
    ],
  ])("%j", async (type, value, expected) => {
    lab.door.samples = [
      { name: "before", type: { name: "int" }, value: 1 },
      { name: "given", type, value },
      { name: "absent", type, value: null },
      { name: "after", type: { name: "int" }, value: 2 },
    ];
    const pool = await connect();
    const { recordset } = await pool.request().batch("samples");
    expect(recordset[0]).toEqual({ before: 1, given: expected, absent: null, after: 2 });
  });
});

describe("values from client to server and back", () => {
  const day = (text: string) => new Date(text);
  const guid = "6F9619FF-8B86-D011-B42D-00C04FC964FF";
  it.each<[ISqlType | (() => ISqlType), unknown, SqlType, SqlValue]>([
    [sql.Bit, true, { name: "bit" }, true],
    [sql.TinyInt, 255, { name: "tinyint" }, 255],
    [sql.SmallInt, -5, { name: "smallint" }, -5],
    [sql.Int, -2_147_483_648, { name: "int" }, -2_147_483_648],
    [sql.BigInt, "9007199254740993", { name: "bigint" }, 9_007_199_254_740_993n],
    [sql.Real, 0.5, { name: "real" }, 0.5],
    [sql.Float, Math.PI, { name: "float" }, Math.PI],
    [sql.UniqueIdentifier, guid, { name: "uniqueidentifier" }, guid],
    [sql.DateTime, day("2026-11-21T12:00:00.007Z"), { name: "datetime" }, day("2026-11-21T12:00:00.007Z")],
    [sql.SmallDateTime, day("2026-11-21T12:34:00Z"), { name: "datetime" }, day("2026-11-21T12:34:00Z")],
    [sql.Date, day("2026-11-21T00:00:00Z"), { name: "date" }, day("2026-11-21T00:00:00Z")],
    [
      sql.DateTime2(7),
      day("2026-11-21T12:34:56.789Z"),
      { name: "datetime2", scale: 7 },
      day("2026-11-21T12:34:56.789Z"),
    ],
    [sql.Decimal(9, 2), -12.3, { name: "decimal", precision: 9, scale: 2 }, -1230n],
    [sql.Numeric(38, 0), 12, { name: "decimal", precision: 38, scale: 0 }, 12n],
    [sql.Money, -12.5, { name: "decimal", precision: 19, scale: 4 }, -125_000n],
    [sql.SmallMoney, -1.5, { name: "decimal", precision: 10, scale: 4 }, -15_000n],
    [sql.VarChar(20), "€ Straße", { name: "varchar", length: 20 }, "€ Straße"],
    [sql.VarChar(sql.MAX), "x".repeat(10_000), { name: "varchar", length: "max" }, "x".repeat(10_000)],
    [sql.NVarChar(20), "日本 🙂", { name: "nvarchar", length: 20 }, "日本 🙂"],
    [sql.NVarChar(sql.MAX), "é".repeat(10_000), { name: "nvarchar", length: "max" }, "é".repeat(10_000)],
    [sql.VarBinary(10), Buffer.from([1, 2]), { name: "varbinary", length: 10 }, Uint8Array.of(1, 2)],
    [
      sql.VarBinary(sql.MAX),
      Buffer.alloc(9000, 7),
      { name: "varbinary", length: "max" },
      new Uint8Array(9000).fill(7),
    ],
  ])("%o", async (given, value, type, received) => {
    const pool = await connect();
    const request = pool.request().input("p", given, value).input("q", given, null).output("r", given, value);
    const { recordset, output } = await request.query("echo");
    const [, , p, q, r] = lastCall();
    expect(p).toMatchObject({ name: "@p", type, value: received, output: false });
    expect(q).toMatchObject({ name: "@q", value: null });
    expect(q!.type.name).toBe(type.name);
    expect(r).toMatchObject({ name: "@r", value: received, output: true });
    expect(recordset[0].q).toBeNull();
    expect(recordset[0].p).toEqual(output.r);
  });

  it("text arrives as the max type that took its place", async () => {
    const pool = await connect();
    await pool.request().input("p", sql.Text, "€ old").input("q", sql.Text, null).query("echo");
    const type = { name: "varchar", length: "max" };
    expect(lastCall().slice(2)).toMatchObject([
      { name: "@p", type, value: "€ old" },
      { name: "@q", type, value: null },
    ]);
  });

  it("a type the lab does not know is refused by number, and the connection stays", async () => {
    const pool = await connect();
    const request = pool.request().input("p", sql.Time, new Date());
    await expect(request.query("echo")).rejects.toMatchObject({
      number: 8009,
      message: expect.stringContaining('Parameter 3 ("@p"): Data type 0x29 is unknown.'),
    });
    await stillUsable(pool);
  });
});

function lastCall() {
  const call = lab.door.requests.findLast((request) => request.kind === "rpc");
  return call!.parameters;
}
