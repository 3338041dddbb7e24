/** Damaged packets, from a seed: the same seed, the same bytes. For the tests of the wire and for `npm run chaos -- wire`. */
import { packetStatus, packetType } from "#lab/tds/packets.ts";
import {
  allHeaders,
  batchPayload,
  callPayload,
  login7Payload,
  parameter,
  preloginPayload,
} from "#lab/tds/testing/client.ts";
import type { SqlType, SqlValue } from "#lab/tsql/values.ts";

export const damages = [
  "truncated",
  "oversized",
  "garbage",
  "mislabelled",
  "flipped",
  "interleaved",
] as const;
export type Damage = (typeof damages)[number];

/** A stream of one to three messages, each damaged in its own way. */
export function damagedStream(random: () => number, user: { user: string; password: string }): Buffer {
  const sound = soundPackets(user);
  const count = 1 + Math.floor(random() * 3);
  return Buffer.concat(
    Array.from({ length: count }, () => damage(pick(sound, random), pick(damages, random), sound, random)),
  );
}

/** mulberry32. */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function damage(bytes: Buffer, how: Damage, sound: Buffer[], random: () => number): Buffer {
  const damaged = Buffer.from(bytes);
  switch (how) {
    case "truncated":
      return damaged.subarray(0, below(damaged.length, random));
    case "oversized":
      return oversized(damaged, random);
    case "garbage":
      return noise(below(300, random), random);
    case "mislabelled":
      damaged[below(2, random)] = below(256, random);
      damaged.writeUInt16BE(below(65_536, random), 2);
      return damaged;
    case "flipped":
      for (let count = 1 + below(8, random); count > 0; count--) {
        damaged[8 + below(Math.max(1, damaged.length - 8), random)] = below(256, random);
      }
      return damaged;
    case "interleaved": {
      // A message that has not ended yet, and another one in the middle of it.
      damaged[1] = 0;
      return Buffer.concat([damaged, pick(sound, random)]);
    }
  }
}

/** More than was announced, more than a packet may have, or a request of many packets beyond any sense. */
function oversized(bytes: Buffer, random: () => number): Buffer {
  switch (below(3, random)) {
    case 0:
      return Buffer.concat([bytes, noise(50, random)]);
    case 1: {
      const large = packet(bytes[0]!, noise(32_767 - 8, random));
      return Buffer.concat([large, bytes]);
    }
    default: {
      const part = packet(bytes[0]!, Buffer.alloc(4_088, bytes.at(-1) ?? 0));
      part[1] = 0;
      return Buffer.concat(Array.from({ length: 1 + below(40, random) }, () => part));
    }
  }
}

/** What a client may rightly send, as packets: the stuff that is then damaged. */
function soundPackets(user: { user: string; password: string }): Buffer[] {
  return [
    packet(packetType.prelogin, preloginPayload(1)),
    packet(packetType.prelogin, preloginPayload(2)),
    packet(packetType.login7, login7Payload({ ...user, database: "master" })),
    packet(packetType.batch, batchPayload("samples")),
    packet(packetType.batch, batchPayload("rows 100 100")),
    packet(packetType.batch, batchPayload("SELECT name, database_id FROM sys.databases ORDER BY name")),
    packet(
      packetType.batch,
      batchPayload("DECLARE @i int WHILE ISNULL(@i, 0) < 3 SET @i = ISNULL(@i, 0) + 1"),
    ),
    packet(packetType.attention, Buffer.alloc(0)),
    packet(packetType.transaction, Buffer.concat([allHeaders, Buffer.from([5, 0, 2, 0])])),
    packet(packetType.rpc, everyType()),
  ];
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

function packet(type: number, payload: Buffer): Buffer {
  const header = Buffer.from([type, packetStatus.endOfMessage, 0, 0, 0, 0, 1, 0]);
  header.writeUInt16BE(8 + payload.length, 2);
  return Buffer.concat([header, payload]);
}

function noise(length: number, random: () => number): Buffer {
  return Buffer.from(Array.from({ length }, () => below(256, random)));
}

function below(limit: number, random: () => number): number {
  return Math.floor(random() * limit);
}

function pick<T>(from: readonly T[], random: () => number): T {
  return from[below(from.length, random)]!;
}
