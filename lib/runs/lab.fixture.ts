/** A lab of its own for a test: the real program on free ports, met over TDS by the real monitor and gateway. */
import { type ChildProcess, fork } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

export interface Lab {
  poolsFile: string;
  /** `POST /links/C1/C2/cut` and the like. */
  control(method: string, route: string, body?: unknown): Promise<unknown>;
  truth(): Promise<Truth>;
  /** Acting statements only: those that are not looks. */
  sent(): Promise<string[]>;
  stop(): Promise<void>;
}

export interface Truth {
  statements: {
    instance: string;
    login: string;
    text: string;
    outcome: string | null;
    errorNumber: number | null;
  }[];
  sessions: {
    database: string;
    principals: string[];
    serving: string[];
    copies: { instance: string; role: string; state: string; roleSequence: number }[];
  }[];
}

export async function startLab(...options: string[]): Promise<Lab> {
  const folder = mkdtempSync(path.join(tmpdir(), "lab-"));
  const poolsFile = path.join(folder, "pools.yaml");
  const program = fork(
    path.resolve("lab/main.ts"),
    ["up", ...options, "--port-base", "0", "--control-port", "0", "--pools-file", poolsFile],
    {
      stdio: ["ignore", "pipe", "inherit", "ipc"],
      execArgv: [],
    },
  );
  const { control } = JSON.parse(await firstLine(program)) as { control: string };
  const ask = async (method: string, route: string, body?: unknown) => {
    const init = { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
    const response = await fetch(control + route, init);
    const answer = await response.json();
    if (!response.ok) throw new Error(`${method} ${route}: ${JSON.stringify(answer)}`);
    return answer;
  };
  const truth = async () => (await ask("GET", "/truth")) as Truth;
  return {
    poolsFile,
    control: ask,
    truth,
    sent: async () =>
      (await truth()).statements.map(({ text }) => text).filter((text) => /ALTER\s+DATABASE/i.test(text)),
    stop: () =>
      new Promise((resolve) => {
        program.once("exit", () => {
          rmSync(folder, { recursive: true, force: true });
          resolve();
        });
        program.disconnect();
      }),
  };
}

function firstLine(program: ChildProcess): Promise<string> {
  let text = "";
  return new Promise((resolve, reject) => {
    program.once("exit", (code) => reject(new Error(`The lab ended with ${code}`)));
    program.stdout!.on("data", (chunk: Buffer) => {
      text += chunk;
      if (text.includes("\n")) resolve(text.slice(0, text.indexOf("\n")));
    });
  });
}
