import { afterEach, describe, expect, it, vi } from "vitest";
import type { StreamMessage } from "#app/_live/messages.ts";
import { joinStream } from "#app/_live/stream.ts";
import type { InstanceObservation } from "#lib/mirroring/observation.ts";

// Node's BroadcastChannel is the browser's: each tab here is a real member of one channel.
const tabs = new Set<ReturnType<typeof openTab>>();
afterEach(() => {
  for (const tab of tabs) tab.leave();
  tabs.clear();
});

describe("the tabs of one browser", () => {
  it("open one stream together, and all hear it", async () => {
    const all = [openTab(), openTab(), openTab()];
    await vi.waitFor(() => expect(all.filter((tab) => tab.open).length).toBe(1));
    const leader = all.find((tab) => tab.open)!;
    leader.say(observation("be1", 1));
    await vi.waitFor(() => expect(all.every((tab) => tab.heard("observation") === 1)).toBe(true));
    expect(all.map((tab) => tab.opened).sort()).toEqual([0, 0, 1]);
  });

  it("hand it on when the tab that reads it is closed, from where it was", async () => {
    const [first, second] = [openTab(100), openTab(200)];
    await vi.waitFor(() => expect([first, second].filter((tab) => tab.open).length).toBe(1));
    const leader = first.open ? first : second;
    const other = leader === first ? second : first;
    leader.say({ kind: "heartbeat", now: 5_000 });
    await vi.waitFor(() => expect(other.heard("heartbeat")).toBeGreaterThan(0));
    leader.leave();
    await vi.waitFor(() => expect(other.open).toBe(true), { timeout: 5_000 });
    expect(other.since).toBe(5_000);
  });

  it("tell a tab that is opened later what they know", async () => {
    const first = openTab();
    await vi.waitFor(() => expect(first.open).toBe(true));
    first.say({ kind: "snapshot", now: 7_000, observations: [seen("be1", 1), seen("be2", 1)] });
    first.say(observation("be1", 2));
    first.say(runEvent(1));
    const late = openTab();
    await vi.waitFor(() =>
      expect(late.messages.map(({ kind }) => kind)).toEqual([
        "observation",
        "observation",
        "run-event",
        "heartbeat",
      ]),
    );
    expect(late.messages[0]).toMatchObject({ observation: { instanceId: "be1", startedAt: 2 } });
    await vi.waitFor(() => expect(late.opened).toBe(0));
  });

  it("without a channel each reads for itself", () => {
    const open = vi.fn(() => () => {});
    joinStream({ since: 1, hear: () => {}, channel: null, open });
    expect(open).toHaveBeenCalledOnce();
  });
});

const channelName = `test-${Math.random()}`;

function openTab(since = 1) {
  const messages: StreamMessage[] = [];
  let say: ((message: StreamMessage) => void) | null = null;
  const tab = {
    messages,
    opened: 0,
    since: 0,
    get open() {
      return say !== null;
    },
    heard: (kind: StreamMessage["kind"]) => messages.filter((message) => message.kind === kind).length,
    say: (message: StreamMessage) => say?.(message),
    leave: () => {},
  };
  tab.leave = joinStream({
    since,
    hear: (message) => messages.push(message),
    channel: new BroadcastChannel(channelName) as never,
    open(from, hear) {
      tab.opened += 1;
      tab.since = from;
      say = hear;
      return () => {
        say = null;
      };
    },
  });
  tabs.add(tab);
  return tab;
}

function seen(instanceId: string, startedAt: number): InstanceObservation {
  return {
    instanceId,
    startedAt,
    answeredAt: startedAt,
    login: "looking",
    reachable: false,
    reason: { kind: "network", detail: "" },
  };
}

function observation(instanceId: string, startedAt: number): StreamMessage {
  return { kind: "observation", observation: seen(instanceId, startedAt) };
}

function runEvent(seq: number): StreamMessage {
  return { kind: "run-event", runId: "r", poolId: "p", event: { type: "continued", seq, at: "" } as never };
}
