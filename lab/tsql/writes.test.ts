import { describe, expect, it } from "vitest";
import { setLink, setPower } from "#lab/mirroring/faults.ts";
import { findDatabase, instanceNamed } from "#lab/mirroring/find.ts";
import { testFleet } from "#lab/tsql/test-fleet.ts";

const A = "BE1\\rtc";
const B = "BE2\\rtc";
const texts = "SELECT text FROM rtcxds.dbo.lab_writes ORDER BY id";
const put = (text: string) => `INSERT INTO rtcxds.dbo.lab_writes (text) VALUES (N'${text}')`;

describe("what sessions write", () => {
  it("goes to the mirror before it is confirmed, and is there after an automatic failover", async () => {
    const { ask, fleet, running } = testFleet();
    expect((await ask(put("kept"))).counts).toEqual([1]);
    setPower(fleet, A, "stop");
    await running.advance(5_000);
    expect((await ask(texts, { on: B })).rows).toEqual([["kept"]]);
  });

  it("is gone when a service was forced past it and the session resumed", async () => {
    const { ask, fleet, running } = testFleet();
    await ask("ALTER DATABASE rtcxds SET WITNESS OFF");
    await ask(put("both"));
    setLink(fleet, A, B, true);
    await running.advance(2_000);
    await ask(put("lost"));
    await ask("ALTER DATABASE rtcxds SET PARTNER FORCE_SERVICE_ALLOW_DATA_LOSS", { on: B });
    await ask(put("new"), { on: B });
    expect((await ask(texts)).rows).toEqual([["both"], ["lost"]]);
    expect((await ask(texts, { on: B })).rows).toEqual([["both"], ["new"]]);
    setLink(fleet, A, B, false);
    await running.advance(5_000);
    await ask("ALTER DATABASE rtcxds SET PARTNER RESUME", { on: B });
    await running.advance(60_000);
    await ask("ALTER DATABASE rtcxds SET PARTNER FAILOVER", { on: B });
    await running.advance(5_000);
    expect((await ask(texts)).rows).toEqual([["both"], ["new"]]);
  });

  it("is taken back by ROLLBACK, and seen by nobody else before COMMIT", async () => {
    const { ask, connect } = testFleet();
    const one = await connect();
    await one.ask(`BEGIN TRAN ${put("x")}`);
    expect((await one.ask(texts)).rows).toEqual([["x"]]);
    expect((await ask(texts)).rows).toEqual([]);
    await one.ask("ROLLBACK");
    expect((await one.ask(texts)).rows).toEqual([]);
    await one.ask(`BEGIN TRAN ${put("y")} COMMIT`);
    expect((await ask(texts)).rows).toEqual([["y"]]);
  });

  it("F6: a full log refuses it with 9002, a mirror with 954, a lost quorum with 955", async () => {
    const { ask, fleet, running } = testFleet();
    expect((await ask(put("x"), { on: B })).errors).toEqual([954]);
    const database = findDatabase(instanceNamed(fleet, A), "rtcxds")!;
    database.logMaxKb = 4_000;
    await ask("ALTER DATABASE rtcxds SET PARTNER SUSPEND");
    await running.advance(60_000);
    const full = await ask(put("x"));
    expect(full.errors).toEqual([9002]);
    expect(full.counts).toEqual([]);
    setPower(fleet, B, "stop");
    setPower(fleet, "WIT", "stop");
    await running.advance(5_000);
    expect((await ask(put("x"))).errors).toEqual([955]);
  });
});
