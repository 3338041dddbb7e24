import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { createByteWriter } from "#lab/tds/bytes.ts";
import { packetStatus, packetType } from "#lab/tds/packets.ts";
import { type Certificate, type Listening, listen, makeCertificate } from "#lab/tds/server.ts";
import {
  allHeaders,
  batchPayload,
  callPayload,
  connectTestClient,
  errorNumbers,
  lastDone,
  loggedIn,
  login7Payload,
  preloginPayload,
  type TestClient,
} from "#lab/tds/test-client.ts";
import { openTestDoor, type TestDoor } from "#lab/tds/test-door.ts";
import { doneStatus } from "#lab/tds/tokens.ts";
import { writeType, writeValue } from "#lab/tds/write-value.ts";
import type { SqlType, SqlValue } from "#lab/tsql/values.ts";

let certificate: Certificate;
let door: TestDoor;
let server: Listening;

beforeAll(async () => {
  certificate = await makeCertificate();
});

beforeEach(async () => {
  door = openTestDoor();
  server = await listen(door, { port: 0, certificate, requestLimit: 100_000 });
});

afterEach(async () => {
  await server.stop();
});

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
    const client = await connectTestClient(server.port);
    client.send(type, payload);
    expect(await client.receive()).toBeUndefined();
    await servesOn();
    expect(door.logins).toHaveLength(1);
  });

  it("breaks off the handshake of TLS", async () => {
    const client = await connectTestClient(server.port);
    client.send(packetType.prelogin, preloginPayload(1));
    await client.receive();
    client.send(packetType.prelogin, Buffer.from("no client hello at all"));
    while ((await client.receive()) !== undefined) {}
    expect(door.logins).toEqual([]);
    await servesOn();
  });

  it("promises TLS and then sends its login plain", async () => {
    const client = await connectTestClient(server.port);
    client.send(packetType.prelogin, preloginPayload(1));
    await client.receive();
    client.send(packetType.login7, login7Payload({ user: "sa", password: "right" }));
    while ((await client.receive()) !== undefined) {}
    expect(door.logins).toEqual([]);
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
    const client = await loggedIn(server.port);
    client.send(type, payload);
    const refused = await client.receive();
    expect(errorNumbers(refused)).toEqual([error]);
    expect(lastDone(refused)).toEqual({ token: 0xfd, status: doneStatus.error });
    expect(await answers(client)).toBe(true);
    expect(door.requests.filter((request) => request.kind !== "batch")).toEqual([]);
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
    const client = await loggedIn(server.port);
    send(client);
    expect(errorNumbers(await client.receive())).toEqual([4014]);
    expect(await client.receive()).toBeUndefined();
    await vi.waitFor(() => expect(door.open).toBe(0));
    await servesOn();
  });
});

