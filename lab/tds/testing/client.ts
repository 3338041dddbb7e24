/** A client that speaks packets and nothing else, for what no driver would send. */
import { connect, type Socket } from "node:net";
import { createByteWriter } from "#lab/tds/bytes.ts";
import {
  createMessageJoiner,
  createPacketReader,
  cutPackets,
  defaultPacketSize,
  packetType,
} from "#lab/tds/packets.ts";
import { writeType, writeValue } from "#lab/tds/write-value.ts";
import type { SqlType, SqlValue } from "#lab/tsql/values.ts";

export interface TestClient {
  socket: Socket;
  /** Sends one message, in as many packets as it takes. */
  send(
    type: number,
    payload: Buffer,
    options?: { size?: number; firstStatus?: number; lastStatus?: number },
  ): void;
  /** The next response; `undefined` when the server has closed. */
  receive(): Promise<Buffer | undefined>;
  close(): Promise<void>;
}

export async function connectTestClient(port: number): Promise<TestClient> {
  const socket = connect(port, "127.0.0.1");
  const packets = createPacketReader();
  const join = createMessageJoiner(() => Number.MAX_SAFE_INTEGER);
  const received: Buffer[] = [];
  let closed = false;
  let wake = () => {};

  socket.on("error", () => {});
  socket.on("close", () => {
    closed = true;
    wake();
  });
  socket.on("data", (bytes) => {
    packets.push(bytes);
    for (let packet = packets.next(); packet !== undefined; packet = packets.next()) {
      const message = join(packet);
      if (message !== undefined) received.push(message.payload);
    }
    wake();
  });
  await new Promise((resolve) => socket.once("connect", resolve));

  return {
    socket,
    send(type, payload, { size = defaultPacketSize, firstStatus = 0, lastStatus = 0 } = {}) {
      const { packets: bytes } = cutPackets(type, payload, size, 0, 1, true);
      const lastLength = payload.length % (size - 8) || Math.min(payload.length, size - 8);
      bytes[bytes.length - lastLength - 8 + 1]! |= lastStatus;
      bytes[1]! |= firstStatus;
      socket.write(bytes);
    },
    async receive() {
      while (received.length === 0 && !closed) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      return received.shift();
    },
    async close() {
      if (closed) return;
      const gone = new Promise((resolve) => socket.once("close", resolve));
      socket.destroy();
      await gone;
    },
  };
}

/** Greeting without encryption and login, as `sa` with the password the test door takes. */
export async function loggedIn(port: number, password = "right"): Promise<TestClient> {
  const client = await connectTestClient(port);
  client.send(packetType.prelogin, preloginPayload(2));
  await client.receive();
  client.send(packetType.login7, login7Payload({ user: "sa", password }));
  await client.receive();
  return client;
}

export function preloginPayload(encryption: number): Buffer {
  return Buffer.from([1, 0, 6, 0, 1, 0xff, encryption]);
}

export function login7Payload(wish: {
  user: string;
  password: string;
  database?: string;
  protocol?: number;
  integrated?: boolean;
}): Buffer {
  const out = createByteWriter();
  const texts: Buffer[] = [];
  let at = 94;
  const field = (bytes: Buffer) => {
    out.u16(at);
    out.u16(bytes.length / 2);
    texts.push(bytes);
    at += bytes.length;
  };
  const text = (value: string) => Buffer.from(value, "utf16le");
  const hidden = text(wish.password).map((byte) => (((byte << 4) | (byte >> 4)) & 0xff) ^ 0xa5);
  out.u32(0);
  out.u32(wish.protocol ?? 0x74000004);
  out.u32(defaultPacketSize);
  out.bytes(Buffer.alloc(12));
  out.bytes(Buffer.from([0, wish.integrated ? 0x80 : 0, 0, 0]));
  out.bytes(Buffer.alloc(8));
  for (const value of [text("host"), text(wish.user), Buffer.from(hidden), text("tests")]) field(value);
  for (const value of ["server", "", "library", "", wish.database ?? ""]) field(text(value));
  out.bytes(Buffer.alloc(6 + 4 + 4 + 4 + 4));
  for (const bytes of texts) out.bytes(bytes);
  const payload = Buffer.from(out.view());
  payload.writeUInt32LE(payload.length, 0);
  return payload;
}

/** ALL_HEADERS with the transaction header, as every driver sends it. */
export const allHeaders = Buffer.from("16000000120000000200000000000000000001000000", "hex");

export function batchPayload(sql: string): Buffer {
  return Buffer.concat([allHeaders, Buffer.from(sql, "utf16le")]);
}

/** A call by name; `parameters` are given in bytes. */
export function callPayload(procedure: string, ...parameters: Buffer[]): Buffer {
  const name = Buffer.from(procedure, "utf16le");
  const length = Buffer.from([procedure.length, 0]);
  return Buffer.concat([allHeaders, length, name, Buffer.alloc(2), ...parameters]);
}

export function parameter(name: string, type: SqlType, value: SqlValue, status = 0): Buffer {
  const out = createByteWriter();
  out.shortText(name);
  out.u8(status);
  writeType(out, type);
  writeValue(out, type, value);
  return Buffer.from(out.view());
}

/** Whether a request gets its answer. */
export async function answers(client: TestClient): Promise<boolean> {
  client.send(packetType.batch, batchPayload("database"));
  const response = await client.receive();
  return response?.includes(Buffer.from("master", "utf16le")) ?? false;
}

/** The numbers of the ERROR tokens a response begins with. */
export function errorNumbers(response: Buffer | undefined): number[] {
  const numbers: number[] = [];
  for (let at = 0; response !== undefined && response[at] === 0xaa; at += 3 + response.readUInt16LE(at + 1)) {
    numbers.push(response.readInt32LE(at + 3));
  }
  return numbers;
}

/** Token and status of the DONE a response ends with. */
export function lastDone(response: Buffer | undefined): { token: number; status: number } | undefined {
  if (response === undefined || response.length < 13) return undefined;
  const done = response.subarray(-13);
  return { token: done[0]!, status: done.readUInt16LE(1) };
}
