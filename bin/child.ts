import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { project } from "#bin/prepare.ts";

export type Child = {
  process: ChildProcess;
  /** Ends when the program has; then says how. */
  ended: Promise<number>;
  /** Lets what the program writes through; until then it is held back. */
  speak(): string;
  stop(): Promise<void>;
};

/** Killed when it has not ended `patienceMs` after it was told to. */
export type ChildOptions = { env?: NodeJS.ProcessEnv; execArgv?: string[]; patienceMs?: number };

/** A program of the project that ends when its channel to us closes: by our wish, or because we died. */
export function startChild(program: string, args: string[], options: ChildOptions = {}): Child {
  const { env = process.env, execArgv = [], patienceMs = 2_000 } = options;
  const child = fork(path.join(project, program), args, {
    cwd: project,
    env,
    execArgv,
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  const ended = once(child, "exit").then(([code]) => (code as number | null) ?? 1);
  const endWithUs = () => child.kill("SIGKILL");
  process.once("exit", endWithUs);
  ended.then(() => process.off("exit", endWithUs));

  let held: string[] | null = [];
  for (const stream of ["stdout", "stderr"] as const)
    child[stream]?.on("data", (chunk) => (held ? held.push(String(chunk)) : process[stream].write(chunk)));

  return {
    process: child,
    ended,
    speak() {
      const said = held?.join("") ?? "";
      held = null;
      return said;
    },
    async stop() {
      if (child.connected) child.disconnect();
      const kill = setTimeout(() => child.kill("SIGKILL"), patienceMs);
      await ended;
      clearTimeout(kill);
    },
  };
}
