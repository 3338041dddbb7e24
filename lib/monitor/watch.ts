import "server-only";
import type { InstanceObservation } from "#lib/mirroring/observation.ts";
import type { Gateway } from "#lib/sqlserver/gateway.ts";

export interface Watched {
  gateway: Gateway;
  /** Looks now, unless a round is under way: then that round's answer serves. */
  look(): Promise<InstanceObservation>;
  stop(): void;
}

interface Watch {
  gateway: Gateway;
  /** Until the first round: rounds of many instances must not fall together. */
  phaseMs: number;
  /** From one round's beginning to the next one's, given how many rounds were silent. */
  everyMs(silentRounds: number): number;
  /** How long ago somebody else looked (a run does, five times a second), so that this round may wait. */
  heardAgoMs(): number;
  heard(observation: InstanceObservation): void;
}

/** One instance's rounds, one after the other for ever: a slow instance makes nobody else wait. */
export function watch({ gateway, phaseMs, everyMs, heardAgoMs, heard }: Watch): Watched {
  let stopped = false;
  let silentRounds = 0;
  let timer = setTimeout(round, phaseMs);
  let underWay: Promise<InstanceObservation> | null = null;

  return {
    gateway,
    look,
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };

  function look(): Promise<InstanceObservation> {
    underWay ??= observe().finally(() => {
      underWay = null;
    });
    return underWay;
  }

  async function observe(): Promise<InstanceObservation> {
    const observation = await gateway.observe();
    silentRounds = observation.reachable ? 0 : silentRounds + 1;
    if (!stopped) heard(observation);
    return observation;
  }

  async function round(): Promise<void> {
    const every = everyMs(silentRounds);
    const rest = every - heardAgoMs();
    const began = performance.now();
    if (rest <= 0) await look();
    const took = performance.now() - began;
    if (!stopped)
      timer = setTimeout(round, rest > 0 ? rest : Math.max(every / 10, everyMs(silentRounds) - took));
  }
}
