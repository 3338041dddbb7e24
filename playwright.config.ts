import { existsSync } from "node:fs";
import { chromium, defineConfig } from "@playwright/test";

// Playwright's own browser where it is installed, else the system's.
const executablePath = existsSync(chromium.executablePath()) ? undefined : "/usr/bin/chromium";

const quiet = ["--disable-quic", "--no-first-run", "--disable-background-networking"];
const closed = ["--disable-component-update", "--disable-sync"];
const root = process.getuid?.() === 0 ? ["--no-sandbox"] : [];

// Every worker has its own database, lab and app (e2e/fixtures.ts): two of them fill two cores.
export default defineConfig({
  testDir: "e2e",
  outputDir: "test-results",
  fullyParallel: false,
  workers: 2,
  retries: 0,
  forbidOnly: true,
  timeout: 90_000,
  expect: { timeout: 15_000 },
  reporter: "list",
  globalSetup: "./e2e/build.ts",
  use: {
    actionTimeout: 15_000,
    launchOptions: { executablePath, args: [...quiet, ...closed, ...root] },
    screenshot: "only-on-failure",
    trace: "retain-on-failure",
  },
});
