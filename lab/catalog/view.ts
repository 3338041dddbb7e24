/** A view of the catalog: a declared list of typed columns, and the rows that one viewer may see of them. */

import { requireServerState } from "#lab/catalog/access.ts";
import { SqlError } from "#lab/mirroring/commands.ts";
import type { Context } from "#lab/tsql/context.ts";
import { parseTypeName } from "#lab/tsql/parse.ts";
import type { Relation } from "#lab/tsql/relation.ts";
import { isText } from "#lab/tsql/type-rules.ts";
import type { SqlType, SqlValue } from "#lab/tsql/values.ts";

export interface View {
  /** `sys.databases`; without schema for the old names that live in sys and in dbo: `sysprocesses`. */
  name: string;
  columns: ViewColumn[];
  /** Without this right: errors 300 and 297. */
  requires?: "VIEW SERVER STATE";
  /** It lives in this database alone, in its schema dbo: the tables of msdb. */
  inDatabase?: string;
  /** A table that something must have made first. */
  exists?: (context: Context) => boolean;
  /** Who may read it beside sysadmin; everyone else gets error 229. */
  readers?: (login: Context["login"]) => boolean;
  rows: (viewing: Viewing) => Row[];
}

/** Values by column name; a column left out is NULL. */
export type Row = Record<string, SqlValue>;

export interface ViewColumn {
  name: string;
  type: SqlType;
  nullable: boolean;
  since: number;
}

/** Who looks, and at which database's own catalog. */
export interface Viewing extends Context {
  database: string;
}

/** One column a line: name, type, `!` where never NULL, `@11` where it came with SQL Server 2012. */
export function columns(table: string): ViewColumn[] {
  return table
    .trim()
    .split("\n")
    .map((line) => {
      const [name = "", type = "int", ...marks] = line.trim().split(/\s+/);
      const since = marks.find((mark) => mark.startsWith("@"));
      return {
        name,
        type: parseTypeName(type),
        nullable: !marks.includes("!"),
        since: since ? Number(since.slice(1)) : 0,
      };
    });
}

export function relationOf(view: View, viewing: Viewing): Relation {
  const visible = view.columns.filter((column) => column.since <= viewing.version);
  return {
    columns: visible,
    rows: () => {
      if (view.requires) requireServerState(viewing.login);
      if (view.readers && !viewing.login.sysadmin && !view.readers(viewing.login)) throw unreadable(view);
      return view
        .rows(viewing)
        .map((row) => visible.map((column) => fitted(row[column.name] ?? null, column.type)));
    },
  };
}

function unreadable({ name, inDatabase }: View): SqlError {
  return new SqlError(
    229,
    14,
    `The SELECT permission was denied on the object '${name}', database '${inDatabase ?? "mssqlsystemresource"}', schema '${inDatabase ? "dbo" : "sys"}'.`,
  );
}

/** nchar columns come padded, as from a real server. */
function fitted(value: SqlValue, type: SqlType): SqlValue {
  const padded =
    isText(type) && type.name.endsWith("char") && !type.name.includes("var") && type.length !== "max";
  return padded && typeof value === "string" ? value.padEnd(type.length as number) : value;
}
