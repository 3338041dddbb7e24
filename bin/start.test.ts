import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import net from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { whyNotListen } from "#bin/ports.ts";
import { prepare, project } from "#bin/prepare.ts";
import { ownSettings, type Stack, startStack } from "#bin/stack.ts";

beforeAll(() => prepare({ say: () => {} }), 300_000);

let data: string;
const ends: (() => unknown)[] = [];
beforeEach(async () => {
  data = await mkdtemp(path.join(tmpdir(), "start-"));
});
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
  await rm(data, { recursive: true, force: true });
}, 30_000);

/** `npm start`, as a person types it. */
function npmStart(...args: string[]) {
  const shell = process.platform === "win32";
  const npm = spawn("npm", ["start", "--", "--data", data, ...args], {
    cwd: project,
    env: ownSettings(),
    shell,
  });
  let said = "";
  for (const stream of [npm.stdout, npm.stderr]) stream.on("data", (chunk) => (said += chunk));
  const url = () => {
    const ended = once(npm, "exit").then(() => Promise.reject(new Error(said)));
    return Promise.race([
      ended,
      vi.waitUntil(() => said.match(/http:\/\/[\w.:]+/)?.[0], { timeout: 60_000 }),
    ]);
  };
  return { npm, url, said: () => said };
}

async function stack(): Promise<Stack> {
  const started = await startStack({ data });
  ends.push(started.stop);
  return started;
}

/** Every port that the stack in `data` listens on. */
async function portsOf(url: string): Promise<number[]> {
  const database = Number(await readFile(path.join(data, "pg-port"), "utf8"));
  const register = await readFile(path.join(data, "lab", "pools.yaml"), "utf8");
  const instances = [...register.matchAll(/port: (\d+)/g)].map(([, port]) => Number(port));
  return [Number(new URL(url).port), database, ...instances];
}

async function allClosed(ports: number[]): Promise<void> {
  for (const port of ports) expect([port, await whyNotListen(port, "127.0.0.1")]).toEqual([port, null]);
}

/** The stream of events that a signed-in browser keeps open for as long as the server lives. */
async function openEvents(
  url: string,
  { email, password }: { email: string; password: string },
): Promise<void> {
  const signedIn = await fetch(`${url}/api/auth/sign-in/email`, {
    method: "POST",
    headers: { "content-type": "application/json", origin: url },
    body: JSON.stringify({ email, password }),
  });
  const cookie = signedIn.headers.getSetCookie().map((each) => each.split(";")[0]);
  const events = await fetch(`${url}/api/events`, { headers: { cookie: cookie.join("; ") } });
  expect(events.headers.get("content-type")).toContain("text/event-stream");
  const reader = events.body!.getReader();
  await reader.read();
  ends.push(() => reader.cancel().catch(() => {}));
}

async function exitCode(child: ChildProcess): Promise<number | null> {
  return child.exitCode ?? (await once(child, "exit"))[0];
}

describe("npm start", () => {
  it("first of all says where the app is, which then answers", { timeout: 90_000 }, async () => {
    const { npm, url, said } = npmStart("--port", "0");
    const address = await url();
    const ports = await portsOf(address);
    ends.push(() => npm.kill() && vi.waitFor(() => allClosed(ports), { timeout: 20_000 }));
    expect(said()).toContain(`Mirrordeck is at ${address}`);
    expect((await fetch(address)).status).toBe(200);
    await vi.waitFor(() => expect(said()).toMatch(/Sign in as\n {2}\S+ +\S+@\S+ +\S+\n/), {
      timeout: 10_000,
    });
  });

  it("leaves no port open five seconds after npm was told to end", { timeout: 90_000 }, async () => {
    const { npm, url, said } = npmStart("--port", "0");
    const address = await url();
    const ports = await portsOf(address);
    expect(ports.length).toBeGreaterThan(3);
    const [, email = "", password = ""] = await vi.waitUntil(() => said().match(/admin +(\S+) +(\S+)/));
    await openEvents(address, { email, password });
    npm.kill("SIGTERM");
    await vi.waitFor(() => allClosed(ports), { timeout: 5_000, interval: 100 });
  });

  it("leaves only the database running when it is killed, and takes that over at the next start", async () => {
    const first = await stack();
    const ports = await portsOf(first.url);
    const database = ports.splice(1, 1)[0]!;
    await openEvents(first.url, first.signIns![0]!);
    first.launcher.process.kill("SIGKILL");
    await vi.waitFor(() => allClosed(ports), { timeout: 5_000, interval: 100 });
    expect(await whyNotListen(database, "127.0.0.1")).toBe("EADDRINUSE");

    const second = await stack();
    expect((await portsOf(second.url))[1]).toBe(database);
    await second.stop();
    await allClosed([database]);
  }, 90_000);

  it("ends with the web server, and takes the rest along", { timeout: 90_000 }, async () => {
    const { url, launcher, app } = await stack();
    const ports = await portsOf(url);
    process.kill(app, "SIGKILL");
    expect(await launcher.ended).toBe(1);
    await allClosed(ports);
  });
});

describe("npm start refuses in one sentence, and leaves nothing running,", () => {
  async function refused(...args: string[]): Promise<string> {
    const { npm, said } = npmStart(...args);
    expect(await exitCode(npm)).toBe(1);
    expect(said()).not.toMatch(/^\s+at /m);
    return said();
  }

  it("a second start on the same data", { timeout: 90_000 }, async () => {
    await stack();
    expect(await refused("--port", "0")).toMatch(/already runs on .* \(process \d+\)/);
  });

  it("a port that is in use", { timeout: 30_000 }, async () => {
    const other = net.createServer().listen(0, "127.0.0.1");
    ends.push(() => other.close());
    await once(other, "listening");
    const { port } = other.address() as net.AddressInfo;
    expect(await refused("--port", String(port))).toContain(`Port ${port} is in use`);
    await expect(readFile(path.join(data, "pg-port"))).rejects.toThrow();
  });

  it("a data folder that cannot be written", { timeout: 30_000 }, async () => {
    await writeFile(path.join(data, "file"), "");
    data = path.join(data, "file");
    expect(await refused("--port", "0")).toContain("may not write in its data folder");
    data = path.dirname(data);
  });

  it("a flag that it does not know", { timeout: 30_000 }, async () => {
    expect(await refused("--prot", "0")).toContain("Unknown option '--prot'");
  });
});
