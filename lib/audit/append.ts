import "server-only";
import type { Actor } from "#lib/auth/actor.ts";
import type { Db, Prisma, Transaction } from "#lib/db/index.ts";

export type NewAuditEntry = {
  /** A person; "system" for the dashboard itself; null for somebody who is not signed in. */
  actor: Pick<Actor, "id" | "name" | "role"> | "system" | null;
  /** "engine": a run's own step, on behalf of the person who has its helm. */
  origin: "wizard" | "engine" | "api" | "system" | "sign-in" | "observed";
  /** A message key; `values` are that message's. Never text, never a secret. */
  action: string;
  values?: Prisma.InputJsonObject;
  outcome: "done" | "refused" | "failed";
  poolId?: string | undefined;
  runId?: string | undefined;
  eventSeq?: number | undefined;
};

/** Writes one audit entry; given a transaction, together with what it records, or not at all. */
export async function appendAudit(tx: Transaction | Db, entry: NewAuditEntry): Promise<void> {
  const { actor, origin, action, values = {}, outcome, poolId, runId, eventSeq } = entry;
  await tx.auditEntry.create({
    data: {
      ...whoWas(actor),
      origin,
      action,
      values,
      outcome,
      poolId: poolId ?? null,
      runId: runId ?? null,
      eventSeq: eventSeq ?? null,
    },
    select: { seq: true },
  });
}

// Name and role are copied: they are what they were then, even when the person is renamed or gone.
function whoWas(actor: NewAuditEntry["actor"]) {
  if (actor === "system") return { actorId: null, actor: "Mirrordeck", role: "system" };
  if (actor === null) return { actorId: null, actor: "", role: "nobody" };
  return { actorId: actor.id, actor: actor.name, role: actor.role };
}
