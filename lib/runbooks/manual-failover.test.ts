import { describe, expect, it } from "vitest";
import type { DatabaseFact } from "#lib/mirroring/observation.ts";
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
import type { Pool, Store } from "#lib/mirroring/pool.ts";
import type { Observations } from "#lib/mirroring/session.ts";
import type { Step } from "#lib/runbooks/kit.ts";
import { manualFailover } from "#lib/runbooks/manual-failover.ts";
import { type Asked, layOut, movedSince, situationOf } from "#lib/runbooks/plan.ts";

const acting = new Set(["be1", "be2"]);
const asked = (more: Partial<Asked> = {}): Asked => ({
  runbook: "manual-failover",
  scope: { kind: "pool", leaveOut: [] },
  toward: "Mirror",
  options: { waitForRedo: true },
  ...more,
});
const plan = (pool: Pool, observations: Observations, more: Partial<Asked> = {}) =>
  layOut(manualFailover, situationOf(pool, asked(more), observations, acting), asked(more));

const cms: Store = { ...userStore(["xds", "lis"]), id: "cms", type: "CentralMgmt" };
const application: Store = { ...userStore(["rgsconfig"]), id: "app", type: "Application" };
const whole = poolOf(application, cms, userStore(["rtcxds", "rtcshared", "rtcab"]));

/** Every database of the whole pool, principal on BE1, with its redo queue on BE2. */
function wholeOf(redo: Record<string, number> = {}, extra: DatabaseFact[] = []): Observations {
  const all = whole.stores.flatMap((store) => store.databases);
  return heard(
    answers("be1", [...all.map((name) => principal({ name })), ...extra]),
    answers("be2", [
      ...all.map((name) => mirror({ name, redoQueueKb: redo[name] ?? 0 })),
      ...extra.map((fact) => mirror({ name: fact.name })),
    ]),
    answers("wit", []),
  );
}

function lanes(steps: Step[]): string[][] {
  return steps.flatMap((step) =>
    step.kind === "act" ? [step.changes.map((change) => change.database)] : [],
  );
}

describe("the order of a whole pool", () => {
  it("is User, then CentralMgmt, then the rest; in each the smallest redo queue first and alone, then lanes", () => {
    const { steps } = plan(whole, wholeOf({ rtcxds: 900, rtcshared: 10, rtcab: 50, xds: 5, lis: 1 }));
    expect(lanes(steps)).toEqual([["rtcshared"], ["rtcab", "rtcxds"], ["lis"], ["xds"], ["rgsconfig"]]);
  });

  it("takes along what is mirrored on the pair and claimed by nobody, unless it is left out by name", () => {
    const observations = wholeOf({}, [principal({ name: "extra" })]);
    expect(lanes(plan(whole, observations).steps).at(-1)).toEqual(["extra"]);
    const without = plan(whole, observations, { scope: { kind: "pool", leaveOut: ["Extra"] } });
    expect(lanes(without.steps).flat()).not.toContain("extra");
    expect(without.verdicts.find((verdict) => verdict.check === "unclaimed")).toMatchObject({
      subject: "extra",
      holds: false,
      weight: "soft",
    });
  });
});

describe("the scope", () => {
  it("one DatabaseType moves its databases only, and warns when User leaves the Central Management store behind", () => {
    const user = plan(whole, wholeOf(), { scope: { kind: "type", type: "User" } });
    expect(lanes(user.steps).flat().toSorted()).toEqual(["rtcab", "rtcshared", "rtcxds"]);
    expect(user.verdicts.find((verdict) => verdict.check === "user-not-alone")).toMatchObject({
      holds: false,
      weight: "soft",
    });
    expect(plan(whole, wholeOf()).verdicts.some((verdict) => verdict.check === "user-not-alone")).toBe(false);
  });

  it("one database moves alone", () => {
    expect(
      lanes(plan(whole, wholeOf(), { scope: { kind: "database", storeId: "cms", database: "lis" } }).steps),
    ).toEqual([["lis"]]);
  });

  it("what is there already is found and not moved: failback, and bringing a split pool together", () => {
    const split = heard(
      answers("be1", [principal(), mirror({ name: "rtcshared" })]),
      answers("be2", [mirror(), principal({ name: "rtcshared" })]),
      answers("wit", []),
    );
    const together = plan(poolOf(), split, { toward: "Mirror" });
    expect([together.found.length, lanes(together.steps)]).toEqual([2, [["rtcxds"]]]);
    expect(lanes(plan(poolOf(), split, { toward: "Primary" }).steps)).toEqual([["rtcshared"]]);
  });
});

