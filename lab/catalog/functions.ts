/** The functions that tell of the server, its databases and whoever asks. */
import { databaseNamed, hasUser, may, visibleDatabases, whyClosed } from "#lab/catalog/access.ts";
import { usedLogKb } from "#lab/catalog/counters.ts";
import { filesOf } from "#lab/catalog/databases.ts";
import { maxLength, objectId } from "#lab/catalog/objects.ts";
import { principalId } from "#lab/catalog/principal-id.ts";
import { hashOf, sidOf } from "#lab/catalog/principals.ts";
import { databaseProperty, serverProperty } from "#lab/catalog/properties.ts";
import { versionText } from "#lab/catalog/versions.ts";
import type { View } from "#lab/catalog/view.ts";
import { sameName } from "#lab/mirroring/find.ts";
import { mayAlterDatabase, ownerSid, sidOfLogin, userOf } from "#lab/mirroring/users.ts";
import { fact } from "#lab/tsql/built-in.ts";
import type { BuiltIn, Context } from "#lab/tsql/context.ts";
import { INT, nvarchar, SYSNAME, VARIANT } from "#lab/tsql/type-rules.ts";
import { coerce, type Typed } from "#lab/tsql/typed.ts";
import type { SqlType, SqlValue } from "#lab/tsql/values.ts";

const SMALLINT: SqlType = { name: "smallint" };
const SID: SqlType = { name: "varbinary", length: 85 };

