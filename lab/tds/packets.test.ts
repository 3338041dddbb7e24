import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  createMessageJoiner,
  createPacketReader,
  cutPackets,
  type Message,
  packetType,
} from "#lab/tds/packets.ts";

describe("packets", () => {
  it("carry a message of any length, however the network cuts it", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 5000 }),
        fc.constantFrom(512, 4096),
        fc.integer({ min: 1, max: 700 }),
        (length, size, chunk) => {
          const payload = Buffer.alloc(length, 0xab);
          const { packets } = cutPackets(packetType.batch, payload, size, 51, 1, true);
          expect(receive(packets, chunk)).toEqual([
            { type: packetType.batch, firstStatus: expect.any(Number), lastStatus: 1, payload },
          ]);
        },
      ),
    );
  });

  it("say in the last one alone that the message ends, even when it fills packets exactly", () => {
    const begun = cutPackets(packetType.response, Buffer.alloc(1008), 512, 51, 1, false);
    expect([begun.count, begun.taken]).toEqual([1, 504]);
    const ended = cutPackets(packetType.response, Buffer.alloc(504), 512, 51, 2, true);
    expect([ended.count, ended.packets[1], ended.packets[6]]).toEqual([1, 1, 2]);
  });

  it("may be empty, as an attention is", () => {
    const { packets } = cutPackets(packetType.attention, Buffer.alloc(0), 4096, 0, 1, true);
    expect(packets).toEqual(Buffer.from([6, 1, 0, 8, 0, 0, 1, 0]));
  });

  it("of an attention end a message that was not finished", () => {
    const half = cutPackets(packetType.batch, Buffer.alloc(600), 512, 0, 1, false).packets;
    const attention = cutPackets(packetType.attention, Buffer.alloc(0), 512, 0, 1, true).packets;
    expect(receive(Buffer.concat([half, attention]), 100).map((message) => message.type)).toEqual([6]);
  });

  it.each([
    ["shorter than their header", Buffer.from([1, 1, 0, 7, 0, 0, 1, 0])],
    ["longer than any packet may be", Buffer.from([1, 1, 0xff, 0xff, 0, 0, 1, 0])],
    ["of another type in mid-message", Buffer.from([1, 0, 0, 9, 0, 0, 1, 0, 65, 3, 1, 0, 9, 0, 0, 1, 0, 65])],
  ])("%s end the stream", (_what, bytes) => {
    expect(() => receive(bytes, 3)).toThrow("fatal error occurred while reading the input stream");
  });

  it("without payload cannot add up for ever", () => {
    const empty = Buffer.from([1, 0, 0, 8, 0, 0, 1, 0]);
    expect(() => receive(Buffer.concat(Array(200).fill(empty)), 8, 1000)).toThrow("more than 1000 bytes");
  });
});

function receive(bytes: Buffer, chunk: number, limit = 1_000_000): Message[] {
  const packets = createPacketReader();
  const join = createMessageJoiner(() => limit);
  const messages: Message[] = [];
  for (let at = 0; at < bytes.length; at += chunk) {
    packets.push(bytes.subarray(at, at + chunk));
    for (let packet = packets.next(); packet !== undefined; packet = packets.next()) {
      const message = join(packet);
      if (message !== undefined) messages.push(message);
    }
  }
  return messages;
}
