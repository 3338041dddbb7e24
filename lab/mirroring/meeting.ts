/**
 * What two instances settle between them when they find each other again: who owns the principal role, whether the
 * session still exists, where the logs part. The higher role sequence wins.
 */
import { type Copy, copyOn, findDatabase, instanceNamed, log, sameName, sees } from "#lab/mirroring/find.ts";
import { textOf } from "#lab/mirroring/messages.ts";
import type { Fleet, InstanceName, WitnessRow } from "#lab/mirroring/model.ts";
import { beginUndo, continueUndo } from "#lab/mirroring/undo.ts";

const SYNCHRONIZING_AT_LEAST_MS = 1_000;

/** "met" opens the connection, "over" means that one side learned that the session has ended. */
export function meet(
  fleet: Fleet,
  guid: string,
  a: InstanceName,
  b: InstanceName,
): "met" | "over" | "rejected" {
  const [one, other] = [copyOn(fleet, a, guid), copyOn(fleet, b, guid)];
  if (one && sameName(one.mirroring.partner, b)) return meetPartner(fleet, one, b, other);
  if (other && sameName(other.mirroring.partner, a)) return meetPartner(fleet, other, a, one);
  if (one && one.mirroring.witness !== null) return meetWitness(fleet, one);
  if (other && other.mirroring.witness !== null) return meetWitness(fleet, other);
  return "over";
}

/** This copy no longer belongs to a session; a principal stays or comes ONLINE, a mirror stays RESTORING. */
export function disband(fleet: Fleet, { instance, database, mirroring }: Copy): void {
  log(fleet, instance, 1443, textOf(1443, database.name));
  database.state = mirroring.role === "PRINCIPAL" ? "ONLINE" : "RESTORING";
  database.mirroring = null;
}

/** Another copy owns the principal role: this one becomes its mirror. */
export function stepDown(fleet: Fleet, copy: Copy, owner: { roleSequence: number; forced: boolean }): void {
  const { instance, database, mirroring } = copy;
  log(fleet, instance, 1480, textOf(1480, database.name, "PRINCIPAL", "MIRROR", "Role Synchronization"));
  mirroring.role = "MIRROR";
  mirroring.roleSequence = owner.roleSequence;
  mirroring.suspended = owner.forced;
  mirroring.synchronized = false;
  mirroring.asksWitnessAt = null;
  mirroring.switchUnderWay = null;
  mirroring.sendQueueKb = 0;
  mirroring.redoQueueKb = 0;
  // After a forced service nothing is rolled back before RESUME: where the two logs part is remembered.
  mirroring.forcedAtKb = owner.forced ? mirroring.failoverLsnKb : null;
}

/** Both sides begin to synchronize: the first state of a new, resumed or reconnected session. */
export function beginSynchronizing(fleet: Fleet, principal: Copy, mirror: Copy): void {
  continueUndo(fleet, mirror.mirroring);
  for (const { mirroring } of [principal, mirror]) {
    mirroring.synchronized = false;
    mirroring.synchronizesAt = Math.max(
      fleet.now + SYNCHRONIZING_AT_LEAST_MS,
      mirror.mirroring.undoUntil ?? 0,
    );
    mirroring.asksWitnessAt = null;
  }
  const common = mirror.mirroring.forcedAtKb ?? mirror.database.endOfLogKb;
  principal.mirroring.sendQueueKb = Math.max(0, kb(principal.database.endOfLogKb - common));
  mirror.mirroring.sendQueueKb = 0;
}

function meetPartner(
  fleet: Fleet,
  copy: Copy,
  other: InstanceName,
  peer: Copy | null,
): "met" | "over" | "rejected" {
  if (!peer) {
    const database = findDatabase(instanceNamed(fleet, other), copy.database.name);
    if (database?.mirroring) {
      // Re-paired while this one was away.
      log(fleet, copy.instance, 1438, textOf(1438, other));
      log(fleet, copy.instance, 1460, textOf(1460, copy.database.name));
      // Who serves already goes on serving: a second principal.
      const { mirroring } = copy;
      if (mirroring.role === "PRINCIPAL" && !mirroring.serving) mirroring.rejectedAt ??= fleet.now;
      return "rejected";
    }
    disband(fleet, copy);
    return "over";
  }
  const [principal, mirror] = settleRoles(fleet, copy, peer);
  const suspended = principal.mirroring.suspended || mirror.mirroring.suspended;
  Object.assign(mirror.mirroring, agreed(principal), { suspended });
  principal.mirroring.suspended = suspended;
  const manual = principal.mirroring.switchUnderWay?.kind === "manual";
  mirror.mirroring.switchUnderWay = manual ? principal.mirroring.switchUnderWay : null;
  // A held failover goes on where it stood: both had the same log.
  if (manual) for (const side of [principal, mirror]) side.mirroring.asksWitnessAt = null;
  else beginSynchronizing(fleet, principal, mirror);
  return "met";
}

function settleRoles(fleet: Fleet, one: Copy, other: Copy): [principal: Copy, mirror: Copy] {
  const [newer, older] =
    one.mirroring.roleSequence >= other.mirroring.roleSequence ? [one, other] : [other, one];
  const principal = newer.mirroring.role === "PRINCIPAL" ? newer : older;
  const mirror = principal === newer ? older : newer;
  if (mirror.mirroring.role === "PRINCIPAL") {
    stepDown(fleet, mirror, {
      roleSequence: principal.mirroring.roleSequence,
      forced: principal.mirroring.forcedAtKb !== null,
    });
  }
  mirror.mirroring.roleSequence = principal.mirroring.roleSequence;
  const fork = principal.mirroring.forcedAtKb ?? principal.mirroring.failoverLsnKb;
  const common = Math.min(fork, mirror.database.endOfLogKb);
  if (mirror.mirroring.forcedAtKb !== null) mirror.mirroring.forcedAtKb = common;
  // What a former principal had written but never had acknowledged is undone without asking.
  else {
    beginUndo(fleet, mirror, mirror.database.endOfLogKb - common);
    mirror.database.endOfLogKb = common;
  }
  return [principal, mirror];
}

/** What the principal's metadata decide for both. */
function agreed({ mirroring }: Copy) {
  const { safety, safetySequence, timeoutSeconds, witness, witnessAddress, redoQueueLimitMb } = mirroring;
  return { safety, safetySequence, timeoutSeconds, witness, witnessAddress, redoQueueLimitMb };
}

function meetWitness(fleet: Fleet, copy: Copy): "met" | "rejected" {
  const row = rowAt(fleet, copy);
  // 1402: the witness no longer knows this session.
  if (!row) return "rejected";
  if (row.roleSequence > copy.mirroring.roleSequence && copy.mirroring.role === "PRINCIPAL") {
    stepDown(fleet, copy, { roleSequence: row.roleSequence, forced: row.suspended });
  } else if (
    copy.mirroring.role === "PRINCIPAL" &&
    !sees(fleet, row.guid, copy.instance.name, copy.mirroring.partner)
  ) {
    // It may serve again, alone: the witness has to know that the mirror will be behind.
    copy.mirroring.asksWitnessAt = fleet.now;
  }
  return "met";
}

function rowAt(fleet: Fleet, { mirroring }: Copy): WitnessRow | undefined {
  if (mirroring.witness === null) return undefined;
  return instanceNamed(fleet, mirroring.witness).witnessed.find((row) => row.guid === mirroring.guid);
}

/** Log positions are kept to the thousandth of a KB, so that a long advance and many short ones agree. */
function kb(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
