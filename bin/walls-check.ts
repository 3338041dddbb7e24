import { readdir } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { cruise, type ICruiseResult, type IForbiddenRuleType } from "dependency-cruiser";
import { pure, speakers, walls } from "#walls.ts";

/** Every import that goes over a wall or round in a circle, as a line for a person. */
export async function checkWalls(root = path.resolve(import.meta.dirname, "..")) {
  const files = await sourceFiles(root);
  const modules = await readImports(root, files);
  const read = new Set(modules.filter((each) => !each.couldNotResolve).map((each) => each.source));
  const unread = files.filter((file) => !read.has(file)).map((file) => `${file}: was not read`);
  const broken = modules.flatMap((each) =>
    each.dependencies.flatMap((use) =>
      (use.rules ?? []).map(({ name }) => `${each.source} → ${use.resolved}: ${name}`),
    ),
  );
  const strays = files.filter((file) => file.startsWith("lib/") && !new RegExp(wallsOnly).test(file));
  broken.push(...strays.map((file) => `${file}: its folder has no line in walls.ts`));
  if (files.length === 0) broken.push("There is nothing to check.");
  return { files: files.length, broken: [...unread, ...new Set(broken)] };
}

async function sourceFiles(root: string): Promise<string[]> {
  const top = [...new Set(Object.keys(walls).map((folder) => folder.split("/")[0]!)), ...besides];
  const lists = await Promise.all(top.map((folder) => filesBelow(root, folder)));
  const atRoot = (await readdir(root)).filter((file) => isSource.test(file));
  return [...lists.flat(), ...atRoot].filter((file) => !generated.test(file)).sort();
}

async function filesBelow(root: string, folder: string): Promise<string[]> {
  const entries = await readdir(path.join(root, folder), { recursive: true }).catch(() => []);
  return entries
    .filter((file) => isSource.test(file))
    .map((file) => path.posix.join(folder, ...file.split(path.sep)));
}

async function readImports(root: string, files: string[]): Promise<ICruiseResult["modules"]> {
  readTsx();
  const { output } = await cruise(
    files,
    {
      baseDir: root,
      parser: "swc",
      tsPreCompilationDeps: true,
      doNotFollow: { path: "node_modules" },
      exclude: { path: generated.source },
      validate: true,
      ruleSet: { forbidden: rules() },
    },
    { conditionNames: ["react-server", "node", "import", "default"], exportsFields: ["exports"] },
  );
  return (output as ICruiseResult).modules;
}

function rules(): IForbiddenRuleType[] {
  const folders = Object.entries(walls).map(([folder, may]): IForbiddenRuleType => {
    const inside = [folder, ...may].map(startsWith).join("|");
    return rule(`${folder} may use ${may.join(", ") || "nothing of the project"}`, {
      from: { path: startsWith(folder), pathNot: isTest },
      to: {
        pathNot: `${inside}|node_modules/|lib/db/generated`,
        dependencyTypesNot: ["core", "npm", "unknown"],
      },
    });
  });
  const packages = Object.entries(speakers).map(([name, may]) =>
    rule(`only ${may.join(", ")} may use ${name}`, {
      from: { path: wallsOnly, pathNot: `${isTest}|${may.map(startsWith).join("|")}` },
      to: { path: `node_modules/(@types/)?${name}/` },
    }),
  );
  return [
    ...folders,
    ...packages,
    rule("this folder is pure", {
      from: { path: pure.map(startsWith).join("|"), pathNot: isTest },
      to: { dependencyTypes: ["core", "npm", "npm-dev"] },
    }),
    rule("nothing but tests uses what is for tests", {
      from: { path: wallsOnly, pathNot: isTest },
      to: { path: isTest },
    }),
    rule("a circle", { from: {}, to: { circular: true } }),
    rule("is not there", { from: {}, to: { couldNotResolve: true, pathNot: "^\\.next/" } }),
  ];
}

function rule(name: string, shape: object): IForbiddenRuleType {
  return { name, severity: "error", ...shape } as IForbiddenRuleType;
}

// dependency-cruiser gives swc no hint that a .tsx file holds JSX.
function readTsx(): void {
  const swc = createRequire(import.meta.url)("@swc/core");
  if (swc.readsTsx) return;
  const parse = swc.parseFileSync;
  swc.parseFileSync = (file: string, options: object) =>
    parse(file, { ...options, tsx: file.endsWith(".tsx") });
  swc.readsTsx = true;
}

// Tests, and what stands behind them, may reach for anything.
const isTest = "\\.test\\.tsx?$|/testing\\.tsx?$|/testing/|^(e2e|bench|chaos)/|-for-tests";
const besides = ["e2e", "bench", "chaos"];
const generated = /(^|\/)generated\//;
const isSource = /(?<!\.d)\.(ts|tsx|js|mjs)$/;
const wallsOnly = Object.keys(walls).map(startsWith).join("|");

function startsWith(place: string): string {
  return place.includes(".") ? `^${place.replace(".", "\\.")}$` : `^${place}/`;
}
