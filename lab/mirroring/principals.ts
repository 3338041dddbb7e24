/**
 * CREATE, ALTER and DROP of logins and users. A login is the instance's, a user the database's. The pages of mirroring
 * give no numbers for these; they are SQL Server's own as its messages are known.
 */
import { whyClosed } from "#lab/mirroring/closed.ts";
import { type CommandContext, SqlError } from "#lab/mirroring/commands.ts";
import { findDatabase, instanceNamed, sameName } from "#lab/mirroring/find.ts";
import type { Database, DatabaseUser, Fleet, Instance, Login } from "#lab/mirroring/model.ts";
import { mayAlterDatabase, ownerSid, sidOfLogin, usersOf, writeUsers } from "#lab/mirroring/users.ts";

export type PrincipalChange =
  | {
      kind: "create-login";
      name: string;
      password: string;
      hash: string | null;
      sid: string | null;
      defaultDatabase: string | null;
    }
  | {
      kind: "alter-login";
      name: string;
      enabled?: boolean;
      password?: string;
      hash?: string;
      defaultDatabase?: string;
      newName?: string;
    }
  | { kind: "drop-login"; name: string }
  /** Null: WITHOUT LOGIN. */
  | { kind: "create-user"; name: string; login: string | null }
  | { kind: "alter-user"; name: string; login?: string; newName?: string }
  | { kind: "drop-user"; name: string }
  | { kind: "role-member"; role: string; member: string; add: boolean }
  | { kind: "server-role-member"; role: string; member: string; add: boolean };

export function changePrincipal(fleet: Fleet, change: PrincipalChange, context: CommandContext): void {
  const instance = instanceNamed(fleet, context.instance);
  const asking = instance.logins.find(({ name }) => sameName(name, context.login));
  switch (change.kind) {
    case "create-login":
      requireLoginRight(asking);
      createLogin(fleet, instance, change);
      return;
    case "alter-login":
      if (!asking || !sameName(asking.name, change.name) || change.enabled !== undefined)
        requireLoginRight(asking, change.name, "alter");
      alterLogin(instance, change);
      return;
    case "drop-login":
      requireLoginRight(asking, change.name, "drop");
      dropLogin(instance, change.name);
      return;
    case "server-role-member":
      if (!asking?.sysadmin) throw cannot("alter", "server role", change.role);
      changeServerRole(instance, change);
      return;
    default:
      changeUser(fleet, instance, asking, change, context.currentDatabase);
  }
}

type Change<K extends PrincipalChange["kind"]> = Extract<PrincipalChange, { kind: K }>;

function createLogin(fleet: Fleet, instance: Instance, change: Change<"create-login">): void {
  const { name, password, hash, defaultDatabase } = change;
  if (loginNamed(instance, name))
    throw new SqlError(15025, 16, `The server principal '${name}' already exists.`);
  const sid = change.sid ?? newSid(fleet, instance, name);
  if (instance.logins.some((login) => sidOfLogin(login) === sid))
    throw new SqlError(15433, 16, "Supplied parameter sid is in use.");
  requireDatabase(instance, defaultDatabase);
  instance.logins.push({
    name,
    password,
    sid,
    sysadmin: false,
    grants: [],
    monitor: false,
    defaultDatabase: defaultDatabase ?? "master",
    ...(hash === null ? {} : { passwordHash: hash }),
  });
}

function alterLogin(instance: Instance, change: Change<"alter-login">): void {
  const login = loginNamed(instance, change.name);
  if (!login) throw cannot("alter", "login", change.name);
  const { newName, enabled, password, hash, defaultDatabase } = change;
  if (newName !== undefined && !sameName(newName, login.name) && loginNamed(instance, newName))
    throw new SqlError(15025, 16, `The server principal '${newName}' already exists.`);
  requireDatabase(instance, defaultDatabase ?? null);
  login.name = newName ?? login.name;
  login.defaultDatabase = defaultDatabase ?? login.defaultDatabase;
  if (enabled !== undefined) login.disabled = !enabled;
  if (password !== undefined) {
    login.password = password;
    delete login.passwordHash;
  }
  if (hash !== undefined) login.passwordHash = hash;
}

function dropLogin(instance: Instance, name: string): void {
  const login = loginNamed(instance, name);
  if (!login) throw cannot("drop", "login", name);
  if (sameName(login.name, "sa")) throw new SqlError(15405, 16, "Cannot use the special principal 'sa'.");
  if (instance.sessions.some((session) => sameName(session.login, login.name)))
    throw new SqlError(15434, 16, `Could not drop login '${name}' as the user is currently logged in.`);
  if (instance.databases.some((database) => ownerSid(database) === sidOfLogin(login)))
    throw new SqlError(
      15174,
      16,
      `Login '${name}' owns one or more database(s). Change the owner of the database(s) before dropping the login.`,
    );
  instance.logins = instance.logins.filter((one) => one !== login);
}

function changeServerRole(instance: Instance, { role, member, add }: Change<"server-role-member">): void {
  const login = loginNamed(instance, member);
  if (!login) throw cannot("add", "principal", member);
  if (sameName(role, "sysadmin")) login.sysadmin = add;
  else if (!SERVER_ROLES.has(role.toLowerCase())) throw cannot("alter", "server role", role);
  else {
    const others = login.grants.filter((grant) => !sameName(grant, role));
    login.grants = add ? [...others, role.toLowerCase()] : others;
  }
}

