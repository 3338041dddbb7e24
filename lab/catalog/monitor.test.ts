import { describe, expect, it } from "vitest";
import { setLoad, setPower } from "#lab/mirroring/faults.ts";
import { findDatabase, instanceNamed } from "#lab/mirroring/find.ts";
import { testFleet } from "#lab/tsql/test-fleet.ts";

const BE1 = "BE1\\rtc";
const BE2 = "BE2\\rtc";
const MINUTE = 60_000;
const results = (mode = 0, update = 0) => `EXEC msdb.dbo.sp_dbmmonitorresults N'rtcxds', ${mode}, ${update}`;

describe("the monitor is as old as its last update", () => {
  it("gets a row a minute from its job", async () => {
    const { ask, running } = testFleet();
    expect((await ask(results(9))).rows).toHaveLength(1);
    await running.advance(5 * MINUTE);
    const { rows } = await ask(results(9));
    expect(rows).toHaveLength(6);
    const times = rows.map((row) => (row[12] as Date).getTime());
    expect(times).toEqual(times.toSorted((a, b) => b - a));
  });

  it("one long advance leaves the rows of many short ones", async () => {
    const [long, short] = [testFleet(), testFleet()];
    await long.running.advance(7 * MINUTE);
    for (let n = 0; n < 7 * 4; n++) await short.running.advance(MINUTE / 4);
    expect((await short.ask(results(9))).rows).toEqual((await long.ask(results(9))).rows);
  });

  it("averages since the last update", async () => {
    const { ask, running, fleet } = testFleet();
    await running.advance(MINUTE);
    const guid = findDatabase(instanceNamed(fleet, BE1), "rtcxds")!.mirroring!.guid;
    await running.advance(MINUTE / 2);
    running.change((one) => setLoad(one, guid, { workloadKbPerSecond: 1_000 }));
    await running.advance(MINUTE / 2);
    // Half a minute at 400 KB/s, half a minute at 1,000.
    expect((await ask(results())).rows[0]!.slice(4, 7)).toEqual([700, 0, 700]);
  });

  it("G14: with the Agent off, both partners tell the same role after a switch", async () => {
    const { ask, running, fleet } = testFleet();
    instanceNamed(fleet, BE1).agent!.running = false;
    await ask("ALTER DATABASE rtcxds SET PARTNER FAILOVER");
    await running.advance(3 * MINUTE);
    const [old] = (await ask(results())).rows;
    const [present] = (await ask(results(), { on: BE2 })).rows;
    expect([old![1], present![1]]).toEqual([1, 1]);
    const age = (fleet.now + 2_000 - (old![12] as Date).getTime()) / MINUTE;
    expect(age).toBeGreaterThanOrEqual(3);
  });

  it("stands still while its job is disabled, and while its server is off", async () => {
    const { ask, running } = testFleet();
    await ask("EXEC msdb.dbo.sp_update_job @job_name = N'Database Mirroring Monitor Job', @enabled = 0");
    running.change((one) => setPower(one, BE2, "stop"));
    await running.advance(3 * MINUTE);
    running.change((one) => setPower(one, BE2, "start"));
    expect((await ask(results(9))).rows).toHaveLength(1);
    expect((await ask(results(9), { on: BE2 })).rows).toHaveLength(1);
  });

  it("tells how long ago the mirror's log was written: a minute of unsent log", async () => {
    const { ask, running } = testFleet();
    const lag = async () => {
      const [row] = (await ask("EXEC msdb.dbo.sp_dbmmonitorresults rtcab")).rows;
      return ((row![12] as Date).getTime() - (row![13] as Date).getTime()) / 1_000;
    };
    expect(await lag()).toBe(60);
    await running.advance(10 * MINUTE);
    // 20 KB/s more are written than are sent.
    expect(Math.round(await lag())).toBe(Math.round((24_000 + 600 * 20) / 400));
  });
});

describe("update_status", () => {
  it.each([
    ["sa", 20_000, 2],
    ["sa", 14_000, 1],
    ["look", 20_000, 1],
  ])("as %s %i ms after the last row: %i rows, and no word", async (as, ms, count) => {
    const { ask, running } = testFleet();
    await running.advance(ms);
    expect((await ask(results(9, 1), { as })).errors).toEqual([]);
    expect((await ask(results(9))).rows).toHaveLength(count);
  });
});

describe("the windows of rows", () => {
  it.each([
    [0, 1],
    [1, 121],
    [2, 241],
    [3, 481],
    [4, 1_441],
    [5, 2_881],
    [6, 100],
    [7, 500],
    [8, 1_000],
    [9, 2_900],
  ])("mode %i: %i rows after three days", async (mode, count) => {
    const { ask } = await threeDays();
    expect((await ask(results(mode))).rows).toHaveLength(count);
  });

  it("the retention period forgets what is older", async () => {
    const { ask, running } = testFleet();
    await ask("EXEC msdb.dbo.sp_dbmmonitorchangealert rtcxds, 5, 1, 1");
    await running.advance(180 * MINUTE);
    expect((await ask(results(9))).rows).toHaveLength(61);
  });
});

let grown: Promise<ReturnType<typeof testFleet>> | null = null;
function threeDays() {
  grown ??= (async () => {
    const self = testFleet();
    await self.running.advance(3 * 24 * 60 * MINUTE);
    return self;
  })();
  return grown;
}

