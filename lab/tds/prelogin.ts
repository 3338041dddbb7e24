/** PRELOGIN: a list of options, of which encryption is the one that matters. */
import { createByteReader, createByteWriter } from "#lab/tds/bytes.ts";
import { streamEnded } from "#lab/tds/faults.ts";

/** What is encrypted: nothing, the login alone, or the whole connection. */
export type Encryption = "none" | "login" | "all";

/** What the client wants, which is also what it gets: this server always offers TLS and never insists. */
export function readPrelogin(payload: Buffer): Encryption {
  const read = createByteReader(payload, streamEnded);
  for (let option = read.u8(); option !== end; option = read.u8()) {
    const header = read.bytes(4);
    if (option !== options.encryption) continue;
    const wish = payload[header.readUInt16BE(0)];
    if (wish === wishes.off) return "login";
    if (wish === wishes.on || wish === wishes.required) return "all";
    if (wish === wishes.notSupported) return "none";
    throw streamEnded(`encryption option ${wish}`);
  }
  return "none";
}

export function writePrelogin([major, minor, build]: readonly number[], encryption: Encryption): Buffer {
  const values: [option: number, value: Buffer][] = [
    [options.version, Buffer.from([major!, minor!, build! >> 8, build! & 0xff, 0, 0])],
    [options.encryption, Buffer.from([answers[encryption]])],
    [options.instance, Buffer.from([0])],
    [options.thread, Buffer.alloc(0)],
    [options.mars, Buffer.from([0])],
  ];
  const out = createByteWriter(64);
  let at = values.length * 5 + 1;
  for (const [option, value] of values) {
    out.u8(option);
    out.u16be(at);
    out.u16be(value.length);
    at += value.length;
  }
  out.u8(end);
  for (const [, value] of values) out.bytes(value);
  return Buffer.from(out.view());
}

const options = { version: 0, encryption: 1, instance: 2, thread: 3, mars: 4 } as const;
const end = 0xff;
const wishes = { off: 0, on: 1, notSupported: 2, required: 3 } as const;
const answers = { none: wishes.notSupported, login: wishes.off, all: wishes.on } as const;
