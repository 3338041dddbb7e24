import { execFile, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { startLab } from "#lab/started.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lab-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("a wrong start is one sentence and exit code 1", () => {
  it.each([
    [["down"], /^Usage: npm run lab/],
    [["up"], /^Give either a scenario file or --example NAME/],
    [
      ["up", "--example", "nope"],
      /^There is no example "nope"; there is: chat, crossing, drift, lync, nowitness, pair, spread$/,
    ],
    [["up", "--example", "pair", "--variant", "base9"], /has no variant base9; it has: base1, base2$/],
    [["up", "--example", "pair", "--port-base", "many"], /^--port-base takes a whole number/],
    [["up", "--example", "pair", "--wrong"], /Unknown option '--wrong'/],
    [["up", "missing.yaml"], /^The scenario missing.yaml cannot be read: ENOENT/],
  ])("%j", async (args, sentence) => {
    expect(await run(args)).toEqual({ code: 1, out: "", sentence: expect.stringMatching(sentence) });
  });

  it.each([
    [
      "a field nobody knows",
      "name: x\nlogins: [{ name: sa, password: p }]\ninstances: [{ name: A, host: a, version: 11.0.1.0 }]\ncolour: red",
      /Unrecognized key: "colour"/,
    ],
    [
      "a wrong value, with its place",
      "name: x\nlogins: [{ name: sa, password: p }]\ninstances: [{ name: A, host: a, version: new }]",
      /not right at instances\.0\.version: a version reads/,
    ],
    [
      "a session on an instance that is not there",
      "name: x\nlogins: [{ name: sa, password: p }]\ninstances: [{ name: A, host: a, version: 11.0.1.0 }]\nsessions: [{ on: [A, B], databases: [db] }]",
      /names the instance B, which is not listed/,
    ],
    [
      "a database twice on one instance",
      "name: x\nlogins: [{ name: sa, password: p }]\ninstances: [{ name: A, host: a, version: 11.0.1.0 }, { name: B, host: b, version: 11.0.1.0 }]\nsessions: [{ on: [A, B], databases: [db, DB] }]",
      /one instance has a database twice \(a: db\)/,
    ],
    ["no YAML at all", "{[", /cannot be read/],
  ])("a scenario with %s", async (_, text, sentence) => {
    const path = join(folder, "fleet.yaml");
    writeFileSync(path, text);
    expect(await run(["up", path])).toEqual({ code: 1, out: "", sentence: expect.stringMatching(sentence) });
  });

  it("a port in use", async () => {
    const taken = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => taken.once("listening", resolve));
    const { port } = taken.address() as { port: number };
    const said = await run(["up", "--example", "pair", "--port-base", "0", "--control-port", String(port)]);
    taken.close();
    expect(said).toMatchObject({ code: 1, sentence: expect.stringContaining(`Port ${port} is in use.`) });
  });
});

describe("a started lab", () => {
  it("writes the pools with the ports it really has", async () => {
    const path = join(folder, "pools.yaml");
    const lab = await startLab("--example", "lync", "--pools-file", path);
    const { instances, pools } = parse(readFileSync(path, "utf8"));
    expect(instances.find(({ name }: { name: string }) => name === "BE3\\rtc")).toEqual({
      name: "BE3\\rtc",
      server: "127.0.0.1",
      port: lab.port("BE3\\rtc"),
      looking: { type: "sql", user: "mirrordeck_look", password: "Lab-2026!" },
      acting: { type: "sql", user: "mirrordeck_act", password: "Lab-2026!" },
      tls: { minimum: "1.2", trustServerCertificate: true },
    });
    expect(pools.map(({ title }: { title: string }) => title)).toEqual(["Munich", "Dresden", "Hamburg"]);
    await lab.stop();
  });

  it("goes on from the state it kept, and --fresh forgets it", async () => {
    const kept = ["--example", "pair", "--virtual-clock", "--state", folder];
    const first = await startLab(...kept);
    await first.ask("POST", "/instances/A/stop");
    await first.advance(2);
    const before = await first.truth();
    await first.stop();
    const second = await startLab(...kept);
    const after = await second.truth();
    expect([after.now, after.sessions]).toEqual([before.now, before.sessions]);
    await second.ask("POST", "/instances/A/start");
    await second.advance(3);
    expect((await second.truth()).sessions[0]?.copies.map(({ state }) => state)).toEqual([
      "SYNCHRONIZED",
      "SYNCHRONIZED",
    ]);
    await second.stop();
    const fresh = await startLab(...kept, "--fresh");
    expect((await fresh.truth()).sessions[0]).toMatchObject({ principals: ["A"] });
    await fresh.stop();
    expect(existsSync(join(folder, "fleet.json"))).toBe(true);
  });

  it("the same seed tells the same truth, another seed another", async () => {
    const truths = [];
    for (const seed of ["5", "5", "6"]) {
      const lab = await startLab("--example", "crossing", "--virtual-clock", "--seed", seed);
      await lab.advance(10);
      const { instances, sessions } = await lab.truth();
      truths.push(JSON.stringify([sessions, instances.map(({ port, ...rest }) => rest)]));
      await lab.stop();
    }
    expect(truths[0]).toBe(truths[1]);
    expect(truths[2]).not.toBe(truths[0]);
  });

  it("ends with the launcher that started it, and its ports with it", async () => {
    const launcher = spawn(
      process.execPath,
      [
        join(import.meta.dirname, "..", "bin", "lab.mjs"),
        "up",
        "--example",
        "pair",
        "--port-base",
        "0",
        "--control-port",
        "0",
      ],
      { stdio: ["ignore", "pipe", "inherit"] },
    );
    const line = await new Promise<string>((resolve) =>
      createInterface({ input: launcher.stdout }).once("line", resolve),
    );
    const { control } = JSON.parse(line) as { control: string };
    expect((await fetch(`${control}/healthz`)).status).toBe(200);
    launcher.kill("SIGKILL");
    await expect
      .poll(
        () =>
          fetch(`${control}/healthz`).then(
            () => "open",
            () => "closed",
          ),
        { timeout: 5_000 },
      )
      .toBe("closed");
  });
});

function run(args: string[]): Promise<{ code: number; out: string; sentence: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [join(import.meta.dirname, "main.ts"), ...args], (error, out, complaint) => {
      resolve({ code: typeof error?.code === "number" ? error.code : 0, out, sentence: complaint.trimEnd() });
    });
  });
}
