import { describe, expect, it } from "vitest";
import { type FindingKind, findingOf } from "#lib/mirroring/findings.ts";
import { answers, heard, mirror, principal, silent, userStore } from "#lib/mirroring/observed.fixture.ts";
import { fuse } from "#lib/mirroring/session.ts";

const store = userStore(["rtcxds"]);

describe("where one database stands on its way from BE1 to BE2", () => {
  const alone = { witnessName: null, witnessState: null } as const;
  const rows: [string, Parameters<typeof heard>, FindingKind][] = [
    [
      "BE2 serves it",
      [answers("be1", [mirror()]), answers("be2", [principal({ roleSequence: 4 })])],
      "switched",
    ],
    [
      "it switched by itself although BE1 is silent",
      [silent("be1"), answers("be2", [principal({ state: "DISCONNECTED" })])],
      "switched",
    ],
    ["BE1 still serves it", [answers("be1", [principal()]), answers("be2", [mirror()])], "not-moved"],
    [
      "BE1 serves it exposed",
      [answers("be1", [principal({ state: "DISCONNECTED" })]), silent("be2")],
      "not-moved",
    ],
    [
      "the failover is pending",
      [
        answers("be1", [principal({ state: "PENDING_FAILOVER" })]),
        answers("be2", [mirror({ state: "DISCONNECTED" })]),
      ],
      "pending",
    ],
    [
      "BE1 silent, no witness: service may be forced",
      [silent("be1"), answers("be2", [mirror({ ...alone, state: "DISCONNECTED" })])],
      "forced-service",
    ],
    [
      "BE1 silent, BE2 sees the witness: service may be forced",
      [silent("be1"), answers("be2", [mirror({ state: "DISCONNECTED" })])],
      "forced-service",
    ],
    [
      "BE1 and the witness silent to BE2: no quorum",
      [silent("be1"), answers("be2", [mirror({ state: "DISCONNECTED", witnessState: "DISCONNECTED" })])],
      "without-quorum",
    ],
    ["BE1 silent to us only", [silent("be1"), answers("be2", [mirror()])], "only-unseen"],
    [
      "BE1 up without partner and witness",
      [answers("be1", [principal({ state: "DISCONNECTED", witnessState: "DISCONNECTED" })]), silent("be2")],
      "without-quorum",
    ],
    ["both silent", [silent("be1"), silent("be2")], "bring-back"],
  ];
  it.each(rows)("%s", (_, observations, kind) => {
    expect(findingOf(fuse(store, "rtcxds", heard(...observations)), "be2").kind).toBe(kind);
  });

  it("BE1 silent, BE2 hidden from this login: it is told what a sysadmin could see, and do", () => {
    const hidden = answers("be2", [mirror({ nothing: true })], { sysadmin: false });
    const finding = findingOf(fuse(store, "rtcxds", heard(silent("be1"), hidden)), "be2");
    expect(finding.kind).toBe("bring-back");
    expect(finding.waysOut.map(({ key }) => key)).toEqual([
      "checks.waysOut.bringBack",
      "checks.waysOut.forceIfMirror",
    ]);
  });

  it.each(rows.filter(([, , kind]) => !["switched", "not-moved"].includes(kind)))(
    "never ends without a way out: %s",
    (_, observations) => {
      expect(findingOf(fuse(store, "rtcxds", heard(...observations)), "be2").waysOut).not.toEqual([]);
    },
  );
});