describe("a plan is refused, with what to do", () => {
  const one = poolOf(userStore(["rtcxds"]));
  const rows: [string, Observations, string, string | null][] = [
    [
      "one database is SYNCHRONIZING",
      heard(
        answers("be1", [principal({ state: "SYNCHRONIZING" })]),
        answers("be2", [mirror({ state: "SYNCHRONIZING" })]),
      ),
      "synchronized",
      "checks.synchronized.fix.SYNCHRONIZING",
    ],
    [
      "the mirror does not answer",
      heard(answers("be1", [principal()]), silent("be2", "login")),
      "partners-reachable",
      "checks.partners-reachable.fix",
    ],
    [
      "SAFETY is OFF",
      heard(answers("be1", [principal({ safety: "OFF" })]), answers("be2", [mirror({ safety: "OFF" })])),
      "safety-full",
      "checks.safety-full.fix",
    ],
    [
      "everything is there already",
      heard(answers("be1", [mirror()]), answers("be2", [principal()])),
      "something-to-do",
      "checks.something-to-do.fix",
    ],
    [
      "the partners tell of two different sessions",
      heard(answers("be1", [principal({ guid: "new" })]), answers("be2", [mirror({ guid: "old" })])),
      "same-session",
      "checks.same-session.fix",
    ],
  ];
  it.each(rows)("%s", (_, observations, check, fix) => {
    const { verdicts, steps } = plan(one, observations);
    const failed = verdicts.find(
      (verdict) => !verdict.holds && verdict.weight === "hard" && verdict.check === check,
    );
    expect([failed?.fix?.key, steps]).toEqual([fix, []]);
  });

  it("an instance without an acting login is named, unless its looking login is sysadmin", () => {
    const lesser = { sysadmin: false, login: "looking" } as const;
    const looked = heard(
      answers("be1", [principal()], lesser),
      answers("be2", [mirror({ nothing: true })], lesser),
    );
    const missing = (observations: Observations) =>
      layOut(manualFailover, situationOf(one, asked(), observations, new Set(["be1"])), asked())
        .verdicts.filter((verdict) => verdict.check === "acting-login-known" && !verdict.holds)
        .map((verdict) => verdict.subject);
    expect([missing(looked), missing(healthy())]).toEqual([["BE2"], []]);
  });
});

describe("what a plan foretells and is bound to", () => {
  it("the interruption is unsent / send rate + redo queue / redo rate + one second", () => {
    const observations = heard(
      answers("be1", [principal({ sendQueueKb: 2000 })]),
      answers("be2", [mirror({ redoQueueKb: 4000 })]),
    );
    expect(plan(poolOf(userStore(["rtcxds"])), observations).predicted).toMatchObject([
      { database: "rtcxds", unsentKb: 2000, redoKb: 4000, seconds: 7 },
    ]);
  });

  it("is not foretold where a queue is unknown", () => {
    const observations = heard(
      answers("be1", [principal()]),
      answers("be2", [mirror({ redoQueueKb: null })]),
    );
    expect(plan(poolOf(userStore(["rtcxds"])), observations).predicted[0]?.seconds).toBeNull();
  });

  const pool = poolOf(userStore(["rtcxds"]));
  const before = plan(pool, heard(answers("be1", [principal()]), answers("be2", [mirror()])));
  it.each([
    ["nothing moved", principal(), mirror(), 0],
    ["the role sequence moved", principal({ roleSequence: 5 }), mirror({ roleSequence: 5 }), 1],
    ["the state moved", principal({ state: "SYNCHRONIZING" }), mirror({ state: "SYNCHRONIZING" }), 1],
    ["the session is another one", principal({ guid: "other" }), mirror({ guid: "other" }), 1],
  ] as const)("%s", (_, a, b, moved) => {
    const now = situationOf(pool, asked(), heard(answers("be1", [a]), answers("be2", [b])), acting);
    expect(movedSince(before, now.sessions)).toHaveLength(moved);
  });

  it("each statement goes to the principal as it was seen", () => {
    const [step] = before.steps.filter((candidate) => candidate.kind === "act");
    expect(step?.kind === "act" && step.changes[0]).toMatchObject({
      by: { on: "be1", level: 2 },
      reaches: { instanceId: "be2", roleSequenceAbove: 3 },
    });
  });
});
