import sql, { type config } from "mssql";
import { describe, expect, it, vi } from "vitest";
import { listen } from "#lab/tds/server.ts";
import { openTestDoor } from "#lab/tds/testing/door.ts";
import { mssqlClients, stillUsable } from "#lab/tds/testing/mssql.ts";
import { serveEachTest } from "#lab/tds/testing/server.ts";

const lab = serveEachTest();
const { connect } = mssqlClients(lab);

describe("a login", () => {
  it("brings what the client says of itself", async () => {
    await connect({ database: "db", options: { appName: "Mirrordeck" } });
    expect(lab.door.logins).toMatchObject([
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
    expect(lab.door.logins[0]!.password).toBe("pä€ß 日本\u{1F511}");
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
    expect(lab.door.logins).toEqual([]);
  });

  it.each([
    ["SQL Server 2008 R2", [10, 50, 6000]],
    ["SQL Server 2014", [12, 0, 6024]],
    ["SQL Server 2019", [15, 0, 4300]],
  ] as const)("succeeds as to %s", async (_name, version) => {
    const other = openTestDoor(version);
    const listening = await listen(other, { port: 0, certificate: lab.certificate });
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
    expect(lab.door.requests.at(-1)).toMatchObject({
      kind: "rpc",
      procedure: "nowhere",
      parameters: [{ name: "@a", value: 1 }],
    });
  });

  it("as long as a hundred packets arrive whole", async () => {
    const pool = await connect();
    const long = `print ${"ä".repeat(200_000)}`;
    await pool.request().batch(long);
    expect(lab.door.requests.at(-1)).toEqual({ kind: "batch", sql: long });
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
    const actions = lab.door.requests.flatMap((request) =>
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
    const logins = lab.door.logins.length;
    const request = pool.request();
    const running = request.batch(batch).catch((error) => error);
    await vi.waitFor(() => expect(lab.door.requests.at(-1)).toEqual({ kind: "batch", sql: batch }));
    request.cancel();
    expect(await running).toMatchObject({ code: "ECANCEL" });
    expect(lab.door.aborted).toBe(1);
    await stillUsable(pool);
    expect(lab.door.logins).toHaveLength(logins);
  });

  it("by its own time limit does not cost the connection", async () => {
    const pool = await connect({ pool: { max: 1 } });
    await stillUsable(pool);
    const logins = lab.door.logins.length;
    // The typings do not know the limit of a single request.
    const Limited = sql.Request as unknown as new (pool: sql.ConnectionPool, limit: object) => sql.Request;
    const request = new Limited(pool, { requestTimeout: 100 });
    await expect(request.batch("wait")).rejects.toMatchObject({ code: "ETIMEOUT" });
    await stillUsable(pool);
    expect(lab.door.logins).toHaveLength(logins);
  });
});

describe("a connection", () => {
  it("cut by the server surfaces as ECONNRESET, and the next one works", async () => {
    const pool = await connect();
    await expect(pool.request().batch("cut")).rejects.toMatchObject({ code: "ECONNRESET" });
    await vi.waitFor(() => expect(lab.door.open).toBe(0));
    await stillUsable(pool);
  });

  it("closed by its client in mid-request ends the request and the session", async () => {
    const pool = await connect();
    const running = pool
      .request()
      .batch("wait")
      .catch((error) => error);
    await vi.waitFor(() => expect(lab.door.requests.at(-1)).toEqual({ kind: "batch", sql: "wait" }));
    const [connection] = (pool as unknown as { pool: { used: { resource: sql.ConnectionPool }[] } }).pool
      .used;
    connection!.resource.close();
    await running;
    await vi.waitFor(() => expect([lab.door.aborted, lab.door.open]).toEqual([1, 0]));
  });

  it("to a hung server stalls until it wakes", async () => {
    const pool = await connect();
    const told: string[] = [];
    lab.server.hang();
    const old = stillUsable(pool).then(() => told.push("old"));
    const fresh = connect({ connectionTimeout: 15_000 }).then(() => told.push("new"));
    await expect(connect({ connectionTimeout: 100 })).rejects.toMatchObject({ code: "ETIMEOUT" });
    expect(told).toEqual([]);
    expect(lab.door.logins).toHaveLength(1);
    lab.server.wake();
    await Promise.all([old, fresh]);
  });

  it("ends when the server stops, hung or not, and the port can be taken again", async () => {
    const pool = await connect();
    const running = pool
      .request()
      .batch("wait")
      .catch((error) => error);
    await vi.waitFor(() => expect(lab.door.requests.at(-1)).toEqual({ kind: "batch", sql: "wait" }));
    lab.server.hang();
    await lab.server.stop();
    expect(await running).toMatchObject({ code: "ECONNRESET" });
    await vi.waitFor(() => expect(lab.door.open).toBe(0));
    lab.server = await listen(lab.door, { port: lab.server.port, certificate: lab.certificate });
    await stillUsable(pool);
  });

  it("is refused on a port that is taken, with the reason", async () => {
    await expect(
      listen(lab.door, { port: lab.server.port, certificate: lab.certificate }),
    ).rejects.toMatchObject({
      code: "EADDRINUSE",
    });
  });
});

function lastCall() {
  const call = lab.door.requests.findLast((request) => request.kind === "rpc");
  return call!.parameters;
}
