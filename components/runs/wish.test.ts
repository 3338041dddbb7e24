import { describe, expect, it } from "vitest";
import { queryOf, type Wish, wishFrom } from "#components/runs/wish.ts";

const asked: Wish["asked"] = {
  runbook: "manual-failover",
  scope: { kind: "pool", leaveOut: [] },
  toward: "Mirror",
  options: { waitForRedo: true },
};
const wish: Wish = { stage: "what", asked, reason: "", ticket: "" };

describe("the wizard's address", () => {
  it.each<[string, Wish]>([
    ["a whole pool", wish],
    [
      "a whole pool without what stays",
      { ...wish, asked: { ...asked, scope: { kind: "pool", leaveOut: ["a,b", "c&d"] } } },
    ],
    [
      "one type, backwards",
      {
        ...wish,
        stage: "plan",
        asked: { ...asked, toward: "Primary", scope: { kind: "type", type: "CentralMgmt" } },
      },
    ],
    [
      "one database with an odd name",
      {
        ...wish,
        asked: { ...asked, scope: { kind: "database", storeId: "user-be1", database: "a]b'; DROP--ü" } },
      },
    ],
    [
      "without waiting, with reason and ticket",
      {
        ...wish,
        stage: "readiness",
        reason: "disks & RAM",
        ticket: "CHG 7",
        asked: { ...asked, options: { waitForRedo: false } },
      },
    ],
  ])("keeps %s", (_, given) => {
    expect(wishFrom(new URLSearchParams(queryOf(given).toString()), "Mirror")).toEqual(given);
  });

  it("takes what nobody can mean for the whole pool in the usual direction", () => {
    const query = new URLSearchParams("stage=run&toward=sideways&type=Dial&redo=yes&store=x");
    expect(wishFrom(query, "Primary")).toEqual({ ...wish, asked: { ...asked, toward: "Primary" } });
  });
});
