import { describe, expect, it } from "vitest";
import { found } from "#lab/control/found.ts";
import { checkScenario } from "#lab/control/scenario.ts";
import { findDatabase, instanceNamed } from "#lab/mirroring/find.ts";
import type { LabOptions } from "#lab/mirroring/model.ts";
import { type Story, story, tell } from "#lab/mirroring/story.ts";

const FORCE = "ALTER DATABASE db SET PARTNER FORCE_SERVICE_ALLOW_DATA_LOSS";
const OFF = "ALTER DATABASE db SET PARTNER OFF";
const RESUME = "ALTER DATABASE db SET PARTNER RESUME";
const FAILOVER = "ALTER DATABASE db SET PARTNER FAILOVER";
const WITNESS_OFF = "ALTER DATABASE db SET WITNESS OFF";

const logged = (s: Story, name: string, ...numbers: number[]) =>
  instanceNamed(s.fleet, name).errorLog.filter(({ number }) => numbers.includes(number));
const numbersOf = (s: Story, name: string) =>
  instanceNamed(s.fleet, name).errorLog.map(({ number }) => number);
const logEnd = (s: Story, name: string) => findDatabase(instanceNamed(s.fleet, name), "db")!.endOfLogKb;

describe("quorum, and who comes back in which order", () => {
  it("D7: A alone: SET WITNESS OFF is accepted as an option, and A serves again", () => {
    const s = story("base0", { witnessOffAlone: "accepted" });
    s.power("stop", "B").after(1).power("stop", "W").after(1);
    expect(s.serving()).toBe("nobody");
    expect(s.run("A", WITNESS_OFF)).toBe("answered");
    expect([s.serving(), s.says("A")]).toEqual(["A", "PRINCIPAL DISCONNECTED n ONLINE serving, no witness"]);
    // B comes back as the mirror of a session without witness; W's row is left over.
    s.power("start", "B", "W").after(5);
    expect(s.says("B")).toBe("MIRROR SYNCHRONIZED n RESTORING, no witness");
  });

  it("D10, D11: all three links lost: whoever comes back in which order, the principal alone may serve", () => {
    const served = [["B-W"], ["A-W"], ["A-B"], ["B-W", "A-W"], ["B-W", "A-B"], ["A-W", "B-W"]].map(
      (links) => {
        const s = story().cut("A-B", "A-W", "B-W").after(5);
        for (const link of links as `${string}-${string}`[]) s.join(link).after(5);
        return `${links.join(", ")}: ${s.serving()}`;
      },
    );
    expect(served).toEqual(["B-W: nobody", "A-W: A", "A-B: A", "B-W, A-W: A", "B-W, A-B: A", "A-W, B-W: A"]);
  });

  it("D16: a restart without anybody in reach is told once a start, and ends when the witness is back", () => {
    const s = story().power("stop", "B", "W").after(1).power("stop", "A").power("start", "A").after(30);
    expect(logged(s, "A", 1445)).toHaveLength(1);
    expect(s.power("start", "W").after(2).serving()).toBe("A");
  });

  it("C14: an overloaded principal misses its pings: a false failover that names time-out and partner", () => {
    const s = story().power("overload", "A");
    expect(s.after(10.9).serving()).toBe("A");
    s.after(1);
    expect([s.says("A"), s.says("B"), s.serving()]).toEqual([
      "PRINCIPAL DISCONNECTED n RECOVERING, witness DISCONNECTED",
      "PRINCIPAL DISCONNECTED n+1 ONLINE serving, witness CONNECTED",
      "B",
    ]);
    expect(logged(s, "B", 1479)[0]?.text).toBe(
      'The mirroring connection to "A" has timed out for database "db" after 10 seconds without a response. Check the service and network connections.',
    );
    s.power("relax", "A").after(3);
    expect(s.says("A")).toBe("MIRROR SYNCHRONIZED n+1 RESTORING, witness CONNECTED");
  });

  it("C14: an overload shorter than the time-out passes unnoticed", () => {
    const s = story().power("overload", "A").after(9).power("relax", "A").after(60);
    expect(s.says("A")).toBe("PRINCIPAL SYNCHRONIZED n ONLINE serving, witness CONNECTED");
  });

  it("C14: an overloaded mirror leaves the principal exposed, an overloaded witness leaves it without automatic failover", () => {
    const s = story().power("overload", "B").after(12);
    expect(s.says("A")).toBe("PRINCIPAL DISCONNECTED n ONLINE serving, witness CONNECTED");
    s.power("relax", "B").after(3).power("overload", "W").after(12);
    expect(s.says("A")).toBe("PRINCIPAL SYNCHRONIZED n ONLINE serving, witness DISCONNECTED");
    expect(s.power("stop", "A").after(5).serving()).toBe("nobody");
  });

  it("the error log tells the comings and goings of a session", () => {
    const s = story();
    const seen = { A: numbersOf(s, "A").length, B: numbersOf(s, "B").length };
    s.run("A", FAILOVER);
    s.after(2).power("stop", "B").after(2).power("start", "B").after(3);
    // A switch; then B dies: a hard error, inactive, A takes the role, and B is back as its mirror.
    expect(numbersOf(s, "A").slice(seen.A)).toEqual([1480, 1441, 1474, 1442, 1480, 1440]);
    expect(numbersOf(s, "B").slice(seen.B)).toContain(1441);
  });

  it("a limited redo queue stalls the principal", () => {
    const s = story();
    for (const name of ["A", "B"])
      findDatabase(instanceNamed(s.fleet, name), "db")!.mirroring!.redoQueueLimitMb = 1;
    const start = logEnd(s, "A");
    s.load({ workloadKbPerSecond: 500, redoKbPerSecond: 100 }).after(60);
    const mirror = findDatabase(instanceNamed(s.fleet, "B"), "db")!.mirroring!;
    expect(mirror.redoQueueKb).toBe(1_024);
    // 1,024 KB of queue and what was redone in a minute: no more was committed.
    expect(logEnd(s, "A") - start).toBe(1_024 + 6_000);
  });
});

