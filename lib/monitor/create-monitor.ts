import "server-only";
import { carryForward, carrySilence, type InstanceObservation } from "#lib/mirroring/observation.ts";
import { lookEveryMs, silentEveryMs } from "#lib/monitor/pace.ts";
import { type Watched, watch } from "#lib/monitor/watch.ts";
import type { Gateway } from "#lib/sqlserver/gateway.ts";
import type { Target } from "#lib/sqlserver/target.ts";

export interface Monitor {
  /** The latest of each registered instance, by instance id. */
  observations(): ReadonlyMap<string, InstanceObservation>;
  /** Called at every observation taken in, its own and published ones. */
  subscribe(listener: (observation: InstanceObservation) => void): () => void;
  /** Looks at these instances now and waits for their answers; unknown ids are left out. */
  lookNow(instanceIds: readonly string[], as?: { login: Target["which"] }): Promise<InstanceObservation[]>;
  /** Takes in what somebody else saw: a run looks five times a second. */
  publish(observation: InstanceObservation): void;
  /** Reads the register again: new instances are watched, changed ones asked anew, gone ones forgotten. */
  registerChanged(): Promise<void>;
  onRegisterChanged(listener: () => void): () => void;
  stop(): Promise<void>;
}

export interface MonitorParts {
  targets(which: Target["which"]): Promise<readonly Target[]>;
  connect(target: Target): Gateway;
  now?: () => number;
  pace?: { lookEveryMs: number; silentEveryMs: number };
}

/** Watches nothing until `registerChanged()` has read the register once. */
export function createMonitor({
  targets,
  connect,
  now = Date.now,
  pace = { lookEveryMs, silentEveryMs },
}: MonitorParts): Monitor {
  const latest = new Map<string, InstanceObservation>();
  const watched = new Map<string, Watched & { target: string }>();
  const listeners = new Set<(observation: InstanceObservation) => void>();
  const registerListeners = new Set<() => void>();
  let stopped = false;
  let reading: Promise<void> = Promise.resolve();

  return {
    observations: () => latest,
    subscribe: (listener) => subscribe(listeners, listener),
    onRegisterChanged: (listener) => subscribe(registerListeners, listener),
    publish: takeIn,
    lookNow,
    // One after the other: two readings at once would watch an instance twice.
    registerChanged: () => (reading = reading.then(readRegister, readRegister)),
    stop,
  };

  async function lookNow(
    instanceIds: readonly string[],
    { login }: { login: Target["which"] } = { login: "looking" },
  ) {
    if (login === "looking") return Promise.all(instanceIds.flatMap((id) => watched.get(id)?.look() ?? []));
    const acting = (await targets("acting")).filter((target) => instanceIds.includes(target.id));
    return Promise.all(acting.map(lookOnce));
  }

  async function lookOnce(target: Target): Promise<InstanceObservation> {
    const gateway = connect(target);
    try {
      const observation = await gateway.observe();
      takeIn(observation);
      return observation;
    } finally {
      await gateway.close();
    }
  }

  /** Rounds may overtake each other: the one that began later counts. */
  function takeIn(observation: InstanceObservation): void {
    const before = latest.get(observation.instanceId);
    if (
      stopped ||
      !watched.has(observation.instanceId) ||
      (before && before.startedAt > observation.startedAt)
    )
      return;
    const next = observation.reachable
      ? carryForward(before, observation)
      : carrySilence(before, observation);
    latest.set(observation.instanceId, next);
    for (const listener of listeners) listener(next);
  }

  async function readRegister(): Promise<void> {
    const wanted = await targets("looking");
    if (stopped) return;
    const ids = new Set(wanted.map((target) => target.id));
    for (const [id, { target }] of watched) {
      const same = wanted.some((candidate) => candidate.id === id && JSON.stringify(candidate) === target);
      if (!same) await forget(id, !ids.has(id));
    }
    const fresh = wanted.filter(({ id }) => !watched.has(id));
    for (const [index, target] of fresh.entries()) begin(target, index / fresh.length);
    for (const listener of registerListeners) listener();
  }

  function begin(target: Target, share: number): void {
    const gateway = connect(target);
    const { id } = target;
    // All are seen within the first second or two, and then stay spread over the interval.
    const phaseMs = share * Math.min(pace.lookEveryMs, 2_000);
    const everyMs = (silentRounds: number) =>
      (silentRounds > 2 ? pace.silentEveryMs : pace.lookEveryMs) * (0.95 + Math.random() * 0.05);
    const heardAgoMs = () => {
      const last = latest.get(id);
      return last ? now() - last.startedAt : Number.POSITIVE_INFINITY;
    };
    const heard = (observation: InstanceObservation) => takeIn(observation);
    watched.set(id, {
      ...watch({ gateway, phaseMs, everyMs, heardAgoMs, heard }),
      target: JSON.stringify(target),
    });
  }

  async function forget(id: string, andWhatItSaid: boolean): Promise<void> {
    const gone = watched.get(id);
    watched.delete(id);
    gone?.stop();
    if (andWhatItSaid) latest.delete(id);
    await gone?.gateway.close();
  }

  async function stop(): Promise<void> {
    stopped = true;
    await Promise.all([...watched.keys()].map((id) => forget(id, false)));
    listeners.clear();
    registerListeners.clear();
  }
}

function subscribe<Listener>(listeners: Set<Listener>, listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
