/** The served fleet's state on disk: written whole beside the old file, then renamed over it. */
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Fleet, Milliseconds } from "#lab/mirroring/model.ts";

const FORMAT = 1;
const STATEMENTS_KEPT = 500;
const ROWS_KEPT = 121;
const RUNS_KEPT = 20;

interface Kept {
  format: number;
  scenario: string;
  fleet: Fleet;
}

export interface Keeper {
  /** Something changed: kept within a moment. */
  soon(): void;
  /** Kept now, for the last time. */
  close(): void;
}

const SOON_MS = 200;
const EVERY_MS = 3_000;

/** Throws when even the first time nothing can be written; later a full disk costs what is kept, not the fleet. */
export function createKeeper(write: () => void, complain: (error: unknown) => void): Keeper {
  write();
  const tryTo = () => {
    try {
      write();
    } catch (error) {
      complain(error);
    }
  };
  let next: NodeJS.Timeout | undefined;
  const timer = setInterval(tryTo, EVERY_MS);
  return {
    soon() {
      next ??= setTimeout(() => {
        next = undefined;
        tryTo();
      }, SOON_MS);
    },
    close() {
      clearInterval(timer);
      clearTimeout(next);
      tryTo();
    },
  };
}

/** Null when there is nothing to go on from: no file, another scenario, or an older format. */
export function recall(directory: string, scenario: string): Fleet | null {
  let kept: Kept;
  try {
    kept = JSON.parse(readFileSync(fileIn(directory), "utf8"));
  } catch {
    return null;
  }
  return kept.format === FORMAT && kept.scenario === scenario ? kept.fleet : null;
}

export function keep(directory: string, scenario: string, fleet: Fleet): void {
  mkdirSync(directory, { recursive: true });
  const kept: Kept = { format: FORMAT, scenario, fleet: asStored(fleet) };
  const beside = `${fileIn(directory)}.new`;
  writeFileSync(beside, JSON.stringify(kept), { mode: 0o600 });
  renameSync(beside, fileIn(directory));
}

export function forget(directory: string): void {
  rmSync(fileIn(directory), { force: true });
}

/** The fleet stood still while it was not served: whatever was about to happen is still about to happen. */
export function thaw(fleet: Fleet, now: Milliseconds): Fleet {
  const gap = now - fleet.now;
  const later = <T extends Milliseconds | null>(at: T) => (at === null ? at : ((at + gap) as T));
  fleet.now = now;
  for (const view of fleet.connections) {
    view.changedAt = later(view.changedAt);
    view.dueAt = later(view.dueAt);
  }
  for (const instance of fleet.instances) {
    instance.hungSince = later(instance.hungSince);
    instance.overloadedSince = later(instance.overloadedSince ?? null);
    for (const session of instance.sessions) session.lastRequest = later(session.lastRequest);
    for (const { pages = [] } of instance.databases) for (const page of pages) page.dueAt = later(page.dueAt);
    for (const { mirroring, clients } of instance.databases) {
      for (const group of clients) group.dueAt = later(group.dueAt);
      if (!mirroring) continue;
      mirroring.synchronizesAt = later(mirroring.synchronizesAt);
      mirroring.asksWitnessAt = later(mirroring.asksWitnessAt);
      mirroring.undoUntil = later(mirroring.undoUntil ?? null);
      if (mirroring.switchUnderWay) mirroring.switchUnderWay.since += gap;
    }
  }
  return fleet;
}

/** Wired sessions end with the process, and so do their statements. */
function asStored(fleet: Fleet): Fleet {
  return {
    ...fleet,
    instances: fleet.instances.map((instance) => ({
      ...instance,
      sessions: instance.sessions.filter(({ wired }) => !wired),
      ...historyToKeep(instance),
    })),
    statements: fleet.statements
      .slice(-STATEMENTS_KEPT)
      .map((one) => (one.endedAt === null ? { ...one, endedAt: fleet.now, outcome: "cut" as const } : one)),
  };
}

/** The last two hours of the monitor and the last runs of each job: the file is written every few seconds. */
function historyToKeep({ monitor, agent }: Fleet["instances"][number]): Partial<Fleet["instances"][number]> {
  const rows = monitor && Object.entries(monitor.rows).map(([name, all]) => [name, all.slice(-ROWS_KEPT)]);
  const jobs = agent?.jobs.map((job) => ({ ...job, history: job.history.slice(-RUNS_KEPT) }));
  return {
    ...(monitor && rows ? { monitor: { ...monitor, rows: Object.fromEntries(rows) } } : {}),
    ...(agent && jobs ? { agent: { ...agent, jobs } } : {}),
  };
}

function fileIn(directory: string): string {
  return join(directory, "fleet.json");
}