describe("a client that speaks packets", () => {
  it("may take back a request it has not finished", async () => {
    const client = await loggedIn(server.port);
    client.send(packetType.batch, batchPayload("database"), { lastStatus: packetStatus.ignore });
    expect(await client.receive()).toEqual(Buffer.from([0xfd, 2, 0, 0, 0, ...Array(8).fill(0)]));
    expect(door.requests).toEqual([]);
    expect(await answers(client)).toBe(true);
    await client.close();
  });

  it("is told that its attention came too late, by a message of its own", async () => {
    const client = await loggedIn(server.port);
    client.send(packetType.batch, batchPayload("database"));
    client.send(packetType.attention, Buffer.alloc(0));
    expect(lastDone(await client.receive())).toMatchObject({ token: 0xfd });
    expect(lastDone(await client.receive())).toEqual({ token: 0xfd, status: doneStatus.attention });
    expect(await answers(client)).toBe(true);
    await client.close();
  });

  it("gets the end of the interrupted request first, then the attention's", async () => {
    const client = await loggedIn(server.port);
    client.send(packetType.batch, batchPayload("wait"));
    await vi.waitFor(() => expect(door.requests).toHaveLength(1));
    client.send(packetType.attention, Buffer.alloc(0));
    expect(lastDone(await client.receive())).toEqual({ token: 0xfd, status: doneStatus.final });
    expect(lastDone(await client.receive())).toEqual({ token: 0xfd, status: doneStatus.attention });
    await client.close();
  });

  it("gets its login's database back with the reset bit, in any packet size", async () => {
    const client = await loggedIn(server.port);
    client.send(packetType.batch, batchPayload("use db"));
    await client.receive();
    const long = batchPayload(`print ${"x".repeat(2000)}`);
    client.send(packetType.batch, long, { size: 512, firstStatus: packetStatus.reset });
    const response = (await client.receive())!;
    expect(response.subarray(0, 6)).toEqual(Buffer.from([0xe3, 3, 0, 18, 0, 0]));
    expect(response.subarray(6, 10)).toEqual(Buffer.from([0xe3, 19, 0, 1]));
    expect(response.toString("utf16le", 11, 23)).toBe("master");
    expect(door.resets).toBe(1);
    await client.close();
  });

  it("begins, saves, rolls back and ends a transaction, and is told its descriptor", async () => {
    const client = await loggedIn(server.port);
    const ask = async (...bytes: number[]) => {
      client.send(packetType.transaction, Buffer.concat([allHeaders, Buffer.from(bytes)]));
      return (await client.receive())!;
    };
    const name = [4, 0x73, 0, 0x31, 0];
    const begun = await ask(5, 0, 2, 0);
    const descriptor = begun.subarray(5, 13);
    expect(begun.subarray(0, 5)).toEqual(Buffer.from([0xe3, 11, 0, 8, 8]));
    expect((await ask(9, 0, ...name))[0], "a savepoint changes nothing").toBe(0xfd);
    expect((await ask(8, 0, ...name, 0))[0], "nor does a rollback to it").toBe(0xfd);
    expect((await ask(7, 0, 0, 0)).subarray(0, 14)).toEqual(
      Buffer.from([0xe3, 11, 0, 9, 0, 8, ...descriptor]),
    );
    expect(door.requests).toEqual([
      { kind: "transaction", action: "begin", name: "" },
      { kind: "transaction", action: "save", name: "s1" },
      { kind: "transaction", action: "rollback", name: "s1" },
      { kind: "transaction", action: "commit", name: "" },
    ]);
    await client.close();
  });

  it("may call several procedures in one request", async () => {
    const client = await loggedIn(server.port);
    const one = callPayload("sp_executesql", parameter("@stmt", { name: "nvarchar", length: 20 }, "print a"));
    client.send(packetType.rpc, Buffer.concat([one, Buffer.from([0xff]), one.subarray(allHeaders.length)]));
    expect(lastDone(await client.receive())).toEqual({ token: 0xfe, status: doneStatus.final });
    expect(door.requests).toHaveLength(2);
    await client.close();
  });

  it("gets 8179 for a handle it never prepared", async () => {
    const client = await loggedIn(server.port);
    for (const procedure of ["sp_execute", "sys.sp_unprepare"]) {
      client.send(packetType.rpc, callPayload(procedure, parameter("", { name: "int" }, 7)));
      expect(errorNumbers(await client.receive())).toEqual([8179]);
    }
    await client.close();
  });

  it("prepares and executes at once", async () => {
    const client = await loggedIn(server.port);
    const text: SqlType = { name: "nvarchar", length: 20 };
    const values = [
      parameter("", { name: "int" }, null, 1),
      parameter("", text, "@n int"),
      parameter("", text, "echo"),
    ];
    client.send(packetType.rpc, callPayload("sp_prepexec", ...values, parameter("@n", { name: "int" }, 42)));
    const response = (await client.receive())!;
    expect(response.includes(Buffer.from([0xac, 0, 0, 7, 0x40, 0]))).toBe(true);
    client.send(
      packetType.rpc,
      callPayload("sp_execute", parameter("", { name: "int" }, 1), parameter("@n", { name: "int" }, 43)),
    );
    await client.receive();
    expect(
      door.requests.map((request) => request.kind === "rpc" && request.parameters.at(-1)!.value),
    ).toEqual([42, 43]);
    await client.close();
  });

  it("that does not read is waited for, not buffered for", async () => {
    const client = await loggedIn(server.port);
    client.socket.pause();
    client.send(packetType.batch, batchPayload("rows 200000 1000"));
    await vi.waitFor(() => expect(door.requests).toHaveLength(1));
    await settled(() => door.rows);
    // What the operating system buffers for a socket is some megabytes, at a thousand bytes a row.
    expect(door.rows).toBeLessThan(100_000);
    await client.close();
    await vi.waitFor(() => expect(door.open).toBe(0));
  });

  it("that sends more and more without waiting has all of it answered", async () => {
    const client = await loggedIn(server.port);
    for (let count = 0; count < 500; count++) client.send(packetType.batch, batchPayload("database"));
    for (let count = 0; count < 500; count++) expect(await client.receive()).toBeDefined();
    await client.close();
  });
});

describe("some hundred streams of damaged packets", () => {
  it.each([1, 2, 3, 4, 5])("of seed %i leave a server that serves, and no session behind", async (seed) => {
    const random = randomFrom(seed);
    for (let round = 0; round < 80; round++) {
      const client = random() < 0.5 ? await connectTestClient(server.port) : await loggedIn(server.port);
      const stream = Buffer.concat(
        Array.from({ length: 1 + Math.floor(random() * 3) }, () => damage(pick(sound, random), random)),
      );
      client.socket.write(stream);
      for (let turns = Math.floor(random() * 6); turns > 0; turns--) await new Promise(setImmediate);
      // The end of the stream is the end of the client, whatever the server made of it.
      client.socket.end();
      while ((await client.receive()) !== undefined) {}
    }
    await vi.waitFor(() => expect(door.open).toBe(0));
    await servesOn();
  });
});

