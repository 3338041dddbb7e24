/**
 * The mirroring connections between instances. Each end keeps its own view of a connection; a hard error is noticed at
 * once, a silent partner only by the ping time-out, and a lost connection is tried again every second.
 */

import { portOf, whyNoSession } from "#lab/mirroring/endpoint.ts";
import {
  connection,
  copyOn,
  findInstance,
  instanceNamed,
  linkBetween,
  log,
  sameName,
} from "#lab/mirroring/find.ts";
import { dueCertificates } from "#lab/mirroring/handshake.ts";
import { meet } from "#lab/mirroring/meeting.ts";
import { textOf } from "#lab/mirroring/messages.ts";
import type { Connection, Fleet, Instance, InstanceName, Milliseconds } from "#lab/mirroring/model.ts";
import { interruptUndo } from "#lab/mirroring/undo.ts";

/** "Usually immediate", say the pages: long enough that two links cut one after the other count as one failure. */
const NOTICE_MS = 100;
const RETRY_MS = 1_000;
const REJECTED_RETRY_MS = 60_000;
/** How long after losing its partner an instance asks the witness who may serve. */
const ASK_WITNESS_MS = 400;
/** In high performance mode the time-out is always 10 s. */
const FIXED_TIMEOUT_SECONDS = 10;

export function settleConnections(fleet: Fleet): boolean {
  let changed = false;
  for (const view of fleet.connections) {
    const from = instanceNamed(fleet, view.from);
    if (from.power !== "running") continue;
    changed = (view.open ? notice(fleet, view) : reconnect(fleet, view)) || changed;
  }
  return changed;
}

/** When something is due on the wire although nobody touches the fleet. */
export function dueConnections(fleet: Fleet): Milliseconds[] {
  const views = fleet.connections.flatMap((view) => {
    if (instanceNamed(fleet, view.from).power !== "running") return [];
    const silent = view.open ? silentUntil(fleet, view) : null;
    return [view.dueAt, silent].filter((at) => at !== null);
  });
  return [...views, ...dueCertificates(fleet)];
}

/** Could bytes pass between these two? A hung instance still accepts them. */
export function bytesPass(fleet: Fleet, a: InstanceName, b: InstanceName): boolean {
  const cut = linkBetween(fleet, a, b)?.cut === true;
  return !cut && [a, b].every((name) => transportUp(findInstance(fleet, name)));
}

/** Connected as this end believes, the other end alive, and nothing in between that neither has noticed yet. */
export function talks(fleet: Fleet, guid: string, from: InstanceName, to: InstanceName | null): boolean {
  if (to === null) return false;
  const both = [from, to].every((name) => responds(findInstance(fleet, name)));
  const views = [connection(fleet, guid, from, to), connection(fleet, guid, to, from)];
  return both && views.every((view) => view?.open) && bytesPass(fleet, from, to);
}

/** One record per direction for every connection that a session's metadata ask for; those no longer wanted go. */
export function rewire(fleet: Fleet): void {
  const wanted = new Map<string, [guid: string, from: InstanceName, to: InstanceName]>();
  for (const { name, databases } of fleet.instances) {
    for (const { mirroring } of databases) {
      for (const other of mirroring ? [mirroring.partner, mirroring.witness] : []) {
        if (!mirroring || other === null || !findInstance(fleet, other)) continue;
        wanted.set(keyOf(mirroring.guid, name, other), [mirroring.guid, name, other]);
        wanted.set(keyOf(mirroring.guid, other, name), [mirroring.guid, other, name]);
      }
    }
  }
  fleet.connections = fleet.connections.filter((view) => wanted.delete(keyOf(view.guid, view.from, view.to)));
  for (const [guid, from, to] of wanted.values()) {
    fleet.connections.push({ guid, from, to, open: false, changedAt: fleet.now, dueAt: null });
  }
}

/** A statement connects the two at once: SET PARTNER and SET WITNESS do not wait for the next try. */
export function connectNow(fleet: Fleet, guid: string, a: InstanceName, b: InstanceName): void {
  rewire(fleet);
  for (const view of bothViews(fleet, guid, a, b)) open(fleet, view);
}

/** An endpoint begins anew: to everybody at the other end that is a hard error. */
export function breakConnections(fleet: Fleet, name: InstanceName): void {
  for (const view of fleet.connections) {
    if (view.open && (sameName(view.from, name) || sameName(view.to, name))) close(fleet, view, "hard");
  }
}

/** It was hung, and its own pings are overdue: whoever gave it up meanwhile is lost to it before it does anything else. */
export function learnLosses(fleet: Fleet, name: InstanceName): void {
  for (const view of fleet.connections) {
    const back = connection(fleet, view.guid, view.to, view.from);
    if (view.open && sameName(view.from, name) && !back?.open) close(fleet, view, "soft");
  }
}

/** The process has gone: it remembers no connection, and nobody can go on using one to it. */
export function forgetConnections(fleet: Fleet, name: InstanceName, side: "from" | "to"): void {
  for (const view of fleet.connections) {
    if (!view.open || !sameName(view[side], name)) continue;
    view.open = false;
    view.changedAt = fleet.now;
    view.dueAt = null;
    if (side === "to") lost(fleet, view);
  }
}

