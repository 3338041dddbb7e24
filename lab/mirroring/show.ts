/** What every instance says of itself, computed from what it knows; and who is thrown out of a database that closes. */
import { logActivity } from "#lab/mirroring/activity.ts";
import { type Copy, log, sameName, sees } from "#lab/mirroring/find.ts";
import { textOf } from "#lab/mirroring/messages.ts";
import type {
  Database,
  Fleet,
  Instance,
  InstanceName,
  Milliseconds,
  Mirroring,
  MirroringState,
} from "#lab/mirroring/model.ts";
import { clientMayEnter } from "#lab/mirroring/users.ts";

/** Sessions that the server ended by itself. */
export interface Cut {
  instance: InstanceName;
  spids: number[];
}

/** A mirrored database is recovered, or found to be without quorum, this long after its instance started. */
export const RECOVERY_MS = 1_000;

export function show(fleet: Fleet): Cut[] {
  return fleet.instances.flatMap((instance) => {
    // A hung instance changes nothing it says, because it says nothing.
    if (instance.power === "hung") return [];
    for (const database of instance.databases) {
      if (database.mirroring) showMirroring(fleet, { instance, database, mirroring: database.mirroring });
    }
    const spids = throwOut(instance);
    for (const database of instance.databases) followUp(fleet, instance, database);
    return spids.length > 0 ? [{ instance: instance.name, spids }] : [];
  });
}

/** Is this database open to clients on this instance? */
export function isOpen(instance: Instance, database: Database): boolean {
  if (instance.power === "stopped" || database.state !== "ONLINE") return false;
  return database.mirroring === null || database.mirroring.serving;
}

export function dueClients(fleet: Fleet): Milliseconds[] {
  return fleet.instances.flatMap(({ databases }) =>
    databases.flatMap(({ clients }) => clients.flatMap(({ dueAt }) => (dueAt === null ? [] : [dueAt]))),
  );
}

/** Simulated clients are busy: their last request and their open transaction are never far back. */
export function refreshClients(fleet: Fleet): void {
  for (const instance of fleet.instances) {
    for (const session of instance.sessions) {
      if (!session.wired)
        session.lastRequest = Math.max(
          session.loginTime,
          fleet.now - ((fleet.now + session.spid * 997) % 5_000),
        );
    }
    for (const { clients, openTransactions } of instance.databases) {
      for (const transaction of openTransactions) {
        const group = clients.find(({ host }) => sameName(host, transaction.host));
        const login = instance.sessions.find(({ spid }) => spid === transaction.spid)?.loginTime ?? fleet.now;
        const length = (group?.transactionSeconds ?? 0) * 1_000;
        if (length > 0) transaction.sinceMs = fleet.now - ((fleet.now - login) % length);
      }
    }
  }
}

/** Ends these sessions; whatever they had open is rolled back. */
export function endSessions(
  instance: Instance,
  ends: (session: Instance["sessions"][number]) => boolean,
): number[] {
  const spids = instance.sessions.filter(ends).map(({ spid }) => spid);
  if (spids.length === 0) return spids;
  instance.sessions = instance.sessions.filter(({ spid }) => !spids.includes(spid));
  for (const database of instance.databases) {
    database.openTransactions = database.openTransactions.filter(({ spid }) => !spids.includes(spid));
  }
  return spids;
}

function showMirroring(fleet: Fleet, copy: Copy): void {
  const { instance, database, mirroring } = copy;
  mirroring.witnessState = witnessState(fleet, copy);
  mirroring.state = stateOf(fleet, copy);
  mirroring.serving = serves(fleet, copy);
  logActivity(fleet, copy);
  if (mirroring.role === "MIRROR")
    database.state = mirroring.forcedAtKb === null ? "RESTORING" : "RECOVERING";
  else database.state = mirroring.serving ? "ONLINE" : "RECOVERING";
  if (instance.power === "running" && fleet.now === instance.startedAt + RECOVERY_MS)
    logRecovery(fleet, copy);
}

function witnessState(fleet: Fleet, { instance, mirroring }: Copy) {
  if (mirroring.witness === null) return "UNKNOWN";
  return sees(fleet, mirroring.guid, instance.name, mirroring.witness) ? "CONNECTED" : "DISCONNECTED";
}

