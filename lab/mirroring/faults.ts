/** What may befall a fleet from outside: power, cables, load. */

import { settle } from "#lab/mirroring/advance.ts";
import { listenOnPort } from "#lab/mirroring/endpoint.ts";
import { allCopies, instanceNamed, linkBetween } from "#lab/mirroring/find.ts";
import type { Fleet, InstanceName, Mirroring } from "#lab/mirroring/model.ts";
import type { Cut } from "#lab/mirroring/show.ts";
import { forgetConnections, learnLosses } from "#lab/mirroring/transport.ts";
import { interruptUndo } from "#lab/mirroring/undo.ts";

export type PowerAction = "stop" | "start" | "hang" | "wake" | "overload" | "relax";

/** Null, or a sentence that says why this cannot be done now. */
export function whyNotPower(fleet: Fleet, name: InstanceName, action: PowerAction): string | null {
  const { power, overloadedSince } = instanceNamed(fleet, name);
  const overloaded = (overloadedSince ?? null) !== null;
  if (action === "start" && power !== "stopped")
    return `${name} is ${power}; only a stopped instance can be started`;
  if (action === "stop" && power === "stopped") return `${name} is already stopped`;
  if (action === "hang" && power !== "running")
    return `${name} is ${power}; only a running instance can hang`;
  if (action === "wake" && power !== "hung") return `${name} is ${power}; only a hung instance can be woken`;
  if (action === "overload" && (power !== "running" || overloaded))
    return `${name} is ${overloaded ? "overloaded" : power}; only a running instance can be overloaded`;
  if (action === "relax" && !overloaded)
    return `${name} is ${power}; only an overloaded instance can be relaxed`;
  return null;
}

export function setPower(fleet: Fleet, name: InstanceName, action: PowerAction): Cut[] {
  const instance = instanceNamed(fleet, name);
  if (action === "overload" || action === "relax") {
    instance.overloadedSince = action === "overload" ? fleet.now : null;
    return settle(fleet);
  }
  if (action === "wake") learnLosses(fleet, name);
  instance.power = action === "stop" ? "stopped" : action === "hang" ? "hung" : "running";
  instance.hungSince = action === "hang" ? fleet.now : null;
  if (instance.overloadedSince) instance.overloadedSince = null;
  if (action === "stop") {
    forgetConnections(fleet, name, "from");
    for (const copy of allCopies(fleet).filter((one) => one.instance === instance))
      forget(fleet, copy.mirroring);
  }
  if (action === "start") {
    instance.startedAt = fleet.now;
    listenOnPort(fleet, instance);
    forgetConnections(fleet, name, "to");
  }
  return settle(fleet);
}

export function setLink(fleet: Fleet, a: InstanceName, b: InstanceName, cut: boolean): Cut[] {
  const link = linkBetween(fleet, a, b);
  if (link) link.cut = cut;
  else fleet.links.push({ a, b, cut });
  return settle(fleet);
}

export interface Load {
  workloadKbPerSecond?: number;
  sendKbPerSecond?: number;
  redoKbPerSecond?: number;
  sendQueueKb?: number;
  redoQueueKb?: number;
  logMaxKb?: number;
}

/** Sets the load of one session, on both copies alike, so that it stays what it is after a role switch. */
export function setLoad(fleet: Fleet, guid: string, load: Load): Cut[] {
  for (const { database, mirroring } of allCopies(fleet).filter((copy) => copy.mirroring.guid === guid)) {
    database.workloadKbPerSecond = load.workloadKbPerSecond ?? database.workloadKbPerSecond;
    database.logMaxKb = load.logMaxKb ?? database.logMaxKb;
    mirroring.sendKbPerSecond = load.sendKbPerSecond ?? mirroring.sendKbPerSecond;
    mirroring.redoKbPerSecond = load.redoKbPerSecond ?? mirroring.redoKbPerSecond;
    if (load.redoQueueKb !== undefined && mirroring.role === "MIRROR")
      mirroring.redoQueueKb = load.redoQueueKb;
    if (load.sendQueueKb === undefined) continue;
    if (mirroring.role === "PRINCIPAL") {
      // A queue is log that was written: the end of the log moves with it.
      database.endOfLogKb += load.sendQueueKb - mirroring.sendQueueKb;
      mirroring.sendQueueKb = load.sendQueueKb;
    }
    if (load.sendQueueKb > 0) mirroring.synchronized = false;
  }
  return settle(fleet);
}

/** What a process loses when it ends. A role won by force or by automatic failover is written on disk. */
function forget(fleet: Fleet, mirroring: Mirroring): void {
  interruptUndo(fleet, mirroring);
  mirroring.synchronized = false;
  mirroring.asksWitnessAt = null;
  if (mirroring.switchUnderWay?.kind === "manual") mirroring.switchUnderWay = null;
}
