import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { takeLock } from "#bin/lock.ts";
import { refusal } from "#bin/refusal.ts";

export const project = path.resolve(import.meta.dirname, "..");

/** What is made from the sources is made again when they have changed: by one process at a time. */
export async function prepare({ build = true, say = console.log } = {}): Promise<void> {
  const release = await waitForLock(path.join(project, "node_modules", ".mirrordeck-preparing"), say);
  try {
    await whenChanged(["prisma/schema.prisma"], path.join(project, "lib", "db", "generated"), generateClient);
    if (build) await whenChanged(sources, path.join(project, ".next"), () => buildApp(say));
  } finally {
    await release();
  }
}

// The schema engine is asked for, but only its presence matters when a client is generated: any program will do.
export function generateClient(): Promise<string> {
  const cli = path.join("node_modules", "prisma", "build", "index.js");
  const env = {
    PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
    CHECKPOINT_DISABLE: "1",
    PRISMA_HIDE_UPDATE_MESSAGE: "1",
  };
  return program(cli, ["generate"], env, "The database client could not be generated.");
}

function buildApp(say: (line: string) => void): Promise<string> {
  say("Building the pages (after a change only; under a minute) …");
  const env = { NODE_ENV: "production", NEXT_TELEMETRY_DISABLED: "1" };
  return program(
    path.join("node_modules", "next", "dist", "bin", "next"),
    ["build"],
    env,
    "The pages do not build.",
  );
}

const sources = [
  ...["app", "components", "lib", "public", "prisma/schema.prisma", "package-lock.json"],
  ...["next.config.js", "postcss.config.mjs", "instrumentation.ts", "instrumentation-node.ts", "proxy.ts"],
];

async function whenChanged(inputs: string[], output: string, make: () => Promise<unknown>): Promise<void> {
  const stamp = path.join(output, "made-from");
  const now = await fingerprint(inputs);
  if (existsSync(stamp) && (await readFile(stamp, "utf8")) === now) return;
  await rm(stamp, { force: true });
  await make();
  await mkdir(output, { recursive: true });
  await writeFile(stamp, now);
}

async function fingerprint(inputs: string[]): Promise<string> {
  const hash = createHash("sha256");
  for (const input of inputs) {
    for (const file of await filesBelow(path.join(project, input))) {
      hash.update(path.relative(project, file)).update("\0");
      hash.update(await readFile(file)).update("\0");
    }
  }
  return hash.digest("hex");
}

async function filesBelow(place: string): Promise<string[]> {
  if (!existsSync(place)) return [];
  if (path.extname(place)) return [place];
  const entries = await readdir(place, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && !/\.test\.tsx?$/.test(entry.name))
    .map((entry) => path.join(entry.parentPath, entry.name))
    .filter((file) => !file.includes(`${path.sep}generated${path.sep}`))
    .sort();
}

async function waitForLock(file: string, say: (line: string) => void): Promise<() => Promise<void>> {
  for (let told = false; ; told = true) {
    const lock = await takeLock(file);
    if ("release" in lock) return lock.release;
    if (!told) say(`Waiting until another Mirrordeck has built the pages (process ${lock.heldBy}) …`);
    await pause(250);
  }
}

/** Runs a program of node_modules in the project; its output matters only when it fails. */
function program(script: string, args: string[], env: NodeJS.Dict<string>, failure: string): Promise<string> {
  const child = spawn(process.execPath, [script, ...args], {
    cwd: project,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  process.once("exit", () => child.kill());
  let output = "";
  child.stdout.on("data", (chunk) => (output += chunk));
  child.stderr.on("data", (chunk) => (output += chunk));
  return new Promise((resolve, reject) => {
    child.on("close", (code) => (code === 0 ? resolve(output) : reject(refusal(`${output}\n${failure}`))));
  });
}
