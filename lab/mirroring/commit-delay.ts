/**
 * What a commit waits for its mirror under SAFETY FULL. No page gives a formula: a round trip while there is room, and
 * the more the nearer the log comes to what can be sent and hardened.
 */
import type { Copy } from "#lab/mirroring/find.ts";
import { logFlows, sendRate } from "#lab/mirroring/flow.ts";
import type { Fleet } from "#lab/mirroring/model.ts";

const ROUND_TRIP_MS = 2;
const MOST_MS = 1_000;

export function commitDelayMs(fleet: Fleet, copy: Copy): number {
  const mirror = logFlows(fleet, copy);
  if (!mirror || copy.mirroring.safety !== "FULL") return 0;
  if (!copy.mirroring.synchronized) return ROUND_TRIP_MS;
  const most = sendRate(fleet, copy, mirror);
  const room = most > 0 ? 1 - copy.database.workloadKbPerSecond / most : 0;
  return room <= 0 ? MOST_MS : Math.min(MOST_MS, Math.round(ROUND_TRIP_MS / room));
}
