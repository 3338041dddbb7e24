/** INSERT into dbo.lab_writes: the one table of a user database that keeps what is written, and that a full log refuses. */
import { columns, type View } from "#lab/catalog/view.ts";
import { findDatabase } from "#lab/mirroring/find.ts";
import { refuse } from "#lab/mirroring/messages.ts";
import { place } from "#lab/mirroring/pages.ts";
import { rowsOf } from "#lab/mirroring/write.ts";
import { perform } from "#lab/tsql/administer.ts";
import type { Target } from "#lab/tsql/ast.ts";
import type { Context, LocalTable } from "#lab/tsql/context.ts";
import type { Run } from "#lab/tsql/run.ts";
import { INT, nvarchar } from "#lab/tsql/type-rules.ts";

export const writtenViews: View[] = [
  {
    name: "lab_writes",
    columns: columns(`
      id int !
      text nvarchar(4000)
      kb int !
      written_by nvarchar(128) !
      written_at datetime !`),
    rows: ({ fleet, instance, session, database: name }) => {
      const database = findDatabase(instance, name);
      if (!database) return [];
      // Its rows are what there is to read in a database: whoever reads them meets every page under repair.
      const page = database.pages?.find(({ dueAt }) => dueAt !== null);
      if (page) refuse(829, database.databaseId, place(page));
      return rowsOf(fleet, instance, database, session.spid).map((row) => ({
        id: row.id,
        text: row.text,
        kb: row.kb,
        written_by: row.login,
        written_at: new Date(row.at),
      }));
    },
  },
];

/** A table that takes the rows on their way; null where the statement writes to another. */
export function writtenTable(
  target: Target,
  context: Context,
): { table: LocalTable; database: string } | null {
  if (target.kind !== "table" || target.name.at(-1)!.toLowerCase() !== "lab_writes") return null;
  const name = target.name.at(-3);
  const database = name ? context.catalog.openDatabase(name, context) : context.session.database;
  if (!findDatabase(context.instance, database)) return null;
  const column = { nullable: true, identity: null };
  return {
    database,
    table: {
      name: "lab_writes",
      objectId: 1_977_058_079,
      columns: [
        { ...column, name: "text", type: nvarchar(4000), default: null },
        { ...column, name: "kb", type: INT, nullable: false, default: () => 1 },
      ],
      rows: [],
      createdAt: 0,
    },
  };
}

/** The log takes them or refuses them all: 9002, 3906, 955. */
export async function write(table: LocalTable, database: string, run: Run): Promise<void> {
  const rows = table.rows.map(([text, kb]) => ({
    text: text as string | null,
    kb: Math.max(1, kb as number),
  }));
  const transaction = run.context.settings.transactions > 0;
  await perform({ kind: "write", database, rows, transaction }, run.context, run);
}
