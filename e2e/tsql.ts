import { execFile, spawnSync } from "node:child_process";
import { promisify } from "node:util";

/** FreeTDS: a client that nobody here wrote. Stories that need it are not registered where it is missing. */
export const hasTsql = spawnSync("tsql", ["-C"]).status === 0;
if (!hasTsql) console.log("not run: needs FreeTDS (tsql)");

/** What an instance of the lab answers to a batch: its rows, columns parted by a bar. */
export async function tsql(port: number, batch: string): Promise<string[]> {
  const login = ["-H", "127.0.0.1", "-p", String(port), "-U", "sa", "-P", "Lab-2026!", "-J", "UTF-8"];
  const asked = promisify(execFile)("tsql", [...login, "-o", "fhq", "-t", "|"], { timeout: 30_000 });
  asked.child.stdin?.end(`${batch}\ngo\nexit\n`);
  return (await asked).stdout.split("\n").filter((line) => line.includes("|") || line.trim() !== "");
}

/** `PRINCIPAL|SYNCHRONIZED|2`: role, state and role sequence of a database, as an instance itself says. */
export async function roleOf(port: number, database: string): Promise<string> {
  const name = database.replaceAll("'", "''");
  const batch = `SELECT mirroring_role_desc, mirroring_state_desc, mirroring_role_sequence
    FROM sys.database_mirroring WHERE database_id = DB_ID(N'${name}')`;
  return (await tsql(port, batch)).join("\n");
}

export type Role = { role: string; sequence: number };

/** What an instance itself says of its role in each mirrored database. */
export async function rolesOn(port: number): Promise<Record<string, Role>> {
  const rows = await tsql(
    port,
    `SELECT DB_NAME(database_id), mirroring_role_desc, mirroring_role_sequence
    FROM sys.database_mirroring WHERE mirroring_guid IS NOT NULL`,
  );
  return Object.fromEntries(
    rows.map((row) => {
      const [database = "", role = "", sequence] = row.split("|");
      return [database, { role, sequence: Number(sequence) }];
    }),
  );
}
