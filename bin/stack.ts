import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { type Child, startChild } from "#bin/child.ts";
import type { Ready } from "#bin/launch.ts";

export type Stack = Omit<Ready, "kind"> & { data: string; launcher: Child; stop(): Promise<void> };

/**
 * Everything that `npm start` starts, on ports and in a data folder of its own: what tests drive. Without
 * `data` the folder is a temporary one, gone after `stop`.
 */
export async function startStack({ data, args = [], env = {} }: StackOptions = {}): Promise<Stack> {
  const folder = data ?? (await mkdtemp(path.join(tmpdir(), "mirrordeck-")));
  const launcher = startChild(path.join("bin", "launch.ts"), ["--data", folder, "--port", "0", ...args], {
    env: { ...ownSettings(), ...env },
    execArgv: ["--conditions=react-server"],
    patienceMs: 10_000,
  });
  const stop = async () => {
    await launcher.stop();
    if (!data) await rm(folder, { recursive: true, force: true });
  };
  const ready = new Promise<Ready>((resolve) => launcher.process.on("message", resolve));
  const failed = launcher.ended.then(() => {
    throw new Error(`Mirrordeck did not start:\n${launcher.speak()}`);
  });
  failed.catch(() => {});
  const { kind: _, ...said } = await Promise.race([ready, failed]).catch(async (error) => {
    await stop();
    throw error;
  });
  return { ...said, data: folder, launcher, stop };
}

/** This process's environment, without what a developer's .env says about their own servers. */
export function ownSettings(): NodeJS.ProcessEnv {
  return {
    ...process.env,
    DATABASE_URL: "",
    MIGRATION_DATABASE_URL: "",
    HOST: "",
    MIRRORDECK_URL: "",
    MIRRORDECK_POOLS: "",
    MIRRORDECK_DEMO: "on",
  };
}

/** `args` as after `npm start --`, `env` beside this process's own. */
export type StackOptions = { data?: string; args?: string[]; env?: Record<string, string> };
