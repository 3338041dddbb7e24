import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { type Count, countPlaywright, countVitest } from "#bin/count.ts";
import { prepare, project } from "#bin/prepare.ts";

export type Check = { name: string; run: () => Promise<Outcome> };
export type Outcome = Count & { output: string };

/** Everything `npm test` looks at, quickest first; the pages are built before the tests that start them. */
export const checks: Check[] = [
  { name: "format", run: () => one("@biomejs/biome/bin/biome", "format") },
  { name: "lint", run: () => one("@biomejs/biome/bin/biome", "lint", "--error-on-warnings") },
  { name: "walls", run: () => one("bin/walls.ts") },
  { name: "types", run: () => one("typescript/bin/tsc", "--noEmit", "-p", ".") },
  { name: "drift", run: () => one("bin/migration.ts") },
  { name: "build", run: build },
  { name: "unit", run: unitTests },
  { name: "e2e", run: browserTests },
];

/** A program that is content or not. */
async function one(...command: [string, ...string[]]): Promise<Outcome> {
  const { code, output } = await execute(command);
  return { ...(code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 }), output };
}

async function build(): Promise<Outcome> {
  try {
    await prepare({ say: () => {} });
    return { passed: 1, failed: 0, output: "" };
  } catch (error) {
    return { passed: 0, failed: 1, output: (error as Error).message };
  }
}

function unitTests(): Promise<Outcome> {
  return withReport(countVitest, (file) => ({
    command: [
      "vitest/vitest.mjs",
      "run",
      "--reporter=default",
      "--reporter=json",
      `--outputFile.json=${file}`,
    ],
  }));
}

function browserTests(): Promise<Outcome> {
  return withReport(countPlaywright, (file) => ({
    command: ["@playwright/test/cli.js", "test", "--reporter=line,json"],
    env: { PLAYWRIGHT_JSON_OUTPUT_FILE: file },
  }));
}

type Command = { command: [string, ...string[]]; env?: Record<string, string> };

async function withReport<Report>(
  count: (report: Report | null, exitCode: number) => Count,
  tests: (file: string) => Command,
): Promise<Outcome> {
  const folder = await mkdtemp(path.join(tmpdir(), "mirrordeck-report-"));
  try {
    const file = path.join(folder, "report.json");
    const { command, env } = tests(file);
    const { code, output } = await execute(command, env);
    const report = await readFile(file, "utf8").then(JSON.parse, () => null);
    return { ...count(report, code), output };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Runs a program of the project, or of a package in node_modules, and keeps what it says. */
function execute([program, ...args]: [string, ...string[]], env: Record<string, string> = {}) {
  const file = program.startsWith("bin/") ? program : path.join("node_modules", program);
  const child = spawn(process.execPath, ["--conditions=react-server", file, ...args], {
    cwd: project,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const kill = () => child.kill();
  process.once("exit", kill);
  let output = "";
  child.stdout.on("data", (chunk) => (output += chunk));
  child.stderr.on("data", (chunk) => (output += chunk));
  return new Promise<{ code: number; output: string }>((resolve) => {
    child.on("close", (code) => {
      process.off("exit", kill);
      resolve({ code: code ?? 1, output });
    });
  });
}
