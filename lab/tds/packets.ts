/** TDS packets: eight bytes of header, then a part of a message. */
import { streamEnded } from "#lab/tds/faults.ts";

export const packetType = {
  batch: 0x01,
  rpc: 0x03,
  response: 0x04,
  attention: 0x06,
  transaction: 0x0e,
  login7: 0x10,
  prelogin: 0x12,
} as const;

export const packetStatus = {
  endOfMessage: 0x01,
  ignore: 0x02,
  reset: 0x08,
  resetKeepTransaction: 0x10,
} as const;

export const headerLength = 8;
export const defaultPacketSize = 4096;
export const largestPacketSize = 32767;

export interface Packet {
  type: number;
  status: number;
  payload: Buffer;
}

export interface Message {
  type: number;
  /** The first packet carries the reset bits, the last one the ignore bit. */
  firstStatus: number;
  lastStatus: number;
  payload: Buffer;
}

/** Cuts a stream of bytes into packets. `peek` shows the first byte not yet taken; `rest` gives up what is left. */
export function createPacketReader() {
  let buffered: Buffer = Buffer.alloc(0);

  return {
    push(bytes: Buffer) {
      buffered = buffered.length === 0 ? bytes : Buffer.concat([buffered, bytes]);
    },
    peek: (): number | undefined => buffered[0],
    next(): Packet | undefined {
      if (buffered.length < headerLength) return undefined;
      const length = buffered.readUInt16BE(2);
      if (length < headerLength || length > largestPacketSize) throw streamEnded(`packet of ${length} bytes`);
      if (buffered.length < length) return undefined;
      const packet = {
        type: buffered[0]!,
        status: buffered[1]!,
        payload: buffered.subarray(headerLength, length),
      };
      buffered = buffered.subarray(length);
      return packet;
    },
    rest(): Buffer {
      const left = buffered;
      buffered = Buffer.alloc(0);
      return left;
    },
  };
}

/** Joins packets to messages; `limit` bounds what one message may hold in memory. */
export function createMessageJoiner(limit: () => number) {
  let parts: Buffer[] = [];
  let size = 0;
  let type = 0;
  let firstStatus = 0;

  return (packet: Packet): Message | undefined => {
    // An attention is a message of its own; a client that sends one in mid-message has given that message up.
    if (parts.length > 0 && packet.type === packetType.attention) parts = [];
    if (parts.length === 0) {
      type = packet.type;
      firstStatus = packet.status;
      size = 0;
    }
    if (packet.type !== type)
      throw streamEnded(`packet type ${packet.type} inside a message of type ${type}`);
    // Headers count too: packets without a payload must not add up to a leak.
    size += packet.payload.length + headerLength;
    if (size > limit()) throw streamEnded(`message of more than ${limit()} bytes`);
    parts.push(packet.payload);
    if ((packet.status & packetStatus.endOfMessage) === 0) return undefined;
    const payload = parts.length === 1 ? parts[0]! : Buffer.concat(parts);
    parts = [];
    return { type, firstStatus, lastStatus: packet.status, payload };
  };
}

/**
 * The packets of one message, for what is known of it so far. Unless this is the end, the last bytes stay behind:
 * only the last packet carries the end-of-message bit, and it must not be empty.
 */
export function cutPackets(
  type: number,
  bytes: Buffer,
  size: number,
  spid: number,
  firstId: number,
  end: boolean,
) {
  const room = size - headerLength;
  const count = end
    ? Math.max(1, Math.ceil(bytes.length / room))
    : Math.floor(Math.max(0, bytes.length - 1) / room);
  const packets = Buffer.allocUnsafe(end ? bytes.length + count * headerLength : count * size);
  for (let index = 0, at = 0; index < count; index++) {
    const part = bytes.subarray(index * room, (index + 1) * room);
    packets[at] = type;
    packets[at + 1] = end && index === count - 1 ? packetStatus.endOfMessage : 0;
    packets.writeUInt16BE(headerLength + part.length, at + 2);
    packets.writeUInt16BE(spid & 0xffff, at + 4);
    packets[at + 6] = (firstId + index) & 0xff;
    packets[at + 7] = 0;
    part.copy(packets, at + headerLength);
    at += headerLength + part.length;
  }
  return { packets, count, taken: end ? bytes.length : count * room };
}
