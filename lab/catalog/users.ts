/** Who may do what inside one database: its users, their roles and their permissions. */
import { databaseNamed } from "#lab/catalog/access.ts";
import { sidOf } from "#lab/catalog/principals.ts";
import { columns, type Row, type View, type Viewing } from "#lab/catalog/view.ts";
import { sameName } from "#lab/mirroring/find.ts";
import type { Database, DatabaseUser } from "#lab/mirroring/model.ts";
import { ownerSid, usersOf } from "#lab/mirroring/users.ts";

export const userViews: View[] = [
  {
    name: "sys.database_principals",
    columns: columns(`
      name sysname !
      principal_id int !
      type char(1) !
      type_desc nvarchar(60)
      default_schema_name sysname
      create_date datetime !
      modify_date datetime !
      owning_principal_id int
      sid varbinary(85)
      is_fixed_role bit !
      authentication_type int @11
      authentication_type_desc nvarchar(60) @11`),
    rows: (viewing) => principals(viewing),
  },
  {
    name: "sysusers",
    columns: columns(`
      uid smallint
      name sysname
      sid varbinary(85)
      createdate datetime !
      updatedate datetime !
      hasdbaccess int
      islogin int
      isntname int
      isntuser int
      issqluser int
      issqlrole int`),
    rows: (viewing) =>
      principals(viewing).map((row) => ({
        uid: row.principal_id!,
        name: row.name!,
        sid: row.sid!,
        createdate: row.create_date!,
        updatedate: row.modify_date!,
        hasdbaccess: row.type === "R" || row.name === "guest" ? 0 : 1,
        islogin: row.type === "R" ? 0 : 1,
        isntname: row.type === "U" ? 1 : 0,
        isntuser: row.type === "U" ? 1 : 0,
        issqluser: row.type === "S" ? 1 : 0,
        issqlrole: row.type === "R" ? 1 : 0,
      })),
  },
  {
    name: "sys.database_role_members",
    columns: columns("role_principal_id int !\nmember_principal_id int !"),
    rows: (viewing) =>
      databaseUsers(viewing).flatMap((user) =>
        user.roles.map((role) => ({
          role_principal_id: roleId(role, viewing),
          member_principal_id: user.principalId,
        })),
      ),
  },
  {
    name: "sys.database_permissions",
    columns: columns(`
      class tinyint !
      class_desc nvarchar(60)
      major_id int !
      minor_id int !
      grantee_principal_id int !
      grantor_principal_id int !
      type char(4) !
      permission_name nvarchar(128)
      state char(1) !
      state_desc nvarchar(60)`),
    rows: (viewing) =>
      databaseUsers(viewing).flatMap((user) =>
        ["CONNECT", ...user.grants].map((permission) => ({
          class: 0,
          class_desc: "DATABASE",
          major_id: 0,
          minor_id: 0,
          grantee_principal_id: user.principalId,
          grantor_principal_id: 1,
          type: (TYPES[permission.toUpperCase()] ?? "CO").padEnd(4),
          permission_name: permission.toUpperCase(),
          state: "G",
          state_desc: "GRANT",
        })),
      ),
  },
];

/** What is in msdb of users here: the members of dbm_monitor. */
export function databaseUsers({
  instance,
  database,
}: Pick<Viewing, "instance" | "database">): DatabaseUser[] {
  if (sameName(database, "msdb")) {
    return instance.logins
      .filter(({ monitor }) => monitor)
      .map(({ name, sid }, at) => ({
        name,
        sid,
        principalId: 5 + at,
        roles: ["dbm_monitor"],
        grants: [],
        windows: name.includes("\\"),
      }));
  }
  const found = databaseNamed(instance, database);
  if (!found) return [];
  return usersOf(found) ?? workers(found, instance);
}

function principals(viewing: Viewing): Row[] {
  const { instance, database } = viewing;
  const found = databaseNamed(instance, database);
  const made = new Date(found?.createdAt ?? Date.UTC(2003, 3, 8));
  const row = (
    name: string,
    id: number,
    sid: Uint8Array | null,
    type = "S",
    schema: string | null = "dbo",
  ): Row => {
    const without = sid?.length === 0;
    const entered = type !== "R" && sid !== null && !without && name !== "guest";
    return {
      name,
      principal_id: id,
      type,
      type_desc: { S: "SQL_USER", U: "WINDOWS_USER", R: "DATABASE_ROLE" }[type]!,
      default_schema_name: schema,
      create_date: made,
      modify_date: made,
      sid: without ? Uint8Array.of(1, 5, 0, 0, id) : sid,
      owning_principal_id: type === "R" ? 1 : null,
      is_fixed_role: id >= 16_384,
      authentication_type: entered ? (type === "U" ? 3 : 1) : 0,
      authentication_type_desc: entered ? (type === "U" ? "WINDOWS" : "INSTANCE") : "NONE",
    };
  };
  const bytes = (hex: string) => Uint8Array.from(Buffer.from(hex, "hex"));
  return [
    row("public", 0, Uint8Array.of(1, 5, 0, 0), "R", null),
    row("dbo", 1, found ? bytes(ownerSid(found)) : Uint8Array.of(1)),
    row("guest", 2, Uint8Array.of(0), "S", "guest"),
    row("INFORMATION_SCHEMA", 3, null, "S", null),
    row("sys", 4, null, "S", null),
    ...databaseUsers(viewing).map((user) =>
      row(user.name, user.principalId, bytes(user.sid), user.windows ? "U" : "S"),
    ),
    ...ownRoles(viewing).map((role) => row(role, roleId(role, viewing), null, "R", null)),
    ...FIXED_ROLES.map((role) => row(role, roleId(role, viewing), null, "R", null)),
  ];
}

function roleId(role: string, viewing: Viewing): number {
  const fixed = FIXED_ROLES.findIndex((name) => sameName(name, role));
  if (fixed >= 0) return 16_384 + fixed;
  return 900 + ownRoles(viewing).findIndex((name) => sameName(name, role));
}

/** The first update of the monitor makes dbm_monitor. */
function ownRoles(viewing: Viewing): string[] {
  const held = databaseUsers(viewing).flatMap(({ roles }) => roles);
  const monitor =
    sameName(viewing.database, "msdb") && viewing.instance.monitor?.tableExists ? ["dbm_monitor"] : [];
  return [...new Set([...monitor, ...held])].filter(
    (role) => !FIXED_ROLES.some((name) => sameName(name, role)),
  );
}

/** A fleet of before there were users: whoever's clients work there has one. */
function workers(database: Database, instance: Viewing["instance"]): DatabaseUser[] {
  return [...new Set(database.clients.map(({ login }) => login))].map((name, at) => ({
    name,
    principalId: 5 + at,
    sid: Buffer.from(sidOf(instance, name)).toString("hex"),
    roles: [],
    grants: [],
    windows: name.includes("\\"),
  }));
}

const FIXED_ROLES = [
  "db_owner",
  "db_accessadmin",
  "db_securityadmin",
  "db_ddladmin",
  "db_backupoperator",
  "db_datareader",
  "db_datawriter",
  "db_denydatareader",
  "db_denydatawriter",
];
const TYPES: Record<string, string> = {
  CONNECT: "CO",
  ALTER: "AL",
  CONTROL: "CL",
  "VIEW DATABASE STATE": "VWDS",
  "VIEW DEFINITION": "VW",
  SELECT: "SL",
  EXECUTE: "EX",
};
