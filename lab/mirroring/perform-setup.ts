/** Setting up a session: SET PARTNER on the mirror, then on the principal; SET WITNESS and its removal. */
import { instanceAt, parseAddress } from "#lab/mirroring/endpoint.ts";
import { type Copy, instanceNamed, peerOf, sameName, sees, witnessRow } from "#lab/mirroring/find.ts";
import { beginSynchronizing } from "#lab/mirroring/meeting.ts";
import { refuse } from "#lab/mirroring/messages.ts";
import type { Database, Fleet, Instance, Mirroring } from "#lab/mirroring/model.ts";
import { requireMirror, requireMirrorable, requireWitness } from "#lab/mirroring/prerequisites.ts";
import { connectNow, rewire, talks } from "#lab/mirroring/transport.ts";

export function setPartner(fleet: Fleet, instance: Instance, database: Database, address: string): void {
  requireMirrorable(instance, database, address);
  if (database.state === "RESTORING") {
    // The future mirror contacts nobody, it just waits.
    const { host, port } = parseAddress(address)!;
    const partner = instanceAt(fleet, { host, port });
    database.awaits = { partner: partner?.name ?? host, address };
    return;
  }
  const { partner, remote } = requireMirror(fleet, instance, database, address);
  startSession(fleet, instance, database, partner, remote, address);
}

export function setWitness(fleet: Fleet, copy: Copy, address: string): void {
  const { mirroring, instance } = copy;
  const { witness, mirror } = requireWitness(fleet, copy, address);
  dropRow(fleet, copy);
  for (const side of [mirroring, mirror.mirroring]) {
    side.witness = witness.name;
    side.witnessAddress = address;
  }
  witness.witnessed.push(newRow(copy));
  for (const side of [instance, mirror.instance]) connectNow(fleet, mirroring.guid, side.name, witness.name);
}

export function witnessOff(fleet: Fleet, copy: Copy): void {
  const { mirroring, instance, database } = copy;
  if (mirroring.witness === null) refuse(1439, database.name);
  const partner = talks(fleet, mirroring.guid, instance.name, mirroring.partner);
  const witness = talks(fleet, mirroring.guid, instance.name, mirroring.witness);
  // On the mirror only where it is the one partner left: not while the witness still sees the principal.
  const principalSeen =
    sees(fleet, mirroring.guid, instance.name, mirroring.partner) ||
    (witness && sees(fleet, mirroring.guid, mirroring.witness!, mirroring.partner));
  if (mirroring.role === "MIRROR" && principalSeen) refuse(1470, database.name);
  if (!partner && !witness && fleet.options.witnessOffAlone === "refused") refuse(1431, database.name);
  const mirror = partner ? peerOf(fleet, copy) : null;
  if (
    [copy, mirror].some((side) => side && talks(fleet, mirroring.guid, side.instance.name, mirroring.witness))
  ) {
    dropRow(fleet, copy);
  }
  for (const side of mirror ? [mirroring, mirror.mirroring] : [mirroring]) {
    side.witness = null;
    side.witnessAddress = null;
    side.asksWitnessAt = null;
  }
  rewire(fleet);
}

export function newRow({ instance, database, mirroring }: Copy) {
  return {
    guid: mirroring.guid,
    databaseName: database.name,
    principal: instance.name,
    mirror: mirroring.partner,
    safety: mirroring.safety,
    safetySequence: mirroring.safetySequence,
    roleSequence: mirroring.roleSequence,
    familyGuid: database.familyGuid,
    suspended: mirroring.suspended,
    suspendedSequence: 1,
    synchronized: mirroring.synchronized,
  };
}

function startSession(
  fleet: Fleet,
  instance: Instance,
  database: Database,
  partner: Instance,
  remote: Database,
  address: string,
): void {
  const guid = sessionGuid(fleet, database);
  const common = { ...fresh(fleet, guid), failoverLsnKb: remote.endOfLogKb };
  const calledBack = remote.awaits?.address ?? "";
  database.mirroring = {
    ...common,
    role: "PRINCIPAL",
    serving: true,
    partner: partner.name,
    partnerAddress: address,
  };
  remote.mirroring = { ...common, role: "MIRROR", partner: instance.name, partnerAddress: calledBack };
  database.awaits = null;
  remote.awaits = null;
  connectNow(fleet, guid, instance.name, partner.name);
  const [principal, mirror] = [
    { instance, database, mirroring: database.mirroring },
    { instance: partner, database: remote, mirroring: remote.mirroring },
  ];
  beginSynchronizing(fleet, principal, mirror);
}

/** A session begun by T-SQL starts with SAFETY FULL and without a witness. */
function fresh(fleet: Fleet, guid: string): Omit<Mirroring, "role" | "partner" | "partnerAddress"> {
  return {
    guid,
    state: "SYNCHRONIZING",
    roleSequence: 1,
    safety: "FULL",
    safetySequence: 1,
    witness: null,
    witnessAddress: null,
    witnessState: "UNKNOWN",
    timeoutSeconds: 10,
    redoQueueLimitMb: null,
    failoverLsnKb: 0,
    suspended: false,
    synchronized: false,
    synchronizesAt: fleet.now,
    asksWitnessAt: null,
    sendQueueKb: 0,
    redoQueueKb: 0,
    sendKbPerSecond: 20_000,
    redoKbPerSecond: 20_000,
    serving: false,
    forcedAtKb: null,
    switchUnderWay: null,
  };
}

function dropRow(fleet: Fleet, copy: Copy): void {
  const row = witnessRow(fleet, copy);
  if (!row || copy.mirroring.witness === null) return;
  const witness = instanceNamed(fleet, copy.mirroring.witness);
  forgetSession(fleet, witness, row.guid);
}

/** The witness knows this session no longer, and talks to nobody about it. */
export function forgetSession(fleet: Fleet, witness: Instance, guid: string): void {
  witness.witnessed = witness.witnessed.filter((row) => row.guid !== guid);
  for (const view of fleet.connections) {
    const ends = [view.from, view.to];
    if (view.guid !== guid || !view.open || !ends.some((name) => sameName(name, witness.name))) continue;
    view.open = false;
    view.changedAt = fleet.now;
    view.dueAt = null;
  }
}

/** From the seed and from what has happened, so that the same story has the same guids. */
function sessionGuid(fleet: Fleet, database: Database): string {
  let hash = BigInt(fleet.seed) * 6364136223846793005n + BigInt(fleet.now) + BigInt(fleet.nextSpid);
  for (const character of `${database.familyGuid}${database.name}`) {
    hash = BigInt.asUintN(128, hash * 309485009821345068724781371n + BigInt(character.codePointAt(0) ?? 0));
  }
  const hex = hash.toString(16).toUpperCase().padStart(32, "0").slice(-32);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-A${hex.slice(17, 20)}-${hex.slice(20)}`;
}
