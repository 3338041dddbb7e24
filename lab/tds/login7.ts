/** LOGIN7: fixed fields, then offsets and lengths of the texts behind them. */
import { createByteReader } from "#lab/tds/bytes.ts";
import { streamEnded } from "#lab/tds/faults.ts";

export interface Login7 {
  /** As a number that compares: 0x74000004 is 7.4. */
  protocol: number;
  packetSize: number;
  integrated: boolean;
  hostName: string;
  user: string;
  password: string;
  programName: string;
  language: string;
  database: string;
  /** Feature numbers the client knows, in its order. */
  features: number[];
}

export function readLogin7(payload: Buffer): Login7 {
  const read = createByteReader(payload, streamEnded);
  if (read.u32() > payload.length) throw streamEnded("LOGIN7 is shorter than it says");
  const protocol = read.u32();
  const packetSize = read.u32();
  read.bytes(12);
  const [, flags2, , flags3] = read.bytes(4);
  read.bytes(8);

  const field = () => ({ at: read.u16(), length: read.u16() });
  const [host, user, password, program, , extension, , language, database] = Array.from({ length: 9 }, field);
  return {
    protocol,
    packetSize,
    integrated: (flags2! & 0x80) !== 0,
    hostName: textAt(payload, host!),
    user: textAt(payload, user!),
    password: reveal(bytesAt(payload, password!.at, password!.length * 2)).toString("utf16le"),
    programName: textAt(payload, program!),
    language: textAt(payload, language!),
    database: textAt(payload, database!),
    features: (flags3! & 0x10) !== 0 && extension!.length >= 4 ? readFeatures(payload, extension!.at) : [],
  };
}

/** The extension field points at an offset, which points at the list of features. */
function readFeatures(payload: Buffer, pointer: number): number[] {
  const at = bytesAt(payload, pointer, 4).readUInt32LE(0);
  const read = createByteReader(bytesAt(payload, at, payload.length - at), streamEnded);
  const features: number[] = [];
  for (let feature = read.u8(); feature !== 0xff; feature = read.u8()) {
    features.push(feature);
    read.bytes(read.u32());
  }
  return features;
}

/** A password is not encrypted, only disguised: nibbles swapped, then XOR 0xA5. */
function reveal(bytes: Buffer): Buffer {
  return Buffer.from(
    bytes.map((byte) => {
      const mixed = byte ^ 0xa5;
      return ((mixed << 4) | (mixed >> 4)) & 0xff;
    }),
  );
}

function textAt(payload: Buffer, { at, length }: { at: number; length: number }): string {
  return bytesAt(payload, at, length * 2).toString("utf16le");
}

function bytesAt(payload: Buffer, at: number, length: number): Buffer {
  if (length === 0) return Buffer.alloc(0);
  if (length < 0 || at + length > payload.length)
    throw streamEnded(`LOGIN7 field of ${length} bytes at ${at}`);
  return payload.subarray(at, at + length);
}
