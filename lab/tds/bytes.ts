/** Little-endian bytes, read with every bound checked and written to a buffer that grows. */

export type ByteReader = ReturnType<typeof createByteReader>;
export type ByteWriter = ReturnType<typeof createByteWriter>;

/** `ended` makes the error thrown when the bytes are used up. */
export function createByteReader(bytes: Buffer, ended: (detail: string) => Error) {
  let at = 0;

  function take(length: number): number {
    if (length < 0 || at + length > bytes.length) {
      throw ended(`${length} bytes wanted at ${at}, ${bytes.length} there are`);
    }
    const start = at;
    at += length;
    return start;
  }

  return {
    left: () => bytes.length - at,
    peek: () => bytes[at],
    u8: () => bytes.readUInt8(take(1)),
    u16: () => bytes.readUInt16LE(take(2)),
    u32: () => bytes.readUInt32LE(take(4)),
    u64: () => bytes.readBigUInt64LE(take(8)),
    i16: () => bytes.readInt16LE(take(2)),
    i32: () => bytes.readInt32LE(take(4)),
    i64: () => bytes.readBigInt64LE(take(8)),
    f32: () => bytes.readFloatLE(take(4)),
    f64: () => bytes.readDoubleLE(take(8)),
    /** A view, not a copy. */
    bytes(length: number) {
      const start = take(length);
      return bytes.subarray(start, start + length);
    },
    text(characters: number) {
      const start = take(characters * 2);
      return bytes.toString("utf16le", start, start + characters * 2);
    },
  };
}

export function createByteWriter(initial = 512) {
  let bytes = Buffer.allocUnsafe(initial);
  let at = 0;

  function room(length: number): number {
    if (at + length > bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(bytes.length * 2, at + length));
      bytes.copy(larger, 0, 0, at);
      bytes = larger;
    }
    const start = at;
    at += length;
    return start;
  }

  // Each takes its room first: growing replaces the buffer the number is written to.
  const writer = {
    length: () => at,
    u8(value: number) {
      const start = room(1);
      bytes[start] = value;
    },
    u16(value: number) {
      const start = room(2);
      bytes.writeUInt16LE(value, start);
    },
    u32(value: number) {
      const start = room(4);
      bytes.writeUInt32LE(value, start);
    },
    u64(value: bigint) {
      const start = room(8);
      bytes.writeBigUInt64LE(value, start);
    },
    u16be(value: number) {
      const start = room(2);
      bytes.writeUInt16BE(value, start);
    },
    u32be(value: number) {
      const start = room(4);
      bytes.writeUInt32BE(value, start);
    },
    i16(value: number) {
      const start = room(2);
      bytes.writeInt16LE(value, start);
    },
    i32(value: number) {
      const start = room(4);
      bytes.writeInt32LE(value, start);
    },
    i64(value: bigint) {
      const start = room(8);
      bytes.writeBigInt64LE(value, start);
    },
    f32(value: number) {
      const start = room(4);
      bytes.writeFloatLE(value, start);
    },
    f64(value: number) {
      const start = room(8);
      bytes.writeDoubleLE(value, start);
    },
    /** An unsigned number of up to 16 bytes. */
    unsigned(value: bigint, length: number) {
      const start = room(length);
      let rest = value;
      for (let index = 0; index < length; index++) {
        bytes[start + index] = Number(rest & 0xffn);
        rest >>= 8n;
      }
    },
    bytes(value: Uint8Array) {
      const start = room(value.length);
      bytes.set(value, start);
    },
    text(value: string) {
      const start = room(value.length * 2);
      bytes.write(value, start, "utf16le");
    },
    /** B_VARCHAR: characters counted in one byte. Longer names are cut, as no name of SQL Server is longer. */
    shortText(value: string) {
      const fits = value.slice(0, 255);
      writer.u8(fits.length);
      writer.text(fits);
    },
    /** US_VARCHAR: characters counted in two bytes. */
    longText(value: string) {
      writer.u16(value.length);
      writer.text(value);
    },
    /** Writes what `write` writes, led by its length in two bytes. */
    sized(write: () => void) {
      const start = room(2);
      write();
      bytes.writeUInt16LE(at - start - 2, start);
    },
    /** What has been written, as a view that the next write invalidates. */
    view: () => bytes.subarray(0, at),
    /** Takes back what was written after `length`. */
    cut(length: number) {
      at = length;
    },
    /** Forgets the first `count` bytes. */
    drop(count: number) {
      bytes.copyWithin(0, count, at);
      at -= count;
    },
  };
  return writer;
}