export function catalogFunctions(
  viewNamed: (name: string[], context: Context) => View | null,
): Record<string, BuiltIn> {
  return {
    "@@SPID": fact(SMALLINT, ({ session }) => session.spid),
    "@@SERVERNAME": fact(SYSNAME, ({ instance }) => instance.name),
    "@@SERVICENAME": fact(
      SYSNAME,
      ({ instance }) => instance.name.split("\\")[1]?.toUpperCase() ?? "MSSQLSERVER",
    ),
    "@@VERSION": fact(nvarchar(300), ({ instance }) => versionText(instance)),
    "@@MICROSOFTVERSION": fact(INT, ({ instance }) => {
      const [major = 0, minor = 0, build = 0] = instance.version.split(".").map(Number);
      return (major << 24) | (minor << 16) | build;
    }),
    "@@MAX_CONNECTIONS": fact(INT, () => 32767),
    "@@CONNECTIONS": fact(INT, ({ fleet }) => fleet.nextSpid),
    "@@CPU_BUSY": fact(
      INT,
      ({ fleet, instance }) => Math.floor((fleet.now - instance.startedAt) / 1000) % 2_147_483_647,
    ),
    SERVERPROPERTY: asked([SYSNAME], VARIANT, ({ instance }, name) =>
      serverProperty(instance, name as string),
    ),
    DATABASEPROPERTYEX: asked([SYSNAME, SYSNAME], VARIANT, (context, name, property) => {
      const database = visible(context, name as string);
      return database ? databaseProperty(database, property as string) : null;
    }),
    DB_ID: asked(
      [SYSNAME],
      SMALLINT,
      (context, name) =>
        visible(context, (name as string | undefined) ?? context.session.database)?.databaseId ?? null,
      0,
    ),
    DB_NAME: asked(
      [INT],
      SYSNAME,
      (context, id) =>
        id === undefined || id === 0
          ? context.session.database
          : (visibleDatabases(context.instance, context.login).find((one) => one.databaseId === id)?.name ??
            null),
      0,
    ),
    ORIGINAL_DB_NAME: fact(SYSNAME, ({ session }) => session.database),
    HAS_DBACCESS: asked([SYSNAME], INT, ({ instance, login }, name) => {
      const database = databaseNamed(instance, name as string);
      return database ? (whyClosed(database) === null && hasUser(database, login) ? 1 : 0) : null;
    }),
    OBJECT_ID: asked(
      [nvarchar(776), nvarchar(2)],
      INT,
      (context, name) => objectNamed(name as string, context, viewNamed),
      1,
    ),
    OBJECT_NAME: asked(
      [INT, INT],
      SYSNAME,
      (context, id) =>
        [...context.settings.temporary.values()].find((table) => table.objectId === id)?.name ?? null,
      1,
    ),
    OBJECT_SCHEMA_NAME: asked([INT, INT], SYSNAME, () => null, 1),
    SCHEMA_NAME: asked(
      [INT],
      SYSNAME,
      (_, id) =>
        ({ 1: "dbo", 2: "guest", 3: "INFORMATION_SCHEMA", 4: "sys" })[(id as number | undefined) ?? 1] ??
        null,
      0,
    ),
    SCHEMA_ID: asked(
      [SYSNAME],
      INT,
      (_, name) =>
        ({ dbo: 1, guest: 2, information_schema: 3, sys: 4 })[
          ((name as string | undefined) ?? "dbo").toLowerCase()
        ] ?? null,
      0,
    ),
    COL_LENGTH: asked([nvarchar(776), SYSNAME], SMALLINT, (context, table, column) => {
      const found = viewNamed(splitName(table as string), context)?.columns.find(
        (one) => sameName(one.name, column as string) && one.since <= context.version,
      );
      return found ? maxLength(found.type) : null;
    }),
    SUSER_SNAME: asked(
      [SID],
      SYSNAME,
      ({ instance, login }, sid) =>
        sid === undefined
          ? login.name
          : loginWithSid(instance.logins, sid as Uint8Array, (name) => sidOf(instance, name)),
      0,
    ),
    SUSER_NAME: asked(
      [INT],
      SYSNAME,
      ({ instance, login }, id) =>
        id === undefined
          ? login.name
          : (instance.logins.find((one) => principalId(instance, one) === id)?.name ?? null),
      0,
    ),
    SUSER_SID: asked(
      [SYSNAME, INT],
      SID,
      ({ instance, login }, name) =>
        name === undefined || instance.logins.some((one) => sameName(one.name, name as string))
          ? sidOf(instance, (name as string | undefined) ?? login.name)
          : null,
      0,
    ),
    SUSER_ID: asked(
      [SYSNAME],
      INT,
      ({ instance, login }, name) => {
        const found =
          name === undefined ? login : instance.logins.find((one) => sameName(one.name, name as string));
        return found ? principalId(instance, found) : null;
      },
      0,
    ),
    LOGINPROPERTY: asked([SYSNAME, SYSNAME], VARIANT, loginProperty),
    ORIGINAL_LOGIN: fact(SYSNAME, ({ login }) => login.name),
    SYSTEM_USER: fact(SYSNAME, ({ login }) => login.name),
    SESSION_USER: fact(SYSNAME, userName),
    CURRENT_USER: fact(SYSNAME, userName),
    USER: fact(SYSNAME, userName),
    USER_NAME: asked(
      [INT],
      SYSNAME,
      (context, id) =>
        id === undefined ? userName(context) : ({ 0: "public", 1: "dbo", 2: "guest" }[id as number] ?? null),
      0,
    ),
    USER_ID: asked(
      [SYSNAME],
      SMALLINT,
      (_, name) => (name === undefined || sameName(name as string, "dbo") ? 1 : null),
      0,
    ),
    HOST_NAME: fact(SYSNAME, ({ session }) => session.host),
    HOST_ID: fact({ name: "char", length: 8 }, () => "1804    "),
    APP_NAME: fact(SYSNAME, ({ session }) => session.program),
    PROGRAM_NAME: fact(SYSNAME, ({ session }) => session.program),
    IS_SRVROLEMEMBER: asked(
      [SYSNAME, SYSNAME],
      INT,
      ({ instance, login }, role, name) => {
        const who =
          name === undefined ? login : instance.logins.find((one) => sameName(one.name, name as string));
        if (!who || !SERVER_ROLES.has((role as string).toLowerCase())) return null;
        return who.sysadmin ||
          sameName(role as string, "public") ||
          who.grants.some((grant) => sameName(grant, role as string))
          ? 1
          : 0;
      },
      1,
    ),
    IS_MEMBER: asked([SYSNAME], INT, roleMember),
    IS_ROLEMEMBER: { ...asked([SYSNAME, SYSNAME], INT, roleMember, 1), since: 11 },
    HAS_PERMS_BY_NAME: asked([SYSNAME, SYSNAME, SYSNAME, SYSNAME, SYSNAME], INT, hasPermission, 3, false),
    CONNECTIONPROPERTY: asked([SYSNAME], VARIANT, ({ instance }, name) => {
      const values: Record<string, string | number> = {
        net_transport: "TCP",
        protocol_type: "TSQL",
        auth_scheme: "SQL",
        local_net_address: "127.0.0.1",
        local_tcp_port: instance.port,
        client_net_address: "127.0.0.1",
      };
      const value = values[(name as string).toLowerCase()];
      return value === undefined ? null : { base: typeof value === "number" ? INT : nvarchar(40), value };
    }),
    FILEPROPERTY: asked([SYSNAME, SYSNAME], INT, fileProperty),
    OBJECTPROPERTY: asked([INT, SYSNAME], INT, () => null),
    STATS_DATE: asked([INT, INT], { name: "datetime" }, () => null),
  };
}

/** A function of its arguments and of who asks; NULL for NULL, unless it wants to know. */
function asked(
  types: SqlType[],
  result: SqlType,
  compute: (context: Context, ...values: (SqlValue | undefined)[]) => SqlValue,
  least = types.length,
  strict = true,
): BuiltIn {
  return {
    arity: [least, types.length],
    bind: (args, context): Typed => {
      const converted = args.map((arg, i) => coerce(arg, types[i]!));
      return {
        type: result,
        nullable: true,
        evaluate: (frame) => {
          const values = converted.map((arg) => arg.evaluate(frame));
          return strict && values.includes(null) ? null : compute(context, ...values);
        },
      };
    },
  };
}

function visible({ instance, login }: Context, name: string) {
  return visibleDatabases(instance, login).find((database) => sameName(database.name, name));
}

