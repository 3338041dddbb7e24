/**
 * The log on its way: written, sent, hardened, redone. Between two events every rate is constant, so a flow is exact
 * over any stretch of time; queues are kept to the thousandth of a KB so that one long step equals many short ones.
 */
import { allCopies, type Copy, peerOf, sameName } from "#lab/mirroring/find.ts";
import { usedLogKb } from "#lab/mirroring/log-chain.ts";
import { growLog, isLogFull } from "#lab/mirroring/log-space.ts";
import type { Database, Fleet, Milliseconds } from "#lab/mirroring/model.ts";
import { talks } from "#lab/mirroring/transport.ts";

/** Moves every queue on; nothing else may happen within `ms`. */
export function flow(fleet: Fleet, ms: Milliseconds): void {
  const redos = allCopies(fleet).map((copy) => ({ mirroring: copy.mirroring, rate: redoRate(fleet, copy) }));
  for (const stream of streams(fleet)) {
    const { source, mirror, write, send } = stream;
    const written = write * ms;
    const before = thousandths(source.mirroring.sendQueueKb) + written;
    const unsent = Math.max(0, before - send * ms);
    source.mirroring.sendQueueKb = unsent / 1_000;
    add(source.database, written);
    growLog(source.database);
    if (!mirror) continue;
    // The mirror's log file grows to the same size.
    mirror.database.logSizeKb = Math.max(mirror.database.logSizeKb, source.database.logSizeKb);
    add(mirror.database, before - unsent);
    mirror.mirroring.redoQueueKb = (thousandths(mirror.mirroring.redoQueueKb) + before - unsent) / 1_000;
    source.mirroring.failoverLsnKb = mirror.database.endOfLogKb;
    mirror.mirroring.failoverLsnKb = mirror.database.endOfLogKb;
  }
  for (const { mirroring, rate } of redos) {
    mirroring.redoQueueKb = Math.max(0, thousandths(mirroring.redoQueueKb) - rate * ms) / 1_000;
  }
  for (const database of alone(fleet)) {
    add(database, database.workloadKbPerSecond * ms);
    growLog(database);
  }
}

/** When a queue runs empty or meets its limit if all goes on as it does. */
export function dueFlows(fleet: Fleet): Milliseconds[] {
  const flows = streams(fleet);
  const sends = flows.flatMap(({ source, write, send }) => {
    const queue = thousandths(source.mirroring.sendQueueKb);
    return [until(queue, 0, write - send), untilFull(source.database, write)];
  });
  const redos = allCopies(fleet).flatMap((copy) => {
    const inflow = flows.find(({ mirror }) => mirror?.mirroring === copy.mirroring);
    const arriving = inflow ? arrivalRate(inflow) : 0;
    const queue = thousandths(copy.mirroring.redoQueueKb);
    const limit = copy.mirroring.redoQueueLimitMb;
    const net = arriving - redoRate(fleet, copy);
    return [until(queue, 0, net), limit === null ? null : until(queue, limit * 1_024_000, net)];
  });
  const fills = alone(fleet).map((database) => untilFull(database, database.workloadKbPerSecond));
  return [...sends, ...redos, ...fills].filter((ms) => ms !== null).map((ms) => fleet.now + ms);
}

/** Log reaches the mirror: both are there, connected, in their roles, and nobody paused. */
export function logFlows(fleet: Fleet, principal: Copy): Copy | null {
  const mirror = peerOf(fleet, principal);
  const { guid, partner, role, suspended } = principal.mirroring;
  if (!mirror || role !== "PRINCIPAL" || mirror.mirroring.role !== "MIRROR") return null;
  if (suspended || mirror.mirroring.suspended || !talks(fleet, guid, principal.instance.name, partner))
    return null;
  return mirror;
}

interface Stream {
  source: Copy;
  mirror: Copy | null;
  /** KB/s, which are thousandths of a KB per millisecond. */
  write: number;
  send: number;
}

