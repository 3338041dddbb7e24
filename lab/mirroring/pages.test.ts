import { describe, expect, it } from "vitest";
import { type Damage, damagePage } from "#lab/mirroring/damage-page.ts";
import { findDatabase, instanceNamed } from "#lab/mirroring/find.ts";
import { type Story, story } from "#lab/mirroring/story.ts";

const page: Damage = { fileId: 1, pageId: 4_711, errorType: 2, repairable: true };
const statuses = (s: Story, name: string) =>
  findDatabase(instanceNamed(s.fleet, name), "db")?.pages?.map(({ status }) => status);
const logged = (s: Story, name: string, ...numbers: number[]) =>
  instanceNamed(s.fleet, name)
    .errorLog.map(({ number }) => number)
    .filter((number) => numbers.includes(number));

function damaged(on: string, change: Partial<Damage> = {}, s = story()): Story {
  damagePage(s.fleet, on, "db", { ...page, ...change });
  return s;
}

describe("F20: a damaged page on the principal", () => {
  it("is asked of the mirror, and repaired", () => {
    const s = damaged("A");
    expect(statuses(s, "A")).toEqual([3]);
    expect(statuses(s.after(1), "A")).toEqual([5]);
    expect(logged(s, "A", 1432, 1461, 1481)).toEqual([1432, 1461]);
    expect(s.says("A")).toBe("PRINCIPAL SYNCHRONIZED n ONLINE serving, witness CONNECTED");
  });

  it.each([
    ["the mirror's copy is damaged too", { repairable: false }, () => story()],
    ["the file header", { pageId: 0 }, () => story()],
    ["the boot page", { pageId: 9 }, () => story()],
    ["the mirror is away", {}, () => story().power("stop", "B").after(1)],
    ["the session is paused", {}, paused],
  ] as const)("cannot be repaired: %s", (_, change, from) => {
    const s = damaged("A", change, from()).after(1);
    expect([statuses(s, "A"), logged(s, "A", 1461, 1481)]).toEqual([[6], [1481]]);
  });
});

describe("F21: a damaged page on the mirror stops its redo", () => {
  it("SUSPENDED, and by itself SYNCHRONIZED again once the page has come", () => {
    const s = damaged("B");
    expect(s.says("A")).toBe("PRINCIPAL SUSPENDED n ONLINE serving, witness CONNECTED");
    expect([logged(s, "B", 1454), logged(s, "A", 1453)]).toEqual([[1454], [1453]]);
    expect(s.after(1).says("B")).toBe("MIRROR SYNCHRONIZING n RESTORING, witness CONNECTED");
    expect(s.after(1).says("B")).toBe("MIRROR SYNCHRONIZED n RESTORING, witness CONNECTED");
  });

  it("stays SUSPENDED where one page does not come, until RESUME", () => {
    const s = damaged("B", { repairable: false }, damaged("B")).after(60);
    expect([s.says("B"), statuses(s, "B")]).toEqual([
      "MIRROR SUSPENDED n RESTORING, witness CONNECTED",
      [5, 6],
    ]);
    expect(s.run("A", "ALTER DATABASE db SET PARTNER RESUME")).toBe("answered");
  });
});

function paused(): Story {
  const s = story();
  s.run("A", "ALTER DATABASE db SET PARTNER SUSPEND");
  return s;
}
