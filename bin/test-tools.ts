import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { chromium } from "@playwright/test";

/** The browser and the foreign SQL client that the tests use: on Debian, root installs what is missing. */
export async function installTestTools(): Promise<void> {
  const missing = [
    ...(existsSync(chromium.executablePath()) || onPath("chromium") ? [] : ["chromium"]),
    ...(onPath("tsql") ? [] : ["freetds-bin"]),
  ];
  if (missing.length === 0) return;
  if (process.getuid?.() !== 0 || !onPath("apt-get")) {
    console.log(`Missing, so the tests that need it will fail: ${missing.join(", ")} (Debian's names).`);
    return;
  }
  console.log(`Installing ${missing.join(" and ")} …`);
  const apt = (...args: string[]) =>
    promisify(execFile)("apt-get", args, { env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } });
  try {
    await apt("update");
    await apt("install", "-y", "-o", "DPkg::Lock::Timeout=120", ...missing);
  } catch (error) {
    console.log(`apt-get could not install ${missing.join(" and ")}: ${(error as Error).message}`);
  }
}

function onPath(program: string): boolean {
  return (process.env.PATH ?? "")
    .split(path.delimiter)
    .some((folder) => existsSync(path.join(folder, program)));
}
