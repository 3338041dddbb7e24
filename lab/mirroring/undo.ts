/**
 * A returning copy rolls back what it had written alone before it synchronizes, with pages it asks of its partner. Losing
 * the partner meanwhile leaves it in between: it can neither take over (1406) nor leave the session whole (1457).
 */
import type { Copy } from "#lab/mirroring/find.ts";
import type { Fleet, Mirroring } from "#lab/mirroring/model.ts";

/** This much log is rolled back, as fast as it could be redone. */
export function beginUndo(fleet: Fleet, { mirroring }: Copy, lostKb: number): void {
  if (lostKb <= 0) return;
  mirroring.undoLeftMs = null;
  mirroring.undoUntil = fleet.now + Math.ceil((lostKb / Math.max(1, mirroring.redoKbPerSecond)) * 1_000);
}

/** The partner is gone, or this process: what is left waits until both meet again. */
export function interruptUndo(fleet: Fleet, mirroring: Mirroring): void {
  const left = (mirroring.undoUntil ?? 0) - fleet.now;
  mirroring.undoUntil = null;
  if (left > 0) mirroring.undoLeftMs = left;
}

export function continueUndo(fleet: Fleet, mirroring: Mirroring): void {
  if (!mirroring.undoLeftMs) return;
  mirroring.undoUntil = fleet.now + mirroring.undoLeftMs;
  mirroring.undoLeftMs = null;
}

export function isUndoing(fleet: Fleet, mirroring: Mirroring): boolean {
  return (mirroring.undoLeftMs ?? 0) > 0 || (mirroring.undoUntil ?? 0) > fleet.now;
}
