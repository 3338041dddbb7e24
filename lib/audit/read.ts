import "server-only";
import { appendAudit } from "#lib/audit/append.ts";
import type { Actor } from "#lib/auth/actor.ts";
import { may } from "#lib/auth/permissions.ts";
import { type AuditEntry, type Db, db, Prisma } from "#lib/db/index.ts";

export interface AuditFilter {
  /** Found in the action's key, its values, or the actor's name. */
  text: string;
  poolId: string;
  actor: string;
  outcome: "" | "done" | "refused" | "failed";
}

export interface AuditPage {
  /** Newest first. */
  entries: AuditEntry[];
  /** Where the neighbouring pages begin: entries before `older`, entries after `newer`; null where there are none. */
  older: bigint | null;
  newer: bigint | null;
}

/** By sequence, never by offset: an entry keeps its place while others are added. */
export type Place = { before: bigint } | { after: bigint } | "newest";

export const pageLength = 50;

export async function readAudit(
  reader: Actor,
  filter: AuditFilter,
  place: Place,
  client: Db = db(),
): Promise<AuditPage> {
  const visible = Prisma.join([await seenBy(reader, client), ...asked(filter)], " AND ");
  const forward = place !== "newest" && "after" in place;
  const from =
    place === "newest"
      ? Prisma.sql`TRUE`
      : forward
        ? Prisma.sql`seq > ${place.after}`
        : Prisma.sql`seq < ${(place as { before: bigint }).before}`;
  const order = forward ? Prisma.sql`ASC` : Prisma.sql`DESC`;
  const rows = await client.$queryRaw<AuditEntry[]>`
    SELECT * FROM audit_entry WHERE ${visible} AND ${from} ORDER BY seq ${order} LIMIT ${pageLength}`;
  const entries = forward ? rows.toReversed() : rows;
  const [first, last] = [entries[0]?.seq, entries.at(-1)?.seq];
  return {
    entries,
    older: last !== undefined && (await any(visible, Prisma.sql`seq < ${last}`, client)) ? last : null,
    newer: first !== undefined && (await any(visible, Prisma.sql`seq > ${first}`, client)) ? first : null,
  };
}

/** Reading is recorded too: who looked, and at what. */
export async function recordReading(reader: Actor, filter: AuditFilter, client: Db = db()): Promise<void> {
  const words = Object.entries(filter).flatMap(([name, value]) => (value ? [`${name}: ${value}`] : []));
  await appendAudit(client, {
    actor: reader,
    origin: "wizard",
    action: words.length > 0 ? "audit.viewed" : "audit.viewedAll",
    values: { filter: words.join(", ").slice(0, 500) },
    outcome: "done",
  });
}

/** An auditor sees all; an admin the entries of runs that they prepared, started, answered in or decided in. */
async function seenBy(reader: Actor, client: Db): Promise<Prisma.Sql> {
  if (may(reader.role, "audit:read")) return Prisma.sql`TRUE`;
  if (!may(reader.role, "audit:read-own-runs")) return Prisma.sql`FALSE`;
  const rows = await client.auditEntry.findMany({
    where: { actorId: reader.id, origin: "wizard", runId: { not: null }, outcome: "done" },
    distinct: ["runId"],
    select: { runId: true },
  });
  return Prisma.sql`"runId" = ANY(${rows.map((row) => row.runId)})`;
}

function asked({ text, poolId, actor, outcome }: AuditFilter): Prisma.Sql[] {
  const pattern = containing(text);
  return [
    ...(text
      ? [Prisma.sql`(action ILIKE ${pattern} OR actor ILIKE ${pattern} OR values::text ILIKE ${pattern})`]
      : []),
    ...(poolId ? [Prisma.sql`"poolId" = ${poolId}`] : []),
    ...(actor ? [Prisma.sql`actor ILIKE ${containing(actor)}`] : []),
    ...(outcome ? [Prisma.sql`outcome = ${outcome}`] : []),
  ];
}

/** What people type is text, never a pattern. */
function containing(text: string): string {
  return `%${text.replaceAll(/[\\%_]/g, (sign) => `\\${sign}`)}%`;
}

async function any(visible: Prisma.Sql, where: Prisma.Sql, client: Db): Promise<boolean> {
  const rows = await client.$queryRaw<
    unknown[]
  >`SELECT 1 FROM audit_entry WHERE ${visible} AND ${where} LIMIT 1`;
  return rows.length > 0;
}