function streams(fleet: Fleet): Stream[] {
  return allCopies(fleet)
    .filter(({ mirroring }) => mirroring.role === "PRINCIPAL")
    .map((source) => {
      const mirror = logFlows(fleet, source);
      const send = mirror ? sendRate(fleet, source, mirror) : 0;
      return { source, mirror, send, write: writeRate(source, mirror !== null, send) };
    });
}

/** How fast log reaches the mirror: as it is sent, as its disks harden it, and no faster than a full redo queue empties. */
export function sendRate(fleet: Fleet, source: Copy, mirror: Copy): number {
  const limit = mirror.mirroring.redoQueueLimitMb;
  const full = limit !== null && mirror.mirroring.redoQueueKb >= limit * 1_024;
  const hardened = Math.min(source.mirroring.sendKbPerSecond, diskShare(fleet, mirror));
  return full ? Math.min(hardened, redoRate(fleet, mirror)) : hardened;
}

/** The disks are shared evenly by the mirrors that log arrives for. */
function diskShare(fleet: Fleet, { instance }: Copy): number {
  const budget = instance.sharedDiskKbPerSecond ?? null;
  if (budget === null) return Number.POSITIVE_INFINITY;
  const receiving = allCopies(fleet).filter(
    (copy) => sameName(copy.instance.name, instance.name) && isFed(fleet, copy),
  );
  return Math.floor(budget / Math.max(1, receiving.length));
}

/** Under SAFETY FULL a commit waits for the mirror: writers get no further than the log is sent. */
function writeRate({ instance, database, mirroring }: Copy, flows: boolean, send: number): number {
  if (!mirroring.serving || instance.power !== "running") return 0;
  if (isLogFull(database)) return 0; // 9002
  if (mirroring.safety === "OFF" || !mirroring.synchronized) return database.workloadKbPerSecond;
  return flows ? Math.min(database.workloadKbPerSecond, send) : 0;
}

/** Redo goes on without the principal; mirrors on an instance with a shared budget divide it evenly. */
export function redoRate(fleet: Fleet, { instance, mirroring }: Copy): number {
  if (instance.power !== "running") return 0;
  const budget = instance.sharedRedoKbPerSecond;
  if (budget === null) return mirroring.redoKbPerSecond;
  const sharers = allCopies(fleet).filter(
    (copy) =>
      sameName(copy.instance.name, instance.name) && (copy.mirroring.redoQueueKb > 0 || isFed(fleet, copy)),
  );
  return Math.min(mirroring.redoKbPerSecond, Math.floor(budget / Math.max(1, sharers.length)));
}

function isFed(fleet: Fleet, mirror: Copy): boolean {
  if (mirror.mirroring.role !== "MIRROR") return false;
  const principal = peerOf(fleet, mirror);
  if (principal === null || logFlows(fleet, principal) === null) return false;
  return principal.database.workloadKbPerSecond > 0 || principal.mirroring.sendQueueKb > 0;
}

function arrivalRate({ source, write, send }: Stream): number {
  return source.mirroring.sendQueueKb > 0 ? send : Math.min(write, send);
}

function until(queue: number, goal: number, rate: number): Milliseconds | null {
  const way = goal - queue;
  return rate !== 0 && way !== 0 && Math.sign(way) === Math.sign(rate) ? Math.ceil(way / rate) : null;
}

/** Databases outside any session that are written to. */
function alone(fleet: Fleet): Database[] {
  return fleet.instances
    .filter(({ power }) => power === "running")
    .flatMap(({ databases }) => databases)
    .filter((one) => !one.mirroring && one.state === "ONLINE" && !one.standby && !isLogFull(one));
}

function untilFull(database: Database, write: number): Milliseconds | null {
  return until(thousandths(usedLogKb(database)), database.logMaxKb * 1_000, write);
}

function add(database: { endOfLogKb: number }, amount: number): void {
  database.endOfLogKb = (thousandths(database.endOfLogKb) + amount) / 1_000;
}

function thousandths(kb: number): number {
  return Math.round(kb * 1_000);
}