describe("refusals", () => {
  const msdb = "USE msdb ";
  it.each([
    ["sa", "EXEC sp_dbmmonitorresults rtcxds", [32045]],
    ["sa", "EXEC sp_dbmmonitoraddmonitoring", [32045]],
    ["sa", `${msdb}EXEC sp_dbmmonitoraddmonitoring`, [32033]],
    ["sa", `${msdb}EXEC sp_dbmmonitoraddmonitoring 0`, [32032]],
    ["sa", `${msdb}EXEC sp_dbmmonitorchangemonitoring 1, 121`, [32032]],
    ["sa", `${msdb}EXEC sp_dbmmonitorchangemonitoring 2, 5`, [32036]],
    ["sa", `${msdb}EXEC sp_dbmmonitorchangemonitoring 1, 5`, []],
    ["sa", `${msdb}EXEC sp_dbmmonitorresults rtcxds, 10`, [32036]],
    ["sa", `${msdb}EXEC sp_dbmmonitorupdate local`, [32039]],
    ["sa", `${msdb}EXEC sp_dbmmonitorchangealert rtcxds, 6, 1, 1`, [32036]],
    ["sa", `${msdb}EXEC sp_dbmmonitorhelpalert rtcxds, 0`, [32036]],
    ["look", `${msdb}EXEC sp_dbmmonitorresults rtcxds`, []],
    ["look", `${msdb}EXEC sp_dbmmonitorhelpmonitoring`, []],
    ["look", `${msdb}EXEC sp_dbmmonitorupdate`, [229]],
    ["look", `${msdb}EXEC sp_dbmmonitordropmonitoring`, [229]],
    ["look", `${msdb}EXEC sp_dbmmonitorchangealert rtcxds, 1, 1, 1`, [229]],
    ["look", "SELECT * FROM msdb.dbo.dbm_monitor_data", []],
    ["nobody", `${msdb}EXEC sp_dbmmonitorresults rtcxds`, [229]],
    ["nobody", "SELECT * FROM msdb.dbo.dbm_monitor_data", [229]],
    ["sa", "SELECT * FROM dbo.dbm_monitor_data", [208]],
  ])("%s: %s", async (as, sql, errors) => {
    expect((await testFleet().ask(sql, { as })).errors).toEqual(errors);
  });

  it("32041 before the first update, which makes the table", async () => {
    const { ask, fleet } = testFleet();
    delete instanceNamed(fleet, BE1).monitor;
    expect((await ask(results())).errors).toEqual([32041]);
    expect((await ask("SELECT * FROM msdb.dbo.dbm_monitor_data")).errors).toEqual([208]);
    expect((await ask(results(0, 1))).rows).toHaveLength(1);
  });

  it("a dropped job is gone, and can be made anew with another period", async () => {
    const { ask } = testFleet();
    const help = "EXEC msdb.dbo.sp_dbmmonitorhelpmonitoring";
    expect((await ask(help)).rows).toEqual([[1]]);
    await ask("EXEC msdb.dbo.sp_dbmmonitordropmonitoring");
    expect((await ask(help)).errors).toEqual([14262]);
    await ask("EXEC msdb.dbo.sp_dbmmonitoraddmonitoring 30");
    expect((await ask(help)).rows).toEqual([[30]]);
  });
});

describe("alerts", () => {
  it.each([
    [1, 0, BE1, 32040],
    [2, 20_000, BE1, 32042],
    [3, 10, BE2, 32043],
    [4, 1, BE1, 32044],
  ])("alert %i above %i on %s writes %i into the error log", async (id, threshold, on, number) => {
    const { ask, running, fleet } = testFleet();
    const guid = findDatabase(instanceNamed(fleet, BE1), "rtcab")!.mirroring!.guid;
    running.change((one) => setLoad(one, guid, { redoQueueKb: 500_000, redoKbPerSecond: 1_000 }));
    await ask(`EXEC msdb.dbo.sp_dbmmonitorchangealert rtcab, ${id}, ${threshold}, 1`, { on });
    await running.advance(2 * MINUTE);
    const logged = instanceNamed(fleet, on).errorLog.filter(
      (entry) => entry.number >= 32040 && entry.number <= 32044,
    );
    expect(new Set(logged.map((entry) => entry.number))).toEqual(new Set([number]));
    expect(logged[0]!.text).toContain(`surpasses the threshold '${threshold}'`);
  });

  it("a disabled one and a dropped one are silent; the retention is always there", async () => {
    const { ask, running, fleet } = testFleet();
    await ask("EXEC msdb.dbo.sp_dbmmonitorchangealert rtcab, 2, 1, 0");
    await ask("EXEC msdb.dbo.sp_dbmmonitorchangealert rtcab, 4, 1, 1");
    await ask("EXEC msdb.dbo.sp_dbmmonitordropalert rtcab, 4");
    await running.advance(2 * MINUTE);
    expect(
      instanceNamed(fleet, BE1).errorLog.filter(({ number }) => number >= 32040 && number <= 32044),
    ).toEqual([]);
    expect((await ask("EXEC msdb.dbo.sp_dbmmonitorhelpalert rtcab")).rows).toEqual([
      [1, null, false],
      [2, 1, false],
      [3, null, false],
      [4, null, false],
      [5, 168, true],
    ]);
  });
});
