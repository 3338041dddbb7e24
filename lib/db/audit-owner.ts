import "server-only";
import { type Db, db } from "#lib/db/client.ts";

/** True where one role does everything: then the audit log is only as safe as the app itself. */
export async function appOwnsAuditLog(client: Db = db()): Promise<boolean> {
  const [row] = await client.$queryRaw<{ owns: boolean }[]>`
    SELECT pg_has_role(current_user, relowner, 'MEMBER') AS owns FROM pg_class WHERE oid = 'audit_entry'::regclass`;
  return row?.owns ?? false;
}
