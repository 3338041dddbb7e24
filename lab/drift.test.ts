/** Servers that drift apart, from outside: over the wire, and over the control. */
import sql from "mssql";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { type StartedLab, startLab } from "#lab/started.ts";

const PASSWORD = "Lab-2026!";
const FAILOVER = "ALTER DATABASE LcsCDR SET PARTNER FAILOVER";
const open: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

describe("the Agent, over the control", () => {
  it("G14: stopped on one partner, both tell the same role after a switch, and the age gives it away", async () => {
    const lab = await started("drift");
    expect((await lab.ask("POST", "/instances/MON1/stop-agent")).status).toBe(200);
    const [one, two] = [await connect(lab, "MON1"), await connect(lab, "MON2")];
    await one.request().batch(FAILOVER);
    await lab.advance(600);
    const results = "EXEC msdb.dbo.sp_dbmmonitorresults LcsCDR, 0, 0";
    const [old, present] = [(await rows(one, results))[0]!, (await rows(two, results))[0]!];
    expect([old.role, present.role]).toEqual([1, 1]);
    const age = (row: Record<string, unknown>) =>
      (Number(row.local_time) - Number(present.local_time)) / 60_000;
    expect(age(old)).toBeLessThanOrEqual(-9);
    await lab.ask("POST", "/instances/MON1/start-agent");
    await lab.advance(60);
    expect((await rows(one, results))[0]!.role).toBe(2);
    expect(
      await rows(one, "SELECT status_desc FROM sys.dm_server_services WHERE servicename LIKE '%Agent%'"),
    ).toEqual([{ status_desc: "Running" }]);
  });

  it("G12: a member of dbm_monitor gets the stored row, and updates nothing", async () => {
    const lab = await started("drift");
    const look = await connect(lab, "MON1", "mirrordeck_look");
    const results = "EXEC msdb.dbo.sp_dbmmonitorresults LcsCDR, 9, 1";
    await lab.advance(30);
    expect(await rows(look, results)).toHaveLength(1);
    expect(await rows(await connect(lab, "MON1"), results)).toHaveLength(2);
  });

  it("a job is run, disabled and seen in the truth", async () => {
    const lab = await started("drift");
    const job = `/instances/MON2/jobs/${encodeURIComponent("Backup log LcsCDR")}`;
    const { body } = await lab.ask("POST", `${job}/run`);
    expect(body).toMatchObject({ ok: true, lastRun: { succeeded: false, steps: [{ number: 954 }] } });
    await lab.ask("POST", `${job}/disable`);
    await lab.advance(1_000);
    const two = await connect(lab, "MON2");
    expect(await rows(two, "SELECT enabled FROM msdb.dbo.sysjobs WHERE name = 'Backup log LcsCDR'")).toEqual([
      { enabled: 0 },
    ]);
    const mon2 = (await lab.truth()).instances.find(({ name }) => name === "MON2");
    expect(mon2?.agent?.jobs.find(({ name }) => name === "Backup log LcsCDR")?.history).toHaveLength(1);
  });
});

describe("logins, over the wire", () => {
  it("B15: the database is online on the other server, and its login does not come in", async () => {
    const lab = await started("drift");
    const reader = await connect(lab, "MON1", "report_reader", "LcsCDR");
    expect(await rows(reader, "SELECT USER_NAME() AS who, IS_MEMBER('db_datareader') AS member")).toEqual([
      { who: "report_reader", member: 1 },
    ]);
    await (await connect(lab, "MON1")).request().batch(FAILOVER);
    await lab.advance(2);
    await expect(connect(lab, "MON2", "report_reader", "LcsCDR")).rejects.toThrow(
      /Login failed|Cannot open database/,
    );
    const acting = await connect(lab, "MON2");
    expect(await rows(acting, "SELECT state_desc FROM sys.databases WHERE name = 'LcsCDR'")).toEqual([
      { state_desc: "ONLINE" },
    ]);
    expect(await rows(acting, "USE LcsCDR; EXEC sp_change_users_login 'Report'")).toHaveLength(2);
  });

  it("are replaced and taken away over the control, and their secrets are in no truth", async () => {
    const lab = await started("drift");
    const put = await lab.ask("PUT", "/instances/MON2/logins/late", { password: "L8-secret!", sid: "own" });
    expect(put.status).toBe(200);
    expect(JSON.stringify(await lab.truth())).not.toContain("L8-secret!");
    const late = await connect(lab, "MON2", "late", "master", "L8-secret!");
    expect(await rows(late, "SELECT SUSER_SNAME() AS who")).toEqual([{ who: "late" }]);
    await lab.ask("DELETE", "/instances/MON2/logins/late");
    await expect(connect(lab, "MON2", "late", "master", "L8-secret!")).rejects.toThrow(/Login failed/);
    expect((await lab.ask("DELETE", "/instances/MON2/logins/late")).status).toBe(404);
  });
});