function notice(fleet: Fleet, view: Connection): boolean {
  const other = instanceNamed(fleet, view.to);
  if (!bytesPass(fleet, view.from, view.to)) {
    view.dueAt ??= fleet.now + NOTICE_MS;
    return view.dueAt <= fleet.now && close(fleet, view, "hard");
  }
  view.dueAt = null;
  if (other.power === "running" && !connection(fleet, view.guid, view.to, view.from)?.open) {
    return close(fleet, view, "hard");
  }
  const until = silentUntil(fleet, view);
  return until !== null && until <= fleet.now && close(fleet, view, "soft");
}

/** A ping more than the time-out: nothing heard since the other end hung, or became too slow. */
function silentUntil(fleet: Fleet, view: Connection): Milliseconds | null {
  const { power, hungSince, overloadedSince } = instanceNamed(fleet, view.to);
  const since = power === "hung" ? hungSince : power === "running" ? (overloadedSince ?? null) : null;
  if (since === null) return null;
  return Math.max(since, view.changedAt) + (timeoutSeconds(fleet, view) + 1) * 1_000;
}

function close(fleet: Fleet, view: Connection, error: "hard" | "soft"): true {
  view.open = false;
  view.changedAt = fleet.now;
  view.dueAt = null;
  const from = instanceNamed(fleet, view.from);
  const database =
    copyOn(fleet, view.from, view.guid)?.database.name ?? copyOn(fleet, view.to, view.guid)?.database.name;
  const number = error === "soft" ? 1479 : 1474;
  const text =
    number === 1479
      ? textOf(1479, view.to, database ?? "", timeoutSeconds(fleet, view))
      : textOf(1474, "10054", "An existing connection was forcibly closed by the remote host.", view.to);
  log(fleet, from, number, text);
  lost(fleet, view);
  return true;
}

function lost(fleet: Fleet, view: Connection): void {
  const copy = copyOn(fleet, view.from, view.guid);
  if (!copy || !sameName(copy.mirroring.partner, view.to)) return;
  const { mirroring } = copy;
  interruptUndo(fleet, mirroring);
  mirroring.asksWitnessAt = mirroring.witness === null ? null : fleet.now + ASK_WITNESS_MS;
  // Without a witness there is nobody to ask: the principal runs exposed from here on.
  if (mirroring.witness === null && mirroring.switchUnderWay?.kind !== "manual")
    mirroring.synchronized = false;
  if (mirroring.switchUnderWay?.kind === "manual" && fleet.options.cutDuringFailover === "aborts") {
    mirroring.switchUnderWay = null;
    mirroring.synchronized = false;
  }
}

function reconnect(fleet: Fleet, view: Connection): boolean {
  const back = connection(fleet, view.guid, view.to, view.from);
  const silent = [view.from, view.to].some((name) => !responds(findInstance(fleet, name)));
  if (silent || !back || back.open || !bytesPass(fleet, view.from, view.to) || turnedAway(fleet, view)) {
    view.dueAt = null;
    return false;
  }
  view.dueAt ??= fleet.now + RETRY_MS;
  if (view.dueAt > fleet.now) return false;
  const verdict = meet(fleet, view.guid, view.from, view.to);
  if (verdict === "rejected") {
    view.dueAt = fleet.now + REJECTED_RETRY_MS;
    back.dueAt = view.dueAt;
    return false;
  }
  if (verdict === "over") rewire(fleet);
  else for (const one of [view, back]) open(fleet, one);
  return true;
}

/** Endpoints that do not go together: nothing is tried again until something has changed, and it is told once. */
function turnedAway(fleet: Fleet, view: Connection): boolean {
  const rejection = whyNoSession(fleet, view);
  if (!rejection) return false;
  if (view.refused !== rejection.text) {
    view.refused = rejection.text;
    const { by, number, text } = rejection;
    const told = connection(fleet, view.guid, view.to, view.from)?.refused === text;
    if (by && !told) log(fleet, by, number, text);
  }
  return true;
}

function open(fleet: Fleet, view: Connection): void {
  view.open = true;
  if (view.refused) view.refused = null;
  view.changedAt = fleet.now;
  view.dueAt = null;
}

function bothViews(fleet: Fleet, guid: string, a: InstanceName, b: InstanceName): Connection[] {
  return [connection(fleet, guid, a, b), connection(fleet, guid, b, a)].filter((view) => view !== undefined);
}

function timeoutSeconds(fleet: Fleet, view: Connection): number {
  const mirroring = (copyOn(fleet, view.from, view.guid) ?? copyOn(fleet, view.to, view.guid))?.mirroring;
  return !mirroring || mirroring.safety === "OFF" ? FIXED_TIMEOUT_SECONDS : mirroring.timeoutSeconds;
}

/** Hears and answers in time. */
function responds(instance: Instance | undefined): boolean {
  return instance?.power === "running" && (instance.overloadedSince ?? null) === null;
}

function transportUp(instance: Instance | undefined): boolean {
  return instance !== undefined && instance.power !== "stopped" && portOf(instance) !== null;
}

function keyOf(guid: string, from: InstanceName, to: InstanceName): string {
  return `${guid} ${from.toLowerCase()} ${to.toLowerCase()}`;
}
