import { execFile, spawnSync } from "node:child_process";
import { promisify } from "node:util";
import sql from "mssql";
import { afterEach, describe, expect, it } from "vitest";
import { type StartedLab, startLab, type Truth } from "#lab/started.ts";

const PASSWORD = "Lab-2026!";
const STATE = `SELECT DB_NAME(database_id) AS db, mirroring_role_desc AS role, mirroring_state_desc AS state,
  mirroring_role_sequence AS sequence, mirroring_witness_state_desc AS witness
  FROM sys.database_mirroring WHERE mirroring_guid IS NOT NULL`;
const FAILOVER = "ALTER DATABASE [db] SET PARTNER FAILOVER";

const open: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

describe("mssql", () => {
  it("reads roles, fails over, and reads them exchanged with the role sequence one higher", async () => {
    const lab = await started("--example", "pair", "--virtual-clock");
    const [a, b] = [await connect(lab, "A"), await connect(lab, "B")];
    expect(await rows(a, STATE)).toEqual([
      { db: "db", role: "PRINCIPAL", state: "SYNCHRONIZED", sequence: 1, witness: "CONNECTED" },
    ]);
    expect(await rows(b, STATE)).toEqual([
      { db: "db", role: "MIRROR", state: "SYNCHRONIZED", sequence: 1, witness: "CONNECTED" },
    ]);
    await a.request().batch(FAILOVER);
    await lab.advance(1);
    expect((await rows(a, STATE))[0]).toMatchObject({ role: "MIRROR", state: "SYNCHRONIZED", sequence: 2 });
    expect((await rows(b, STATE))[0]).toMatchObject({
      role: "PRINCIPAL",
      state: "SYNCHRONIZED",
      sequence: 2,
    });
  });

  it("meets SQL Server's refusals by number", async () => {
    const lab = await started("--example", "pair", "--virtual-clock");
    const [a, b] = [await connect(lab, "A"), await connect(lab, "B")];
    expect(await errorOf(b, FAILOVER)).toBe(1470);
    expect(await errorOf(b, "USE [db]")).toBe(954);
    expect(await errorOf(a, "ALTER DATABASE [db] SET RECOVERY SIMPLE")).toBe(1468);
    expect(await errorOf(a, "ALTER DATABASE [db] SET PARTNER RESUME")).toBe(1415);
    expect(await errorOf(a, "ALTER DATABASE [nope] SET PARTNER FAILOVER")).toBe(5011);
    expect((await lab.truth()).sessions[0]?.copies.map(({ roleSequence }) => roleSequence)).toEqual([1, 1]);
  });

  it("a mirror's values are NULL to a login without sysadmin", async () => {
    const lab = await started("--example", "pair", "--virtual-clock");
    const b = await connect(lab, "B", "mirrordeck_look");
    const seen = await rows(
      b,
      "SELECT mirroring_role_desc AS role FROM sys.database_mirroring WHERE DB_NAME(database_id) = 'db'",
    );
    expect(seen).toEqual([{ role: null }]);
  });

  it("a role switch cuts the sessions in the database at once and answers when the redo queue is empty", async () => {
    const lab = await started("--example", "pair", "--virtual-clock");
    await lab.ask("PATCH", "/databases/db", { redoQueueKb: 50_000 });
    const a = await connect(lab, "A");
    const inside = await connect(lab, "A", "sa", "db");
    const cut = new Promise<boolean>((resolve) => inside.on("error", () => resolve(true)));
    const waiting = inside
      .request()
      .query("WAITFOR DELAY '01:00:00'")
      .then(
        () => "answered",
        () => "broken",
      );
    await statementIn(lab, "WAITFOR");
    let answered = false;
    const switching = a
      .request()
      .batch(FAILOVER)
      .then(() => {
        answered = true;
      });
    await statementIn(lab, "SET PARTNER FAILOVER");
    expect(await waiting).toBe("broken");
    expect((await lab.truth()).sessions[0]).toMatchObject({ serving: [] });
    await lab.advance(4.9);
    expect(answered).toBe(false);
    expect((await lab.truth()).sessions[0]?.copies[0]?.state).toBe("PENDING_FAILOVER");
    await lab.advance(0.1);
    await switching;
    expect((await lab.truth()).sessions[0]).toMatchObject({ principals: ["B"], serving: ["B"] });
    void cut;
  });

  it("a guarded batch whose moment has passed does nothing", async () => {
    const lab = await started("--example", "pair", "--virtual-clock");
    const a = await connect(lab, "A");
    const guarded = `IF EXISTS (SELECT 1 FROM sys.database_mirroring WHERE database_id = DB_ID(N'db')
        AND mirroring_role = 1 AND mirroring_role_sequence = 1)
      ALTER DATABASE [db] SET PARTNER FAILOVER
    ELSE RAISERROR('the session has moved on', 16, 1)`;
    await a.request().batch(guarded);
    await lab.advance(2);
    expect(await errorOf(a, guarded)).toBe(50_000);
    expect((await lab.truth()).sessions[0]?.copies.map(({ roleSequence }) => roleSequence)).toEqual([2, 2]);
  });

  it("a cut in mid-switch leaves one switched, one pending, one unsent, and the rest follows when the link is back", async () => {
    for (const variant of [[], ["--variant", "base1"]]) {
      const lab = await started("--example", "crossing", "--virtual-clock", ...variant);
      const c1 = await connect(lab, "C1");
      await c1.request().batch("ALTER DATABASE [rtcshared] SET PARTNER FAILOVER");
      const held = c1.request().batch("ALTER DATABASE [rtcxds] SET PARTNER FAILOVER");
      await statementIn(lab, "[rtcxds]");
      await lab.ask("POST", "/links/C1/C2/cut");
      await lab.advance(60);
      const during = byDatabase(await lab.truth());
      expect(during.rtcshared).toMatchObject({ principals: ["C2"], serving: ["C2"] });
      expect(during.rtcxds).toMatchObject({ principals: ["C1"], serving: [] });
      expect(during.rtcxds?.copies.map(({ state }) => state)).toEqual(["PENDING_FAILOVER", "DISCONNECTED"]);
      expect(during.xds).toMatchObject({ principals: ["C1"], serving: ["C1"] });
      await lab.ask("POST", "/links/C1/C2/join");
      await lab.advance(5);
      await held;
      const after = byDatabase(await lab.truth());
      expect(after.rtcxds).toMatchObject({ principals: ["C2"], serving: ["C2"] });
      expect(after.xds?.copies[0]).toMatchObject({ role: "PRINCIPAL" });
    }
  });
});

