/** The fleet's time. Everything happens at the moment it is due, in one order, however the time is cut into pieces. */

import { dueJobs, runDueJobs } from "#lab/mirroring/agent.ts";
import { allCopies } from "#lab/mirroring/find.ts";
import { dueFlows, flow, logFlows } from "#lab/mirroring/flow.ts";
import { logOf, shareChain } from "#lab/mirroring/log-chain.ts";
import { dueCheckpoints, settleLogs } from "#lab/mirroring/log-space.ts";
import { dueMaintenance, runMaintenance } from "#lab/mirroring/maintenance.ts";
import type { Fleet, Milliseconds } from "#lab/mirroring/model.ts";
import { duePages, settlePages } from "#lab/mirroring/pages.ts";
import { type Cut, dueClients, RECOVERY_MS, refreshClients, show } from "#lab/mirroring/show.ts";
import { askWitnesses, caughtUp, completeSwitches, tellWitness } from "#lab/mirroring/switching.ts";
import { dueConnections, settleConnections } from "#lab/mirroring/transport.ts";

/** Lets the time pass and returns the sessions that were cut meanwhile. Whoever changes a fleet settles it himself. */
export function advance(fleet: Fleet, ms: Milliseconds): Cut[] {
  const end = fleet.now + ms;
  const cuts: Cut[] = [];
  while (fleet.now < end) {
    const due = nextDue(fleet) ?? Number.POSITIVE_INFINITY;
    const next = Math.min(end, due);
    flow(fleet, next - fleet.now);
    fleet.now = next;
    if (due <= next) {
      cuts.push(...settle(fleet));
      runMaintenance(fleet);
      runDueJobs(fleet);
    }
  }
  refreshClients(fleet);
  return cuts;
}

/** The next moment at which something happens by itself. */
export function nextDue(fleet: Fleet): Milliseconds | null {
  const starts = fleet.instances.map(({ startedAt }) => startedAt + RECOVERY_MS);
  const sessions = allCopies(fleet).flatMap(({ mirroring }) => [
    mirroring.asksWitnessAt ?? 0,
    mirroring.synchronized ? 0 : mirroring.synchronizesAt,
    mirroring.switchUnderWay ? mirroring.switchUnderWay.since + fleet.options.switchMilliseconds : 0,
  ]);
  const due = [
    ...starts,
    ...sessions,
    ...dueConnections(fleet),
    ...dueFlows(fleet),
    ...dueClients(fleet),
    ...duePages(fleet),
    ...dueJobs(fleet),
    ...dueMaintenance(fleet),
    ...dueCheckpoints(fleet),
  ].filter((at) => at > fleet.now);
  return due.length > 0 ? Math.min(...due) : null;
}

/** Everything that is due now, until nothing moves any more. */
export function settle(fleet: Fleet): Cut[] {
  const cuts: Cut[] = [];
  for (let round = 0; round < 100; round++) {
    const moved = [
      settleConnections(fleet),
      settlePages(fleet),
      askWitnesses(fleet),
      completeSwitches(fleet),
      synchronize(fleet),
      settleLogs(fleet),
    ].some(Boolean);
    cuts.push(...show(fleet));
    if (!moved) return cuts;
  }
  throw new Error("the fleet does not settle: a rule undoes what another does");
}

function synchronize(fleet: Fleet): boolean {
  return allCopies(fleet)
    .map((copy) => {
      const mirror = logFlows(fleet, copy);
      const moved = mirror !== null && caughtUp(fleet, copy, mirror);
      // What is known of backups is itself written to the log: the mirror knows it once it has received it.
      const { cutKb, backedUpKb } = logOf(copy.database);
      if (mirror && Math.max(cutKb, backedUpKb ?? 0) <= mirror.database.endOfLogKb)
        shareChain(copy.database, mirror.database);
      tellWitness(fleet, copy);
      return moved;
    })
    .some(Boolean);
}
