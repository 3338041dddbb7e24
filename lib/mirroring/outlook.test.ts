import { describe, expect, it } from "vitest";
import {
  answers,
  healthy,
  heard,
  mirror,
  poolOf,
  principal,
  silent,
  userStore,
} from "#lib/mirroring/observed.fixture.ts";
import { fateSentence, ifServerDies, readyForFailover } from "#lib/mirroring/outlook.ts";
import type { Observations } from "#lib/mirroring/session.ts";

const pool = poolOf(userStore(["rtcxds"]));
const be1 = pool.stores[0]!.primary;
const be2 = pool.stores[0]!.mirror;
const pair = (a: Parameters<typeof principal>[0], b: Parameters<typeof mirror>[0] = a as object) =>
  heard(answers("be1", [principal(a)]), answers("be2", [mirror(b)]));

describe("ready for a manual failover", () => {
  const rows: [string, Observations, string | null][] = [
    ["yes: FULL, synchronized and connected", pair({}), null],
    [
      "no: one partner does not answer",
      heard(answers("be1", [principal()]), silent("be2")),
      "checks.notReady.silent",
    ],
    ["no: SAFETY is OFF (1477)", pair({ safety: "OFF" }), "checks.notReady.safetyOff"],
    [
      "no: the mirror is behind (1422)",
      pair({ state: "SYNCHRONIZING" }),
      "checks.notReady.state.SYNCHRONIZING",
    ],
    ["no: suspended (1422)", pair({ state: "SUSPENDED" }), "checks.notReady.state.SUSPENDED"],
    [
      "no: only one side calls itself synchronized",
      pair({}, { state: "SYNCHRONIZING" }),
      "checks.notReady.state.SYNCHRONIZING",
    ],
    ["no: a failover is pending", pair({ state: "PENDING_FAILOVER" }, {}), "checks.notReady.switching"],
  ];
  it.each(rows)("%s", (_, observations, reason) => {
    expect(readyForFailover(pool, observations).reasons[0]?.key ?? null).toBe(reason);
  });
});

describe("if a server dies now", () => {
  const fate = (observations: Observations, instance = be1) => {
    const { automatic, stays, notGuaranteed, exposed } = ifServerDies(pool, observations, instance);
    if (automatic.length > 0) return "automatic";
    if (notGuaranteed.length > 0) return "not guaranteed";
    return exposed.length > 0 ? "exposed" : (stays[0]?.because.key ?? "nothing");
  };
  const rows: [string, Observations, string][] = [
    ["FULL, synchronized, all three connected: it switches by itself", healthy(), "automatic"],
    [
      "without a witness it stays down",
      pair({ witnessName: null, witnessState: null }),
      "checks.dies.noWitness",
    ],
    ["asynchronous: it stays down", pair({ safety: "OFF" }), "checks.dies.asynchronous"],
    ["not synchronized: it stays down", pair({ state: "SYNCHRONIZING" }), "checks.dies.notSynchronized"],
    [
      "the mirror does not see the witness: it cannot ask, it stays down",
      pair({}, { witnessState: "DISCONNECTED" }),
      "checks.dies.mirrorWithoutWitness",
    ],
    [
      "only the principal does not see the witness: the documents do not agree",
      pair({ witnessState: "DISCONNECTED" }, {}),
      "not guaranteed",
    ],
  ];
  it.each(rows)("%s", (_, observations, expected) => {
    expect(fate(observations)).toBe(expected);
  });

  it("the mirror's death leaves the principal exposed, or without quorum when the witness is already away", () => {
    expect(fate(pair({}), be2)).toBe("exposed");
    expect(fate(pair({ witnessState: "DISCONNECTED" }), be2)).toBe("checks.dies.losesQuorum");
  });

  it("says in one sentence how many switch and which stay", () => {
    expect(fateSentence(ifServerDies(pool, healthy(), be1))).toMatchObject({
      key: "checks.dies.allAutomatic",
      values: { automatic: 1, of: 1 },
    });
    expect(fateSentence(ifServerDies(pool, healthy(), be2)).key).toBe("checks.dies.onlyMirror");
  });
});
