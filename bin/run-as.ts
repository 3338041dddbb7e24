import { spawn } from "node:child_process";
import { refusal } from "#bin/refusal.ts";

/** How a program is started so that it does not run as root, and whom its files belong to. */
export type RunAs = { owner?: { uid: number; gid: number }; prefix: string[] };

/**
 * PostgreSQL refuses root, so root starts it as the user postgres. That user cannot enter a folder that only
 * root may enter (root's home, a mkdtemp folder); there it is given the one right to do so.
 */
export async function withoutRoot(paths: string[]): Promise<RunAs> {
  if (process.getuid?.() !== 0) return { prefix: [] };
  const owner = await postgresUser();
  for (const prefix of [[], setpriv("dac_read_search"), setpriv("dac_override")])
    if (await mayEnter({ owner, prefix }, paths)) return { owner, prefix };
  throw refusal(
    `PostgreSQL does not run as root, and its user "postgres" may not enter ${paths.at(-1)}: ` +
      "start Mirrordeck as an ordinary user, keep it in a folder that others may enter, or set DATABASE_URL.",
  );
}

/** Runs `program` to its end; what it wrote, or an error that says so. */
export function runAs(
  { owner, prefix }: RunAs,
  program: string,
  args: string[],
  env = process.env,
): Promise<string> {
  const [command, ...rest] = [...prefix, program, ...args] as [string, ...string[]];
  const child = spawn(command, rest, {
    env,
    stdio: ["ignore", "pipe", "pipe"],
    windowsHide: true,
    ...(prefix.length === 0 && owner),
  });
  let output = "";
  child.stdout.on("data", (chunk) => (output += chunk));
  child.stderr.on("data", (chunk) => (output += chunk));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    // Not "close": on Windows the server that pg_ctl leaves behind keeps these pipes open.
    child.on("exit", (code) => {
      child.stdout.destroy();
      child.stderr.destroy();
      code === 0 ? resolve(output) : reject(new Error(output.trim() || `${program} ended with ${code}`));
    });
  });
}

async function postgresUser(): Promise<{ uid: number; gid: number }> {
  const id = async (which: string) => Number(await runAs({ prefix: [] }, "id", [which, "postgres"]));
  const ids = async () => ({ uid: await id("-u"), gid: await id("-g") });
  const create = ["--system", "--user-group", "--no-create-home", "--home-dir", "/", "postgres"];
  return ids().catch(async () => {
    await runAs({ prefix: [] }, "useradd", create).catch((cause) => {
      throw refusal(
        `PostgreSQL does not run as root, and a user "postgres" could not be made: ${cause.message}`,
      );
    });
    return ids();
  });
}

// The second right is a larger one, for containers that withhold the first.
function setpriv(right: string): string[] {
  const user = ["--reuid=postgres", "--regid=postgres", "--clear-groups", "--securebits=+no_setuid_fixup"];
  return ["setpriv", ...user, `--inh-caps=+${right}`, `--ambient-caps=+${right}`];
}

async function mayEnter(way: RunAs, paths: string[]): Promise<boolean> {
  const script = 'for path; do test -x "$path" || exit 1; done';
  return runAs(way, "sh", ["-c", script, "sh", ...paths]).then(
    () => true,
    () => false,
  );
}