describe("the control", () => {
  it("stops, starts, hangs and wakes an instance", async () => {
    const lab = await started("--example", "pair", "--virtual-clock");
    const a = await connect(lab, "A");
    await lab.ask("POST", "/instances/A/stop");
    await expect(rows(a, "SELECT 1 AS one")).rejects.toThrow();
    await expect(connect(lab, "A")).rejects.toThrow();
    await lab.advance(2);
    expect((await lab.truth()).sessions[0]).toMatchObject({ serving: ["B"] });
    await lab.ask("POST", "/instances/A/start");
    await lab.advance(3);
    expect(await rows(await connect(lab, "A"), STATE)).toMatchObject([
      { role: "MIRROR", state: "SYNCHRONIZED", sequence: 2 },
    ]);
    await lab.ask("POST", "/instances/A/hang");
    await expect(connect(lab, "A", "sa", "master", 300)).rejects.toThrow();
    await lab.ask("POST", "/instances/A/wake");
    expect(await rows(await connect(lab, "A"), "SELECT 1 AS one")).toEqual([{ one: 1 }]);
  });

  it.each([
    ["POST", "/instances/X/stop", undefined, 404, 'There is no instance "X"; there is: A, B, W'],
    ["POST", "/instances/A/explode", undefined, 404, "stop, start, hang, wake"],
    ["POST", "/instances/A/start", undefined, 400, "only a stopped instance can be started"],
    ["POST", "/links/A/A/cut", undefined, 400, "A was named twice"],
    ["POST", "/links/A/B/tear", undefined, 404, "cut"],
    ["PATCH", "/databases/nope", { workloadKbPerSecond: 1 }, 404, 'No mirrored database is called "nope"'],
    ["PATCH", "/databases/db", { workloadKbPerSecond: "fast" }, 400, "whole numbers"],
    ["PATCH", "/databases/db", {}, 400, "the body is empty"],
    ["POST", "/clock/advance", { seconds: -1 }, 400, "seconds"],
    ["POST", "/fleet/fresh", { scenario: { name: "x" } }, 400, "logins"],
    ["POST", "/fleet/fresh", { variant: "base9" }, 400, "base1, base2"],
    ["POST", "/fleet/fresh", { fleet: 1 }, 400, "scenario"],
    ["GET", "/nothing", undefined, 404, "GET /truth"],
  ] as const)("%s %s with %j is refused by a sentence", async (method, path, body, status, words) => {
    const lab = await started("--example", "pair", "--virtual-clock");
    const answer = await lab.ask(method, path, body);
    expect(answer.status).toBe(status);
    expect((answer.body as { error: string }).error).toContain(words);
  });

  it("tells the truth without passwords and with every statement word for word", async () => {
    const lab = await started("--example", "lync", "--virtual-clock");
    const be3 = await connect(lab, "BE3\\rtc");
    await be3.request().batch("SELECT 1 AS [a]]b'; DROP--ü]");
    const truth = await lab.truth();
    expect(JSON.stringify(truth)).not.toContain(PASSWORD);
    expect(truth.statements.map(({ text }) => text)).toContain("SELECT 1 AS [a]]b'; DROP--ü]");
    expect(truth.openStatements).toEqual([]);
    expect((await lab.ask("POST", "/instances/be3%5CRTC/hang")).body).toMatchObject({
      instance: "BE3\\rtc",
      power: "hung",
    });
  });

  it("clients of the old principal come back on the new one, each after its time", async () => {
    const lab = await started("--example", "crossing", "--virtual-clock");
    const sessions = async (database: string) => {
      const session = byDatabase(await lab.truth())[database];
      return session?.copies.map(({ clientSessions }) => clientSessions);
    };
    expect(await sessions("rtcshared")).toEqual([6, 0]);
    await (await connect(lab, "C1")).request().batch("ALTER DATABASE [rtcshared] SET PARTNER FAILOVER");
    expect(await sessions("rtcshared")).toEqual([0, 0]);
    await lab.advance(2);
    expect(await sessions("rtcshared")).toEqual([0, 3]);
    await lab.advance(2);
    expect(await sessions("rtcshared")).toEqual([0, 6]);
  });
});

