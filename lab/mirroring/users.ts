/**
 * Users live in the database: what is changed on the principal goes to the mirror with the log. Logins live in the
 * instance and go nowhere, so a user whose SID the other instance does not know is an orphan there after a switch.
 */
import { findDatabase, peerOf, sameName } from "#lab/mirroring/find.ts";
import type { Database, DatabaseUser, Fleet, Instance, Login } from "#lab/mirroring/model.ts";

/** Hex digits; sa has 01 everywhere. */
export function sidOfLogin({ name, sid }: Login): string {
  return sameName(name, "sa") ? "01" : sid;
}

/** As far as this copy's log reaches; null in an older fleet, where users are not told one by one. */
export function usersOf({ users, endOfLogKb }: Database): DatabaseUser[] | null {
  if (!users) return null;
  return users.findLast(({ atKb }) => atKb <= endOfLogKb)?.users ?? [];
}

export function ownerSid({ ownerSid }: Database): string {
  return ownerSid ?? "01";
}

/** The user that this login is in the database; the owner is dbo, and needs none. */
export function userOf(database: Database, login: Login): DatabaseUser | null {
  return usersOf(database)?.find(({ sid }) => sid !== "" && sid === sidOfLogin(login)) ?? null;
}

/** A change of the database's users, written to its log and on its way to the mirror. */
export function writeUsers(
  fleet: Fleet,
  instance: Instance,
  database: Database,
  users: DatabaseUser[],
): void {
  const before = usersOf(database) ?? [];
  database.endOfLogKb += 1;
  const version = { atKb: database.endOfLogKb, users };
  database.users = [...(database.users ?? [{ atKb: 0, users: before }]), version].slice(-KEPT);
  const peer = database.mirroring && peerOf(fleet, { instance, database, mirroring: database.mirroring });
  if (!database.mirroring) return;
  if (peer?.mirroring.role !== "MIRROR" || !peer.mirroring.synchronized || database.mirroring.sendQueueKb > 0)
    database.mirroring.sendQueueKb += 1;
  else {
    // The statement answers when the mirror has hardened it, and one row is redone at once.
    peer.database.endOfLogKb += 1;
  }
  if (peer?.mirroring.role === "MIRROR")
    peer.database.users = [...(peer.database.users ?? []), structuredClone(version)].slice(-KEPT);
}

/** Caught up: the mirror's database is the principal's, byte for byte. */
export function carryUsers(principal: Database, mirror: Database): void {
  if (principal.users) mirror.users = structuredClone(principal.users);
  if (principal.ownerSid !== undefined) mirror.ownerSid = principal.ownerSid;
}

/** What had not arrived when service was forced is not there. */
export function forgetUnreceivedUsers(database: Database): void {
  if (database.users) database.users = database.users.filter(({ atKb }) => atKb <= database.endOfLogKb);
}

/** A simulated client comes in unless its SQL login is missing here, or is another than the database knows. */
export function clientMayEnter(
  fleet: Fleet,
  instance: Instance,
  database: Database,
  client: string,
): boolean {
  if (client.includes("\\") || !database.users) return true;
  const login = instance.logins.find(({ name }) => sameName(name, client));
  if (!login) return !fleet.instances.some(({ logins }) => logins.some(({ name }) => sameName(name, client)));
  if (login.disabled) return false;
  return login.sysadmin || ownerSid(database) === sidOfLogin(login) || userOf(database, login) !== null;
}

/** ALTER on a database: by a right on the server, as its owner, or inside it while it can be opened. */
export function mayAlterDatabase(instance: Instance, name: string, login: Login): boolean {
  if (login.sysadmin || login.grants.some((grant) => ALTERING.has(grant.toUpperCase()))) return true;
  const database = findDatabase(instance, name);
  if (!database) return false;
  if (ownerSid(database) === sidOfLogin(login)) return true;
  // A mirror cannot be opened, so nobody can look who its users are.
  if (database.mirroring ? !database.mirroring.serving : database.state !== "ONLINE") return false;
  const user = userOf(database, login);
  return (
    user !== null &&
    (user.roles.some((role) => sameName(role, "db_owner")) ||
      user.grants.some((grant) => /^(ALTER|CONTROL)$/i.test(grant)))
  );
}

const KEPT = 50;
const ALTERING = new Set(["ALTER ANY DATABASE", "CONTROL SERVER", "DB_OWNER"]);
