import sql, { type config, type ISqlType } from "mssql";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { type Certificate, type Listening, listen, makeCertificate } from "#lab/tds/server.ts";
import { makeLargeCertificate } from "#lab/tds/test-certificate.ts";
import { openTestDoor, type TestDoor } from "#lab/tds/test-door.ts";
import type { SqlType, SqlValue } from "#lab/tsql/values.ts";

let certificate: Certificate;
let door: TestDoor;
let server: Listening;
let pools: sql.ConnectionPool[];

beforeAll(async () => {
  certificate = await makeCertificate();
});

beforeEach(async () => {
  door = openTestDoor();
  server = await listen(door, { port: 0, certificate });
  pools = [];
});

afterEach(async () => {
  await server.stop();
  for (const pool of pools) await pool.close();
});

describe("a login", () => {
  it("brings what the client says of itself", async () => {
    await connect({ database: "db", options: { appName: "Mirrordeck" } });
    expect(door.logins).toMatchObject([
      {
        user: "sa",
        password: "right",
        database: "db",
        programName: "Mirrordeck",
        hostName: expect.any(String),
      },
    ]);
  });

  it("carries any password through its disguise", async () => {
    await expect(connect({ password: "pä€ß 日本\u{1F511}" })).rejects.toThrow();
    expect(door.logins[0]!.password).toBe("pä€ß 日本\u{1F511}");
  });

  it("with a wrong password fails with the server's words", async () => {
    await expect(connect({ password: "wrong" })).rejects.toMatchObject({
      code: "ELOGIN",
      message: "Login failed for user 'sa'.",
    });
  });

  it("is refused for Windows accounts", async () => {
    const authentication = { type: "ntlm", options: { userName: "u", password: "p", domain: "D" } } as const;
    await expect(connect({ authentication })).rejects.toThrow("cannot be used with Windows authentication");
    expect(door.logins).toEqual([]);
  });

  it.each([
    ["SQL Server 2008 R2", [10, 50, 6000]],
    ["SQL Server 2014", [12, 0, 6024]],
    ["SQL Server 2019", [15, 0, 4300]],
  ] as const)("succeeds as to %s", async (_name, version) => {
    const other = openTestDoor(version);
    const listening = await listen(other, { port: 0, certificate });
    const pool = await connect({ port: listening.port });
    expect((await pool.request().batch("database")).recordset).toEqual([{ database: "master" }]);
    await pool.close();
    await listening.stop();
  });

  it.each([512, 4096, 32_767])("may ask for packets of %i bytes", async (packetSize) => {
    const pool = await connect({ options: { packetSize } } as Partial<config>);
    const { recordset } = await pool.request().batch("rows 700 200");
    expect(recordset).toHaveLength(700);
    expect(recordset[699].text).toBe("699".padEnd(200, "x"));
  });
});

