import { describe, expect, it, vi } from "vitest";
import { packetType } from "#lab/tds/packets.ts";
import {
  allHeaders,
  answers,
  batchPayload,
  callPayload,
  connectTestClient,
  errorNumbers,
  lastDone,
  loggedIn,
  login7Payload,
  preloginPayload,
  type TestClient,
} from "#lab/tds/testing/client.ts";
import { damagedStream, randomFrom } from "#lab/tds/testing/garbage.ts";
import { serveEachTest } from "#lab/tds/testing/server.ts";
import { doneStatus } from "#lab/tds/tokens.ts";

const lab = serveEachTest({ requestLimit: 100_000 });

describe("before the login, a client is hung up on that", () => {
  it.each<[what: string, type: number, payload: Buffer]>([
    ["speaks another protocol", 0x47, Buffer.from("GET / HTTP/1.1\r\n\r\n")],
    ["sends a batch", packetType.batch, batchPayload("database")],
    ["sends an empty greeting", packetType.prelogin, Buffer.alloc(0)],
    ["greets without an end", packetType.prelogin, Buffer.from([1, 0, 6, 0, 1])],
    ["wants an encryption nobody knows", packetType.prelogin, preloginPayload(9)],
    ["logs in too shortly", packetType.login7, Buffer.alloc(20)],
    ["logs in with texts outside its login", packetType.login7, withField(36, 60_000)],
    ["logs in at length", packetType.login7, Buffer.alloc(200_000)],
    [
      "speaks a version before 7.3",
      packetType.login7,
      login7Payload({ user: "sa", password: "right", protocol: 0x71000001 }),
    ],
  ])("%s", async (_what, type, payload) => {
    const client = await connectTestClient(lab.server.port);
    client.send(type, payload);
    expect(await client.receive()).toBeUndefined();
    await servesOn();
    expect(lab.door.logins).toHaveLength(1);
  });

  it("breaks off the handshake of TLS", async () => {
    const client = await connectTestClient(lab.server.port);
    client.send(packetType.prelogin, preloginPayload(1));
    await client.receive();
    client.send(packetType.prelogin, Buffer.from("no client hello at all"));
    while ((await client.receive()) !== undefined) {}
    expect(lab.door.logins).toEqual([]);
    await servesOn();
  });

  it("promises TLS and then sends its login plain", async () => {
    const client = await connectTestClient(lab.server.port);
    client.send(packetType.prelogin, preloginPayload(1));
    await client.receive();
    client.send(packetType.login7, login7Payload({ user: "sa", password: "right" }));
    while ((await client.receive()) !== undefined) {}
    expect(lab.door.logins).toEqual([]);
  });
});

