import "server-only";
import { appendAudit } from "#lib/audit/append.ts";
import { db, inTransaction, type Prisma, type Transaction } from "#lib/db/index.ts";
import { auditOf } from "#lib/runs/audit-of.ts";
import type { JournalEntry, Person, RunEvent } from "#lib/runs/events.ts";
import { type Held, stillHeld } from "#lib/runs/lease.ts";
import { announce } from "#lib/runs/live.ts";
import { type RunState, replay } from "#lib/runs/replay.ts";

/** Somebody else wrote first, or took the run over: the writer stops, and nothing it wanted to say is kept. */
export class Superseded extends Error {
  readonly kind = "superseded";
}

/** By its kind, not its class: the error may come from another bundle's copy of this module. */
export function isSuperseded(error: unknown): boolean {
  return (error as { kind?: string } | null)?.kind === "superseded";
}

export interface Append {
  runId: string;
  poolId: string;
  /** The last event the writer knows; another writer's event in between refuses this one. */
  after: number;
  actor: Person;
  origin: "wizard" | "engine";
  /** The lease under which a running run writes; a planned run has none yet. */
  held: Held | null;
}

/**
 * Writes events in order, each with its audit entry, in one transaction; viewers hear of them after the commit.
 * Throws `Superseded` when `after` is not the last event or the lease was taken over.
 */
export async function append(
  write: Append,
  events: readonly RunEvent[],
  beside: { before?: InTransaction; after?: InTransaction } = {},
): Promise<JournalEntry[]> {
  const entries = await inTransaction(async (tx) => {
    if (write.held && !(await stillHeld(tx, write.held)))
      throw new Superseded(`The lease of run ${write.runId} was taken over`);
    await beside.before?.(tx);
    const written = await writeAll(tx, write, events);
    await beside.after?.(tx);
    return written;
  }).catch((error: unknown) => {
    throw isTaken(error)
      ? new Superseded(`Run ${write.runId} has moved on since event ${write.after}`)
      : error;
  });
  announce(entries.map((event) => ({ runId: write.runId, poolId: write.poolId, event })));
  return entries;
}

type InTransaction = (tx: Transaction) => Promise<unknown>;

export async function journalOf(runId: string): Promise<{ poolId: string; entries: JournalEntry[] } | null> {
  const run = await db().run.findUnique({
    where: { id: runId },
    include: { events: { orderBy: { seq: "asc" } } },
  });
  return run && { poolId: run.poolId, entries: run.events.map(entryOf) };
}

export async function stateOfRun(runId: string): Promise<RunState | null> {
  const journal = await journalOf(runId);
  return journal && replay(runId, journal.poolId, journal.entries);
}

/** A run's journal with the run it belongs to: what a page folds, and goes on folding as events are heard. */
export interface Journal {
  runId: string;
  poolId: string;
  entries: JournalEntry[];
}

/** Newest first. */
export async function recentRuns(wanted: { poolId?: string; limit: number }): Promise<RunState[]> {
  return (await recentJournals(wanted)).map((journal) =>
    replay(journal.runId, journal.poolId, journal.entries),
  );
}

export async function recentJournals({
  poolId,
  limit,
}: {
  poolId?: string;
  limit: number;
}): Promise<Journal[]> {
  return journalsWhere({ where: poolId ? { poolId } : {}, take: limit });
}

/** The runs that are open now, on every pool: their leases stand. */
export async function openJournals(): Promise<Journal[]> {
  return journalsWhere({ where: { leases: { some: {} } } });
}

async function journalsWhere(wanted: { where: Prisma.RunWhereInput; take?: number }): Promise<Journal[]> {
  const runs = await db().run.findMany({
    ...wanted,
    orderBy: [{ createdAt: "desc" }, { id: "desc" }],
    include: { events: { orderBy: { seq: "asc" } } },
  });
  return runs.map((run) => ({ runId: run.id, poolId: run.poolId, entries: run.events.map(entryOf) }));
}

async function writeAll(
  tx: Transaction,
  write: Append,
  events: readonly RunEvent[],
): Promise<JournalEntry[]> {
  const entries: JournalEntry[] = [];
  for (const [index, event] of events.entries()) {
    const seq = write.after + index + 1;
    const { type, ...data } = event;
    const row = await tx.runEvent.create({
      data: { runId: write.runId, seq, type, data: data as Prisma.InputJsonObject },
    });
    await appendAudit(tx, {
      actor: write.actor,
      origin: write.origin,
      ...auditOf(event),
      poolId: write.poolId,
      runId: write.runId,
      eventSeq: seq,
    });
    entries.push(entryOf(row));
  }
  return entries;
}

function entryOf(row: { seq: number; at: Date; type: string; data: unknown }): JournalEntry {
  return { ...(row.data as object), type: row.type, seq: row.seq, at: row.at.toISOString() } as JournalEntry;
}

/** Unique violation: this sequence number exists. */
function isTaken(error: unknown): boolean {
  return (error as { code?: string }).code === "P2002";
}
