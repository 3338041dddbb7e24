/**
 * Damaged pages and their repair from the partner. On the principal a page is asked for while the session is SYNCHRONIZED;
 * on the mirror redo stops, so the session is SUSPENDED until the page has come. A page takes a second: that is ours.
 */
import { allCopies, type Copy, log, peerOf } from "#lab/mirroring/find.ts";
import { beginSynchronizing } from "#lab/mirroring/meeting.ts";
import { textOf } from "#lab/mirroring/messages.ts";
import type { DamagedPage, Fleet, Milliseconds } from "#lab/mirroring/model.ts";
import { talks } from "#lab/mirroring/transport.ts";

export const REPAIR_MS = 1_000;
export const ROWS_KEPT = 100;

export function duePages(fleet: Fleet): Milliseconds[] {
  return allCopies(fleet).flatMap(({ database }) =>
    (database.pages ?? []).flatMap(({ dueAt }) => (dueAt === null ? [] : [dueAt])),
  );
}

/** Every page whose answer has come, or has not. */
export function settlePages(fleet: Fleet): boolean {
  return allCopies(fleet)
    .flatMap((copy) => (copy.database.pages ?? []).map((page) => finish(fleet, copy, page)))
    .some(Boolean);
}

function finish(fleet: Fleet, copy: Copy, page: DamagedPage): boolean {
  const { instance, database, mirroring } = copy;
  if (page.dueAt === null || page.dueAt > fleet.now || instance.power !== "running") return false;
  const connected = talks(fleet, mirroring.guid, instance.name, mirroring.partner);
  const asked = mirroring.role === "MIRROR" || mirroring.synchronized;
  const repaired = connected && asked && page.repairable && !isSpecial(page);
  page.status = repaired ? 5 : 6;
  page.modifiedAt = fleet.now;
  page.dueAt = null;
  const number = repaired ? 1461 : 1481;
  log(fleet, instance, number, textOf(number, place(page), database.name));
  if (repaired && page.stoppedRedo) resumeRedo(fleet, copy);
  return true;
}

/** An error during redo: the mirror pauses the session, and says so to its principal. */
export function stopRedo(fleet: Fleet, copy: Copy, page: DamagedPage): void {
  const { instance, database, mirroring } = copy;
  const peer = talks(fleet, mirroring.guid, instance.name, mirroring.partner) ? peerOf(fleet, copy) : null;
  const others = database.pages?.some((one) => one.stoppedRedo && one.dueAt !== null) ?? false;
  page.stoppedRedo = others || !mirroring.suspended;
  const error = page.errorType === -1 ? 823 : 824;
  log(fleet, instance, 1454, textOf(1454, instance.name, error, 1, 24, database.name));
  if (peer) log(fleet, peer.instance, 1453, textOf(1453, instance.name, database.name, error, 1, 24));
  for (const side of peer ? [copy, peer] : [copy]) {
    side.mirroring.suspended = true;
    side.mirroring.synchronized = false;
  }
}

/** All pages have come: the session goes on by itself. */
function resumeRedo(fleet: Fleet, mirror: Copy): void {
  const open = mirror.database.pages?.some(({ status, stoppedRedo }) => stoppedRedo && status !== 5);
  const principal = peerOf(fleet, mirror);
  if (open || !principal || mirror.mirroring.forcedAtKb !== null) return;
  for (const { mirroring } of [principal, mirror]) mirroring.suspended = false;
  beginSynchronizing(fleet, principal, mirror);
}

/** The file header, the boot page and the allocation pages cannot be repaired. */
function isSpecial({ fileId, pageId }: DamagedPage): boolean {
  const boot = fileId === 1 && pageId === 9;
  const inExtentMap = pageId % 511_232 === 2 || pageId % 511_232 === 3;
  return pageId === 0 || boot || inExtentMap || pageId === 1 || pageId % 8_088 === 0;
}

export function place({ fileId, pageId }: DamagedPage): string {
  return `(${fileId}:${pageId})`;
}