function stateOf(fleet: Fleet, { instance, mirroring }: Copy): MirroringState {
  if (mirroring.role === "PRINCIPAL" && mirroring.switchUnderWay?.kind === "manual")
    return "PENDING_FAILOVER";
  const connected = sees(fleet, mirroring.guid, instance.name, mirroring.partner);
  if (mirroring.suspended && (connected || fleet.options.suspendedWhileAway === "suspended"))
    return "SUSPENDED";
  if (!connected) return "DISCONNECTED";
  return mirroring.synchronized ? "SYNCHRONIZED" : "SYNCHRONIZING";
}

/** The principal serves unless it is handing over, still recovering, or has a witness and no quorum. */
function serves(fleet: Fleet, { instance, mirroring }: Copy): boolean {
  const { role, switchUnderWay, witness, partner, guid } = mirroring;
  if (instance.power !== "running" || role !== "PRINCIPAL" || switchUnderWay !== null) return false;
  if (fleet.now < instance.startedAt + RECOVERY_MS) return false;
  const verdict = turnedAway(fleet, instance.startedAt, mirroring);
  if (verdict !== null) return verdict === "online";
  return (
    witness === null || sees(fleet, guid, instance.name, partner) || sees(fleet, guid, instance.name, witness)
  );
}

/**
 * A former principal whose partner belongs to another session by now. Seen in the field, said on no page: inaccessible at
 * first, and ONLINE as a second principal once it is started again.
 */
function turnedAway(fleet: Fleet, startedAt: Milliseconds, { rejectedAt }: Mirroring) {
  const { repairedAway } = fleet.options;
  if ((rejectedAt ?? null) === null || repairedAway === "online") return null;
  const again = startedAt > rejectedAt! && repairedAway !== "inaccessible";
  return again ? "online" : "inaccessible";
}

function logRecovery(fleet: Fleet, { instance, database, mirroring }: Copy): void {
  const number = mirroring.role === "MIRROR" ? 1444 : mirroring.serving ? null : 1445;
  if (number === null) return;
  const text = textOf(number, database.name);
  const said = instance.errorLog.some((entry) => entry.at === fleet.now && entry.text === text);
  if (!said) log(fleet, instance, number, text);
}

function throwOut(instance: Instance): number[] {
  const closed = instance.databases.filter((database) => !isOpen(instance, database)).map(({ name }) => name);
  return endSessions(
    instance,
    (session) => instance.power === "stopped" || closed.some((name) => sameName(name, session.database)),
  );
}

/** Clients that lost their database look for it, and are back on the copy that serves some seconds later. */
function followUp(fleet: Fleet, instance: Instance, database: Database): void {
  const open = isOpen(instance, database);
  for (const group of database.clients) {
    const here = instance.sessions.filter(
      (session) =>
        !session.wired &&
        session.host === group.host &&
        sameName(session.database, database.name) &&
        session.program === group.program,
    ).length;
    if (!open || here >= group.count) group.dueAt = null;
    else if (group.dueAt === null) group.dueAt = fleet.now + group.followSeconds * 1_000;
    else if (group.dueAt <= fleet.now && !clientMayEnter(fleet, instance, database, group.login))
      turnAway(fleet, instance, group);
    else if (group.dueAt <= fleet.now) arrive(fleet, instance, database, group, group.count - here);
  }
}

/** Its login does not exist here, or is not the one that the database knows: it tries again, and again. */
function turnAway(fleet: Fleet, instance: Instance, group: Database["clients"][number]): void {
  log(fleet, instance, 18456, `Login failed for user '${group.login}'.`);
  group.dueAt = fleet.now + Math.max(1, group.followSeconds) * 1_000;
}

export function arrive(
  fleet: Fleet,
  instance: Instance,
  database: Database,
  group: Database["clients"][number],
  count: number,
): void {
  for (let n = 0; n < count; n++) {
    const spid = nextSpid(fleet, instance);
    const { host, program, login } = group;
    const times = { loginTime: fleet.now, lastRequest: fleet.now };
    instance.sessions.push({
      spid,
      login,
      host,
      program,
      database: database.name,
      ...times,
      wired: false,
      running: false,
    });
    const first = !database.openTransactions.some((transaction) => transaction.host === host);
    if (group.transactionSeconds > 0 && first)
      database.openTransactions.push({ sinceMs: fleet.now, host, spid });
  }
  group.dueAt = null;
}

/** A smallint on real servers: after 32767 the numbers begin anew. */
function nextSpid(fleet: Fleet, instance: Instance): number {
  do {
    fleet.nextSpid = fleet.nextSpid >= 32_767 ? 51 : fleet.nextSpid + 1;
  } while (instance.sessions.some(({ spid }) => spid === fleet.nextSpid));
  return fleet.nextSpid;
}
