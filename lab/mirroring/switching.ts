/** Role switches: the witness's answer after a loss, the automatic failover, the forced service, the manual failover. */
import {
  allCopies,
  type Copy,
  connection,
  instanceNamed,
  log,
  peerOf,
  sees,
  witnessRow,
} from "#lab/mirroring/find.ts";
import { beginFork } from "#lab/mirroring/log-chain.ts";
import { beginSynchronizing, stepDown } from "#lab/mirroring/meeting.ts";
import { textOf } from "#lab/mirroring/messages.ts";
import type { Fleet, WitnessRow } from "#lab/mirroring/model.ts";
import { bytesPass, talks } from "#lab/mirroring/transport.ts";
import { carryUsers, forgetUnreceivedUsers } from "#lab/mirroring/users.ts";

/** Links lost within this time of each other were lost at once. */
const AT_ONCE_MS = 1_000;

/**
 * An instance that lost its partner asks the witness. The witness grants the principal first, and remembers it: from
 * then on the mirror is behind, and no automatic failover is possible.
 */
export function askWitnesses(fleet: Fleet): boolean {
  const asking = allCopies(fleet).filter(
    ({ instance, mirroring }) =>
      instance.power === "running" &&
      mirroring.asksWitnessAt !== null &&
      mirroring.asksWitnessAt <= fleet.now,
  );
  const principalsFirst = asking.toSorted((a, b) => rank(a) - rank(b));
  return principalsFirst.map((copy) => askWitness(fleet, copy)).some(Boolean);
}

/** Ends every switch whose mirror has redone its queue. */
export function completeSwitches(fleet: Fleet): boolean {
  return allCopies(fleet)
    .filter(({ mirroring }) => mirroring.role === "PRINCIPAL" && mirroring.switchUnderWay !== null)
    .map((copy) => (copy.mirroring.switchUnderWay?.kind === "manual" ? swap(fleet, copy) : open(fleet, copy)))
    .some(Boolean);
}

/** SYNCHRONIZING ends when all that was written has been hardened on the mirror. */
export function caughtUp(fleet: Fleet, principal: Copy, mirror: Copy): boolean {
  const { synchronized, synchronizesAt, sendQueueKb } = principal.mirroring;
  if (synchronized || sendQueueKb > 0 || synchronizesAt > fleet.now) return false;
  principal.mirroring.synchronized = true;
  mirror.mirroring.synchronized = true;
  carryUsers(principal.database, mirror.database);
  return true;
}

/** The mirror owns the principal role from now on; it serves once its redo queue is empty. */
export function takeRole(fleet: Fleet, copy: Copy, kind: "automatic" | "forced"): void {
  const { instance, database, mirroring } = copy;
  mirroring.role = "PRINCIPAL";
  mirroring.roleSequence += 1;
  mirroring.synchronized = false;
  mirroring.asksWitnessAt = null;
  mirroring.sendQueueKb = 0;
  mirroring.failoverLsnKb = database.endOfLogKb;
  mirroring.switchUnderWay = { kind, since: fleet.now };
  if (kind === "forced") {
    forgetUnreceivedUsers(database);
    mirroring.suspended = true;
    mirroring.forcedAtKb = database.endOfLogKb;
    beginFork(fleet, instance, database);
  }
  const reason = kind === "forced" ? "Force_Service_Allow_Data_Loss" : "Auto Failover";
  log(fleet, instance, 1480, textOf(1480, database.name, "MIRROR", "PRINCIPAL", reason));
  tellWitness(fleet, copy);
}

/** What the witness knows of a session it hears from its principal. */
export function tellWitness(fleet: Fleet, copy: Copy): void {
  const { instance, mirroring } = copy;
  const row = witnessRow(fleet, copy);
  if (!row || mirroring.role !== "PRINCIPAL" || mirroring.roleSequence < row.roleSequence) return;
  if (!talks(fleet, mirroring.guid, instance.name, mirroring.witness)) return;
  Object.assign(row, {
    principal: instance.name,
    mirror: mirroring.partner,
    safety: mirroring.safety,
    safetySequence: mirroring.safetySequence,
    roleSequence: mirroring.roleSequence,
    suspendedSequence: row.suspendedSequence + (row.suspended === mirroring.suspended ? 0 : 1),
    suspended: mirroring.suspended,
    synchronized: mirroring.synchronized,
  } satisfies Partial<WitnessRow>);
}

