import { randomBytes } from "node:crypto";
import { once } from "node:events";
import net, { type AddressInfo, type Socket } from "node:net";
import { afterEach, expect, it } from "vitest";
import { connectTo } from "#lib/sqlserver/gateway.ts";
import type { Target } from "#lib/sqlserver/target.ts";
import { testConnection } from "#lib/sqlserver/test-connection.ts";

/** Peers that are no SQL Server, or none in its right mind. A server's answer begins with type 4. */
const packet = (body: Buffer) =>
  Buffer.concat([Buffer.from([0x04, 0x01, 0, body.length + 8, 0, 0, 1, 0]), body]);
/** VERSION, and ENCRYPTION "not supported". */
const prelogin = packet(Buffer.from([0x00, 0, 11, 0, 6, 0x01, 0, 17, 0, 1, 0xff, 11, 0, 27, 88, 0, 0, 0x02]));

const strangers: [string, (socket: Socket) => void, string][] = [
  [
    "speaks HTTP",
    (socket) => socket.once("data", () => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n")),
    "garbage",
  ],
  ["speaks first, as SSH does", (socket) => socket.write("SSH-2.0-OpenSSH_9.2\r\n"), "garbage"],
  [
    "answers everything with random bytes",
    (socket) => socket.on("data", () => socket.write(randomBytes(200))),
    "garbage",
  ],
  [
    "begins well and then says an unknown token",
    (socket) => answers(socket, [prelogin, packet(Buffer.from([0x42, 1, 2, 3, 4]))]),
    "garbage",
  ],
  [
    "says a token that nobody expects at login",
    (socket) => answers(socket, [prelogin, packet(Buffer.from([0xd1, 0, 0, 0, 0]))]),
    "garbage",
  ],
  [
    "answers PRELOGIN with too few bytes",
    (socket) => answers(socket, [packet(Buffer.from([0x00, 0, 99]))]),
    "network",
  ],
  ["hangs up at once", (socket) => socket.destroy(), "network"],
  ["says nothing", () => {}, "timeout"],
  ["hangs after PRELOGIN", (socket) => answers(socket, [prelogin]), "timeout"],
  [
    "begins an answer to the login and never ends it",
    (socket) => answers(socket, [prelogin, Buffer.from([0x04, 0x00, 0, 9, 0, 0, 1, 0, 0xab])]),
    "timeout",
  ],
];

const open: net.Server[] = [];
const sockets = new Set<Socket>();
afterEach(() => {
  for (const socket of sockets) socket.destroy();
  for (const server of open.splice(0)) server.close();
});

it.each(strangers)("a peer that %s is told apart, and ends nothing", async (_what, behave, kind) => {
  const gateway = connectTo(target(await listen(behave)), { connectMs: 400, lookMs: 300 });
  for (const _round of [1, 2]) {
    const observation = await gateway.observe();
    expect(observation).toMatchObject({
      reachable: false,
      login: "looking",
      reason: { kind, detail: expect.stringMatching(/./) },
    });
  }
  expect(await gateway.send("SELECT 1", { timeoutMs: 300 })).toMatchObject({ kind: "broken", sent: false });
  await gateway.close();
});

it("a closed port is a matter of the network", async () => {
  const port = await listen(() => {});
  open.pop()?.close();
  expect(await connectTo(target(port)).observe()).toMatchObject({
    reason: { kind: "network", detail: expect.stringContaining("ECONNREFUSED") },
  });
  expect(await testConnection(target(port))).toMatchObject([
    { stage: "network", verdict: "bad", message: { key: "register.test.failed.network" } },
  ]);
});

it("a name that nobody knows is a matter of the network", async () => {
  const nowhere = { ...target(1), server: "no-such-host.invalid" };
  expect(await connectTo(nowhere).observe()).toMatchObject({ reason: { kind: "network" } });
});

it("a stranger under the test button is named as one", async () => {
  const port = await listen((socket) => socket.write("SSH-2.0-OpenSSH_9.2\r\n"));
  const findings = await testConnection(target(port));
  expect(findings.at(-1)).toMatchObject({
    stage: "network",
    verdict: "bad",
    message: { key: "register.test.failed.garbage", values: { detail: expect.stringContaining("SSH-2.0") } },
  });
});

function answers(socket: Socket, packets: Buffer[]): void {
  const left = [...packets];
  socket.on("data", () => {
    const next = left.shift();
    if (next) socket.write(next);
  });
}

async function listen(behave: (socket: Socket) => void): Promise<number> {
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    behave(socket);
  });
  open.push(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

function target(port: number): Target {
  return {
    id: "x",
    name: "X",
    server: "127.0.0.1",
    port,
    namedInstance: null,
    tls: { minimum: "1.2", trust: true, ca: null },
    which: "looking",
    login: { type: "sql", user: "look", password: "pw" },
  };
}
