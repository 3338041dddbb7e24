import { readdir } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { cruise, type ICruiseResult, type IForbiddenRuleType } from "dependency-cruiser";
import { pure, speakers, typesOf, walls } from "#walls.ts";

/** Every import that goes over a wall or round in a circle, as a line for a person. */
export async function checkWalls(root = path.resolve(import.meta.dirname, "..")) {
  const files = await sourceFiles(root);
  const broken = [
    ...(await brokenBy({ types: true }, root, files)),
    ...(await brokenBy({ types: false }, root, files)),
    ...files.filter((file) => file.startsWith("lib/") && !new RegExp(wallsOnly).test(file)).map(stray),
  ];
  if (files.length === 0) broken.push("There is nothing to check.");
  return { files: files.length, broken: [...new Set(broken)] };
}

const stray = (file: string) => `${file}: its folder has no line in walls.ts`;

/** With the imports of types, or of code alone. */
type Look = { types: boolean };

async function brokenBy(look: Look, root: string, files: string[]): Promise<string[]> {
  const { modules, summary } = await readImports(look, root, files);
  const read = new Set(modules.filter((each) => !each.couldNotResolve).map((each) => each.source));
  const unread = files.filter((file) => !read.has(file)).map((file) => `${file}: was not read`);
  return [...unread, ...summary.violations.map(({ from, to, rule }) => `${from} → ${to}: ${rule.name}`)];
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

async function readImports(look: Look, root: string, files: string[]): Promise<ICruiseResult> {
  const restore = readTypescript(look);
  const { output } = await cruise(
    files,
    {
      baseDir: root,
      parser: "swc",
      tsPreCompilationDeps: true,
      doNotFollow: { path: "node_modules" },
      exclude: { path: generated.source },
      validate: true,
      ruleSet: { forbidden: rules(look) },
    },
    { conditionNames: ["react-server", "node", "import", "default"], exportsFields: ["exports"] },
  );
  restore();
  return output as ICruiseResult;
}

function rules(look: Look): IForbiddenRuleType[] {
  const folders = Object.entries(walls).map(([folder, may]): IForbiddenRuleType => {
    const all = look.types ? [...may, ...(typesOf[folder] ?? [])] : may;
    const inside = [folder, ...all].map(startsWith).join("|");
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
    rule("runs before the database client is generated", {
      from: { path: "^bin/(launch|test|migration|postgres-for-tests)\\.ts$" },
      to: { path: "^lib/db/client\\.ts$", reachable: true },
    }),
    rule("nothing but tests uses what is for tests", {
      from: { path: wallsOnly, pathNot: isTest },
      to: { path: isTest },
    }),
    // Types are gone when the code runs: only code that waits for itself is a circle.
    ...(look.types ? [] : [rule("a circle", { from: {}, to: { circular: true } })]),
    rule("is not there", { from: {}, to: { couldNotResolve: true, pathNot: "^\\.next/" } }),
  ];
}

function rule(name: string, shape: object): IForbiddenRuleType {
  return { name, severity: "error", ...shape } as IForbiddenRuleType;
}

// dependency-cruiser gives swc no hint that a .tsx file holds JSX, and cannot tell an import of types when swc reads.
function readTypescript({ types }: Look): () => void {
  const swc = createRequire(import.meta.url)("@swc/core");
  const parse = swc.parseFileSync;
  swc.parseFileSync = (file: string, options: object) => {
    const tree = parse(file, { ...options, tsx: file.endsWith(".tsx") });
    return types ? tree : { ...tree, body: tree.body.filter((item: Statement) => !isOfTypes(item)) };
  };
  return () => {
    swc.parseFileSync = parse;
  };
}

type Statement = { type: string; typeOnly?: boolean; specifiers?: { isTypeOnly?: boolean }[] };

function isOfTypes({ type, typeOnly, specifiers = [] }: Statement): boolean {
  if (type !== "ImportDeclaration" && type !== "ExportNamedDeclaration") return false;
  return typeOnly === true || (specifiers.length > 0 && specifiers.every((each) => each.isTypeOnly));
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
