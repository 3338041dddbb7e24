import { afterEach, describe, expect, it, vi } from "vitest";
import type { InstanceAnswer, InstanceObservation, InstanceSilence } from "#lib/mirroring/observation.ts";
import { createMonitor, type Monitor } from "#lib/monitor/create-monitor.ts";
import type { Gateway } from "#lib/sqlserver/gateway.ts";
import type { Target } from "#lib/sqlserver/target.ts";

const running: Monitor[] = [];
afterEach(async () => void (await Promise.all(running.splice(0).map((monitor) => monitor.stop()))));

describe("the monitor", () => {
  it("looks at every registered instance again and again, one round after the other", async () => {
    const world = make(["a", "b"]);
    await world.monitor.registerChanged();
    await vi.waitFor(() => expect(["a", "b"].every((id) => (world.rounds.get(id) ?? 0) >= 4)).toBe(true));
    expect([...world.monitor.observations().keys()].sort()).toEqual(["a", "b"]);
    expect(world.together.a).toBe(1);
  });

  it("lets nobody wait for an instance that hangs", async () => {
    const world = make(["a", "hangs"]);
    world.behaviour.hangs = () => new Promise(() => {});
    await world.monitor.registerChanged();
    await vi.waitFor(() => expect(world.rounds.get("a")).toBeGreaterThan(5));
    expect(world.rounds.get("hangs")).toBe(1);
    expect(world.monitor.observations().has("hangs")).toBe(false);
  });

  it("asks a silent instance less often, and says its silence each time", async () => {
    const world = make(["a", "dead"], { lookEveryMs: 20, silentEveryMs: 100 });
    world.behaviour.dead = async (id) => silence(id);
    await world.monitor.registerChanged();
    await vi.waitFor(() => expect(world.rounds.get("a")).toBeGreaterThan(25), { timeout: 10_000 });
    expect(world.rounds.get("dead")).toBeLessThan(world.rounds.get("a")! / 1.5);
    expect(world.monitor.observations().get("dead")).toMatchObject({
      reachable: false,
      reason: { kind: "network" },
    });
  });

  it("tells its listeners, until they leave", async () => {
    const world = make(["a"]);
    const heard: InstanceObservation[] = [];
    const leave = world.monitor.subscribe((observation) => heard.push(observation));
    await world.monitor.registerChanged();
    await vi.waitFor(() => expect(heard.length).toBeGreaterThan(1));
    leave();
    const before = heard.length;
    await world.monitor.lookNow(["a"]);
    expect(heard).toHaveLength(before);
  });

  it("keeps since when a role has been heard", async () => {
    const world = make(["a"]);
    await world.monitor.registerChanged();
    await vi.waitFor(() => expect(world.rounds.get("a")).toBeGreaterThan(2));
    const seen = world.monitor.observations().get("a") as InstanceAnswer;
    expect(seen.databases[0]?.roleFirstHeardAt).toBeLessThan(seen.startedAt);
  });

  it("takes in what a run saw, and meanwhile does not look itself", async () => {
    const world = make(["a"], { lookEveryMs: 60, silentEveryMs: 60 });
    await world.monitor.registerChanged();
    await vi.waitFor(() => expect(world.rounds.get("a")).toBe(1));
    const run = setInterval(() => world.monitor.publish(answer("a", "acting")), 5);
    await vi.waitFor(() => expect(world.monitor.observations().get("a")?.login).toBe("acting"));
    const before = world.rounds.get("a")!;
    const published = vi.fn();
    world.monitor.subscribe(published);
    await vi.waitFor(() => expect(published.mock.calls.length).toBeGreaterThan(30));
    clearInterval(run);
    expect(world.rounds.get("a")! - before).toBeLessThanOrEqual(1);
    await vi.waitFor(() => expect(world.monitor.observations().get("a")?.login).toBe("looking"));
  });

  it("believes the round that began later, whichever ended first", async () => {
    const world = make(["a"]);
    world.behaviour.a = () => new Promise(() => {});
    await world.monitor.registerChanged();
    const newer = { ...answer("a", "acting"), startedAt: 2_000 };
    world.monitor.publish(newer);
    world.monitor.publish({ ...silence("a"), startedAt: 1_000 });
    expect(world.monitor.observations().get("a")).toMatchObject({ reachable: true, startedAt: 2_000 });
  });

  it("looks now when asked, as either login", async () => {
    const world = make(["a", "b"], { lookEveryMs: 60_000, silentEveryMs: 60_000 });
    await world.monitor.registerChanged();
    expect(
      (await world.monitor.lookNow(["a", "nobody"])).map(({ instanceId, login }) => [instanceId, login]),
    ).toEqual([["a", "looking"]]);
    expect((await world.monitor.lookNow(["b"], { login: "acting" })).map(({ login }) => login)).toEqual([
      "acting",
    ]);
    expect(world.monitor.observations().get("b")?.login).toBe("acting");
  });

  it("follows the register: what is new is watched, what is gone forgotten, what is changed asked anew", async () => {
    const world = make(["a", "b"]);
    const told = vi.fn();
    world.monitor.onRegisterChanged(told);
    await world.monitor.registerChanged();
    await vi.waitFor(() => expect(world.monitor.observations().size).toBe(2));
    world.register = [target("b", 2), target("c")];
    await world.monitor.registerChanged();
    await vi.waitFor(() => expect([...world.monitor.observations().keys()].sort()).toEqual(["b", "c"]));
    expect(told).toHaveBeenCalledTimes(2);
    expect(world.closed).toEqual(["a", "b"]);
  });

  it("stops: no round begins any more, and every connection is closed", async () => {
    const world = make(["a", "b"]);
    await world.monitor.registerChanged();
    await vi.waitFor(() => expect(world.monitor.observations().size).toBe(2));
    await world.monitor.stop();
    const before = new Map(world.rounds);
    world.monitor.publish(answer("a", "acting"));
    expect(world.rounds).toEqual(before);
    expect(world.closed.sort()).toEqual(["a", "b"]);
  });
});

