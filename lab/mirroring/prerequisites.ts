/** What SET PARTNER and SET WITNESS ask before a session begins: each prerequisite with its own refusal. */
import { instanceAt, mayAct, parseAddress, portOf } from "#lab/mirroring/endpoint.ts";
import { type Copy, findDatabase, log, peerOf, sameName, sees } from "#lab/mirroring/find.ts";
import { whyNoHandshake } from "#lab/mirroring/handshake.ts";
import { whyNotPartner } from "#lab/mirroring/log-chain.ts";
import { refuse } from "#lab/mirroring/messages.ts";
import type { Database, Fleet, Instance } from "#lab/mirroring/model.ts";
import { bytesPass, talks } from "#lab/mirroring/transport.ts";

/** On either partner, before anybody is called: this copy could be mirrored with somebody at this address. */
export function requireMirrorable(instance: Instance, database: Database, address: string): void {
  if (database.mirroring) refuse(1405, database.name);
  if (/express|web edition|workgroup/i.test(instance.edition)) refuse(1463);
  const parsed = parseAddress(address);
  if (!parsed) refuse(1449);
  if (sameName(parsed.host, instance.host) && parsed.port === instance.endpoint?.port) refuse(1452);
  const { settings = {}, name } = database;
  if (settings.emergency || database.state === "OFFLINE") refuse(1467, name);
  if (database.recoveryModel !== "FULL") refuse(1465, name);
  if (settings.readOnly) refuse(1466, name);
  if (settings.autoClose) refuse(1469, name);
  if (settings.userAccess === "SINGLE_USER") refuse(1488, name);
  if (database.bulkLogged) refuse(1475, name);
}

/** On the principal: the instance at this address, and the copy there that waits to be its mirror. */
export function requireMirror(
  fleet: Fleet,
  instance: Instance,
  database: Database,
  address: string,
): { partner: Instance; remote: Database } {
  const partner = reach(fleet, instance, address, "PARTNER");
  if (!partner) {
    logRejection(fleet, instance, address);
    refuse(1418, address);
  }
  const remote = findDatabase(partner, database.name);
  if (!remote) refuse(1448, database.name);
  if (remote.mirroring) {
    const elsewhere = !sameName(remote.mirroring.partner, instance.name);
    refuse(elsewhere ? 1460 : 1410, database.name);
  }
  if (remote.state !== "RESTORING") refuse(1464, database.name);
  const apart = whyNotPartner({ instance, database }, { instance: partner, database: remote });
  if (apart !== null) refuse(apart, database.name);
  // The documented order: first the mirror is told its principal. What it answers otherwise is an option.
  if (!remote.awaits || !sameName(remote.awaits.partner, instance.name)) {
    if (fleet.options.unpreparedMirror === "1418") refuse(1418, address);
    refuse(1416, database.name);
  }
  return { partner, remote };
}

/** On the principal: the other two parties of a session that shall have a witness. */
export function requireWitness(
  fleet: Fleet,
  copy: Copy,
  address: string,
): { witness: Instance; mirror: Copy } {
  const { mirroring, instance, database } = copy;
  if (mirroring.role !== "PRINCIPAL") refuse(1470, database.name);
  const parsed = parseAddress(address);
  if (!parsed) refuse(1449);
  const named = instanceAt(fleet, parsed);
  if (named && [instance.name, mirroring.partner].some((name) => sameName(name, named.name))) refuse(1429);
  if (named && mirroring.witness !== null && sameName(mirroring.witness, named.name))
    refuse(1446, named.name);
  const mirror = peerOf(fleet, copy);
  const connected = sees(fleet, mirroring.guid, instance.name, mirroring.partner);
  if (!mirror || !connected || !mirroring.synchronized) refuse(1426);
  // Believed to be connected, and silent: the three do not stay together for the length of the statement.
  if (!talks(fleet, mirroring.guid, instance.name, mirroring.partner)) refuse(1433);
  const witness = reach(fleet, instance, address, null);
  if (!witness) {
    logRejection(fleet, instance, address);
    refuse(fleet.options.unreachableWitness === "1418" ? 1418 : 1456, address);
  }
  if (!mayAct(witness.endpoint, "WITNESS")) refuse(1427, address);
  if (!bytesPass(fleet, mirror.instance.name, witness.name)) refuse(1426);
  if (whyNoHandshake(fleet, mirror.instance, witness)) refuse(1433);
  return { witness, mirror };
}

/** Whoever answers at this address. Why somebody does not stands in nobody's answer, at most in the other's log. */
function reach(fleet: Fleet, near: Instance, address: string, as: "PARTNER" | null): Instance | null {
  const parsed = parseAddress(address);
  const far = parsed && instanceAt(fleet, parsed);
  if (far?.power !== "running" || (far.overloadedSince ?? null) !== null) return null;
  if (portOf(near) === null || portOf(far) === null || !bytesPass(fleet, near.name, far.name)) return null;
  if (!mayAct(near.endpoint, "PARTNER") || (as !== null && !mayAct(far.endpoint, as))) return null;
  return whyNoHandshake(fleet, near, far) ? null : far;
}

/** The log of whoever turned the other away says what the statement does not. */
function logRejection(fleet: Fleet, near: Instance, address: string): void {
  const parsed = parseAddress(address);
  const far = parsed && instanceAt(fleet, parsed);
  const rejection = far && portOf(near) !== null && portOf(far) !== null && whyNoHandshake(fleet, near, far);
  if (rejection) log(fleet, rejection.by, rejection.number, rejection.text);
}
