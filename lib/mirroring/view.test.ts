import { describe, expect, it } from "vitest";
import { sessionsOf } from "#lib/mirroring/session.ts";
import {
  allWell,
  poolOf,
  retell,
  type Situation,
  silence,
  switched,
  tell,
} from "#lib/mirroring/situations.fixture.ts";
import {
  centralManagement,
  disagreements,
  flowOf,
  pairsOf,
  partnerView,
  queuesOf,
  rolesOn,
  severity,
  synchronizedOf,
  witnessView,
  worstQueue,
} from "#lib/mirroring/view.ts";

const well = allWell(poolOf(["User"]));
const sessions = ({ pool, observations }: Situation) => sessionsOf(pool, observations);
const first = (situation: Situation) => sessions(situation)[0]!;

describe("pairs", () => {
  it("keeps stores of the same servers in one picture, others in their own", () => {
    const two = poolOf(["User", "CentralMgmt"]);
    two.stores.push(...poolOf(["Monitoring"], ["MON1", "MON2", null]).stores);
    const pairs = pairsOf(sessions(allWell(two)));
    expect(pairs.map((pair) => [pair.primary.name, pair.mirror.name, pair.sessions.length])).toEqual([
      ["BE1", "BE2", 5],
      ["MON1", "MON2", 2],
    ]);
    expect(pairs.map((pair) => pair.witnesses.map((witness) => witness.name))).toEqual([["WIT"], []]);
  });

  it("shows each partner's own view of the other and of the witness", () => {
    const cut = tell(tell(well, "BE1", { mirroring: { state: "DISCONNECTED" } }), "BE2", {
      databases: ["rtcab"],
      mirroring: { witnessState: "UNKNOWN" },
    });
    const [pair] = pairsOf(sessions(cut));
    expect(partnerView(pair!, "be1").lost).toEqual(["rtcxds", "rtcshared", "rtcab"]);
    expect(partnerView(pair!, "be2").connected).toEqual(["rtcxds", "rtcshared", "rtcab"]);
    expect(witnessView(pair!, "be1", "wit").connected).toHaveLength(3);
    expect(witnessView(pair!, "be2", "wit")).toMatchObject({
      connected: ["rtcxds", "rtcshared"],
      unknown: ["rtcab"],
    });
  });

  it("tells a partner without a witness from one whose values this login may not see", () => {
    const unset = tell(well, "BE1", { mirroring: { witnessName: null, witnessState: null } });
    const hidden = retell(tell(unset, "BE2", { mirroring: null }), "BE2", (said) => ({
      ...said,
      sysadmin: false,
    }));
    const [pair] = pairsOf(sessions(hidden));
    expect(witnessView(pair!, "be1", "wit").none).toHaveLength(3);
    expect(witnessView(pair!, "be2", "wit").hidden).toHaveLength(3);
    expect(rolesOn(pair!.sessions, "be2")).toEqual({ principal: 0, mirror: 3, inferred: true });
  });

  it("says nothing for a partner that says nothing", () => {
    const [pair] = pairsOf(sessions(silence(well, "BE2")));
    expect(partnerView(pair!, "be2").unsaid).toHaveLength(3);
    expect(witnessView(pair!, "be2", "wit").unsaid).toHaveLength(3);
  });
});

describe("the direction of the log", () => {
  const cases: [string, Situation, ReturnType<typeof flowOf>][] = [
    ["from position Primary", well, { toward: "mirror", moving: true }],
    ["turns with the role", switched(well, ["rtcxds"]), { toward: "primary", moving: true }],
    [
      "stands still while suspended",
      tell(well, "BE1", { mirroring: { state: "SUSPENDED" } }),
      { toward: "mirror", moving: false },
    ],
    ["is unknown when nobody claims the principal role", silence(well, "BE1"), null],
  ];
  it.each(cases)("%s", (_, situation, flow) => {
    expect(flowOf(first(situation))).toEqual(flow);
  });
});

