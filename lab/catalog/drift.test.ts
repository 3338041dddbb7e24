import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { setPower } from "#lab/mirroring/faults.ts";
import { instanceNamed } from "#lab/mirroring/find.ts";
import { testFleet } from "#lab/tsql/test-fleet.ts";

const drifted = () => testFleet(join(import.meta.dirname, "../examples/drift.yaml"));
const MINUTE = 60_000;
const MON2 = { on: "MON2" };
const FAILOVER = "ALTER DATABASE LcsCDR SET PARTNER FAILOVER";
const ORPHANS = `USE LcsCDR SELECT dp.name FROM sys.database_principals dp LEFT JOIN sys.server_principals sp ON dp.sid = sp.sid
  WHERE dp.type = 'S' AND dp.authentication_type = 1 AND sp.sid IS NULL ORDER BY dp.name`;

async function switched() {
  const self = drifted();
  await self.ask(FAILOVER);
  await self.running.advance(2_000);
  return self;
}

describe("B15: users whose login the other partner does not know", () => {
  it("are none before the switch, and listed after it", async () => {
    const before = drifted();
    expect((await before.ask(ORPHANS)).rows).toEqual([]);
    const { ask } = await switched();
    expect((await ask(ORPHANS, MON2)).rows).toEqual([["report_reader"], ["report_writer"]]);
    const report = await ask("USE LcsCDR EXEC sp_change_users_login 'Report'", MON2);
    expect(report.rows.map(([name]) => name)).toEqual(["report_reader", "report_writer"]);
  });

  it("cannot come in: 4060 at login, 916 inside", async () => {
    const { ask, connect } = await switched();
    await expect(connect({ ...MON2, as: "report_reader", database: "LcsCDR" })).rejects.toThrow(
      /Cannot open database "LcsCDR"/,
    );
    expect((await ask("USE LcsCDR", { ...MON2, as: "report_reader" })).errors).toEqual([916]);
    expect((await ask("USE QoEMetrics", { as: "report_reader" })).errors).toEqual([]);
    await expect(connect({ ...MON2, as: "report_writer" })).rejects.toThrow(/Login failed/);
    await expect(connect({ ...MON2, as: "cdr_owner" })).rejects.toThrow(/The account is disabled/);
  });

  it("and their simulated clients stay away, trying again and again", async () => {
    const { fleet, running } = await switched();
    await running.advance(60_000);
    const mon2 = instanceNamed(fleet, "MON2");
    const inside = mon2.sessions.filter(({ database }) => database === "LcsCDR").map(({ login }) => login);
    expect(new Set(inside)).toEqual(new Set(["CONTOSO\\RTCComponent"]));
    const tries = mon2.errorLog.filter(
      ({ number, text }) => number === 18456 && text.includes("report_reader"),
    );
    expect(tries.length).toBeGreaterThan(3);
  });

  it("ALTER USER … WITH LOGIN heals here and orphans there at failback", async () => {
    const { ask, running } = await switched();
    expect(
      (await ask("USE LcsCDR ALTER USER report_reader WITH LOGIN = report_reader", MON2)).errors,
    ).toEqual([]);
    expect((await ask("USE LcsCDR", { ...MON2, as: "report_reader" })).errors).toEqual([]);
    await ask(FAILOVER, MON2);
    await running.advance(2_000);
    expect((await ask(ORPHANS)).rows).toEqual([["report_reader"]]);
  });

  it("a login with the same SID heals for good: the hash and the SID are read there and said here", async () => {
    const { ask, running } = await switched();
    await ask("DROP LOGIN report_reader", MON2);
    const { rows } = await ask(
      "SELECT sid, CAST(LOGINPROPERTY(name, 'PasswordHash') AS varbinary(256)), password_hash FROM sys.sql_logins WHERE name = 'report_reader'",
    );
    const [sid, hash, same] = rows[0]!.map((value) => Buffer.from(value as Uint8Array).toString("hex"));
    expect(hash).toBe(same);
    expect(hash).toMatch(/^0200[0-9a-f]{136}$/);
    const create = `CREATE LOGIN report_reader WITH PASSWORD = 0x${hash} HASHED, SID = 0x${sid}, CHECK_POLICY = OFF`;
    expect((await ask(create, MON2)).errors).toEqual([]);
    expect((await ask(create, MON2)).errors).toEqual([15025]);
    expect((await ask(create.replace("LOGIN report_reader", "LOGIN another"), MON2)).errors).toEqual([15433]);
    expect((await ask("USE LcsCDR SELECT USER_NAME()", { ...MON2, as: "report_reader" })).rows).toEqual([
      ["report_reader"],
    ]);
    await ask(FAILOVER, MON2);
    await running.advance(2_000);
    expect((await ask(ORPHANS)).rows).toEqual([]);
  });
});

