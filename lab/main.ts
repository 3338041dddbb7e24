/** The lab as a program: `lab up <scenario file | --example NAME>`, or `lab schema`. It ends when told to, or when its parent is gone. */
import { createHash } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import type { Server } from "node:http";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { found } from "#lab/control/found.ts";
import { createControl } from "#lab/control/http.ts";
import { createKeeper, forget, keep, recall, thaw } from "#lab/control/keep.ts";
import { writeRegister } from "#lab/control/register.ts";
import { readScenario, type Scenario, ScenarioError } from "#lab/control/scenario.ts";
import { scenarioSchema } from "#lab/control/scenario-schema.ts";
import { type ServedFleet, serveFleet } from "#lab/control/serve.ts";

const EXAMPLES = join(import.meta.dirname, "examples");
const FIRST_PORT = 14_330;
const CONTROL_PORT = 14_300;
const PARENT_LOOK_MS = 500;
// Noted before anything takes time: a parent that ends meanwhile must not be mistaken for none.
const parent = process.ppid;

try {
  const args = process.argv.slice(2);
  if (args.join() === "schema") process.stdout.write(scenarioSchema());
  else await up(args);
} catch (error) {
  if (!isExpected(error)) throw error;
  process.stderr.write(`${sentenceOf(error)}\n`);
  process.exit(1);
}

async function up(args: string[]): Promise<void> {
  const options = readOptions(args);
  const scenario = readScenario(options.path, options.variant);
  const seed = options.seed ?? scenario.seed;
  const title = titleOf(scenario, seed);
  if (options.state && options.fresh) forget(options.state);
  const kept = options.state ? recall(options.state, title) : null;
  const { virtual } = options;
  const fleet = kept
    ? thaw(kept, virtual ? kept.now : Date.now())
    : found(scenario, virtual ? Date.parse(scenario.startsAt) : Date.now(), seed);

  const write = () => (options.state ? keep(options.state, title, fleet) : undefined);
  const keeper = createKeeper(write, (error) =>
    process.stderr.write(`The state was not kept: ${sentenceOf(error)}\n`),
  );
  const portOf = (place: number) => (options.portBase === 0 ? 0 : options.portBase + place);
  const served = await serveFleet(fleet, { virtual, portOf, onChange: keeper.soon });
  const control = createControl(served, scenario);
  const port = await openControl(control, options.controlPort);
  if (options.poolsFile) writeRegister(options.poolsFile, scenario, fleet);
  endWithParent(async () => {
    served.running.sync();
    keeper.close();
    control.closeAllConnections();
    control.close();
    await served.stop();
    process.exit(0);
  });
  announce(scenario, served, `http://127.0.0.1:${port}`);
}

/** An edited scenario is another one: its fleet begins anew. */
function titleOf(scenario: Scenario, seed: number): string {
  const digest = createHash("sha256").update(JSON.stringify(scenario)).digest("hex").slice(0, 16);
  return `${scenario.name}/${seed}/${digest}`;
}

function readOptions(args: string[]) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      example: { type: "string" },
      variant: { type: "string" },
      seed: { type: "string" },
      state: { type: "string" },
      "virtual-clock": { type: "boolean", default: false },
      fresh: { type: "boolean", default: false },
      "control-port": { type: "string", default: String(CONTROL_PORT) },
      "port-base": { type: "string", default: String(FIRST_PORT) },
      "pools-file": { type: "string" },
    },
  });
  const [verb, file, ...rest] = positionals;
  const usage =
    "Usage: npm run lab -- up <scenario file | --example NAME> [options]; docs/lab.md lists them.";
  if (verb !== "up" || rest.length > 0) throw new ScenarioError(usage);
  if ((file === undefined) === (values.example === undefined)) {
    throw new ScenarioError(`Give either a scenario file or --example NAME. ${usage}`);
  }
  return {
    path: file ?? examplePath(values.example ?? ""),
    variant: values.variant ?? null,
    seed: values.seed === undefined ? null : wholeNumber("--seed", values.seed, Number.MAX_SAFE_INTEGER),
    state: values.state ?? null,
    virtual: values["virtual-clock"],
    fresh: values.fresh,
    controlPort: wholeNumber("--control-port", values["control-port"], 65_535),
    portBase: wholeNumber("--port-base", values["port-base"], 65_000),
    poolsFile: values["pools-file"] ?? null,
  };
}

function examplePath(name: string): string {
  const path = join(EXAMPLES, `${name}.yaml`);
  if (/^[a-z0-9-]+$/.test(name) && existsSync(path)) return path;
  const known = readdirSync(EXAMPLES).map((file) => file.replace(/\.yaml$/, ""));
  throw new ScenarioError(`There is no example "${name}"; there is: ${known.join(", ")}`);
}

function wholeNumber(option: string, text: string, most: number): number {
  const value = Number(text);
  if (text.trim() !== "" && Number.isInteger(value) && value >= 0 && value <= most) return value;
  throw new ScenarioError(`${option} takes a whole number from 0 to ${most}, not "${text}"`);
}

function openControl(control: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    control.once("error", reject);
    control.listen(port, "127.0.0.1", () => {
      const address = control.address();
      resolve(typeof address === "object" && address ? address.port : port);
    });
  });
}

/** npm kills only itself and its shell: the lab also ends when its parent changes or lets go of the channel. */
function endWithParent(end: () => Promise<void>): void {
  let ending = false;
  const once = () => {
    if (ending) return;
    ending = true;
    void end();
  };
  process.once("SIGTERM", once);
  process.once("SIGINT", once);
  process.once("disconnect", once);
  if (process.connected === false) once();
  setInterval(() => process.ppid !== parent && once(), PARENT_LOOK_MS).unref();
}

/** One line for programs; for people a table beside it. */
function announce(scenario: Scenario, { running }: ServedFleet, control: string): void {
  const instances = running.fleet.instances.map(({ name, port }) => ({ name, host: "127.0.0.1", port }));
  process.stdout.write(`${JSON.stringify({ ready: true, control, instances })}\n`);
  if (!process.stdout.isTTY) return;
  const rows = running.fleet.instances.map(
    ({ name, port, version, databases }) =>
      `  ${name.padEnd(12)} 127.0.0.1,${port}  ${version.padEnd(14)} ${databases.length} databases`,
  );
  process.stdout.write(`\n${scenario.name}: control at ${control}\n${rows.join("\n")}\n`);
}

function isExpected(error: unknown): boolean {
  const { kind, code } = (error ?? {}) as { kind?: string; code?: string };
  return (
    kind === "scenario" ||
    (typeof code === "string" && (code.startsWith("ERR_PARSE_ARGS") || /^E[A-Z]+$/.test(code)))
  );
}

function sentenceOf(error: unknown): string {
  const { code, message, port, path } = error as {
    code?: string;
    message: string;
    port?: number;
    path?: string;
  };
  if (code === "EADDRINUSE")
    return `Port ${port} is in use. Choose other ports with --port-base or --control-port.`;
  if (code === "EACCES" && port) return `Port ${port} may not be opened by this user. Choose a higher one.`;
  if (code === "EACCES" || code === "EPERM") return `No permission to write ${path}.`;
  return message.split("\n")[0] ?? message;
}
