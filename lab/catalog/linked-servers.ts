/** The server itself and the servers that it is linked to. Their data is not simulated: asking for it says so. */
import { columns, type View } from "#lab/catalog/view.ts";
import { SqlError } from "#lab/mirroring/commands.ts";
import { sameName } from "#lab/mirroring/find.ts";
import type { Instance, LinkedServer } from "#lab/mirroring/model.ts";
import type { Context, Procedure } from "#lab/tsql/context.ts";
import { nvarchar, SYSNAME } from "#lab/tsql/type-rules.ts";
import type { SqlValue } from "#lab/tsql/values.ts";

export const linkedServerViews: View[] = [
  {
    name: "sys.servers",
    columns: columns(`
      server_id int !
      name sysname !
      product sysname !
      provider sysname !
      data_source nvarchar(4000)
      location nvarchar(4000)
      provider_string nvarchar(4000)
      catalog sysname
      connect_timeout int
      query_timeout int
      is_linked bit !
      is_remote_login_enabled bit !
      is_rpc_out_enabled bit !
      is_data_access_enabled bit !
      modify_date datetime !`),
    rows: ({ instance }) =>
      all(instance).map((server, id) => ({
        server_id: id,
        name: server.name,
        product: server.product,
        provider: server.provider,
        data_source: server.dataSource,
        catalog: server.catalog,
        connect_timeout: 0,
        query_timeout: 0,
        is_linked: id > 0,
        is_remote_login_enabled: id === 0,
        is_rpc_out_enabled: id === 0,
        is_data_access_enabled: id > 0,
        modify_date: new Date(instance.startedAt),
      })),
  },
  {
    name: "sys.sysservers",
    columns: columns(`
      srvid smallint
      srvname sysname
      srvproduct sysname !
      providername nvarchar(128)
      datasource nvarchar(4000)`),
    rows: ({ instance }) =>
      all(instance).map((server, id) => ({
        srvid: id,
        srvname: server.name,
        srvproduct: server.product,
        providername: id === 0 ? "SQLOLEDB" : server.provider,
        datasource: server.dataSource,
      })),
  },
];

export const linkedServerProcedures: Record<string, Procedure> = {
  sp_linkedservers: {
    parameters: [],
    run: (_, { instance }) => ({
      results: [
        {
          columns: columns(`
            SRV_NAME sysname
            SRV_PROVIDERNAME nvarchar(128)
            SRV_PRODUCT nvarchar(128)
            SRV_DATASOURCE nvarchar(4000)
            SRV_PROVIDERSTRING nvarchar(4000)
            SRV_LOCATION nvarchar(4000)
            SRV_CAT sysname`),
          rows: () =>
            all(instance).map((server): SqlValue[] => [
              server.name,
              server.provider,
              server.product,
              server.dataSource,
              null,
              null,
              server.catalog,
            ]),
        },
      ],
    }),
  },
  sp_addlinkedserver: {
    parameters: [
      { name: "@server", type: SYSNAME },
      { name: "@srvproduct", type: nvarchar(128), default: null },
      { name: "@provider", type: nvarchar(128), default: null },
      { name: "@datasrc", type: nvarchar(4000), default: null },
      { name: "@location", type: nvarchar(4000), default: null },
      { name: "@provstr", type: nvarchar(4000), default: null },
      { name: "@catalog", type: SYSNAME, default: null },
    ],
    run: (args, context) => {
      const name = args["@server"] as string;
      requireRight(context);
      if (all(context.instance).some((server) => sameName(server.name, name)))
        throw new SqlError(15028, 16, `The server '${name}' already exists.`);
      context.instance.linkedServers = [
        ...(context.instance.linkedServers ?? []),
        {
          name,
          product: (args["@srvproduct"] as string | null) ?? "SQL Server",
          provider: (args["@provider"] as string | null) ?? "SQLNCLI",
          dataSource: (args["@datasrc"] as string | null) ?? name,
          catalog: args["@catalog"] as string | null,
        },
      ];
      return { results: [] };
    },
  },
  sp_dropserver: {
    parameters: [
      { name: "@server", type: SYSNAME },
      { name: "@droplogins", type: { name: "char", length: 10 }, default: null },
    ],
    run: (args, context) => {
      const name = args["@server"] as string;
      requireRight(context);
      linked(context.instance, name);
      context.instance.linkedServers = context.instance.linkedServers!.filter(
        (one) => !sameName(one.name, name),
      );
      return { results: [] };
    },
  },
  sp_testlinkedserver: {
    parameters: [{ name: "@servername", type: SYSNAME }],
    run: (args, { fleet, instance }) => {
      const server = linked(instance, args["@servername"] as string);
      const target = fleet.instances.find((one) => sameName(one.name, server.dataSource));
      if (target?.power === "running") return { results: [] };
      throw new SqlError(
        11001,
        16,
        `A network-related or instance-specific error has occurred while establishing a connection to SQL Server "${server.dataSource}". Server is not found or not accessible.`,
      );
    },
  },
};

export function isLinkedServer(instance: Instance, name: string): boolean {
  return all(instance)
    .slice(1)
    .some((server) => sameName(server.name, name));
}

function all({ name, linkedServers = [] }: Instance): LinkedServer[] {
  const own = { name, product: "SQL Server", provider: "SQLNCLI", dataSource: name, catalog: null };
  return [own, ...linkedServers];
}

function linked(instance: Instance, name: string): LinkedServer {
  const server = instance.linkedServers?.find((one) => sameName(one.name, name));
  if (server) return server;
  throw new SqlError(
    15015,
    16,
    `The server '${name}' does not exist. Use sp_helpserver to show available servers.`,
  );
}

function requireRight({ login }: Context): void {
  if (login.sysadmin || login.grants.some((grant) => /^(setupadmin|alter any linked server)$/i.test(grant)))
    return;
  throw new SqlError(15247, 16, "User does not have permission to perform this action.");
}