describe("what a forced service leaves behind", () => {
  const returned = () => {
    const s = story("base1").load({ workloadKbPerSecond: 100 }).cut("A-B").after(10);
    s.run("B", FORCE);
    return s.after(10).join("A-B").after(2);
  };

  it("E4: B sees neither A nor W: 1431; the way out is PARTNER OFF and RESTORE WITH RECOVERY", () => {
    const s = story().power("stop", "W").after(1).power("stop", "A").after(2);
    expect(s.run("B", FORCE)).toBe(1431);
    expect(s.run("B", OFF)).toBe("answered");
    expect(s.sql("B", { kind: "restore-with-recovery" })).toBe("answered");
    expect([s.says("B"), s.serving()]).toEqual(["unmirrored ONLINE", "B"]);
    // G3: A learns from B that the session is over and comes online too: two copies, which part from here on.
    expect(s.power("start", "A").after(5).serving()).toBe("A+B");
  });

  it("E4: or the witness comes back, and B may be forced", () => {
    const s = story().power("stop", "W").after(1).power("stop", "A").after(2).power("start", "W").after(2);
    expect([s.serving(), s.run("B", FORCE), s.after(1).serving()]).toEqual(["nobody", "answered", "B"]);
  });

  it("E8: PARTNER OFF instead of RESUME: A's copy keeps what it wrote alone, for salvage", () => {
    const s = returned();
    const alone = logEnd(s, "A");
    expect(s.says("A")).toBe("MIRROR SUSPENDED n+1 RECOVERING, no witness");
    expect(s.run("B", OFF)).toBe("answered");
    expect([s.says("A"), s.says("B")]).toEqual(["unmirrored RESTORING", "unmirrored ONLINE"]);
    expect(s.sql("A", { kind: "restore-with-recovery" })).toBe("answered");
    expect([s.says("A"), logEnd(s, "A") === alone]).toEqual(["unmirrored ONLINE", true]);
  });

  it("E11: forced though it had been SYNCHRONIZED: nothing was lost", () => {
    const s = story("base1").load({ workloadKbPerSecond: 100 }).after(10).power("stop", "A");
    const written = logEnd(s, "A");
    s.after(1).run("B", FORCE);
    expect(logEnd(s, "B")).toBe(written);
  });

  it("E13: a former principal that was never rolled back cannot be forced in its turn", () => {
    const s = returned().power("stop", "B").after(1);
    expect(s.run("A", FORCE)).toBe(1406);
    expect([s.run("A", OFF), s.sql("A", { kind: "restore-with-recovery" })]).toEqual([
      "answered",
      "answered",
    ]);
  });

  it("E13: nor a copy that lost its principal in the middle of its undo", () => {
    const s = returned().load({ redoKbPerSecond: 100 });
    expect(s.run("B", RESUME)).toBe("answered");
    expect(s.after(5).says("A")).toBe("MIRROR SYNCHRONIZING n+1 RESTORING, no witness");
    s.power("stop", "B").after(5);
    expect(s.run("A", FORCE)).toBe(1406);
    s.power("start", "B").after(3);
    expect(s.says("A")).toBe("MIRROR SYNCHRONIZING n+1 RESTORING, no witness");
    s.load({ workloadKbPerSecond: 0 }).after(60);
    expect(s.says("A")).toBe("MIRROR SYNCHRONIZED n+1 RESTORING, no witness");
    expect(s.power("stop", "B").after(1).run("A", FORCE)).toBe("answered");
  });

  it("G5: PARTNER OFF in the middle of the undo ends in 1457 and changes nothing", () => {
    const s = returned().load({ redoKbPerSecond: 100 });
    s.run("B", RESUME);
    s.after(1);
    const before = JSON.stringify(s.fleet);
    expect([s.run("B", OFF), s.run("A", OFF)]).toEqual([1457, 1457]);
    expect(JSON.stringify(s.fleet)).toBe(before);
    expect(s.load({ workloadKbPerSecond: 0 }).after(60).run("B", OFF)).toBe("answered");
  });

  it("G5: as an option it is accepted", () => {
    const s = story("base1", { offDuringUndo: "accepted" }).load({ workloadKbPerSecond: 100 });
    s.cut("A-B").after(10).run("B", FORCE);
    s.after(10).join("A-B").after(2).load({ redoKbPerSecond: 100 }).run("B", RESUME);
    expect(s.after(1).run("B", OFF)).toBe("answered");
  });
});

