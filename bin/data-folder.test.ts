import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openDataFolder } from "#bin/data-folder.ts";
import type { Options } from "#bin/options.ts";

let data: string;
beforeEach(async () => {
  data = await mkdtemp(path.join(tmpdir(), "data-"));
});
afterEach(() => rm(data, { recursive: true }));

const options = (more: Partial<Options>): Options => {
  return {
    port: 0,
    host: "127.0.0.1",
    data,
    pools: null,
    demo: "as before",
    example: "lync",
    variant: null,
    fresh: false,
    ...more,
  };
};
async function begin(more: Partial<Options> = {}): Promise<boolean> {
  const folder = await openDataFolder(options(more));
  await folder.release();
  return folder.demo;
}

it("remembers that it was begun as a demo", async () => {
  expect(await begin()).toBe(true);
  expect(await begin()).toBe(true);
});

it("remembers that it was begun without one", async () => {
  expect(await begin({ demo: false })).toBe(false);
  expect(await begin()).toBe(false);
});

it("does not become real: everyone knows the passwords of a demo", async () => {
  await begin();
  await expect(begin({ demo: false })).rejects.toThrow(/begun as a demo/);
  expect(await begin({ demo: false, fresh: true })).toBe(false);
});

it("forgets a demo when asked, and nothing else ever", async () => {
  await begin();
  await writeFile(path.join(data, "anything"), "");
  await begin({ fresh: true });
  expect(existsSync(path.join(data, "anything"))).toBe(false);

  await begin({ fresh: true, demo: false });
  await expect(begin({ fresh: true })).rejects.toThrow(/holds real data/);
});

it("is used by one process at a time", async () => {
  const first = await openDataFolder(options({}));
  await expect(begin()).rejects.toThrow(`already runs on ${data} (process ${process.pid})`);
  await first.release();
  expect(await begin()).toBe(true);
});

it("is free again when the process that used it was killed", async () => {
  const child = spawn(process.execPath, ["-e", ""]);
  await once(child, "exit");
  await writeFile(path.join(data, "lock"), `${child.pid} 1\n`);
  expect(await begin()).toBe(true);
});

it("says so when it cannot be written", async () => {
  await writeFile(path.join(data, "file"), "");
  await expect(begin({ data: path.join(data, "file", "below") })).rejects.toThrow(/may not write .*ENOTDIR/);
});