describe("in real time", () => {
  it("a switch takes its redo queue's time, and an automatic failover follows a dead principal", async () => {
    const lab = await started("--example", "pair");
    const [a, b] = [await connect(lab, "A"), await connect(lab, "B")];
    await lab.ask("PATCH", "/databases/db", { redoQueueKb: 5_000 });
    const switched = a.request().batch(FAILOVER);
    await expect.poll(async () => (await lab.truth()).sessions[0]?.copies[0]?.state).toBe("PENDING_FAILOVER");
    await switched;
    expect((await rows(b, STATE))[0]).toMatchObject({ role: "PRINCIPAL", sequence: 2 });
    await expect.poll(async () => (await rows(b, STATE))[0]?.state, { timeout: 5_000 }).toBe("SYNCHRONIZED");
    await lab.ask("POST", "/instances/B/stop");
    await expect
      .poll(async () => (await rows(a, STATE))[0], { timeout: 5_000 })
      .toMatchObject({ role: "PRINCIPAL", sequence: 3 });
    const [session] = (await lab.truth()).sessions;
    expect(session).toMatchObject({ principals: ["A"], serving: ["A"] });
  });

  it("an ATTENTION takes back the client's patience, not the switch", async () => {
    const lab = await started("--example", "pair", "--virtual-clock");
    await lab.ask("PATCH", "/databases/db", { redoQueueKb: 50_000 });
    const a = await connect(lab, "A");
    const request = a.request();
    const waiting = request.batch(FAILOVER).then(
      () => "answered",
      () => "cancelled",
    );
    await statementIn(lab, FAILOVER);
    request.cancel();
    expect(await waiting).toBe("cancelled");
    await lab.advance(5);
    expect((await lab.truth()).sessions[0]).toMatchObject({ principals: ["B"], serving: ["B"] });
  });
});