describe("the control refuses by a sentence", () => {
  it.each([
    ["PATCH", "/instances/MON1", { version: "new" }, 400, "a version reads"],
    ["PATCH", "/instances/MON1", { colour: "red" }, 400, "colour"],
    ["PUT", "/instances/MON1/logins/x", {}, 400, "password"],
    ["POST", "/instances/MON1/jobs/nothing/run", undefined, 404, 'has no job "nothing"'],
    ["POST", "/instances/NOPE/stop-agent", undefined, 404, 'no instance "NOPE"'],
  ] as const)("%s %s %j", async (method, path, body, status, words) => {
    const lab = await shared();
    const answer = await lab.ask(method, path, body);
    expect(answer.status).toBe(status);
    expect((answer.body as { error: string }).error).toContain(words);
  });

  it("and a patch level is changed as a person would find it", async () => {
    const lab = await started("drift");
    await lab.ask("PATCH", "/instances/MON2", { version: "11.0.7507.2", configurations: { xp_cmdshell: 1 } });
    const two = await connect(lab, "MON2");
    const found = await rows(
      two,
      "SELECT CAST(SERVERPROPERTY('ProductVersion') AS nvarchar(20)) AS version, CAST(value AS int) AS shell FROM sys.configurations WHERE name = 'xp_cmdshell'",
    );
    expect(found).toEqual([{ version: "11.0.7507.2", shell: 1 }]);
  });
});

describe("every example", () => {
  it("spread: a Front End that is slow to follow", async () => {
    const lab = await started("spread");
    const on = async (instance: string) =>
      (await lab.truth()).instances
        .find(({ name }) => name === instance)!
        .sessions.filter(({ database, wired }) => database === "rtcxds" && !wired)
        .map(({ host }) => host);
    const switched = (await connect(lab, "BE1"))
      .request()
      .batch("ALTER DATABASE rtcxds SET PARTNER FAILOVER");
    await expect.poll(async () => (await lab.truth()).openStatements.length).toBe(1);
    await lab.advance(60);
    await switched;
    expect(new Set(await on("BE2"))).toEqual(new Set(["FE1", "FE2"]));
    await lab.advance(120);
    expect(new Set(await on("BE2"))).toEqual(new Set(["FE1", "FE2", "FE3"]));
  });

  it("chat: mgc is shipped and in the middle of a restore at the second site", async () => {
    const lab = await started("chat");
    const pc2 = await connect(lab, "PC2");
    expect(
      await rows(pc2, "SELECT name, state_desc FROM sys.databases WHERE database_id > 4 ORDER BY name"),
    ).toEqual([
      { name: "mgc", state_desc: "RESTORING" },
      { name: "mgccomp", state_desc: "ONLINE" },
    ]);
    const jobs = "SELECT name FROM msdb.dbo.sysjobs WHERE name LIKE 'LS%mgc' ORDER BY name";
    expect((await rows(pc2, jobs)).map(({ name }) => name)).toEqual(["LSCopy_PC1_mgc", "LSRestore_PC1_mgc"]);
    expect(await rows(await connect(lab, "PC1m"), jobs)).toEqual([{ name: "LSBackup_mgc" }]);
  });
});

let one: Promise<StartedLab> | null = null;
afterAll(async () => (await one)?.stop());
function shared(): Promise<StartedLab> {
  one ??= startLab("--example", "drift", "--virtual-clock");
  return one;
}

async function started(example: string): Promise<StartedLab> {
  const lab = await startLab("--example", example, "--virtual-clock");
  open.push(() => lab.stop());
  return lab;
}

async function connect(
  lab: StartedLab,
  instance: string,
  user = "sa",
  database = "master",
  password = PASSWORD,
) {
  const pool = new sql.ConnectionPool({
    server: "127.0.0.1",
    port: lab.port(instance),
    user,
    password,
    database,
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
