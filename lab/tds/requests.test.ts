import { describe, expect, it, vi } from "vitest";
import { packetStatus, packetType } from "#lab/tds/packets.ts";
import {
  allHeaders,
  answers,
  batchPayload,
  callPayload,
  errorNumbers,
  lastDone,
  loggedIn,
  parameter,
} from "#lab/tds/testing/client.ts";
import { serveEachTest } from "#lab/tds/testing/server.ts";
import { doneStatus } from "#lab/tds/tokens.ts";
import type { SqlType } from "#lab/tsql/values.ts";

const lab = serveEachTest();

describe("a client that speaks packets", () => {
  it("may take back a request it has not finished", async () => {
    const client = await loggedIn(lab.server.port);
    client.send(packetType.batch, batchPayload("database"), { lastStatus: packetStatus.ignore });
    expect(await client.receive()).toEqual(Buffer.from([0xfd, 2, 0, 0, 0, ...Array(8).fill(0)]));
    expect(lab.door.requests).toEqual([]);
    expect(await answers(client)).toBe(true);
    await client.close();
  });

  it("is told that its attention came too late, by a message of its own", async () => {
    const client = await loggedIn(lab.server.port);
    client.send(packetType.batch, batchPayload("database"));
    client.send(packetType.attention, Buffer.alloc(0));
    expect(lastDone(await client.receive())).toMatchObject({ token: 0xfd });
    expect(lastDone(await client.receive())).toEqual({ token: 0xfd, status: doneStatus.attention });
    expect(await answers(client)).toBe(true);
    await client.close();
  });

  it("gets the end of the interrupted request first, then the attention's", async () => {
    const client = await loggedIn(lab.server.port);
    client.send(packetType.batch, batchPayload("wait"));
    await vi.waitFor(() => expect(lab.door.requests).toHaveLength(1));
    client.send(packetType.attention, Buffer.alloc(0));
    expect(lastDone(await client.receive())).toEqual({ token: 0xfd, status: doneStatus.final });
    expect(lastDone(await client.receive())).toEqual({ token: 0xfd, status: doneStatus.attention });
    await client.close();
  });

  it("gets its login's database back with the reset bit, in any packet size", async () => {
    const client = await loggedIn(lab.server.port);
    client.send(packetType.batch, batchPayload("use db"));
    await client.receive();
    const long = batchPayload(`print ${"x".repeat(2000)}`);
    client.send(packetType.batch, long, { size: 512, firstStatus: packetStatus.reset });
    const response = (await client.receive())!;
    expect(response.subarray(0, 6)).toEqual(Buffer.from([0xe3, 3, 0, 18, 0, 0]));
    expect(response.subarray(6, 10)).toEqual(Buffer.from([0xe3, 19, 0, 1]));
    expect(response.toString("utf16le", 11, 23)).toBe("master");
    expect(lab.door.resets).toBe(1);
    await client.close();
  });

  it("begins, saves, rolls back and ends a transaction, and is told its descriptor", async () => {
    const client = await loggedIn(lab.server.port);
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
    expect(lab.door.requests).toEqual([
      { kind: "transaction", action: "begin", name: "" },
      { kind: "transaction", action: "save", name: "s1" },
      { kind: "transaction", action: "rollback", name: "s1" },
      { kind: "transaction", action: "commit", name: "" },
    ]);
    await client.close();
  });

  it("may end one transaction and begin the next in one request", async () => {
    const client = await loggedIn(lab.server.port);
    client.send(packetType.transaction, Buffer.concat([allHeaders, Buffer.from([5, 0, 2, 0])]));
    await client.receive();
    client.send(
      packetType.transaction,
      Buffer.concat([allHeaders, Buffer.from([7, 0, 0, 1, 2, 2, 0x62, 0])]),
    );
    const response = (await client.receive())!;
    expect([response[3], response[14 + 13 + 3]]).toEqual([9, 8]);
    expect(lab.door.requests.slice(1)).toEqual([
      { kind: "transaction", action: "commit", name: "" },
      { kind: "transaction", action: "begin", name: "b" },
    ]);
    await client.close();
  });

  it("may call several procedures in one request", async () => {
    const client = await loggedIn(lab.server.port);
    const one = callPayload("sp_executesql", parameter("@stmt", { name: "nvarchar", length: 20 }, "print a"));
    client.send(packetType.rpc, Buffer.concat([one, Buffer.from([0xff]), one.subarray(allHeaders.length)]));
    expect(lastDone(await client.receive())).toEqual({ token: 0xfe, status: doneStatus.final });
    expect(lab.door.requests).toHaveLength(2);
    await client.close();
  });

  it("gets 8179 for a handle it never prepared", async () => {
    const client = await loggedIn(lab.server.port);
    for (const procedure of ["sp_execute", "sys.sp_unprepare"]) {
      client.send(packetType.rpc, callPayload(procedure, parameter("", { name: "int" }, 7)));
      expect(errorNumbers(await client.receive())).toEqual([8179]);
    }
    await client.close();
  });

  it("prepares and executes at once", async () => {
    const client = await loggedIn(lab.server.port);
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
      lab.door.requests.map((request) => request.kind === "rpc" && request.parameters.at(-1)!.value),
    ).toEqual([42, 43]);
    await client.close();
  });

  it("that does not read is waited for, not buffered for", async () => {
    const client = await loggedIn(lab.server.port);
    client.socket.pause();
    client.send(packetType.batch, batchPayload("rows 200000 1000"));
    await vi.waitFor(() => expect(lab.door.requests).toHaveLength(1));
    await settled(() => lab.door.rows);
    // What the operating system buffers for a socket is some megabytes, at a thousand bytes a row.
    expect(lab.door.rows).toBeLessThan(100_000);
    await client.close();
    await vi.waitFor(() => expect(lab.door.open).toBe(0));
  });

  it("that sends more and more without waiting has all of it answered", async () => {
    const client = await loggedIn(lab.server.port);
    for (let count = 0; count < 500; count++) client.send(packetType.batch, batchPayload("database"));
    for (let count = 0; count < 500; count++) expect(await client.receive()).toBeDefined();
    await client.close();
  });
});

/** Waits until a number has begun to grow and then stopped. */
async function settled(read: () => number): Promise<void> {
  let last = 0;
  await vi.waitFor(() => {
    const before = last;
    last = read();
    if (last === 0 || last !== before) throw new Error("still growing");
  });
}
