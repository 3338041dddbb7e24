/** Why a database cannot be opened now, in SQL Server's words. */
import { SqlError } from "#lab/mirroring/commands.ts";
import type { Database } from "#lab/mirroring/model.ts";

export function whyClosed({ name, state, mirroring }: Database): SqlError | null {
  if (mirroring?.role === "MIRROR")
    return new SqlError(
      954,
      14,
      `The database "${name}" cannot be opened. It is acting as a mirror database.`,
    );
  if (mirroring && !mirroring.serving) {
    if (mirroring.switchUnderWay)
      return new SqlError(952, 16, `Database '${name}' is in transition. Try the statement later.`);
    return new SqlError(
      955,
      14,
      `Database ${name} is enabled for Database Mirroring, but the database lacks quorum: the database cannot be opened. Check the partner and witness connections if configured.`,
    );
  }
  switch (state) {
    case "RESTORING":
      return new SqlError(927, 14, `Database '${name}' cannot be opened. It is in the middle of a restore.`);
    case "RECOVERING":
      return new SqlError(
        922,
        14,
        `Database '${name}' is being recovered. Waiting until recovery is finished.`,
      );
    case "RECOVERY_PENDING":
      return new SqlError(
        945,
        14,
        `Database '${name}' cannot be opened due to inaccessible files or insufficient memory or disk space. See the SQL Server errorlog for details.`,
      );
    case "OFFLINE":
      return new SqlError(942, 14, `Database '${name}' cannot be opened because it is offline.`);
    default:
      return null;
  }
}
