import { walls } from "#walls.ts";

/** The table as a Mermaid drawing: folders only, not the single files that anyone may use. */
export function picture(): string {
  const folders = Object.keys(walls);
  const boxes = folders.map((folder) => `  ${id(folder)}["${folder}"]`);
  const arrows = folders.flatMap((from) =>
    walls[from]!.filter((to) => to in walls).map((to) => `  ${id(from)} --> ${id(to)}`),
  );
  return ["flowchart TD", ...boxes, ...arrows].join("\n");
}

const id = (folder: string) => folder.replace(/\W/g, "_");
