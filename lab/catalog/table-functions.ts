/** Functions that are read like tables. */
import { databaseNamed, requireServerState, visibleDatabases } from "#lab/catalog/access.ts";
import { filesOf } from "#lab/catalog/databases.ts";
import { columns } from "#lab/catalog/view.ts";
import type { Context } from "#lab/tsql/context.ts";
import type { TableFunction } from "#lab/tsql/relation.ts";
import { INT, nvarchar } from "#lab/tsql/type-rules.ts";
import type { SqlValue } from "#lab/tsql/values.ts";

/** By name without schema; a function newer than the server is not there. */
export function catalogTableFunction(name: string, context: Context): TableFunction | null {
  const found = FUNCTIONS[name.toLowerCase()];
  return found && found.since <= context.version ? found.make(context) : null;
}

const FUNCTIONS: Record<string, { since: number; make: (context: Context) => TableFunction }> = {
  dm_exec_sql_text: {
    since: 0,
    make: (context) => ({
      columns: columns("dbid smallint\nobjectid int\nnumber smallint\nencrypted bit !\ntext nvarchar(max)"),
      arguments: [HANDLE],
      rows: ([handle]) => sqlText(handle!, context),
    }),
  },
  dm_io_virtual_file_stats: {
    since: 0,
    make: (context) => ({
      columns: columns(`database_id smallint !
        file_id smallint !
        sample_ms int !
        num_of_reads bigint !
        num_of_bytes_read bigint !
        io_stall_read_ms bigint !
        num_of_writes bigint !
        num_of_bytes_written bigint !
        io_stall_write_ms bigint !
        io_stall bigint !
        size_on_disk_bytes bigint !`),
      arguments: [INT, INT],
      rows: ([database, file]) => fileStatistics(database!, file!, context),
    }),
  },
  string_split: {
    since: 13,
    make: () => ({
      columns: columns("value nvarchar(max)"),
      arguments: [nvarchar("max"), nvarchar(1)],
      rows: ([text, separator]) =>
        text === null ? [] : (text as string).split(separator as string).map((part) => [part]),
    }),
  },
};

const HANDLE = { name: "varbinary", length: 64 } as const;

/** The handle holds the number of the statement in the fleet's log. */
function sqlText(handle: SqlValue, { fleet, instance, login }: Context): SqlValue[][] {
  requireServerState(login);
  if (!(handle instanceof Uint8Array) || handle.length < 8) return [];
  const sequence = new DataView(handle.buffer, handle.byteOffset).getUint32(4);
  const statement = fleet.statements.findLast((one) => one.sequence === sequence);
  if (!statement) return [];
  const session = instance.sessions.find((one) => one.spid === statement.spid);
  return [
    [
      session ? (databaseNamed(instance, session.database)?.databaseId ?? null) : null,
      null,
      null,
      false,
      statement.text,
    ],
  ];
}

function fileStatistics(
  databaseId: SqlValue,
  fileId: SqlValue,
  { fleet, instance, login }: Context,
): SqlValue[][] {
  requireServerState(login);
  return visibleDatabases(instance, login)
    .filter((database) => databaseId === null || database.databaseId === databaseId)
    .flatMap((database) =>
      filesOf(database)
        .filter((file) => fileId === null || file.file_id === fileId)
        .map((file) => {
          const bytes =
            file.type === 1
              ? BigInt(Math.floor(database.endOfLogKb)) * 1024n
              : BigInt(Math.floor(database.endOfLogKb / 2)) * 1024n;
          const writes = bytes / 65_536n;
          return [
            database.databaseId,
            file.file_id!,
            Math.max(0, fleet.now - instance.startedAt) % 2_147_483_647,
            100n,
            819_200n,
            200n,
            writes,
            bytes,
            writes,
            writes + 200n,
            BigInt(file.size as number) * 8192n,
          ];
        }),
    );
}
