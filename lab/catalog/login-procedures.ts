/** The old procedures about logins and users, which many runbooks still call. */
import { openDatabase } from "#lab/catalog/access.ts";
import { columns } from "#lab/catalog/view.ts";
import { SqlError } from "#lab/mirroring/commands.ts";
import { findDatabase, sameName } from "#lab/mirroring/find.ts";
import type { Database, DatabaseUser, Login } from "#lab/mirroring/model.ts";
import { changePrincipal, type PrincipalChange } from "#lab/mirroring/principals.ts";
import { mayAlterDatabase, sidOfLogin, usersOf } from "#lab/mirroring/users.ts";
import type { Context, Procedure, ProcedureAnswer } from "#lab/tsql/context.ts";
import { SYSNAME } from "#lab/tsql/type-rules.ts";

const name = (parameter: string) => ({ name: parameter, type: SYSNAME });
const optional = (parameter: string) => ({ ...name(parameter), default: null });

export const loginProcedures: Record<string, Procedure> = {
  sp_change_users_login: {
    parameters: [
      name("@Action"),
      optional("@UserNamePattern"),
      optional("@LoginName"),
      optional("@Password"),
    ],
    run: (args, context) => {
      const action = String(args["@Action"]).toUpperCase();
      const user = (args["@UserNamePattern"] ?? null) as string | null;
      const login = (args["@LoginName"] ?? null) as string | null;
      const database = currentDatabase(context);
      if (!database || !mayAlterDatabase(context.instance, database.name, context.login))
        throw new SqlError(15247, 16, "User does not have permission to perform this action.");
      if (action === "REPORT") return report(database, context);
      if (action === "UPDATE_ONE") return updateOne(database, user, login, context);
      if (action === "AUTO_FIX") return autoFix(database, user, context);
      throw new SqlError(
        15286,
        16,
        `Terminating this procedure. The @action '${args["@Action"]}' is unrecognized. Try 'REPORT', 'UPDATE_ONE', or 'AUTO_FIX'.`,
      );
    },
  },
  sp_addrolemember: {
    parameters: [name("@rolename"), name("@membername")],
    run: (args, context) => change({ ...member(args, "@rolename"), kind: "role-member", add: true }, context),
  },
  sp_droprolemember: {
    parameters: [name("@rolename"), name("@membername")],
    run: (args, context) =>
      change({ ...member(args, "@rolename"), kind: "role-member", add: false }, context),
  },
  sp_addsrvrolemember: {
    parameters: [name("@loginame"), optional("@rolename")],
    run: (args, context) =>
      change(
        {
          kind: "server-role-member",
          role: args["@rolename"] as string,
          member: args["@loginame"] as string,
          add: true,
        },
        context,
      ),
  },
  sp_dropsrvrolemember: {
    parameters: [name("@loginame"), optional("@rolename")],
    run: (args, context) =>
      change(
        {
          kind: "server-role-member",
          role: args["@rolename"] as string,
          member: args["@loginame"] as string,
          add: false,
        },
        context,
      ),
  },
};

/** SQL users whose SID no login of this instance has. */
export function orphans(database: Database, logins: Login[]): DatabaseUser[] {
  const known = new Set(logins.map(sidOfLogin));
  return (usersOf(database) ?? []).filter(({ windows, sid }) => !windows && sid !== "" && !known.has(sid));
}

function report(database: Database, { instance }: Context): ProcedureAnswer {
  const rows = orphans(database, instance.logins).map(({ name, sid }) => [
    name,
    Uint8Array.from(Buffer.from(sid, "hex")),
  ]);
  return { results: [{ columns: columns("UserName sysname !\nUserSID varbinary(85)"), rows: () => rows }] };
}

function updateOne(
  database: Database,
  user: string | null,
  login: string | null,
  context: Context,
): ProcedureAnswer {
  sqlUser(database, user);
  if (login === null || !context.instance.logins.some((one) => sameName(one.name, login)))
    throw new SqlError(
      15291,
      16,
      `Terminating this procedure. The Login name '${login ?? ""}' is absent or invalid.`,
    );
  return change({ kind: "alter-user", name: user!, login }, context);
}

/** Ties the user to the login of its own name. The lab makes no login where there is none. */
function autoFix(database: Database, user: string | null, context: Context): ProcedureAnswer {
  const found = sqlUser(database, user);
  const login = context.instance.logins.find((one) => sameName(one.name, found.name));
  if (!login)
    throw new SqlError(
      15600,
      15,
      "An invalid parameter or option was specified for procedure 'sys.sp_change_users_login'.",
    );
  const orphaned = orphans(database, context.instance.logins).includes(found);
  if (orphaned) change({ kind: "alter-user", name: found.name, login: login.name }, context);
  return {
    results: [],
    messages: [
      ...(orphaned
        ? [
            `The row for user '${found.name}' will be fixed by updating its login link to a login already in existence.`,
          ]
        : []),
      `The number of orphaned users fixed by updating users was ${orphaned ? 1 : 0}.`,
      "The number of orphaned users fixed by adding new logins and then updating users was 0.",
    ],
  };
}

function sqlUser(database: Database, name: string | null): DatabaseUser {
  const user = usersOf(database)?.find((one) => name !== null && sameName(one.name, name) && !one.windows);
  if (user) return user;
  throw new SqlError(
    15291,
    16,
    `Terminating this procedure. The User name '${name ?? ""}' is absent or invalid.`,
  );
}

function member(args: Record<string, unknown>, role: string) {
  return { role: args[role] as string, member: args["@membername"] as string };
}

function change(what: PrincipalChange, { fleet, instance, session, login }: Context): ProcedureAnswer {
  changePrincipal(fleet, what, {
    instance: instance.name,
    spid: session.spid,
    login: login.name,
    currentDatabase: session.database,
  });
  return { results: [] };
}

function currentDatabase({ instance, login, session }: Context): Database | undefined {
  return findDatabase(instance, openDatabase(instance, login, session.database));
}
