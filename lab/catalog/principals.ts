/** Logins, roles and what they may do. */
import { may } from "#lab/catalog/access.ts";
import { endpointGrants, endpointOwnerId } from "#lab/catalog/endpoints.ts";
import { principalId } from "#lab/catalog/principal-id.ts";
import { columns, type Row, type View, type Viewing } from "#lab/catalog/view.ts";
import { sameName } from "#lab/mirroring/find.ts";
import type { Instance } from "#lab/mirroring/model.ts";
import type { Context } from "#lab/tsql/context.ts";
import { passwordHash } from "#lab/tsql/passwords.ts";

const principal = `
      name sysname !
      principal_id int !
      sid varbinary(85)
      type char(1) !
      type_desc nvarchar(60)
      is_disabled bit
      create_date datetime !
      modify_date datetime !
      default_database_name sysname
      default_language_name sysname
      credential_id int`;

export const principalViews: View[] = [
  {
    name: "sys.server_principals",
    columns: columns(principal),
    rows: (viewing) => [...logins(viewing), ...roles(viewing)],
  },
  {
    name: "sys.sql_logins",
    columns: columns(`${principal}
      is_policy_checked bit
      is_expiration_checked bit
      password_hash varbinary(256)`),
    rows: (viewing) =>
      logins(viewing)
        .filter((row) => row.type === "S")
        .map((row) => ({
          ...row,
          is_policy_checked: true,
          is_expiration_checked: false,
          password_hash: hashOf(viewing, row.name as string),
        })),
  },
  {
    name: "syslogins",
    columns: columns(`
      sid varbinary(85)
      createdate datetime !
      updatedate datetime !
      name sysname !
      dbname sysname
      language sysname
      denylogin int
      hasaccess int
      isntname int
      isntgroup int
      isntuser int
      sysadmin int
      loginname sysname !`),
    rows: (viewing) =>
      logins(viewing).map((row) => {
        const windows = row.type === "U" ? 1 : 0;
        return {
          sid: row.sid!,
          createdate: row.create_date!,
          updatedate: row.modify_date!,
          name: row.name!,
          dbname: row.default_database_name!,
          language: "us_english",
          denylogin: 0,
          hasaccess: 1,
          isntname: windows,
          isntgroup: 0,
          isntuser: windows,
          sysadmin: viewing.instance.logins.some((login) => login.name === row.name && login.sysadmin)
            ? 1
            : 0,
          loginname: row.name!,
        };
      }),
  },
  {
    name: "sys.server_role_members",
    columns: columns(`
      role_principal_id int !
      member_principal_id int !`),
    rows: ({ instance }) =>
      instance.logins.flatMap((login) => {
        const member = principalId(instance, login);
        const held = ROLES.filter((role) => login.grants.some((grant) => sameName(grant, role)));
        return [...(login.sysadmin ? ["sysadmin"] : []), ...held].map((role) => ({
          role_principal_id: ROLES.indexOf(role) + 2,
          member_principal_id: member,
        }));
      }),
  },
  {
    name: "sys.server_permissions",
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
    rows: permissions,
  },
];

/** sa is 0x01 everywhere; every other login has its own, which need not be the same on both partners. */
export function sidOf(instance: Instance, name: string): Uint8Array {
  if (sameName(name, "sa")) return Uint8Array.of(1);
  const login = instance.logins.find((one) => sameName(one.name, name));
  return login ? Uint8Array.from(Buffer.from(login.sid, "hex")) : new Uint8Array(16);
}

/** The hash is a secret of sysadmin (CONTROL SERVER); NULL to everyone else. */
export function hashOf(
  { instance, login: viewer, version }: Viewing | Context,
  name: string,
): Uint8Array | null {
  const login = instance.logins.find((one) => sameName(one.name, name));
  if (!login || login.name.includes("\\") || !may(viewer, "CONTROL SERVER")) return null;
  return Uint8Array.from(Buffer.from(passwordHash(login, version), "hex"));
}

/** With VIEW ANY DEFINITION all of them, otherwise sa and oneself. */
function logins({ instance, login: viewer }: Viewing): Row[] {
  const created = new Date(instance.startedAt - 86_400_000);
  return instance.logins
    .filter((login) => may(viewer, "VIEW ANY DEFINITION") || login === viewer || sameName(login.name, "sa"))
    .map((login) => {
      const windows = login.name.includes("\\");
      return {
        name: login.name,
        principal_id: principalId(instance, login),
        sid: sidOf(instance, login.name),
        type: windows ? "U" : "S",
        type_desc: windows ? "WINDOWS_LOGIN" : "SQL_LOGIN",
        is_disabled: login.disabled === true,
        create_date: created,
        modify_date: created,
        default_database_name: login.defaultDatabase,
        default_language_name: "us_english",
      };
    });
}

function roles({ instance }: Viewing): Row[] {
  const created = new Date(Date.UTC(2009, 3, 13, 12, 59, 6));
  return ROLES.map((name, at) => ({
    name,
    principal_id: at + 2,
    sid: Uint8Array.of(at + 2),
    type: "R",
    type_desc: "SERVER_ROLE",
    is_disabled: false,
    create_date: at ? created : new Date(instance.startedAt),
    modify_date: created,
  }));
}

function permissions({ instance, login: viewer }: Viewing): Row[] {
  const row = (grantee: number, name: string, major = 0, state = "G"): Row => ({
    class: major ? 105 : 100,
    class_desc: major ? "ENDPOINT" : "SERVER",
    major_id: major,
    minor_id: 0,
    grantee_principal_id: grantee,
    grantor_principal_id: 1,
    type: (TYPES[name] ?? "CO").padEnd(4),
    permission_name: name,
    state,
    state_desc: state === "D" ? "DENY" : "GRANT",
  });
  const shown = instance.logins.filter((login) => may(viewer, "VIEW ANY DEFINITION") || login === viewer);
  const endpoint = may(viewer, "VIEW ANY DEFINITION")
    ? endpointGrants(instance).map(({ endpointId, grantee, state }) => ({
        ...row(grantee, "CONNECT", endpointId, state),
        grantor_principal_id: endpointId === instance.endpoint?.endpointId ? endpointOwnerId(instance) : 1,
      }))
    : [];
  return [
    row(2, "VIEW ANY DATABASE"),
    ...endpoint,
    ...shown.flatMap((login) => {
      const id = principalId(instance, login);
      const given = login.grants
        .filter((grant) => !ROLES.includes(grant.toLowerCase()))
        .map((grant) => {
          const denied = /^DENY /i.test(grant);
          return row(id, grant.toUpperCase().replace(/^DENY /, ""), 0, denied ? "D" : "G");
        });
      return [row(id, "CONNECT SQL"), ...given];
    }),
  ];
}

const ROLES = [
  "public",
  "sysadmin",
  "securityadmin",
  "serveradmin",
  "setupadmin",
  "processadmin",
  "diskadmin",
  "dbcreator",
  "bulkadmin",
];
const TYPES: Record<string, string> = {
  "CONNECT SQL": "COSQ",
  CONNECT: "CO",
  "VIEW SERVER STATE": "VWSS",
  "VIEW ANY DEFINITION": "VWAD",
  "VIEW ANY DATABASE": "VWDB",
  "ALTER ANY DATABASE": "ALDB",
  "ALTER ANY CONNECTION": "ALCO",
  "CONTROL SERVER": "CL",
  "CONNECT ANY DATABASE": "CADB",
};
