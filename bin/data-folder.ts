import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { takeLock } from "#bin/lock.ts";
import type { Options } from "#bin/options.ts";
import { refusal } from "#bin/refusal.ts";

export type DataFolder = { path: string; demo: boolean; release(): Promise<void> };

/** The folder that holds everything Mirrordeck remembers: one process at a time, and demo or not for good. */
export async function openDataFolder({ data, demo, fresh }: Options): Promise<DataFolder> {
  const release = await occupy(data);
  try {
    const before = await readFile(path.join(data, "demo"), "utf8").catch(() => null);
    if (fresh && before?.trim() === "off")
      throw refusal(
        `--fresh forgets a demo only, and ${data} holds real data: name another folder with --data.`,
      );
    if (fresh) await forget(data);

    const remembered = fresh ? null : before?.trim();
    if (remembered === "on" && demo === false)
      throw refusal(
        `${data} was begun as a demo, whose passwords everyone knows: ` +
          "keep your own servers in another folder (--data DIR), or forget the demo (--fresh).",
      );
    const decided = remembered === undefined || remembered === null ? demo !== false : remembered === "on";
    await writeFile(path.join(data, "demo"), decided ? "on\n" : "off\n");
    return { path: data, demo: decided, release };
  } catch (error) {
    await release();
    throw error;
  }
}

async function occupy(data: string): Promise<() => Promise<void>> {
  try {
    await mkdir(data, { recursive: true });
    const lock = await takeLock(path.join(data, lockFile));
    if ("release" in lock) return lock.release;
    throw refusal(
      `Mirrordeck already runs on ${data} (process ${lock.heldBy}): stop it, or use another --data folder.`,
    );
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (!code) throw error;
    throw refusal(
      `Mirrordeck may not write in its data folder ${data} (${code}): give it the right to, or use --data.`,
    );
  }
}

async function forget(data: string): Promise<void> {
  for (const name of await readdir(data))
    if (name !== lockFile) await rm(path.join(data, name), { recursive: true, force: true });
}

const lockFile = "lock";
