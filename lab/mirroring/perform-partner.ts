/** ALTER DATABASE … SET PARTNER on an existing session. */
import type { Command, CommandContext } from "#lab/mirroring/commands.ts";
import { type Copy, instanceNamed, log, peerOf, sameName, sees } from "#lab/mirroring/find.ts";
import { beginSynchronizing, disband } from "#lab/mirroring/meeting.ts";
import { refuse } from "#lab/mirroring/messages.ts";
import type { Fleet } from "#lab/mirroring/model.ts";
import { forgetSession } from "#lab/mirroring/perform-setup.ts";
import { takeRole } from "#lab/mirroring/switching.ts";
import { rewire, talks } from "#lab/mirroring/transport.ts";
import { beginUndo, isUndoing } from "#lab/mirroring/undo.ts";

type PartnerCommand = Extract<
  Command,
  { kind: "failover" | "force-service" | "suspend" | "resume" | "partner-off" | "safety" | "timeout" }
>;

/** Returns the switch that the statement has begun, if it has begun one. */
export function partnerCommands(
  fleet: Fleet,
  copy: Copy,
  command: PartnerCommand,
  context: CommandContext,
): { guid: string; roleSequence: number } | null {
  switch (command.kind) {
    case "failover":
      return failover(fleet, copy, context);
    case "force-service":
      return forceService(fleet, copy);
    case "suspend":
      return suspend(fleet, copy);
    case "resume":
      return resume(fleet, copy);
    case "partner-off":
      return partnerOff(fleet, copy);
    case "safety":
      return safety(fleet, copy, command.level);
    case "timeout":
      return timeout(fleet, copy, command.seconds);
  }
}

/** Only on the principal; with a partner that is there. A principal that sees nobody hears 1431. */
export function principalWithPartner(fleet: Fleet, copy: Copy): Copy {
  const { mirroring, instance, database } = copy;
  if (mirroring.role !== "PRINCIPAL") refuse(1470, database.name);
  const peer = peerOf(fleet, copy);
  if (peer && sees(fleet, mirroring.guid, instance.name, mirroring.partner)) return peer;
  const alone = mirroring.witness !== null && !sees(fleet, mirroring.guid, instance.name, mirroring.witness);
  refuse(alone ? 1431 : 1447, database.name);
}

/** The same, and the partner answers: one that is gone or hangs, unnoticed so far, is sent nothing. */
function principalWithAnswer(fleet: Fleet, copy: Copy): Copy {
  const peer = principalWithPartner(fleet, copy);
  const { guid, partner } = copy.mirroring;
  if (!talks(fleet, guid, copy.instance.name, partner)) refuse(1456, partner);
  return peer;
}

function failover(fleet: Fleet, copy: Copy, context: CommandContext) {
  const { mirroring, database } = copy;
  if (!sameName(context.currentDatabase, "master")) refuse(5001);
  if (mirroring.role !== "PRINCIPAL") refuse(1470, database.name);
  if (mirroring.switchUnderWay) refuse(1404);
  if (mirroring.safety !== "FULL") refuse(1477, database.name);
  const mirror = principalWithPartner(fleet, copy);
  if (mirroring.suspended || !mirroring.synchronized) refuse(1422, database.name);
  mirroring.switchUnderWay = { kind: "manual", since: fleet.now };
  mirror.mirroring.switchUnderWay = mirroring.switchUnderWay;
  return { guid: mirroring.guid, roleSequence: mirroring.roleSequence + 1 };
}

function forceService(fleet: Fleet, copy: Copy) {
  const { mirroring, instance, database } = copy;
  const { guid, partner, witness } = mirroring;
  if (mirroring.role !== "MIRROR" || sees(fleet, guid, instance.name, partner)) refuse(1455, database.name);
  if (witness !== null) {
    if (!talks(fleet, guid, instance.name, witness)) refuse(1431, database.name);
    if (fleet.options.forceWithWitness === "refused" && mirroring.safety === "FULL")
      refuse(1455, database.name);
    if (sees(fleet, guid, witness, partner)) refuse(1455, database.name);
  }
  // A former principal whose own log was never rolled back cannot become principal safely.
  if (mirroring.forcedAtKb !== null || isUndoing(fleet, mirroring)) refuse(1406, database.name);
  takeRole(fleet, copy, "forced");
  return { guid, roleSequence: mirroring.roleSequence };
}

