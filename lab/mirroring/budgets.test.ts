import { describe, expect, it } from "vitest";
import { commitDelayMs } from "#lab/mirroring/commit-delay.ts";
import { allCopies, instanceNamed } from "#lab/mirroring/find.ts";
import { logStory } from "#lab/mirroring/log-story.ts";
import type { Database } from "#lab/mirroring/model.ts";

/** PC1m mirrors mgc, and a second database of PC1 as well. */
function twoMirrors() {
  const s = logStory();
  for (const name of ["PC1", "PC1m"]) {
    const instance = instanceNamed(s.fleet, name);
    const twin: Database = structuredClone(instance.databases[0]!);
    twin.name = "mgccomp";
    twin.databaseId = 99;
    twin.mirroring!.guid = "11111111-0000-4000-A000-000000000000";
    instance.databases.push(twin);
  }
  for (const view of s.fleet.connections.filter(({ from }) => from.startsWith("PC1")))
    s.fleet.connections.push({ ...view, guid: "11111111-0000-4000-A000-000000000000" });
  const queues = () =>
    instanceNamed(s.fleet, "PC1m").databases.map(({ mirroring }) => Math.round(mirroring!.redoQueueKb));
  const written = () => instanceNamed(s.fleet, "PC1").databases.map(({ endOfLogKb }) => endOfLogKb);
  return { s, queues, written };
}

describe("budgets that mirrors on one instance share", () => {
  it("redo: two mirrors that write more than the budget fall behind together", () => {
    const { s, queues } = twoMirrors();
    instanceNamed(s.fleet, "PC1m").sharedRedoKbPerSecond = 160;
    s.after(60);
    expect(queues()).toEqual([1_200, 1_200]);
  });

  it("redo: alone, one has the whole of it", () => {
    const { s, queues } = twoMirrors();
    instanceNamed(s.fleet, "PC1m").sharedRedoKbPerSecond = 160;
    instanceNamed(s.fleet, "PC1").databases[1]!.workloadKbPerSecond = 0;
    s.after(60);
    expect(queues()).toEqual([0, 0]);
  });

  it("disk: under SAFETY FULL the writers get no further than the disks there harden", () => {
    const { s, written } = twoMirrors();
    instanceNamed(s.fleet, "PC1m").sharedDiskKbPerSecond = 100;
    const before = written();
    s.after(60);
    expect(written().map((end, at) => end - before[at]!)).toEqual([3_000, 3_000]);
  });

  it("a commit waits the longer the nearer the workload comes to what can be sent", () => {
    const { s } = twoMirrors();
    const copy = allCopies(s.fleet).find(({ instance }) => instance.name === "PC1")!;
    const delays = [1_000_000, 200, 101, 100, 50].map((kb) => {
      instanceNamed(s.fleet, "PC1m").sharedDiskKbPerSecond = kb * 2;
      return commitDelayMs(s.fleet, copy);
    });
    expect(delays).toEqual([2, 4, 202, 1_000, 1_000]);
    copy.mirroring.safety = "OFF";
    expect(commitDelayMs(s.fleet, copy)).toBe(0);
  });
});
