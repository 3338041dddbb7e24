import type { InstanceObservation } from "#lib/mirroring/observation.ts";
import type { Pool } from "#lib/mirroring/pool.ts";
import type { Observations } from "#lib/mirroring/session.ts";
import type { Hands } from "#lib/runs/hands.ts";

/** Everything outside the journal that the engine uses; the app gives it the real things, a test its own lab. */
export interface World {
  poolById(id: string): Promise<Pool | null>;
  /** Instance ids with an acting login of their own. */
  actingLogins(): Promise<ReadonlySet<string>>;
  openHands(instanceIds: readonly string[]): Promise<Hands>;
  /** What the monitor last heard. */
  observations(): Observations;
  /** A run's own looks are shown to everybody. */
  publish(observation: InstanceObservation): void;
  now(): number;
  log(error: unknown, context: Record<string, string>): void;
}
