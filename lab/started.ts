/** Starts the lab as a program on free ports, for tests that drive it from outside. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { truth } from "#lab/control/truth.ts";

export type Truth = ReturnType<typeof truth>;

export interface StartedLab {
  control: string;
  process: ChildProcess;
  /** The register file that names these servers. */
  poolsFile: string;
  port(instance: string): number;
  truth(): Promise<Truth>;
  /** The answer's status and body. */
  ask(
    method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE",
    path: string,
    body?: unknown,
  ): Promise<{ status: number; body: never }>;
  advance(seconds: number): Promise<void>;
  stop(): Promise<void>;
}

export async function startLab(...args: string[]): Promise<StartedLab> {
  const folder = mkdtempSync(join(tmpdir(), "lab-"));
  const poolsFile = join(folder, "pools.yaml");
  const free = ["--port-base", "0", "--control-port", "0", "--pools-file", poolsFile];
  const child = spawn(process.execPath, [program, "up", ...free, ...args], {
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  let complaint = "";
  child.stderr?.on("data", (text) => {
    complaint += text;
  });
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const ready = await firstLine(child, exited);
  if (!ready) throw new Error(`the lab did not start: ${complaint}`);
  const { control, instances } = JSON.parse(ready) as {
    control: string;
    instances: { name: string; port: number }[];
  };

  const ask: StartedLab["ask"] = async (method, path, body) => {
    const answer = await fetch(control + path, {
      method,
      body: body === undefined ? null : JSON.stringify(body),
    });
    return { status: answer.status, body: (await answer.json()) as never };
  };
  return {
    control,
    process: child,
    poolsFile,
    port(name) {
      const found = instances.find((instance) => instance.name === name);
      if (!found) throw new Error(`no instance ${name}`);
      return found.port;
    },
    truth: async () => (await ask("GET", "/truth")).body as Truth,
    ask,
    async advance(seconds) {
      const { status, body } = await ask("POST", "/clock/advance", { seconds });
      if (status !== 200) throw new Error(JSON.stringify(body));
    },
    async stop() {
      if (child.connected) child.disconnect();
      await exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const program = join(import.meta.dirname, "main.ts");

async function firstLine(child: ChildProcess, exited: Promise<void>): Promise<string | null> {
  const lines = createInterface({ input: child.stdout! });
  const line = new Promise<string>((resolve) => lines.once("line", resolve));
  return Promise.race([line, exited.then(() => null)]);
}
