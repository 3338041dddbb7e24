import { readFileSync } from "node:fs";
import { link, readFile, rm, writeFile } from "node:fs/promises";

export type Lock = { release(): Promise<void> };

/** Takes the lock that `file` stands for, or says which living process holds it. */
export async function takeLock(file: string): Promise<Lock | { heldBy: number }> {
  const mine = `${process.pid} ${startOf(process.pid)}\n`;
  for (;;) {
    if (await put(file, mine)) return { release: () => rm(file, { force: true }) };
    const holder = await readFile(file, "utf8").catch(() => "");
    const [pid, start] = holder.trim().split(" ");
    if (alive(Number(pid)) && startOf(Number(pid)) === (start ?? "")) return { heldBy: Number(pid) };
    // Left behind by one that was killed. Looked at again, lest another has just cleared it away and taken it.
    if ((await readFile(file, "utf8").catch(() => "")) === holder) await rm(file, { force: true });
  }
}

// Written beside and then linked: nobody ever reads a lock that does not yet say whose it is.
async function put(file: string, mine: string): Promise<boolean> {
  const draft = `${file}.${process.pid}`;
  await writeFile(draft, mine);
  try {
    await link(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    return false;
  } finally {
    await rm(draft, { force: true });
  }
}

function alive(pid: number): boolean {
  if (!(pid > 0)) return false;
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

// Process numbers come round again; on Linux the moment of the start tells two of them apart. "" elsewhere.
function startOf(pid: number): string {
  try {
    const [state, ...fields] = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]!.split(" ");
    return state === "Z" ? "dead" : fields[18]!;
  } catch {
    return "";
  }
}