describe("after the login, a request", () => {
  it.each<[what: string, type: number, payload: Buffer, error: number]>([
    ["without headers", packetType.batch, Buffer.alloc(0), 4002],
    ["whose headers are longer than itself", packetType.batch, Buffer.from("ffffff00", "hex"), 4009],
    [
      "whose headers contradict each other",
      packetType.batch,
      Buffer.from("0a0000000000000002000000", "hex"),
      4009,
    ],
    ["with half a character", packetType.batch, Buffer.concat([allHeaders, Buffer.from("a")]), 4002],
    [
      "for a distributed transaction",
      packetType.transaction,
      Buffer.concat([allHeaders, Buffer.from([0, 0])]),
      8501,
    ],
    [
      "that calls procedure number 99",
      packetType.rpc,
      Buffer.concat([allHeaders, Buffer.from("ffff63000000", "hex")]),
      8004,
    ],
    ["that ends in a parameter", packetType.rpc, call(Buffer.from([0, 0, 0xe7, 0x10])), 4002],
    ["with a name that is none", packetType.rpc, call(Buffer.from([1, 0x41, 0, 0, 0x26, 4, 0])), 8005],
    ["with flags nobody knows", packetType.rpc, call(Buffer.from([0, 0x40, 0x26, 4, 0])), 8006],
    ["with a table for a parameter", packetType.rpc, call(Buffer.from([0, 0, 0xf3, 0, 0])), 8009],
    ["with an int of three bytes", packetType.rpc, call(Buffer.from([0, 0, 0x26, 3, 3, 1, 2, 3])), 8016],
    [
      "with nvarchar(4001)",
      packetType.rpc,
      call(Buffer.from([0, 0, 0xe7, 0x42, 0x1f, 9, 4, 0xd0, 0, 0x34, 0, 0])),
      8016,
    ],
    ["with decimal(39)", packetType.rpc, call(Buffer.from([0, 0, 0x6c, 17, 39, 0, 0])), 8017],
    [
      "with chunks that do not add up",
      packetType.rpc,
      call(Buffer.from("0000a5ffff0300000000000000010000000700000000", "hex")),
      8007,
    ],
    [
      "with a date after the last",
      packetType.rpc,
      call(Buffer.from([0, 0, 0x28, 3, 0xff, 0xff, 0xff])),
      8023,
    ],
    [
      "with a float that is no number",
      packetType.rpc,
      call(Buffer.from("00006d0808000000000000f87f", "hex")),
      8023,
    ],
    [
      "with a variant in a variant",
      packetType.rpc,
      call(Buffer.from("00006249 1f0000 04000000 6200 0000".replaceAll(" ", ""), "hex")),
      8014,
    ],
  ])("%s is refused, and the next one is served", async (_what, type, payload, error) => {
    const client = await loggedIn(lab.server.port);
    client.send(type, payload);
    const refused = await client.receive();
    expect(errorNumbers(refused)).toEqual([error]);
    expect(lastDone(refused)).toEqual({ token: 0xfd, status: doneStatus.error });
    expect(await answers(client)).toBe(true);
    expect(lab.door.requests.filter((request) => request.kind !== "batch")).toEqual([]);
    await client.close();
  });

  it.each<[what: string, send: (client: TestClient) => void]>([
    ["of a kind nobody knows", (client) => client.send(0x33, allHeaders)],
    [
      "that is a login again",
      (client) => client.send(packetType.login7, login7Payload({ user: "sa", password: "right" })),
    ],
    ["above the limit", (client) => client.send(packetType.batch, batchPayload("x".repeat(100_000)))],
    [
      "in a packet of three bytes",
      (client) => client.socket.write(Buffer.from([1, 1, 0, 3, 0, 0, 1, 0, 0, 0])),
    ],
    [
      "whose packets differ in type",
      (client) => client.socket.write(Buffer.from([1, 0, 0, 9, 0, 0, 1, 0, 65, 3, 1, 0, 9, 0, 0, 1, 0, 65])),
    ],
  ])("%s ends the session with 4014", async (_what, send) => {
    const client = await loggedIn(lab.server.port);
    send(client);
    expect(errorNumbers(await client.receive())).toEqual([4014]);
    expect(await client.receive()).toBeUndefined();
    await vi.waitFor(() => expect(lab.door.open).toBe(0));
    await servesOn();
  });
});

describe("five hundred streams of damaged packets", () => {
  it.each([1, 2, 3, 4, 5])("of seed %i leave a server that serves, and no session behind", async (seed) => {
    const random = randomFrom(seed);
    for (let round = 0; round < 100; round++) {
      const client =
        random() < 0.5 ? await connectTestClient(lab.server.port) : await loggedIn(lab.server.port);
      client.socket.write(damagedStream(random, { user: "sa", password: "right" }));
      for (let turns = Math.floor(random() * 6); turns > 0; turns--) await new Promise(setImmediate);
      // The end of the stream is the end of the client, whatever the server made of it.
      client.socket.end();
      while ((await client.receive()) !== undefined) {}
    }
    await vi.waitFor(() => expect(lab.door.open).toBe(0));
    await servesOn();
  });
});

function call(parameterBytes: Buffer): Buffer {
  return callPayload("sp_executesql", parameterBytes);
}

function withField(at: number, value: number): Buffer {
  const payload = login7Payload({ user: "sa", password: "right" });
  payload.writeUInt16LE(value, at);
  return payload;
}

async function servesOn(): Promise<void> {
  const client = await loggedIn(lab.server.port);
  expect(await answers(client)).toBe(true);
  await client.close();
}