describe("where the sides disagree", () => {
  const cases: [string, Situation, string[]][] = [
    ["nowhere when all is well", well, []],
    ["on the state", tell(well, "BE2", { mirroring: { state: "SYNCHRONIZING" } }), ["state"]],
    ["on safety", tell(well, "BE2", { mirroring: { safety: "OFF" } }), ["safety"]],
    ["on the witness", tell(well, "BE2", { mirroring: { witnessState: "DISCONNECTED" } }), ["witness"]],
    ["on which session this is", tell(well, "BE2", { mirroring: { guid: "another" } }), ["session"]],
    [
      "on the role, when both call themselves mirror",
      tell(well, "BE1", { mirroring: { role: "MIRROR" } }),
      ["role"],
    ],
    [
      "not on PENDING_FAILOVER, which only the principal shows",
      tell(well, "BE1", { mirroring: { state: "PENDING_FAILOVER" } }),
      [],
    ],
    [
      "not with a silent side",
      silence(tell(well, "BE1", { mirroring: { state: "DISCONNECTED" } }), "BE2"),
      [],
    ],
  ];
  it.each(cases)("%s", (_, situation, names) => {
    expect(disagreements(first(situation))).toEqual(names);
  });

  it("not yet, while two claims of the principal role are unconfirmed", () => {
    const twice = tell(well, "BE2", {
      fact: { roleFirstHeardAt: Number.MAX_SAFE_INTEGER },
      mirroring: { role: "PRINCIPAL", roleSequence: 4 },
    });
    expect(disagreements(first(twice))).toEqual([]);
  });
});

describe("queues and counts", () => {
  const behind = tell(tell(well, "BE1", { databases: ["rtcab"], fact: { sendQueueKb: 900 } }), "BE2", {
    databases: ["rtcxds"],
    fact: { redoQueueKb: 2048 },
  });

  it("takes unsent log from the principal and redo from the mirror", () => {
    expect(queuesOf(first(behind))).toEqual({ unsentKb: 0, redoKb: 2048 });
    expect(queuesOf(first(silence(behind, "BE1")))).toEqual({ unsentKb: null, redoKb: null });
  });

  it("names the longest queue", () => {
    expect(worstQueue(sessions(behind))).toEqual({ kind: "redo", kb: 2048, database: "rtcxds" });
    expect(worstQueue([])).toBeNull();
  });

  it("counts as synchronized only what is served and told SYNCHRONIZED by every side that tells", () => {
    expect(synchronizedOf(sessions(well))).toEqual({ count: 3, of: 3 });
    const one = tell(well, "BE2", { databases: ["rtcab"], mirroring: { state: "SYNCHRONIZING" } });
    expect(synchronizedOf(sessions(one))).toEqual({ count: 2, of: 3 });
    expect(synchronizedOf(sessions(silence(well, "BE1")))).toEqual({ count: 0, of: 3 });
    expect(synchronizedOf(sessions(silence(silence(well, "BE1"), "BE2")))).toEqual({ count: 0, of: 3 });
  });

  it("counts roles by server", () => {
    expect(rolesOn(sessions(switched(well, ["rtcab"])), "be1")).toEqual({
      principal: 2,
      mirror: 1,
      inferred: false,
    });
  });
});

describe("the Central Management store", () => {
  it("is hosted by a pool that declares it, or on whose pair both its databases are mirrored", () => {
    expect(centralManagement(sessions(allWell(poolOf(["User", "CentralMgmt"]))))).toHaveLength(2);
    const other = poolOf(["Other"]);
    other.stores[0]!.databases = ["xds", "lis"];
    expect(centralManagement(sessions(allWell(other)))).toHaveLength(2);
    expect(centralManagement(sessions(well))).toHaveLength(0);
  });
});

it("puts the worst first", () => {
  expect(severity("SPLIT-BRAIN")).toBeLessThan(severity("EXPOSED"));
  expect(severity("EXPOSED")).toBeLessThan(severity("OK"));
});
