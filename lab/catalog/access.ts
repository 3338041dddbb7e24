/** Who may see what, and which database can be opened now. */
import { whyClosed } from "#lab/mirroring/closed.ts";
import { SqlError } from "#lab/mirroring/commands.ts";
import { sameName } from "#lab/mirroring/find.ts";
import type { Database, Instance, Login } from "#lab/mirroring/model.ts";
import { ownerSid, sidOfLogin, userOf } from "#lab/mirroring/users.ts";

export { whyClosed } from "#lab/mirroring/closed.ts";

export function may(login: Login, permission: string): boolean {
  if (login.sysadmin) return true;
  const grants = login.grants.map((grant) => grant.toUpperCase());
  if (grants.includes("CONTROL SERVER")) return true;
  // public holds it from the beginning; a scenario takes it away with "DENY VIEW ANY DATABASE".
  if (permission === "VIEW ANY DATABASE" && !grants.includes("DENY VIEW ANY DATABASE")) return true;
  if (permission === "CONNECT SQL") return true;
  return [permission, ...(IMPLIED_BY[permission] ?? [])].some((one) => grants.includes(one));
}

export function requireServerState(login: Login): void {
  if (may(login, "VIEW SERVER STATE")) return;
  const refusal = new SqlError(
    300,
    14,
    "VIEW SERVER STATE permission was denied on object 'server', database 'master'.",
  );
  throw Object.assign(refusal, {
    followedBy: new SqlError(297, 16, "The user does not have permission to perform this action."),
  });
}

/** The four that every instance has, then its own. */
export function allDatabases(instance: Instance): Database[] {
  const own = instance.databases;
  const system = SYSTEM_DATABASES.filter((name) => !own.some((database) => sameName(database.name, name)));
  return [...system.map((name) => systemDatabase(instance, name)), ...own].sort(
    (a, b) => a.databaseId - b.databaseId,
  );
}

export function databaseNamed(instance: Instance, name: string): Database | undefined {
  return allDatabases(instance).find((database) => sameName(database.name, name));
}

/** Every database with VIEW ANY DATABASE, otherwise master, tempdb and what the login can enter. */
export function visibleDatabases(instance: Instance, login: Login): Database[] {
  const all = allDatabases(instance);
  if (may(login, "VIEW ANY DATABASE") || may(login, "ALTER ANY DATABASE")) return all;
  return all.filter((database) => database.databaseId <= 2 || hasUser(database, login));
}

/** Opens a database for work, in its own spelling, or says why it cannot be opened. */
export function openDatabase(instance: Instance, login: Login, name: string): string {
  const database = databaseNamed(instance, name);
  if (!database)
    throw new SqlError(
      911,
      16,
      `Database '${name}' does not exist. Make sure that the name is entered correctly.`,
    );
  const closed = whyClosed(database);
  if (closed) throw closed;
  if (!hasUser(database, login)) {
    throw new SqlError(
      916,
      14,
      `The server principal "${login.name}" is not able to access the database "${database.name}" under the current security context.`,
    );
  }
  return database.name;
}

/** In the system databases everyone is at least guest; elsewhere a login needs to own the database or a user with its SID. */
export function hasUser(database: Database, login: Login): boolean {
  if (
    may(login, "CONNECT ANY DATABASE") ||
    ["master", "tempdb", "msdb"].includes(database.name.toLowerCase())
  )
    return true;
  if (ownerSid(database) === sidOfLogin(login)) return true;
  if (database.users) return userOf(database, login) !== null;
  // A fleet of before there were users: a login has one where its clients work and where it logs in.
  return (
    sameName(login.defaultDatabase, database.name) ||
    database.clients.some((group) => sameName(group.login, login.name))
  );
}

function systemDatabase(instance: Instance, name: string): Database {
  return {
    name,
    databaseId: SYSTEM_DATABASES.indexOf(name) + 1,
    state: "ONLINE",
    recoveryModel: name === "model" ? "FULL" : "SIMPLE",
    createdAt: name === "tempdb" ? instance.startedAt : Date.UTC(2003, 3, 8, 9, 13, 36),
    familyGuid: "",
    endOfLogKb: 0,
    logSizeKb: 2_048,
    logMaxKb: 2_147_483_648,
    dataSizeKb: 8_192,
    workloadKbPerSecond: 0,
    clients: [],
    openTransactions: [],
    awaits: null,
    mirroring: null,
  };
}

const SYSTEM_DATABASES = ["master", "tempdb", "model", "msdb"];
const IMPLIED_BY: Record<string, string[]> = {
  "VIEW SERVER STATE": ["ALTER SERVER STATE"],
  "VIEW ANY DATABASE": ["ALTER ANY DATABASE"],
  "CREATE ANY DATABASE": ["ALTER ANY DATABASE"],
};