function make(ids: string[], pace = { lookEveryMs: 10, silentEveryMs: 10 }) {
  const world = {
    register: ids.map((id) => target(id)),
    rounds: new Map<string, number>(),
    behaviour: {} as Record<string, (id: string) => Promise<InstanceObservation>>,
    together: {} as Record<string, number>,
    closed: [] as string[],
    monitor: null as unknown as Monitor,
  };
  const under: Record<string, number> = {};
  const connect = ({ id, which }: Target): Gateway => ({
    async observe() {
      world.rounds.set(id, (world.rounds.get(id) ?? 0) + 1);
      under[id] = (under[id] ?? 0) + 1;
      world.together[id] = Math.max(world.together[id] ?? 0, under[id]);
      await new Promise((resolve) => setImmediate(resolve));
      under[id] -= 1;
      return (world.behaviour[id] ?? (async () => answer(id, which)))(id);
    },
    send: async () => ({ kind: "answered", ms: 0 }),
    close: async () => void world.closed.push(id),
  });
  const targets = async (which: Target["which"]) => world.register.map((one) => ({ ...one, which }));
  world.monitor = createMonitor({ targets, connect, pace });
  running.push(world.monitor);
  return world;
}

function target(id: string, port = 1): Target {
  return {
    id,
    name: id,
    server: "127.0.0.1",
    port,
    namedInstance: null,
    tls: { minimum: "1.2", trust: true, ca: null },
    which: "looking",
    login: { type: "sql", user: "u", password: "p" },
  };
}

function answer(instanceId: string, login: "looking" | "acting"): InstanceAnswer {
  const now = Date.now();
  return {
    ...{
      instanceId,
      startedAt: now,
      answeredAt: now,
      login,
      reachable: true,
      serverTime: "",
      serverName: instanceId,
    },
    ...{
      version: "11.0",
      edition: "",
      startedAtServer: null,
      sysadmin: true,
      viewServerState: true,
      witnessed: [],
      endpoint: null,
    },
    databases: [
      {
        ...{
          name: "db",
          databaseId: 5,
          state: "ONLINE",
          recoveryModel: "FULL",
          logReuseWait: "NOTHING",
          mirroring: null,
        },
        ...{
          sendQueueKb: 0,
          redoQueueKb: 0,
          redoKbPerSecond: null,
          sendKbPerSecond: null,
          sessions: [],
          roleFirstHeardAt: now,
        },
      },
    ],
  };
}

function silence(instanceId: string): InstanceSilence {
  return {
    instanceId,
    startedAt: Date.now(),
    answeredAt: Date.now(),
    login: "looking",
    reachable: false,
    reason: { kind: "network", detail: "gone" },
  };
}
