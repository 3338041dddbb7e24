/** The extended procedures that look into folders: xp_dirtree and xp_fileexist. */
import { columns } from "#lab/catalog/view.ts";
import { fileAt, filesBelow, joined, locate } from "#lab/mirroring/file-system.ts";
import type { Context, Procedure } from "#lab/tsql/context.ts";
import { INT, nvarchar } from "#lab/tsql/type-rules.ts";
import type { SqlValue } from "#lab/tsql/values.ts";

export const fileProcedures: Record<string, Procedure> = {
  /** What lies below a folder: @depth 0 means all levels, @file 1 shows files beside folders. */
  xp_dirtree: {
    parameters: [
      { name: "@directory", type: nvarchar(4000) },
      { name: "@depth", type: INT, default: 0 },
      { name: "@file", type: INT, default: 0 },
    ],
    run: (args, context) => {
      const withFiles = args["@file"] === 1;
      const depth = (args["@depth"] as number | null) || Number.POSITIVE_INFINITY;
      const rows = below(String(args["@directory"] ?? ""), context)
        .filter((entry) => entry.depth <= depth && (withFiles || !entry.isFile))
        .map(({ name, depth: level, isFile }): SqlValue[] =>
          withFiles ? [name, level, isFile ? 1 : 0] : [name, level],
        );
      const table = `subdirectory nvarchar(512)\ndepth int${withFiles ? "\nfile int" : ""}`;
      return { results: [{ columns: columns(table), rows: () => rows }] };
    },
  },
  xp_fileexist: {
    parameters: [{ name: "@filename", type: nvarchar(4000) }],
    run: (args, context) => {
      const path = String(args["@filename"] ?? "");
      const at = locate(context.fleet, context.instance, path, "read");
      const isFile = typeof at !== "string" && fileAt(context.fleet, at) !== undefined;
      const isFolder = !isFile && below(path, context).length > 0;
      const parent = typeof at !== "string";
      const names = ["File Exists", "File is a Directory", "Parent Directory Exists"];
      const [table] = [columns("a tinyint !\nb tinyint !\nc tinyint !")];
      return {
        results: [
          {
            columns: table.map((column, place) => ({ ...column, name: names[place]! })),
            rows: () => [[isFile ? 1 : 0, isFolder ? 1 : 0, parent ? 1 : 0]],
          },
        ],
      };
    },
  },
};

interface Entry {
  name: string;
  depth: number;
  isFile: boolean;
}

/** A folder that cannot be reached is empty, as on a real server: no error says so. */
function below(folder: string, { fleet, instance }: Context): Entry[] {
  const inside = locate(fleet, instance, joined(folder, "x"), "read");
  if (typeof inside === "string") return [];
  const root = { place: inside.place, path: inside.path.slice(0, inside.path.lastIndexOf("\\")) };
  const entries: Entry[] = [];
  const seen = new Set<string>();
  for (const { rest } of filesBelow(fleet, root)) {
    for (const [level, name] of rest.entries()) {
      const key = rest
        .slice(0, level + 1)
        .join("\\")
        .toLowerCase();
      if (seen.has(key)) continue;
      seen.add(key);
      entries.push({ name, depth: level + 1, isFile: level === rest.length - 1 });
    }
  }
  return entries;
}
