#!/usr/bin/env node
// Starts lab/main.ts with the Node this project installs, and ends with whoever started it.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const node = join(root, "node_modules", "node", "bin", process.platform === "win32" ? "node.exe" : "node");
if (!existsSync(node)) {
  console.error("Node 24 is not installed here yet. Run: npm ci");
  process.exit(1);
}

const lab = spawn(node, [join(root, "lab", "main.ts"), ...process.argv.slice(2)], {
  stdio: ["inherit", "inherit", "inherit", "ipc"],
});
lab.on("exit", (code, signal) => process.exit(signal ? 1 : (code ?? 1)));
lab.on("error", (error) => {
  console.error(`The lab cannot be started: ${error.message}`);
  process.exit(1);
});

// "disconnect" means stop: it works on Windows too, where a signal would kill at once.
const end = () => lab.connected && lab.disconnect();
for (const signal of ["SIGTERM", "SIGINT"]) process.on(signal, end);
process.on("disconnect", end);
const parent = process.ppid;
setInterval(() => process.ppid !== parent && end(), 500).unref();
