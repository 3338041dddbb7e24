/**
 * Log shipping's procedures in master. They are for sysadmin alone, say what is wrong and return 1; a scenario sets log
 * shipping up, these look at it and take it away.
 */
import { logShippingViews } from "#lab/catalog/log-shipping.ts";
import { relationOf, type View } from "#lab/catalog/view.ts";
import { SqlError } from "#lab/mirroring/commands.ts";
import { sameName } from "#lab/mirroring/find.ts";
import { forgetPrimary, forgetSecondary, secondaryOf } from "#lab/mirroring/log-shipping.ts";
import type { Context, Procedure, ProcedureAnswer } from "#lab/tsql/context.ts";
import { SYSNAME } from "#lab/tsql/type-rules.ts";
import type { SqlValue } from "#lab/tsql/values.ts";

export const logShippingProcedures: Record<string, Procedure> = {
  sp_delete_log_shipping_secondary_database: {
    parameters: [{ name: "@secondary_database", type: SYSNAME }],
    run: (args, context) =>
      guarded(context, () => {
        const name = args["@secondary_database"] as string;
        const secondary = secondaryOf(context.instance, name);
        if (!secondary) return unknown(32014, `Database ${name} does not exist as log shipping secondary.`);
        forgetSecondary(context.instance, secondary);
        return DONE;
      }),
  },
  sp_delete_log_shipping_primary_secondary: {
    parameters: [
      { name: "@primary_database", type: SYSNAME },
      { name: "@secondary_server", type: SYSNAME },
      { name: "@secondary_database", type: SYSNAME },
    ],
    run: (args, context) =>
      guarded(context, () => {
        const primary = primaryOf(context, args["@primary_database"]);
        if (!primary) return unknownPrimary(args["@primary_database"]);
        primary.secondaries = primary.secondaries.filter(
          ({ server, database }) =>
            !sameName(server, String(args["@secondary_server"])) ||
            !sameName(database, String(args["@secondary_database"])),
        );
        return DONE;
      }),
  },
  sp_delete_log_shipping_primary_database: {
    parameters: [{ name: "@database", type: SYSNAME }],
    run: (args, context) =>
      guarded(context, () => {
        const primary = primaryOf(context, args["@database"]);
        if (!primary) return unknownPrimary(args["@database"]);
        if (primary.secondaries.length > 0) {
          const text = `Primary Database ${primary.database} has active log shipping secondary database(s). Drop the secondary database(s) first.`;
          return unknown(32011, text);
        }
        forgetPrimary(context.instance, primary);
        return DONE;
      }),
  },
  sp_help_log_shipping_secondary_database: {
    parameters: [{ name: "@secondary_database", type: SYSNAME, default: null }],
    run: (args, context) => help(context, "log_shipping_monitor_secondary", 1, args["@secondary_database"]),
  },
  sp_help_log_shipping_primary_database: {
    parameters: [{ name: "@database", type: SYSNAME, default: null }],
    run: (args, context) => help(context, "log_shipping_primary_databases", 1, args["@database"]),
  },
  sp_help_log_shipping_monitor_secondary: {
    parameters: [
      { name: "@secondary_server", type: SYSNAME },
      { name: "@secondary_database", type: SYSNAME },
    ],
    run: (args, context) => help(context, "log_shipping_monitor_secondary", 1, args["@secondary_database"]),
  },
  sp_help_log_shipping_monitor_primary: {
    parameters: [
      { name: "@primary_server", type: SYSNAME },
      { name: "@primary_database", type: SYSNAME },
    ],
    run: (args, context) => help(context, "log_shipping_monitor_primary", 2, args["@primary_database"]),
  },
};

const DONE: ProcedureAnswer = { results: [], status: 0 };

function guarded(context: Context, work: () => ProcedureAnswer): ProcedureAnswer {
  if (!context.login.sysadmin) {
    const text = "Only members of the sysadmin fixed server role can perform this operation.";
    return { results: [], status: 1, error: new SqlError(21089, 16, text) };
  }
  if (!sameName(context.session.database, "master"))
    return { results: [], status: 1, error: new SqlError(5001, 16, "User must be in the master database.") };
  return work();
}

function unknown(number: number, text: string): ProcedureAnswer {
  return { results: [], status: 1, error: new SqlError(number, 16, text) };
}

function unknownPrimary(name: SqlValue | undefined): ProcedureAnswer {
  return unknown(32010, `Database ${name} does not exist as log shipping primary.`);
}

function primaryOf({ instance }: Context, name: SqlValue | undefined) {
  return instance.logShipping?.primaries.find((one) => sameName(one.database, String(name)));
}

/** The rows of a table that are about one database, or all. */
function help(
  context: Context,
  table: string,
  place: number,
  database: SqlValue | undefined,
): ProcedureAnswer {
  return guarded(context, () => {
    const view = logShippingViews.find(({ name }) => name === table) as View;
    const all = relationOf(view, { ...context, database: "msdb" });
    const rows = all
      .rows()
      .filter((row) => database == null || sameName(String(row[place]), String(database)));
    return { results: [{ columns: all.columns, rows: () => rows }], status: 0 };
  });
}