/** In the session's database, which must be open; the change travels to the mirror with its log. */
function changeUser(
  fleet: Fleet,
  instance: Instance,
  asking: Login | undefined,
  change: Change<"create-user" | "alter-user" | "drop-user" | "role-member">,
  name: string,
): void {
  const database = findDatabase(instance, name);
  if (!database)
    throw new SqlError(40510, 16, `Statement 'users of ${name}' is not supported by this simulated server.`);
  const closed = whyClosed(database);
  if (closed) throw closed;
  if (!asking || !mayAlterDatabase(instance, database.name, asking))
    throw change.kind === "create-user" ? noPermission() : cannot("alter", "user", nameOf(change));
  const users = usersOf(database) ?? [];
  writeUsers(fleet, instance, database, changed(users, change, instance, database));
}

function changed(
  users: DatabaseUser[],
  change: Change<"create-user" | "alter-user" | "drop-user" | "role-member">,
  instance: Instance,
  database: Database,
): DatabaseUser[] {
  if (change.kind === "create-user") return [...users, newUser(users, change, instance, database)];
  const name = nameOf(change);
  const user = users.find((one) => sameName(one.name, name));
  if (!user) {
    if (change.kind === "role-member")
      throw new SqlError(15410, 11, `User or role '${name}' does not exist in this database.`);
    throw cannot(change.kind === "drop-user" ? "drop" : "alter", "user", name);
  }
  if (change.kind === "drop-user") return users.filter((one) => one !== user);
  const next = { ...user };
  if (change.kind === "role-member") {
    const others = user.roles.filter((role) => !sameName(role, change.role));
    next.roles = change.add ? [...others, change.role] : others;
  } else {
    if (change.newName !== undefined) next.name = change.newName;
    if (change.login !== undefined) next.sid = freeSid(users, change.login, instance, user);
  }
  return users.map((one) => (one === user ? next : one));
}

function newUser(
  users: DatabaseUser[],
  { name, login }: Change<"create-user">,
  instance: Instance,
  database: Database,
): DatabaseUser {
  if (FIXED.has(name.toLowerCase()) || users.some((user) => sameName(user.name, name)))
    throw new SqlError(15023, 16, `User, group, or role '${name}' already exists in the current database.`);
  const sid = login === null ? "" : freeSid(users, login, instance, null);
  if (sid !== "" && sid === ownerSid(database))
    throw new SqlError(15063, 16, "The login already has an account under a different user name.");
  const principalId = Math.max(4, ...users.map((user) => user.principalId)) + 1;
  return { name, principalId, sid, roles: [], grants: [], windows: name.includes("\\") };
}

function freeSid(users: DatabaseUser[], name: string, instance: Instance, self: DatabaseUser | null): string {
  const login = loginNamed(instance, name);
  if (!login) throw new SqlError(15007, 16, `'${name}' is not a valid login or you do not have permission.`);
  const sid = sidOfLogin(login);
  if (users.some((user) => user !== self && user.sid === sid))
    throw new SqlError(15063, 16, "The login already has an account under a different user name.");
  return sid;
}

function nameOf(change: Change<"create-user" | "alter-user" | "drop-user" | "role-member">): string {
  return change.kind === "role-member" ? change.member : change.name;
}

function loginNamed(instance: Instance, name: string): Login | undefined {
  return instance.logins.find((login) => sameName(login.name, name));
}

function requireDatabase(instance: Instance, name: string | null): void {
  if (name === null || SYSTEM.has(name.toLowerCase()) || findDatabase(instance, name)) return;
  throw new SqlError(
    15010,
    16,
    `The database '${name}' does not exist. Supply a valid database name. To see available databases, use sys.databases.`,
  );
}

function requireLoginRight(asking: Login | undefined, name?: string, verb?: string): void {
  const allowed =
    asking?.sysadmin ||
    asking?.grants.some((grant) => /^(securityadmin|alter any login|control server)$/i.test(grant));
  if (allowed) return;
  throw name !== undefined && verb !== undefined ? cannot(verb, "login", name) : noPermission();
}

function cannot(verb: string, what: string, name: string): SqlError {
  return new SqlError(
    15151,
    16,
    `Cannot ${verb} the ${what} '${name}', because it does not exist or you do not have permission.`,
  );
}

function noPermission(): SqlError {
  return new SqlError(15247, 16, "User does not have permission to perform this action.");
}

/** Another one on every instance: that is what makes orphans. */
function newSid(fleet: Fleet, instance: Instance, name: string): string {
  const where = name.includes("\\") ? "" : `${instance.name} ${fleet.now} ${instance.logins.length}`;
  let hash = BigInt(fleet.seed);
  for (const letter of `${where}\0${name}`)
    hash = BigInt.asUintN(128, (hash + BigInt(letter.codePointAt(0)!)) * 309485009821345068724781371n + 1n);
  return hash.toString(16).toUpperCase().padStart(32, "0");
}

const FIXED = new Set(["dbo", "guest", "sys", "information_schema", "public"]);
const SYSTEM = new Set(["master", "tempdb", "model", "msdb"]);
const SERVER_ROLES = new Set(
  "securityadmin serveradmin setupadmin processadmin diskadmin dbcreator bulkadmin".split(" "),
);
