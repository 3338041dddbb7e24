import { describe, expect, it } from "vitest";
import { instanceNamed } from "#lab/mirroring/find.ts";
import { type Story, story } from "#lab/mirroring/story.ts";

const copy = (s: Story, name: string) => instanceNamed(s.fleet, name).databases[0]!;

describe("the log on its way", () => {
  it("under SAFETY FULL writers get no further than the log is sent", () => {
    const s = story().load({ workloadKbPerSecond: 900, sendKbPerSecond: 300 });
    const before = copy(s, "A").endOfLogKb;
    s.after(10);
    expect(copy(s, "A").endOfLogKb - before).toBe(3_000);
    expect(copy(s, "A").mirroring).toMatchObject({ state: "SYNCHRONIZED", sendQueueKb: 0 });
  });

  it("under SAFETY OFF the send queue takes the rest", () => {
    const s = story("base2").load({ workloadKbPerSecond: 900, sendKbPerSecond: 300 }).after(10);
    expect(copy(s, "A").mirroring?.sendQueueKb).toBe(6_000);
    expect(copy(s, "A").endOfLogKb - copy(s, "B").endOfLogKb).toBe(6_000);
  });

  it("SYNCHRONIZING ends at the millisecond in which the send queue is empty", () => {
    const s = story().load({ workloadKbPerSecond: 100, sendKbPerSecond: 400, sendQueueKb: 3_000 });
    expect(s.after(9.999).says("A")).toContain("SYNCHRONIZING");
    expect(s.after(0.001).says("A")).toContain("SYNCHRONIZED");
  });

  it("a full log stops the writers", () => {
    const s = story().load({ workloadKbPerSecond: 100 });
    copy(s, "A").logMaxKb = 1_000;
    const before = copy(s, "A").endOfLogKb;
    s.sql("A", { kind: "suspend" });
    s.after(60);
    expect(copy(s, "A").endOfLogKb - before).toBe(1_000);
  });

  it("a limited redo queue is paid for by the principal", () => {
    const s = story().load({ workloadKbPerSecond: 2_000, redoKbPerSecond: 500 });
    copy(s, "B").mirroring!.redoQueueLimitMb = 1;
    s.after(60);
    expect(copy(s, "B").mirroring?.redoQueueKb).toBeLessThan(1_026);
    const before = copy(s, "A").endOfLogKb;
    s.after(10);
    expect(copy(s, "A").endOfLogKb - before).toBe(5_000);
  });

  it("failover LSN is where both logs agree, before and after a forced service", () => {
    const s = story("base1").load({ workloadKbPerSecond: 100 }).after(5);
    const common = copy(s, "B").endOfLogKb;
    s.cut("A-B").after(5).sql("B", { kind: "force-service" });
    expect(copy(s, "B").mirroring?.failoverLsnKb).toBe(common);
    expect(copy(s, "A").mirroring?.failoverLsnKb).toBe(common);
    expect(copy(s, "A").endOfLogKb).toBeGreaterThan(common);
  });
});
