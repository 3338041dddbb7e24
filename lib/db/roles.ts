import "server-only";
import pg from "pg";

// What is written here stays as it was written: the app may add to these tables and read them.
const appendOnly = ["audit_entry", "run_event"];

/**
 * The owner makes the tables; the app is another role, so that it cannot rewrite its own audit log.
 * Said again at every start: a grant that somebody widened by hand does not last.
 */
export async function grantToApp(owner: pg.Client, role: string): Promise<void> {
  const app = pg.escapeIdentifier(role);
  await owner.query(`
    GRANT USAGE ON SCHEMA public TO ${app};
    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ${app};
    GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO ${app};
    REVOKE UPDATE, DELETE, TRUNCATE ON ${appendOnly.join(", ")} FROM ${app};
    REVOKE ALL ON _prisma_migrations FROM ${app};
  `);
}

/** Makes the role that `url` signs in with, where it is missing and the owner may do that. */
export async function ensureRole(owner: pg.Client, url: string): Promise<void> {
  const { username, password } = new URL(url);
  const role = decodeURIComponent(username);
  const known = await owner.query("SELECT 1 FROM pg_roles WHERE rolname = $1", [role]);
  if (known.rowCount) return;
  const secret = pg.escapeLiteral(decodeURIComponent(password));
  await owner.query(`CREATE ROLE ${pg.escapeIdentifier(role)} LOGIN PASSWORD ${secret}`);
}
