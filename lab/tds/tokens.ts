/** The tokens of a response. */
import type { ByteWriter } from "#lab/tds/bytes.ts";
import type { ServerMessage } from "#lab/tds/contract.ts";
import { collation } from "#lab/tds/types.ts";
import { writeType, writeValue } from "#lab/tds/write-value.ts";
import type { SqlType, SqlValue } from "#lab/tsql/values.ts";

export const doneStatus = { final: 0x00, more: 0x01, error: 0x02, count: 0x10, attention: 0x20 } as const;
export type DoneKind = "done" | "done-in-procedure" | "done-procedure";

export function writeDone(
  out: ByteWriter,
  kind: DoneKind,
  status: number,
  command: number,
  rowCount = 0,
): void {
  out.u8({ done: 0xfd, "done-procedure": 0xfe, "done-in-procedure": 0xff }[kind]);
  out.u16(status);
  out.u16(command);
  out.u64(BigInt(rowCount));
}

export interface Column {
  name: string;
  type: SqlType;
  nullable: boolean;
}

export function writeColumns(out: ByteWriter, columns: Column[]): void {
  out.u8(0x81);
  out.u16(columns.length);
  for (const { name, type, nullable } of columns) {
    writeTypeHead(out, nullable);
    writeType(out, type);
    out.shortText(name);
  }
}

export function writeRow(out: ByteWriter, columns: Column[], values: SqlValue[]): void {
  if (values.length !== columns.length) {
    throw new RangeError(`a row of ${values.length} values under ${columns.length} columns`);
  }
  out.u8(0xd1);
  columns.forEach((column, index) => {
    writeValue(out, column.type, values[index]!);
  });
}

export function writeReturnStatus(out: ByteWriter, status: number): void {
  out.u8(0x79);
  out.i32(status);
}

export interface ReturnValue {
  name: string;
  ordinal: number;
  type: SqlType;
  value: SqlValue;
}

export function writeReturnValue(out: ByteWriter, { name, ordinal, type, value }: ReturnValue): void {
  out.u8(0xac);
  out.u16(ordinal);
  out.shortText(name);
  out.u8(0x01);
  writeTypeHead(out, true);
  writeType(out, type);
  writeValue(out, type, value);
}

/** ERROR above severity 10, else INFO. Text is cut where the token's length would overflow. */
export function writeMessage(out: ByteWriter, message: ServerMessage, serverName: string): void {
  out.u8(isError(message) ? 0xaa : 0xab);
  out.sized(() => {
    out.i32(message.number);
    out.u8(message.state);
    out.u8(message.severity);
    out.longText(message.text.slice(0, 16_000));
    out.shortText(serverName);
    out.shortText(message.procedure ?? "");
    out.u32(message.line ?? 1);
  });
}

export function isError(message: ServerMessage): boolean {
  return message.severity > 10;
}

const environment = { database: 1, language: 2, packetSize: 4, partner: 13 } as const;

export function writeTextChange(
  out: ByteWriter,
  kind: keyof typeof environment,
  now: string,
  before: string,
): void {
  writeChange(out, environment[kind], () => {
    out.shortText(now);
    out.shortText(before);
  });
}

const binaryEnvironment = { collation: 7, begin: 8, commit: 9, rollback: 10, reset: 18 } as const;

/** Collation: tedious refuses varchar parameters without it. Transactions: their descriptor, as the new or the old value. */
export function writeBinaryChange(
  out: ByteWriter,
  kind: keyof typeof binaryEnvironment,
  now: Buffer = nothing,
  before: Buffer = nothing,
): void {
  writeChange(out, binaryEnvironment[kind], () => {
    out.u8(now.length);
    out.bytes(now);
    out.u8(before.length);
    out.bytes(before);
  });
}

const nothing = Buffer.alloc(0);

export function writeCollation(out: ByteWriter): void {
  writeBinaryChange(out, "collation", collation);
}

/** The protocol version travels big-endian here, and only here. */
export function writeLoginAck(
  out: ByteWriter,
  protocol: number,
  [major, minor, build]: readonly number[],
): void {
  out.u8(0xad);
  out.sized(() => {
    out.u8(1);
    out.u32be(protocol);
    out.shortText("Microsoft SQL Server");
    out.u8(major!);
    out.u8(minor!);
    out.u16be(build!);
  });
}

/** One feature, acknowledged with these bytes. */
export function writeFeatureAck(out: ByteWriter, feature: number, data: Buffer): void {
  out.u8(0xae);
  out.u8(feature);
  out.u32(data.length);
  out.bytes(data);
  out.u8(0xff);
}

function writeChange(out: ByteWriter, kind: number, write: () => void): void {
  out.u8(0xe3);
  out.sized(() => {
    out.u8(kind);
    write();
  });
}

/** User type, which is 0 for all built-in types here, and flags: whether it can be NULL; whether it can be written is unknown. */
function writeTypeHead(out: ByteWriter, nullable: boolean): void {
  out.u32(0);
  out.u16(nullable ? 0x09 : 0x08);
}
