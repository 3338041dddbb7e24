/** `npm run bench -- NAME` and `npm run chaos -- NAME`: a file of that folder is the measurement of that name. */
import { readdirSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { type Measured, tell } from "#bin/figures.ts";

/** Whole numbers by name, as given on the command line. */
export type Wishes = Record<string, number>;
export type Measure = (wishes: Wishes) => Promise<Measured>;

export async function runMeasurement(folder: string, command: string): Promise<void> {
  process.on("disconnect", () => process.exit(1));
  const known = readdirSync(folder)
    .filter((file) => /^[a-z-]+\.ts$/.test(file) && file !== "main.ts" && !file.endsWith("-client.ts"))
    .map((file) => file.replace(/\.ts$/, ""));
  const { positionals, values } = parseArgs({ allowPositionals: true, strict: false });
  const [name = ""] = positionals;
  if (!known.includes(name)) {
    console.error(`Usage: npm run ${command} -- ${known.join(" | ")} [--seed N …] [--json]`);
    process.exit(1);
  }
  const wishes = numbersIn(process.argv.slice(2));
  const { measure } = (await import(pathToFileURL(path.join(folder, `${name}.ts`)).href)) as {
    measure: Measure;
  };
  const code = tell(await measure(wishes), { json: values.json === true });
  process.exit(code);
}

/** `--cases 500` and `--cases=500` alike. */
function numbersIn(args: string[]): Wishes {
  const pairs = args.join(" ").matchAll(/--([a-z-]+)[ =](\d+)(?= |$)/g);
  return Object.fromEntries([...pairs].map(([, name, value]) => [name, Number(value)]));
}