describe("E14: B was paired with C while A was down", () => {
  it("A is turned away: 1438, 1460, 1445, 955; after a second restart a second principal", () => {
    const s = paired();
    s.power("start", "A").after(5);
    expect([s.says("A"), s.serving()]).toEqual(["PRINCIPAL DISCONNECTED n RECOVERING, no witness", "B"]);
    expect(logged(s, "A", 1438, 1460, 1445).map(({ number }) => number)).toEqual([1438, 1460, 1445]);
    s.power("stop", "A").after(1).power("start", "A").after(5);
    expect(s.serving()).toBe("A+B");
    // B's new session is untouched by all this.
    expect(s.says("B")).toBe("PRINCIPAL SYNCHRONIZED n ONLINE serving, no witness");
  });

  it.each([
    ["inaccessible", "B", "B"],
    ["online", "A+B", "A+B"],
  ] as const)("as the option %s", (repairedAway, first, second) => {
    const s = paired({ repairedAway }).power("start", "A").after(5);
    const seen = s.serving();
    expect([seen, s.power("stop", "A").after(1).power("start", "A").after(5).serving()]).toEqual([
      first,
      second,
    ]);
  });

  it("the way out on A is PARTNER OFF: an unmirrored copy, and two of one name", () => {
    const s = paired().power("start", "A").after(5);
    expect(s.run("A", OFF)).toBe("answered");
    expect(s.says("A")).toBe("unmirrored ONLINE");
  });
});

/** A down; B forced, freed, and made principal of a new session with C. */
function paired(options: Partial<LabOptions> = {}): Story {
  const raw = {
    name: "re-paired",
    options,
    logins: [{ name: "sa", password: "x", sysadmin: true }],
    instances: ["A", "B", "C"].map((name) => ({
      name,
      host: `${name.toLowerCase()}.contoso.com`,
      version: "11.0.7001.0",
      databases: name === "C" ? [{ name: "db", state: "RESTORING", family: "A,B db" }] : [],
    })),
    sessions: [{ on: ["A", "B"], databases: ["db"] }],
  };
  const scenario = checkScenario(raw, null, "re-paired");
  const s = tell(found(scenario, Date.parse(scenario.startsAt)));
  s.power("stop", "A").after(1).run("B", FORCE);
  s.run("B", OFF);
  expect(s.run("C", "ALTER DATABASE db SET PARTNER = 'TCP://b.contoso.com:5022'")).toBe("answered");
  expect(s.run("B", "ALTER DATABASE db SET PARTNER = 'TCP://c.contoso.com:5022'")).toBe("answered");
  return s.after(2);
}
