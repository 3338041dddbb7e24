import { describe, expect, it } from "vitest";
import { allWell, noon, poolOf, type Situation, switched, tell } from "#lib/mirroring/situations.fixture.ts";
import { manualFailover } from "#lib/runbooks/manual-failover.ts";
import { type Asked, layOut, situationOf } from "#lib/runbooks/plan.ts";
import { replay } from "#lib/runs/replay.ts";
import { stepsAfter } from "#lib/runs/steps-after.ts";

const well = allWell(poolOf(["User"]));
const asked: Asked = {
  runbook: "manual-failover",
  scope: { kind: "pool", leaveOut: [] },
  toward: "Mirror",
  options: { waitForRedo: true },
};
const plan = layOut(
  manualFailover,
  situationOf(well.pool, asked, well.observations, new Set(["be1", "be2"])),
  asked,
);
const by = { id: "u1", name: "Anna", email: "anna@example.org", role: "admin", language: "en" } as const;
const state = replay("r1", "munich", [
  {
    type: "planned",
    by,
    plan,
    planHash: "",
    reason: "",
    ticket: "",
    seq: 1,
    at: new Date(noon).toISOString(),
  },
]);

describe("a run that stopped half-way", () => {
  it.each<[string, "finish" | "return", Situation, string[]]>([
    [
      "finishes what has not moved",
      "finish",
      switched(well, ["rtcxds"]),
      [
        "let-redo-catch-up",
        "switch-first:user-be1",
        "switch-rest:user-be1",
        "let-sessions-resume",
        "let-clients-return",
        "hand-over",
      ],
    ],
    [
      "verifies and hands over when all has arrived by itself",
      "finish",
      switched(well, ["rtcxds", "rtcshared", "rtcab"]),
      ["let-sessions-resume", "let-clients-return", "hand-over"],
    ],
    [
      "returns only what has moved",
      "return",
      switched(well, ["rtcxds"]),
      ["let-redo-catch-up", "switch-first:user-be1", "let-sessions-resume", "hand-over"],
    ],
  ])("%s", (_, choice, now, ids) => {
    const steps = stepsAfter(state, choice, now.observations);
    expect(steps).toMatchObject(ids.map((id) => ({ id: `${choice}-1:${id}` })));
    expect(steps).toHaveLength(ids.length);
  });

  it("does neither while it is not ready, and says why", () => {
    const syncing = tell(switched(well, ["rtcxds"]), "BE1", {
      databases: ["rtcab"],
      mirroring: { state: "SYNCHRONIZING" },
    });
    expect(stepsAfter(state, "finish", syncing.observations)).toEqual({
      key: "runs.refusal.notReady",
      values: { subject: "rtcab", check: "synchronized" },
    });
  });
});