describe("encryption, by the server's own word", () => {
  it.each([true, false])("is %s when the client asks so", async (encrypt) => {
    await connect({ options: { encrypt, trustServerCertificate: true } });
    expect(door.logins[0]!.encrypted).toBe(encrypt);
  });

  it("shows a certificate that can be verified", async () => {
    const cryptoCredentialsDetails = { ca: certificate.pem };
    const options = { encrypt: true, trustServerCertificate: false, cryptoCredentialsDetails };
    await connect({ server: "localhost", options });
    expect(door.logins[0]!.encrypted).toBe(true);
  });

  it("shows a certificate that takes several packets", async () => {
    const large = await listen(door, { port: 0, certificate: await makeLargeCertificate() });
    await stillUsable(await connect({ port: large.port }));
    expect(door.logins[0]!.encrypted).toBe(true);
    await large.stop();
  });

  it("is given up by a client that does not trust the certificate, and the server goes on", async () => {
    await expect(connect({ options: { encrypt: true, trustServerCertificate: false } })).rejects.toThrow();
    expect(door.logins).toEqual([]);
    await connect();
  });
});

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
    door.samples = [
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

describe("requests", () => {
  it("of several results give each its own", async () => {
    const { recordsets, rowsAffected } = await (await connect()).request().batch("several");
    expect(recordsets).toEqual([[{ a: 1 }], [{ b: 2 }]]);
    expect(rowsAffected).toEqual([1, 3, 1]);
  });

  it("that fail bring number, state, class, line and server of each error", async () => {
    const pool = await connect();
    const failure = await pool
      .request()
      .batch("fail")
      .catch((error) => error);
    expect(failure).toMatchObject({
      code: "EREQUEST",
      number: 5069,
      state: 1,
      class: 16,
      lineNumber: 7,
      serverName: "BE1\\rtc",
    });
    expect(failure.precedingErrors).toMatchObject([{ number: 1416, state: 3 }]);
    await stillUsable(pool);
  });

  it("print", async () => {
    const request = (await connect()).request();
    const heard: string[] = [];
    request.on("info", ({ message }) => heard.push(message));
    await request.batch("print hello there");
    expect(heard).toEqual(["hello there"]);
  });

  it("change the database of the connection", async () => {
    const pool = await connect();
    await pool.request().batch("use db");
    expect((await pool.request().batch("database")).recordset).toEqual([{ database: "db" }]);
  });

  it("call procedures by name", async () => {
    const pool = await connect();
    await expect(pool.request().input("a", sql.Int, 1).execute("nowhere")).rejects.toMatchObject({
      number: 2812,
    });
    expect(door.requests.at(-1)).toMatchObject({
      kind: "rpc",
      procedure: "nowhere",
      parameters: [{ name: "@a", value: 1 }],
    });
  });

  it("as long as a hundred packets arrive whole", async () => {
    const pool = await connect();
    const long = `print ${"ä".repeat(200_000)}`;
    await pool.request().batch(long);
    expect(door.requests.at(-1)).toEqual({ kind: "batch", sql: long });
  });

  it("that break the session are told so, and end it alone", async () => {
    const pool = await connect();
    await expect(pool.request().batch("break")).rejects.toMatchObject({ number: 3624, class: 20 });
    await stillUsable(pool);
  });
});

describe("prepared statements", () => {
  it("run again and again, with values in and out, until given up", async () => {
    const statement = new sql.PreparedStatement(await connect());
    statement.input("n", sql.Int);
    statement.output("text", sql.NVarChar(20));
    await statement.prepare("echo");
    for (const n of [1, 2]) {
      const { recordset, output } = await statement.execute({ n, text: `t${n}` });
      expect(recordset).toEqual([{ n, text: `t${n}` }]);
      expect(output).toEqual({ text: `t${n}` });
    }
    expect(lastCall()).toMatchObject([
      { name: "@stmt", value: "echo" },
      { name: "@params", value: expect.stringContaining("@n int") },
      { name: "@n", value: 2, output: false },
      { name: "@text", value: "t2", output: true },
    ]);
    await statement.unprepare();
  });
});

describe("transactions", () => {
  it.each(["commit", "rollback"] as const)("begin and %s", async (end) => {
    const pool = await connect();
    const transaction = new sql.Transaction(pool);
    await transaction.begin();
    await transaction.request().batch("print inside");
    await transaction[end]();
    const actions = door.requests.flatMap((request) =>
      request.kind === "transaction" ? [request.action] : [],
    );
    expect(actions).toEqual(["begin", end]);
    await stillUsable(pool);
  });
});

describe("a request that is cancelled", () => {
  it.each([
    ["before its first row", "wait"],
    ["in the midst of its rows", "wait 5000"],
  ])("%s reports it, and leaves the connection usable", async (_when, batch) => {
    const pool = await connect({ pool: { max: 1 } });
    await stillUsable(pool);
    const logins = door.logins.length;
    const request = pool.request();
    const running = request.batch(batch).catch((error) => error);
    await vi.waitFor(() => expect(door.requests.at(-1)).toEqual({ kind: "batch", sql: batch }));
    request.cancel();
    expect(await running).toMatchObject({ code: "ECANCEL" });
    expect(door.aborted).toBe(1);
    await stillUsable(pool);
    expect(door.logins).toHaveLength(logins);
  });

  it("by its own time limit does not cost the connection", async () => {
    const pool = await connect({ pool: { max: 1 }, requestTimeout: 100 });
    await stillUsable(pool);
    const logins = door.logins.length;
    await expect(pool.request().batch("wait")).rejects.toMatchObject({ code: "ETIMEOUT" });
    await stillUsable(pool);
    expect(door.logins).toHaveLength(logins);
  });
});

describe("a connection", () => {
  it("cut by the server surfaces as ECONNRESET, and the next one works", async () => {
    const pool = await connect();
    await expect(pool.request().batch("cut")).rejects.toMatchObject({ code: "ECONNRESET" });
    await vi.waitFor(() => expect(door.open).toBe(0));
    await stillUsable(pool);
  });

  it("closed by its client in mid-request ends the request and the session", async () => {
    const pool = await connect();
    const running = pool
      .request()
      .batch("wait")
      .catch((error) => error);
    await vi.waitFor(() => expect(door.requests.at(-1)).toEqual({ kind: "batch", sql: "wait" }));
    const [connection] = (pool as unknown as { pool: { used: { resource: sql.ConnectionPool }[] } }).pool
      .used;
    connection!.resource.close();
    await running;
    await vi.waitFor(() => expect([door.aborted, door.open]).toEqual([1, 0]));
  });

  it("to a hung server stalls until it wakes", async () => {
    const pool = await connect();
    const told: string[] = [];
    server.hang();
    const old = stillUsable(pool).then(() => told.push("old"));
    const fresh = connect({ connectionTimeout: 15_000 }).then(() => told.push("new"));
    await expect(connect({ connectionTimeout: 100 })).rejects.toMatchObject({ code: "ETIMEOUT" });
    expect(told).toEqual([]);
    expect(door.logins).toHaveLength(1);
    server.wake();
    await Promise.all([old, fresh]);
  });

  it("ends when the server stops, hung or not, and the port can be taken again", async () => {
    const pool = await connect();
    const running = pool
      .request()
      .batch("wait")
      .catch((error) => error);
    await vi.waitFor(() => expect(door.requests.at(-1)).toEqual({ kind: "batch", sql: "wait" }));
    server.hang();
    await server.stop();
    expect(await running).toMatchObject({ code: "ECONNRESET" });
    await vi.waitFor(() => expect(door.open).toBe(0));
    server = await listen(door, { port: server.port, certificate });
    await stillUsable(pool);
  });

  it("is refused on a port that is taken, with the reason", async () => {
    await expect(listen(door, { port: server.port, certificate })).rejects.toMatchObject({
      code: "EADDRINUSE",
    });
  });
});

async function connect(wish: Partial<config> = {}): Promise<sql.ConnectionPool> {
  const { options, ...rest } = wish;
  const pool = new sql.ConnectionPool({
    server: "127.0.0.1",
    port: server.port,
    ...(wish.authentication === undefined ? { user: "sa", password: "right" } : {}),
    ...rest,
    options: { encrypt: true, trustServerCertificate: true, ...options },
  });
  // A connection cut from outside tells the pool too, and an unheard 'error' ends the process.
  pool.on("error", () => {});
  await pool.connect();
  pools.push(pool);
  return pool;
}

function lastCall() {
  const call = door.requests.findLast((request) => request.kind === "rpc");
  return call!.parameters;
}

async function stillUsable(pool: sql.ConnectionPool): Promise<void> {
  expect((await pool.request().batch("database")).recordset).toEqual([{ database: "master" }]);
}
