import "server-only";
import pg from "pg";

/** Whether a PostgreSQL answers there and lets this user in. */
export async function databaseAnswers(url: string): Promise<boolean> {
  return query(url, "SELECT 1").then(
    () => true,
    () => false,
  );
}

export async function ensureDatabase(adminUrl: string, name: string): Promise<void> {
  const known = await query(adminUrl, "SELECT 1 FROM pg_database WHERE datname = $1", [name]);
  if (known.rowCount === 0) await query(adminUrl, `CREATE DATABASE ${pg.escapeIdentifier(name)}`);
}

/** A copy of the database `from`, to which nobody may be connected meanwhile. */
export async function copyDatabase(adminUrl: string, from: string, name: string): Promise<void> {
  await query(adminUrl, `CREATE DATABASE ${pg.escapeIdentifier(name)} TEMPLATE ${pg.escapeIdentifier(from)}`);
}

/** The same server and user, another database. */
export function onDatabase(url: string, name: string): string {
  return Object.assign(new URL(url), { pathname: `/${encodeURIComponent(name)}` }).href;
}

async function query(url: string, sql: string, values: unknown[] = []): Promise<pg.QueryResult> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: 5_000,
    query_timeout: 20_000,
  });
  client.on("error", () => {});
  await client.connect();
  try {
    return await client.query(sql, values);
  } finally {
    await client.end();
  }
}
