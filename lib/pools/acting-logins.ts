import "server-only";
import { type Db, db, Prisma } from "#lib/db/index.ts";

/** The instances that have an acting login of their own; elsewhere the looking login acts, if it may. */
export async function instancesWithActingLogin(client: Db = db()): Promise<ReadonlySet<string>> {
  const rows = await client.instance.findMany({
    where: { removedAt: null, acting: { not: Prisma.DbNull } },
    select: { id: true },
  });
  return new Set(rows.map(({ id }) => id));
}