function loginWithSid(
  logins: { name: string }[],
  sid: Uint8Array,
  sidOfLogin: (name: string) => Uint8Array,
): string | null {
  if (sid.length === 1 && sid[0] === 1) return "sa";
  return logins.find((login) => Buffer.compare(sidOfLogin(login.name), sid) === 0)?.name ?? null;
}

/** sysadmin and the owner are dbo; in the system databases everyone else comes as guest. */
function userName({ instance, login, session }: Context): string {
  if (login.sysadmin) return "dbo";
  const database = databaseNamed(instance, session.database);
  if (!database || ["master", "tempdb", "msdb"].includes(database.name.toLowerCase())) return "guest";
  if (ownerSid(database) === sidOfLogin(login)) return "dbo";
  return userOf(database, login)?.name ?? login.name;
}

/** PasswordHash is told to sysadmin alone. */
function loginProperty(
  context: Context,
  name: SqlValue | undefined,
  property: SqlValue | undefined,
): SqlValue {
  const { instance } = context;
  const login = instance.logins.find((one) => sameName(one.name, name as string));
  if (!login) return null;
  switch ((property as string).toLowerCase()) {
    case "passwordhash": {
      const value = hashOf(context, login.name);
      return value === null ? null : { base: { name: "varbinary", length: 256 }, value };
    }
    case "defaultdatabase":
      return { base: nvarchar(128), value: login.defaultDatabase };
    case "islocked":
    case "isexpired":
    case "ismustchange":
    case "badpasswordcount":
      return { base: INT, value: 0 };
    default:
      return null;
  }
}

function roleMember({ instance, login, session }: Context, role: SqlValue | undefined): number | null {
  const name = (role as string).toLowerCase();
  if (name === "dbm_monitor")
    return session.database.toLowerCase() === "msdb" ? (login.monitor || login.sysadmin ? 1 : 0) : null;
  if (name === "public") return 1;
  const database = databaseNamed(instance, session.database);
  if (
    database &&
    (ownerSid(database) === sidOfLogin(login) ||
      userOf(database, login)?.roles.some((one) => sameName(one, name)))
  )
    return 1;
  if (
    name === "db_owner" ||
    /^db_(datareader|datawriter|ddladmin|accessadmin|securityadmin|backupoperator)$/.test(name)
  )
    return login.sysadmin ? 1 : 0;
  return null;
}

/** Securable, class, permission; without securable and class the server itself is meant. */
function hasPermission(
  { login, session, instance }: Context,
  securable: SqlValue | undefined,
  kind: SqlValue | undefined,
  permission: SqlValue | undefined,
): number | null {
  if (permission === null || permission === undefined) return null;
  const wanted = (permission as string).toUpperCase();
  if (kind === null) return (wanted === "ANY" ? true : may(login, wanted)) ? 1 : 0;
  if ((kind as string).toUpperCase() === "DATABASE") {
    const database = databaseNamed(instance, (securable as string | null) ?? session.database);
    if (!database) return null;
    if (login.sysadmin || (wanted === "ALTER" && mayAlterDatabase(instance, database.name, login))) return 1;
    return ["CONNECT", "ANY"].includes(wanted) && hasUser(database, login) ? 1 : 0;
  }
  return login.sysadmin || ["SELECT", "ANY", "VIEW DEFINITION"].includes(wanted) ? 1 : 0;
}

function fileProperty(
  { instance, session }: Context,
  name: SqlValue | undefined,
  property: SqlValue | undefined,
): number | null {
  const database = databaseNamed(instance, session.database)!;
  const file = filesOf(database).find((one) => sameName(one.name as string, name as string));
  if (!file) return null;
  switch ((property as string).toLowerCase()) {
    case "isreadonly":
      return 0;
    case "isprimaryfile":
      return file.type === 0 ? 1 : 0;
    case "islogfile":
      return file.type === 1 ? 1 : 0;
    case "spaceused":
      return file.type === 1 ? Math.ceil(usedLogKb(database) / 8) : (file.size as number);
    default:
      return null;
  }
}

function objectNamed(
  name: string,
  context: Context,
  viewNamed: (name: string[], context: Context) => View | null,
): number | null {
  const parts = splitName(name);
  const last = parts.at(-1) ?? "";
  if (last.startsWith("#"))
    return parts.length >= 3 && !sameName(parts.at(-3)!, "tempdb")
      ? null
      : (context.settings.temporary.get(last.toLowerCase())?.objectId ?? null);
  const view = viewNamed(parts, context);
  if (view) return objectId(view.name);
  const procedure = context.catalog.procedures[last.toLowerCase()];
  return procedure ? objectId(last) : null;
}

function splitName(name: string): string[] {
  return (name.match(/\[(?:[^\]]|\]\])*\]|[^.]+|(?<=\.)(?=\.)/g) ?? []).map((part) =>
    part.replace(/^\[([\s\S]*)\]$/, "$1").replace(/\]\]/g, "]"),
  );
}

const SERVER_ROLES = new Set([
  "sysadmin",
  "serveradmin",
  "securityadmin",
  "processadmin",
  "setupadmin",
  "bulkadmin",
  "diskadmin",
  "dbcreator",
  "public",
]);