/** Either partner may pause; the pages do not say what a second SUSPEND answers, so it is refused harmlessly. */
function suspend(fleet: Fleet, copy: Copy): null {
  if (copy.mirroring.suspended) refuse(1415, copy.database.name);
  if (copy.mirroring.switchUnderWay) refuse(1404);
  // The partner must hear of it, and where it is away the witness: otherwise the mirror could take over unaware.
  const { guid, partner, witness } = copy.mirroring;
  const told = [partner, witness].find((name) => sees(fleet, guid, copy.instance.name, name)) ?? null;
  if (told !== null && !talks(fleet, guid, copy.instance.name, told)) refuse(1456, told);
  for (const { mirroring } of reached(fleet, copy)) {
    mirroring.suspended = true;
    mirroring.synchronized = false;
  }
  return null;
}

function resume(fleet: Fleet, copy: Copy): null {
  const fromMirror = copy.mirroring.role === "MIRROR" && fleet.options.resumeOnMirror === "accepted";
  const other = peerOf(fleet, copy);
  const principal = fromMirror && other ? other : copy;
  const mirror = principalWithAnswer(fleet, principal);
  if (!principal.mirroring.suspended) refuse(1415, copy.database.name);
  if (mirror.mirroring.forcedAtKb !== null) rollBack(fleet, mirror, mirror.mirroring.forcedAtKb);
  for (const { mirroring } of [principal, mirror]) {
    mirroring.suspended = false;
    mirroring.forcedAtKb = null;
  }
  beginSynchronizing(fleet, principal, mirror);
  return null;
}

/** Where the other side cannot be reached it learns of the end when it comes back. */
function partnerOff(fleet: Fleet, copy: Copy): null {
  const { guid, witness } = copy.mirroring;
  const parties = reached(fleet, copy);
  const undoing = parties.some((party) => isUndoing(fleet, party.mirroring));
  if (undoing && fleet.options.offDuringUndo !== "accepted") refuse(1457, copy.database.name);
  if (witness !== null && parties.some(({ instance }) => talks(fleet, guid, instance.name, witness))) {
    forgetSession(fleet, instanceNamed(fleet, witness), guid);
  }
  for (const party of parties) disband(fleet, party);
  rewire(fleet);
  return null;
}

function safety(fleet: Fleet, copy: Copy, level: "FULL" | "OFF"): null {
  if (copy.mirroring.role !== "PRINCIPAL") refuse(1470, copy.database.name);
  if (level === "OFF" && !/enterprise|developer|evaluation|datacenter/i.test(copy.instance.edition))
    refuse(1473);
  const mirror = principalWithAnswer(fleet, copy);
  if (copy.mirroring.safety === level) return null;
  for (const { mirroring } of [copy, mirror]) {
    mirroring.safety = level;
    mirroring.safetySequence += 1;
    // High performance always uses ten seconds.
    if (level === "OFF") mirroring.timeoutSeconds = 10;
  }
  if (level === "FULL" && !copy.mirroring.suspended) beginSynchronizing(fleet, copy, mirror);
  return null;
}

function timeout(fleet: Fleet, copy: Copy, seconds: number): null {
  if (copy.mirroring.role !== "PRINCIPAL") refuse(1470, copy.database.name);
  if (seconds > 32_767) refuse(1476, seconds);
  const mirror = principalWithAnswer(fleet, copy);
  for (const { mirroring } of [copy, mirror]) {
    mirroring.timeoutSeconds = mirroring.safety === "OFF" ? 10 : Math.max(5, seconds);
  }
  return null;
}

/** This side, and the other if the two talk. */
function reached(fleet: Fleet, copy: Copy): Copy[] {
  const peer = peerOf(fleet, copy);
  const { guid, partner } = copy.mirroring;
  return peer && talks(fleet, guid, copy.instance.name, partner) ? [copy, peer] : [copy];
}

/** RESUME after a forced service: the former principal gives up what it had written alone. */
function rollBack(fleet: Fleet, copy: Copy, commonKb: number): void {
  const { instance, database } = copy;
  const lostKb = Math.max(0, database.endOfLogKb - commonKb);
  log(
    fleet,
    instance,
    3450,
    `Recovery of database '${database.name}': ${Math.round(lostKb)} KB of log rolled back.`,
  );
  database.endOfLogKb = Math.min(database.endOfLogKb, commonKb);
  beginUndo(fleet, copy, lostKb);
}
