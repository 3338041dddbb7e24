import "server-only";
import type { InstanceObservation } from "#lib/mirroring/observation.ts";
import type { Observations } from "#lib/mirroring/session.ts";
import type { StatementOutcome } from "#lib/runs/events.ts";

/** What the engine needs of the world. Opened for one run, with the acting logins; closed when it ends or waits. */
export interface Hands {
  /** Never throws: silence is an observation. */
  observe(instanceId: string): Promise<InstanceObservation>;
  /** Sends one batch in master; several may be under way on one instance. */
  send(instanceId: string, sql: string, timeoutMs: number): Promise<StatementOutcome>;
  close(): Promise<void>;
}

/** Looks at the run's partners with the acting login, now, and lays that over what the monitor knows of the rest. */
export async function lookWith(
  hands: Hands,
  partners: readonly string[],
  known: Observations,
  publish: (observation: InstanceObservation) => void,
): Promise<Observations> {
  const seen = await Promise.all(partners.map((instanceId) => hands.observe(instanceId)));
  for (const observation of seen) publish(observation);
  return new Map([...known, ...seen.map((observation) => [observation.instanceId, observation] as const)]);
}
