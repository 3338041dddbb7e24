import { describe, expect, it } from "vitest";
import { carrySilence, type InstanceSilence } from "#lib/mirroring/observation.ts";
import { allWell, poolOf } from "#lib/mirroring/situations.fixture.ts";

const silentAt = (startedAt: number): InstanceSilence => ({
  instanceId: "be1",
  startedAt,
  answeredAt: startedAt + 10,
  login: "looking",
  reachable: false,
  reason: { kind: "network", detail: "connect ECONNREFUSED" },
});

describe("since when an instance is silent", () => {
  it("is when the first silent round after an answer began, however many follow", () => {
    const answer = allWell(poolOf(["User"])).observations.get("be1");
    const first = carrySilence(answer, silentAt(100));
    const second = carrySilence(first, silentAt(200));
    expect([first.silentSince, second.silentSince]).toEqual([100, 100]);
  });

  it("is its own beginning when nothing was heard before", () => {
    expect(carrySilence(undefined, silentAt(300)).silentSince).toBe(300);
  });
});
