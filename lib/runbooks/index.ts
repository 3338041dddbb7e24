/** The shelf: every runbook there is. */
import type { Runbook } from "#lib/runbooks/kit.ts";
import { manualFailover } from "#lib/runbooks/manual-failover.ts";

export const runbooks: readonly Runbook[] = [manualFailover];

export function runbookById(id: string): Runbook | null {
  return runbooks.find((runbook) => runbook.id === id) ?? null;
}