describe("B14: TRUSTWORTHY", () => {
  const trusted = "SELECT is_trustworthy_on FROM sys.databases WHERE name = 'LcsCDR'";
  it("is off on a fresh mirror until it is set there once", async () => {
    const { ask, running } = drifted();
    expect((await ask(trusted)).rows).toEqual([[true]]);
    expect((await ask("ALTER DATABASE LcsCDR SET TRUSTWORTHY ON", MON2)).errors).toEqual([954, 5069]);
    await ask(FAILOVER);
    await running.advance(2_000);
    expect((await ask(trusted, MON2)).rows).toEqual([[false]]);
    expect((await ask("ALTER DATABASE LcsCDR SET TRUSTWORTHY ON", MON2)).errors).toEqual([]);
    await ask(FAILOVER, MON2);
    await running.advance(2_000);
    expect((await ask(trusted)).rows).toEqual([[true]]);
  });
});

describe("who may do what with logins and databases", () => {
  it.each([
    ["mirrordeck_look", "CREATE LOGIN x WITH PASSWORD = 'p'", [15247]],
    ["mirrordeck_look", "DROP LOGIN report_writer", [15151]],
    ["mirrordeck_look", "USE LcsCDR", [916]],
    ["mirrordeck_look", "ALTER DATABASE LcsCDR SET PARTNER SUSPEND", [5011]],
    ["mirrordeck_look", "ALTER SERVER ROLE sysadmin ADD MEMBER mirrordeck_look", [15151]],
    ["cdr_owner", "ALTER DATABASE LcsCDR SET PARTNER SUSPEND", []],
    ["cdr_owner", "USE LcsCDR CREATE USER late FOR LOGIN mirrordeck_look", []],
    ["report_reader", "ALTER DATABASE LcsCDR SET PARTNER SUSPEND", [5011]],
    ["report_reader", "USE LcsCDR CREATE USER late WITHOUT LOGIN", [15247]],
    ["report_reader", "ALTER LOGIN report_reader WITH PASSWORD = 'new', DEFAULT_DATABASE = tempdb", []],
    ["report_reader", "ALTER LOGIN sa DISABLE", [15151]],
    ["sa", "DROP LOGIN nobody", [15151]],
    ["sa", "DROP LOGIN sa", [15405]],
    ["sa", "DROP LOGIN cdr_owner", [15174]],
    ["sa", "CREATE LOGIN x WITH PASSWORD = 0x1234 HASHED", [15021]],
    ["sa", "CREATE LOGIN x WITH PASSWORD = 'p', DEFAULT_DATABASE = nowhere", [15010]],
    ["sa", "CREATE LOGIN [CONTOSO\\MON3$] FROM WINDOWS", []],
    ["sa", "CREATE LOGIN x", [102]],
    ["sa", "USE LcsCDR CREATE USER report_reader WITHOUT LOGIN", [15023]],
    ["sa", "USE LcsCDR CREATE USER again FOR LOGIN report_reader", [15063]],
    ["sa", "USE LcsCDR CREATE USER late FOR LOGIN nobody", [15007]],
    ["sa", "USE LcsCDR DROP USER nobody", [15151]],
    ["sa", "USE LcsCDR ALTER ROLE db_owner ADD MEMBER report_reader", []],
    ["sa", "USE LcsCDR EXEC sp_addrolemember db_owner, nobody", [15410]],
    ["sa", "USE LcsCDR EXEC sp_change_users_login 'Auto_Fix', 'nobody'", [15291]],
    ["sa", "USE LcsCDR EXEC sp_change_users_login 'Guess'", [15286]],
  ])("%s: %s", async (as, sql, errors) => {
    const self = drifted();
    expect((await self.ask(sql, { as })).errors).toEqual(errors);
  });

  it("a member of db_owner may alter the database where it is open, and not on the mirror", async () => {
    const { ask } = drifted();
    await ask("USE LcsCDR ALTER ROLE db_owner ADD MEMBER report_reader");
    expect(
      (await ask("ALTER DATABASE LcsCDR SET PARTNER TIMEOUT 20", { as: "report_reader" })).errors,
    ).toEqual([]);
    expect(
      (await ask("ALTER DATABASE LcsCDR SET PARTNER SUSPEND", { ...MON2, as: "report_reader" })).errors,
    ).toEqual([5011]);
  });

  it("the hash is told to sysadmin alone, and the truth never tells it", async () => {
    const { ask } = drifted();
    const { rows } = await ask(
      "SELECT COUNT(password_hash), COUNT(*) FROM sys.sql_logins WHERE name = 'sa' SELECT LOGINPROPERTY('sa', 'PasswordHash')",
      { as: "mirrordeck_look" },
    );
    expect(rows).toEqual([[null]]);
  });
});