/** What a client may rightly send, as packets: the stuff that is then damaged. */
const sound: Buffer[] = [
  packet(packetType.prelogin, preloginPayload(1)),
  packet(packetType.prelogin, preloginPayload(2)),
  packet(packetType.login7, login7Payload({ user: "sa", password: "right", database: "db" })),
  packet(packetType.batch, batchPayload("samples")),
  packet(packetType.batch, batchPayload("rows 100 100")),
  packet(packetType.attention, Buffer.alloc(0)),
  packet(packetType.transaction, Buffer.concat([allHeaders, Buffer.from([5, 0, 2, 0])])),
  packet(packetType.rpc, everyType()),
];

function damage(bytes: Buffer, random: () => number): Buffer {
  const damaged = Buffer.from(bytes);
  switch (Math.floor(random() * 5)) {
    case 0:
      return damaged.subarray(0, Math.floor(random() * damaged.length));
    case 1:
      return Buffer.concat([
        damaged,
        Buffer.from(Array.from({ length: 50 }, () => Math.floor(random() * 256))),
      ]);
    case 2:
      damaged.writeUInt16BE(Math.floor(random() * 65_536), 2);
      return damaged;
    case 3:
      return Buffer.from(
        Array.from({ length: Math.floor(random() * 300) }, () => Math.floor(random() * 256)),
      );
    default:
      for (let count = 1 + Math.floor(random() * 8); count > 0; count--) {
        damaged[8 + Math.floor(random() * Math.max(1, damaged.length - 8))] = Math.floor(random() * 256);
      }
      return damaged;
  }
}

/** A call with a parameter of every type. */
function everyType(): Buffer {
  const types: [SqlType, SqlValue][] = [
    [{ name: "nvarchar", length: 10 }, "echo"],
    [{ name: "nvarchar", length: "max" }, "@p int"],
    [{ name: "bit" }, true],
    [{ name: "int" }, 7],
    [{ name: "bigint" }, 7n],
    [{ name: "float" }, 7],
    [{ name: "decimal", precision: 38, scale: 2 }, 7n],
    [{ name: "datetime" }, new Date(0)],
    [{ name: "date" }, new Date(0)],
    [{ name: "datetime2", scale: 7 }, new Date(0)],
    [{ name: "uniqueidentifier" }, "6F9619FF-8B86-D011-B42D-00C04FC964FF"],
    [{ name: "varchar", length: 10 }, "seven"],
    [{ name: "varbinary", length: "max" }, Uint8Array.of(7)],
    [{ name: "sql_variant" }, { base: { name: "int" }, value: 7 }],
  ];
  return callPayload(
    "sp_executesql",
    ...types.map(([type, value], index) => parameter(`@p${index}`, type, value)),
  );
}

function parameter(name: string, type: SqlType, value: SqlValue, status = 0): Buffer {
  const out = createByteWriter();
  out.shortText(name);
  out.u8(status);
  writeType(out, type);
  writeValue(out, type, value);
  return Buffer.from(out.view());
}

function call(parameterBytes: Buffer): Buffer {
  return callPayload("sp_executesql", parameterBytes);
}

function packet(type: number, payload: Buffer): Buffer {
  const header = Buffer.from([type, packetStatus.endOfMessage, 0, 0, 0, 0, 1, 0]);
  header.writeUInt16BE(8 + payload.length, 2);
  return Buffer.concat([header, payload]);
}

function withField(at: number, value: number): Buffer {
  const payload = login7Payload({ user: "sa", password: "right" });
  payload.writeUInt16LE(value, at);
  return payload;
}

function pick<T>(from: T[], random: () => number): T {
  return from[Math.floor(random() * from.length)]!;
}

/** mulberry32: the same seed, the same damage. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

async function answers(client: TestClient): Promise<boolean> {
  client.send(packetType.batch, batchPayload("database"));
  const response = await client.receive();
  return response?.includes(Buffer.from("master", "utf16le")) ?? false;
}

async function servesOn(): Promise<void> {
  const client = await loggedIn(server.port);
  expect(await answers(client)).toBe(true);
  await client.close();
}

/** Waits until a number has begun to grow and then stopped. */
async function settled(read: () => number): Promise<void> {
  let last = 0;
  await vi.waitFor(() => {
    const before = last;
    last = read();
    if (last === 0 || last !== before) throw new Error("still growing");
  });
}
