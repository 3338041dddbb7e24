import { describe, expect, it } from "vitest";
import type { LoginRequest } from "#lab/tds/contract.ts";
import { testFleet } from "#lab/tsql/test-fleet.ts";

const request: LoginRequest = {
  user: "sa",
  password: "Lab-2026!",
  database: "",
  hostName: "DESK",
  programName: "test",
  encrypted: true,
};

describe("the door", () => {
  const refusals: [who: Partial<LoginRequest>, on: string, errors: [number: number, severity: number][]][] = [
    [{ password: "wrong" }, "BE1\\rtc", [[18456, 14]]],
    [{ user: "stranger" }, "BE1\\rtc", [[18456, 14]]],
    [
      { database: "nowhere" },
      "BE1\\rtc",
      [
        [4060, 11],
        [18456, 14],
      ],
    ],
    [
      { database: "rtcxds" },
      "BE2\\rtc",
      [
        [4060, 11],
        [18456, 14],
      ],
    ],
    [
      { user: "look", database: "local" },
      "BE1\\rtc",
      [
        [4060, 11],
        [18456, 14],
      ],
    ],
    [
      { user: "homeless" },
      "BE1\\rtc",
      [
        [4064, 11],
        [18456, 14],
      ],
    ],
  ];
  it.each(refusals)("refuses %j on %s", async (who, on, errors) => {
    const { fleet, door } = testFleet();
    const before = fleet.instances.map(({ sessions }) => sessions.length);
    const answer = await door(on).login({ ...request, ...who });
    expect(answer.ok).toBe(false);
    expect(answer.messages.map(({ number, severity }) => [number, severity])).toEqual(errors);
    expect(fleet.instances.map(({ sessions }) => sessions.length)).toEqual(before);
  });

  it("lets in, in any case of letters, and tells database and partner", async () => {
    const { fleet, door } = testFleet();
    const answer = await door().login({ ...request, user: "SA", database: "RTCXDS" });
    expect(answer).toMatchObject({ ok: true, database: "rtcxds", failoverPartner: "BE2\\rtc" });
    expect(fleet.instances[0]!.sessions.at(-1)).toMatchObject({
      wired: true,
      login: "sa",
      host: "DESK",
      database: "rtcxds",
    });
  });

  it("cuts sessions by choice, and all of them", async () => {
    const { fleet, door } = testFleet();
    const entrance = door();
    const cut: string[] = [];
    for (const database of ["master", "rtcxds"]) {
      const answer = await entrance.login({ ...request, database });
      if (answer.ok) answer.session.onCut(() => cut.push(database));
    }
    entrance.cutSessions((session) => session.database === "rtcxds");
    expect(cut).toEqual(["rtcxds"]);
    entrance.closeAll();
    expect(cut).toEqual(["rtcxds", "master"]);
    expect(fleet.instances[0]!.sessions.some(({ wired }) => wired)).toBe(false);
  });

  it("cuts who works in a database when its role switches, and answers who asked for it", async () => {
    const { fleet, running, connect } = testFleet();
    const inside = await connect({ database: "rtcxds" });
    let cut = false;
    inside.wire.onCut(() => {
      cut = true;
    });
    const asking = await connect();
    const switching = asking.ask("ALTER DATABASE rtcxds SET PARTNER FAILOVER SELECT 1");
    await running.advance(10_000);
    expect((await switching).rows).toEqual([[1]]);
    expect(cut).toBe(true);
    expect((await inside.ask("SELECT 1")).answers).toEqual([]);
    expect(fleet.instances[0]!.sessions.map(({ spid }) => spid)).toContain(asking.wire.spid);
  });

  it("records every request word for word, with how it ended", async () => {
    const { fleet, connect } = testFleet();
    const { ask } = await connect();
    await ask("SELECT 'ä' -- as it came");
    await ask("SELECT 1 / 0");
    await ask({ kind: "transaction", action: "begin", name: "t" });
    await ask({
      kind: "rpc",
      procedure: "sp_executesql",
      parameters: [
        { name: "", type: { name: "nvarchar", length: 30 }, value: "SELECT N'it''s'", output: false },
      ],
    });
    expect(
      fleet.statements.map(({ sequence, kind, text, outcome, errorNumber }) => [
        sequence,
        kind,
        text,
        outcome,
        errorNumber,
      ]),
    ).toEqual([
      [1, "batch", "SELECT 'ä' -- as it came", "answered", null],
      [2, "batch", "SELECT 1 / 0", "failed", 8134],
      [3, "transaction", "BEGIN TRANSACTION t", "answered", null],
      [4, "rpc", "EXEC sp_executesql N'SELECT N''it''''s'''", "answered", null],
    ]);
  });
});
