import { describe, expect, it } from "vitest";
import { type DiagnosisWord, diagnose, staleAfterMs } from "#lib/mirroring/diagnose.ts";
import {
  answers,
  healthy,
  heard,
  mirror,
  now,
  poolOf,
  principal,
  silent,
  userStore,
} from "#lib/mirroring/observed.fixture.ts";
import { readyForFailover } from "#lib/mirroring/outlook.ts";
import type { Observations } from "#lib/mirroring/session.ts";

const pair = (a: Parameters<typeof principal>[0], b: Parameters<typeof mirror>[0]) =>
  heard(answers("be1", [principal(a)]), answers("be2", [mirror(b)]), answers("wit", []));
const noWitness = { witnessName: null, witnessState: null } as const;

describe("the name of a pool's situation", () => {
  const rows: [string, Observations, DiagnosisWord][] = [
    ["everything synchronized with a witness", healthy(), "OK"],
    ["synchronized without a witness is well, and switches only by hand", pair(noWitness, noWitness), "OK"],
    [
      "two principals, confirmed",
      heard(answers("be1", [principal()]), answers("be2", [principal({ roleSequence: 4 })])),
      "SPLIT-BRAIN",
    ],
    [
      "two principals seen in one round are a switch",
      heard(answers("be1", [principal({ heardAt: now })]), answers("be2", [principal({ heardAt: now })])),
      "SWITCHING",
    ],
    [
      "principal silent, mirror disconnected",
      heard(silent("be1"), answers("be2", [mirror({ state: "DISCONNECTED" })])),
      "NOT-SERVED",
    ],
    [
      "principal up without quorum",
      heard(
        answers("be1", [principal({ state: "DISCONNECTED", witnessState: "DISCONNECTED" })]),
        silent("be2"),
      ),
      "NOT-SERVED",
    ],
    ["both partners silent", heard(silent("be1"), silent("be2")), "NOT-SERVED"],
    [
      "principal silent and the mirror hidden from our login",
      heard(silent("be1"), answers("be2", [mirror({ nothing: true })], { sysadmin: false })),
      "NOT-SERVED",
    ],
    [
      "online on neither server, and hidden from our login",
      heard(
        answers("be1", [mirror({ nothing: true })], { sysadmin: false }),
        answers("be2", [mirror({ nothing: true })], { sysadmin: false }),
      ),
      "NOT-SERVED",
    ],
    [
      "principal silent only to us: its mirror still hears it",
      heard(silent("be1"), answers("be2", [mirror()])),
      "UNSEEN",
    ],
    [
      "mirror silent only to us: the principal is still connected to it",
      heard(answers("be1", [principal()]), silent("be2")),
      "UNSEEN",
    ],
    ["mirror lost, witness there", pair({ state: "DISCONNECTED" }, { state: "DISCONNECTED" }), "EXPOSED"],
    ["failover pending", pair({ state: "PENDING_FAILOVER" }, {}), "SWITCHING"],
    ["suspended", pair({ state: "SUSPENDED" }, { state: "SUSPENDED" }), "SUSPENDED"],
    ["mirror behind", pair({ state: "SYNCHRONIZING" }, { state: "SYNCHRONIZING" }), "SYNCING"],
    ["asynchronous on a Lync database", pair({ safety: "OFF" }, { safety: "OFF" }), "ASYNCHRONOUS"],
    ["witness lost to one partner", pair({}, { witnessState: "DISCONNECTED" }), "WITNESS-LOST"],
    ["nothing mirrored", heard(answers("be1", []), answers("be2", [])), "NOT-MIRRORED"],
    ["nobody asked yet", heard(), "STALE"],
  ];
  it.each(rows)("%s", (_, observations, word) => {
    expect(diagnose(poolOf(userStore(["rtcxds"])), observations, now).word).toBe(word);
  });

  it("does not forget what is out of sight beside what is seen", () => {
    const [seen, lost] = [userStore(["rtcxds"]), userStore(["rtcab"])];
    const gone = {
      ...lost,
      id: "gone",
      primary: { id: "mon1", name: "MON1" },
      mirror: { id: "mon2", name: "MON2" },
    };
    const observations = heard(
      answers("be1", [principal({ name: "rtcxds" })]),
      answers("be2", [mirror({ name: "rtcxds" })]),
      silent("mon1"),
      answers("mon2", [mirror({ name: "rtcab", nothing: true })], { sysadmin: false }),
    );
    const pool = poolOf(seen, gone);
    expect(diagnose(pool, observations, now)).toMatchObject({
      word: "NOT-SERVED",
      because: { key: "checks.diagnosis.NOT-SERVED.mirrorHidden" },
      databases: ["rtcab"],
    });
    expect(readyForFailover(pool, observations).ready).toBe(false);
  });

  it("is SPLIT when databases of one pair are served on both servers", () => {
    const split = heard(
      answers("be1", [principal(), mirror({ name: "rtcshared" })]),
      answers("be2", [mirror(), principal({ name: "rtcshared" })]),
    );
    expect(diagnose(poolOf(), split, now)).toMatchObject({
      word: "SPLIT",
      because: { values: { serverA: "BE1", onA: "rtcxds", serverB: "BE2", onB: "rtcshared" } },
    });
  });

  it("is STALE when the last facts are older than three rounds, whatever they said", () => {
    expect(diagnose(poolOf(), healthy(), now + staleAfterMs).word).toBe("STALE");
  });

  it("says how many switch by themselves where only some sessions have a witness", () => {
    const alone = { witnessName: null, witnessState: null } as const;
    const mixed = heard(
      answers("be1", [principal(), principal({ name: "rtcshared", ...alone })]),
      answers("be2", [mirror(), mirror({ name: "rtcshared", ...alone })]),
    );
    const { because } = diagnose(poolOf(), mixed, now);
    expect(because).toMatchObject({ key: "checks.diagnosis.OK.partly", values: { count: 2, watched: 1 } });
  });

  it("names the worst first and the databases concerned", () => {
    const worst = heard(
      answers("be1", [principal({ state: "SYNCHRONIZING" })]),
      silent("be2"),
      answers("wit", []),
    );
    const lost = heard(
      silent("be1"),
      answers("be2", [
        mirror({ state: "DISCONNECTED" }),
        mirror({ name: "rtcshared", state: "DISCONNECTED" }),
      ]),
    );
    expect(diagnose(poolOf(), lost, now).databases).toEqual(["rtcxds", "rtcshared"]);
    expect(diagnose(poolOf(userStore(["rtcxds"])), worst, now).word).toBe("UNSEEN");
  });

  it("leaves asynchronous mirroring of other applications alone", () => {
    const other = { ...userStore(["shop"]), type: "Other" as const };
    const observations = heard(
      answers("be1", [principal({ name: "shop", safety: "OFF" })]),
      answers("be2", [mirror({ name: "shop", safety: "OFF" })]),
      answers("wit", []),
    );
    expect(diagnose(poolOf(other), observations, now).word).toBe("OK");
  });
});