describe("Agent jobs", () => {
  const HISTORY =
    "SELECT j.name, h.step_id, h.run_status, h.sql_message_id FROM msdb.dbo.sysjobhistory h JOIN msdb.dbo.sysjobs j ON j.job_id = h.job_id WHERE j.name <> 'Database Mirroring Monitor Job' ORDER BY h.instance_id";

  it("run by the clock; on the mirror they fail, and the history says why", async () => {
    const { ask, running } = drifted();
    await running.advance(16 * MINUTE);
    expect((await ask(HISTORY)).rows).toEqual([
      ["Backup log LcsCDR", 1, 1, 0],
      ["Backup log LcsCDR", 0, 1, 0],
    ]);
    expect((await ask(HISTORY, MON2)).rows).toEqual([
      ["Backup log LcsCDR", 1, 0, 954],
      ["Backup log LcsCDR", 0, 0, 0],
    ]);
    const { rows } = await ask("SELECT message FROM msdb.dbo.sysjobhistory WHERE sql_message_id = 954", MON2);
    expect(rows[0]![0]).toMatch(/acting as a mirror database.*\(Error 954\)\.\s+The step failed\./);
  });

  it("are running for as long as they take, and tell when they run next", async () => {
    const { ask, running } = drifted();
    const activity =
      "SELECT CASE WHEN a.stop_execution_date IS NULL THEN 'runs' ELSE 'ended' END, DATEDIFF(minute, a.start_execution_date, a.next_scheduled_run_date) FROM msdb.dbo.sysjobactivity a JOIN msdb.dbo.sysjobs j ON j.job_id = a.job_id WHERE j.name = 'Purge old calls'";
    await running.advance(60 * MINUTE);
    expect((await ask(activity)).rows).toEqual([["runs", 60]]);
    await running.advance(20_000);
    expect((await ask(activity)).rows).toEqual([["ended", 60]]);
  });

  it("are started by hand while the Agent runs: 22022 otherwise, 14262 for one that is not there", async () => {
    const { ask, fleet } = drifted();
    const start = "EXEC msdb.dbo.sp_start_job N'Purge old calls'";
    expect((await ask(start)).said).toEqual(["Job 'Purge old calls' started successfully."]);
    expect((await ask(start)).errors).toEqual([22022]);
    instanceNamed(fleet, "MON2").agent!.running = false;
    expect((await ask(start, MON2)).errors).toEqual([22022]);
    expect((await ask("EXEC msdb.dbo.sp_start_job 'nothing'")).errors).toEqual([14262]);
    expect((await ask("EXEC sp_start_job N'Purge old calls'")).errors).toEqual([2812]);
    expect((await ask(start, { as: "mirrordeck_look" })).errors).toEqual([229]);
    expect((await ask("SELECT * FROM msdb.dbo.sysjobs", { as: "mirrordeck_look" })).errors).toEqual([229]);
  });

  it("do not run while disabled or while their server is off", async () => {
    const { ask, running } = drifted();
    await ask("EXEC msdb.dbo.sp_update_job @job_name = 'Backup log LcsCDR', @enabled = 0");
    running.change((one) => setPower(one, "MON2", "stop"));
    await running.advance(31 * MINUTE);
    running.change((one) => setPower(one, "MON2", "start"));
    expect((await ask(HISTORY)).rows).toEqual([]);
    expect((await ask(HISTORY, MON2)).rows).toEqual([]);
  });
});

describe("servers that differ", () => {
  it("tell their patch level and configuration", async () => {
    const { ask } = drifted();
    const text =
      "SELECT CAST(SERVERPROPERTY('ProductUpdateLevel') AS nvarchar(20)), CAST(value_in_use AS int) FROM sys.configurations WHERE name = 'max server memory (MB)'";
    expect((await ask(text)).rows).toEqual([["GDR", 24_576]]);
    expect((await ask(text, MON2)).rows).toEqual([[null, 8_192]]);
  });

  it("know the servers they are linked to, and say that those are not simulated", async () => {
    const { ask } = drifted();
    const linked = "SELECT name, data_source FROM sys.servers WHERE is_linked = 1";
    expect((await ask(linked)).rows).toEqual([["REPORTS", "reports.contoso.com"]]);
    expect((await ask(linked, MON2)).rows).toEqual([]);
    expect((await ask("EXEC sp_linkedservers")).rows.map(([name]) => name)).toEqual(["MON1", "REPORTS"]);
    expect((await ask("SELECT * FROM REPORTS.master.sys.databases")).errors).toEqual([40510]);
    expect((await ask("SELECT * FROM REPORTS.master.sys.databases", MON2)).errors).toEqual([7202]);
    await ask("EXEC sp_addlinkedserver 'REPORTS', '', 'SQLNCLI', 'reports.contoso.com'", MON2);
    expect((await ask(linked, MON2)).rows).toEqual([["REPORTS", "reports.contoso.com"]]);
    expect((await ask("EXEC sp_dropserver 'NOWHERE'", MON2)).errors).toEqual([15015]);
  });
});