const freeTds =
  spawnSync("tsql", ["-C"]).error === undefined && spawnSync("bsqldb", ["-V"]).error === undefined;
if (!freeTds) console.log("not run: needs FreeTDS (apt-get install freetds-bin)");

describe.skipIf(!freeTds)("FreeTDS", () => {
  it("tsql and bsqldb see the same failover from outside", async () => {
    const lab = await started("--example", "pair", "--virtual-clock");
    expect(await tsql(lab, "A", STATE)).toContain("PRINCIPAL\tSYNCHRONIZED\t1");
    expect(await bsqldb(lab, "B", STATE)).toContain("MIRROR");
    expect(await tsql(lab, "B", FAILOVER)).toContain("Msg 1470");
    await tsql(lab, "A", FAILOVER);
    await lab.advance(1);
    expect(await tsql(lab, "A", STATE)).toContain("MIRROR\tSYNCHRONIZED\t2");
    expect(await tsql(lab, "B", STATE)).toContain("PRINCIPAL\tSYNCHRONIZED\t2");
    expect(await bsqldb(lab, "B", STATE)).toContain("PRINCIPAL");
  });
});

async function started(...args: string[]): Promise<StartedLab> {
  const lab = await startLab(...args);
  open.push(() => lab.stop());
  return lab;
}

async function connect(
  lab: StartedLab,
  instance: string,
  user = "sa",
  database = "master",
  connectionTimeout = 15_000,
) {
  const pool = new sql.ConnectionPool({
    server: "127.0.0.1",
    port: lab.port(instance),
    user,
    password: PASSWORD,
    database,
    connectionTimeout,
    requestTimeout: 60_000,
    options: { encrypt: true, trustServerCertificate: true },
    pool: { max: 1, min: 0 },
  });
  pool.on("error", () => {});
  await pool.connect();
  open.push(() => pool.close());
  return pool;
}

async function rows(pool: sql.ConnectionPool, text: string): Promise<Record<string, unknown>[]> {
  return (await pool.request().query(text)).recordset;
}

async function errorOf(pool: sql.ConnectionPool, text: string): Promise<number | null> {
  try {
    await pool.request().batch(text);
    return null;
  } catch (error) {
    const { number, precedingErrors = [] } = error as {
      number: number;
      precedingErrors?: { number: number }[];
    };
    return precedingErrors[0]?.number ?? number;
  }
}

/** Until the lab has received a statement with these words and not answered it. */
async function statementIn(lab: StartedLab, words: string): Promise<void> {
  await expect
    .poll(async () => (await lab.truth()).openStatements.some(({ text }) => text.includes(words)))
    .toBe(true);
}

function byDatabase(truth: Truth): Record<string, Truth["sessions"][number]> {
  return Object.fromEntries(truth.sessions.map((session) => [session.database, session]));
}

async function tsql(lab: StartedLab, instance: string, text: string): Promise<string> {
  const child = promisify(execFile)("tsql", [
    "-H",
    "127.0.0.1",
    "-p",
    String(lab.port(instance)),
    "-U",
    "sa",
    "-P",
    PASSWORD,
    "-D",
    "master",
  ]);
  child.child.stdin?.end(`${text}\nGO\nexit\n`);
  const { stdout, stderr } = await child;
  return stdout + stderr;
}

async function bsqldb(lab: StartedLab, instance: string, text: string): Promise<string> {
  const server = `127.0.0.1:${lab.port(instance)}`;
  const child = promisify(execFile)("bsqldb", ["-S", server, "-U", "sa", "-P", PASSWORD, "-D", "master"]);
  child.child.stdin?.end(`${text}\ngo\n`);
  const { stdout, stderr } = await child;
  return stdout + stderr;
}