function askWitness(fleet: Fleet, copy: Copy): boolean {
  const { mirroring, instance } = copy;
  const { guid, witness, partner } = mirroring;
  if (!sees(fleet, guid, instance.name, witness) || sees(fleet, guid, instance.name, partner))
    return settled(copy);
  // A witness that hangs gives no answer; the question stays.
  if (!talks(fleet, guid, instance.name, witness)) return false;
  const row = witnessRow(fleet, copy);
  if (!row) return settled(copy);
  return mirroring.role === "PRINCIPAL" ? grant(fleet, copy, row) : claim(fleet, copy, row);
}

function grant(fleet: Fleet, copy: Copy, row: WitnessRow): boolean {
  if (row.roleSequence > copy.mirroring.roleSequence) {
    stepDown(fleet, copy, { roleSequence: row.roleSequence, forced: row.suspended });
    return true;
  }
  // A principal held in a manual failover writes nothing: its mirror stays caught up.
  if (copy.mirroring.switchUnderWay?.kind !== "manual") {
    row.synchronized = false;
    copy.mirroring.synchronized = false;
  }
  return settled(copy);
}

/** Automatic failover, begun by the mirror and confirmed by the witness: all conditions, or none. */
function claim(fleet: Fleet, copy: Copy, row: WitnessRow): boolean {
  const { mirroring, instance } = copy;
  const behind = !row.synchronized || !mirroring.synchronized || row.roleSequence !== mirroring.roleSequence;
  if (behind || mirroring.safety !== "FULL" || mirroring.suspended) return settled(copy);
  const witness = instanceNamed(fleet, mirroring.witness!);
  const theirs = connection(fleet, mirroring.guid, witness.name, mirroring.partner);
  const mine = connection(fleet, mirroring.guid, instance.name, mirroring.partner);
  // The witness still hears a principal that has not asked: it may yet.
  if (!theirs || theirs.open) return false;
  const lostBefore = mine !== undefined && theirs.changedAt < mine.changedAt - AT_ONCE_MS;
  if (lostBefore && fleet.options.failoverAfterWitnessLinkLost === "none") return settled(copy);
  mirroring.switchUnderWay = null;
  takeRole(fleet, copy, "automatic");
  return true;
}

function settled({ mirroring }: Copy): true {
  mirroring.asksWitnessAt = null;
  return true;
}

/** The manual failover's last step: nothing is left to send or to redo, so the two exchange their roles. */
function swap(fleet: Fleet, principal: Copy): boolean {
  const mirror = peerOf(fleet, principal);
  const { guid, partner, switchUnderWay, sendQueueKb } = principal.mirroring;
  if (!mirror || !switchUnderWay || !talks(fleet, guid, principal.instance.name, partner)) return false;
  if (sendQueueKb > 0 || mirror.mirroring.redoQueueKb > 0) return false;
  if (fleet.now < switchUnderWay.since + fleet.options.switchMilliseconds) return false;
  for (const { mirroring, database, instance } of [principal, mirror]) {
    const [from, to] =
      mirroring.role === "PRINCIPAL"
        ? (["PRINCIPAL", "MIRROR"] as const)
        : (["MIRROR", "PRINCIPAL"] as const);
    mirroring.role = to;
    mirroring.roleSequence += 1;
    mirroring.switchUnderWay = null;
    mirroring.failoverLsnKb = mirror.database.endOfLogKb;
    log(fleet, instance, 1480, textOf(1480, database.name, from, to, "Failover"));
  }
  beginSynchronizing(fleet, mirror, principal);
  for (const side of [mirror, principal]) announce(fleet, side);
  return true;
}

/** Whoever of the two still sees the witness tells it. */
function announce(fleet: Fleet, { instance, mirroring }: Copy): void {
  const witness = mirroring.witness;
  if (witness === null || !talks(fleet, mirroring.guid, instance.name, witness)) return;
  const row = instanceNamed(fleet, witness).witnessed.find((one) => one.guid === mirroring.guid);
  if (!row || !bytesPass(fleet, instance.name, witness)) return;
  const [principal, mirror] =
    mirroring.role === "PRINCIPAL" ? [instance.name, mirroring.partner] : [mirroring.partner, instance.name];
  Object.assign(row, { principal, mirror, roleSequence: mirroring.roleSequence, synchronized: false });
}

/** After an automatic failover or a forced service the database opens once its redo queue is empty. */
function open(fleet: Fleet, { mirroring }: Copy): boolean {
  const { switchUnderWay, redoQueueKb } = mirroring;
  if (!switchUnderWay || redoQueueKb > 0) return false;
  if (fleet.now < switchUnderWay.since + fleet.options.switchMilliseconds) return false;
  mirroring.switchUnderWay = null;
  return true;
}

function rank({ mirroring }: Copy): number {
  return mirroring.role === "PRINCIPAL" ? 0 : 1;
}
