/** The whole catalog of an instance: which view a name means, and what stands behind it. */
import { openDatabase } from "#lab/catalog/access.ts";
import { agentViews } from "#lab/catalog/agent.ts";
import { backupViews } from "#lab/catalog/backups.ts";
import { certificateViews } from "#lab/catalog/certificates.ts";
import { counterViews } from "#lab/catalog/counters.ts";
import { databaseViews } from "#lab/catalog/databases.ts";
import { endpointViews } from "#lab/catalog/endpoints.ts";
import { catalogFunctions } from "#lab/catalog/functions.ts";
import { isLinkedServer, linkedServerViews } from "#lab/catalog/linked-servers.ts";
import { logShippingViews } from "#lab/catalog/log-shipping.ts";
import { mirroringViews } from "#lab/catalog/mirroring.ts";
import { monitorViews } from "#lab/catalog/monitor.ts";
import { objectViews } from "#lab/catalog/objects.ts";
import { principalViews } from "#lab/catalog/principals.ts";
import { catalogProcedures } from "#lab/catalog/procedures.ts";
import { processViews } from "#lab/catalog/processes.ts";
import { requestViews } from "#lab/catalog/requests.ts";
import { serverViews } from "#lab/catalog/server.ts";
import { sessionViews } from "#lab/catalog/sessions.ts";
import { catalogTableFunction } from "#lab/catalog/table-functions.ts";
import { transactionViews } from "#lab/catalog/transactions.ts";
import { userViews } from "#lab/catalog/users.ts";
import { relationOf, type View } from "#lab/catalog/view.ts";
import { SqlError } from "#lab/mirroring/commands.ts";
import { sameName } from "#lab/mirroring/find.ts";
import type { Catalog, Context } from "#lab/tsql/context.ts";
import { unsupported } from "#lab/tsql/errors.ts";
import { writtenViews } from "#lab/tsql/writes.ts";

export function createCatalog(): Catalog {
  const views: View[] = [
    ...databaseViews,
    ...mirroringViews,
    ...endpointViews,
    ...certificateViews,
    ...sessionViews,
    ...requestViews,
    ...processViews,
    ...transactionViews,
    ...counterViews,
    ...principalViews,
    ...userViews,
    ...serverViews,
    ...linkedServerViews,
    ...monitorViews,
    ...agentViews,
    ...backupViews,
    ...logShippingViews,
    ...writtenViews,
  ];
  views.push(...objectViews(() => views));
  const byName = new Map(views.map((view) => [view.name.toLowerCase(), view]));

  /** `sys.x` anywhere; the old names also as `dbo.x` or bare; nothing else has no schema. */
  function viewNamed(name: string[]): View | null {
    const last = name.at(-1)!.toLowerCase();
    const schema = (name.at(-2) ?? "").toLowerCase();
    if (schema === "" || schema === "dbo" || schema === "sys") {
      const old = byName.get(last);
      if (old) return old;
    }
    return schema === "" ? null : (byName.get(`${schema}.${last}`) ?? null);
  }

  /** The database of a three-part name must be open, as if one had said USE. */
  function databaseOf(name: string[], context: Context): string {
    const server = name.at(-4);
    if (server && isLinkedServer(context.instance, server))
      throw unsupported(`a query over the linked server ${server}`);
    if (server && server.toLowerCase() !== context.instance.name.toLowerCase()) {
      throw new SqlError(
        7202,
        11,
        `Could not find server '${server}' in sys.servers. Verify that the correct server name was specified.`,
      );
    }
    const database = name.at(-3);
    return database ? openDatabase(context.instance, context.login, database) : context.session.database;
  }

  return {
    openDatabase: (name, context) => openDatabase(context.instance, context.login, name),
    relation(name, context) {
      const database = databaseOf(name, context);
      const view = viewNamed(name);
      if (
        !view ||
        (view.inDatabase && !sameName(view.inDatabase, database)) ||
        view.exists?.(context) === false
      )
        return null;
      return relationOf(view, { ...context, database });
    },
    tableFunction(name, context) {
      databaseOf(name, context);
      return catalogTableFunction(name.at(-1)!, context);
    },
    functions: catalogFunctions(viewNamed),
    procedures: catalogProcedures,
  };
}
