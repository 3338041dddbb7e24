/** What the payloads of requests say, once logged in. */
import { type ByteReader, createByteReader } from "#lab/tds/bytes.ts";
import type { WireRequest } from "#lab/tds/contract.ts";
import { headersWrong, requestEndedEarly, StreamFault } from "#lab/tds/faults.ts";

export type TransactionRequest = Extract<WireRequest, { kind: "transaction" }>;

/** The text of a batch, UTF-16 up to the end. */
export function readBatch(payload: Buffer): string {
  const read = createByteReader(payload, requestEndedEarly);
  skipHeaders(read);
  if (read.left() % 2 !== 0) throw requestEndedEarly("half a character");
  return read.text(read.left() / 2);
}

/** A commit or rollback may begin the next transaction at once: then there are two. */
export function readTransaction(payload: Buffer, serverName: string): TransactionRequest[] {
  const read = createByteReader(payload, requestEndedEarly);
  skipHeaders(read);
  const action = actions[read.u16()];
  if (action === undefined) throw noCoordinator(serverName);
  if (action === "begin") return [readBegin(read)];
  const request: TransactionRequest = { kind: "transaction", action, name: readName(read) };
  const beginsNext = action !== "save" && read.left() > 0 && (read.u8() & 0x01) !== 0;
  return beginsNext ? [request, readBegin(read)] : [request];
}

function readBegin(read: ByteReader): TransactionRequest {
  // The isolation level: nothing here is isolated by it.
  read.u8();
  return { kind: "transaction", action: "begin", name: readName(read) };
}

/** Its length is given in bytes. */
function readName(read: ByteReader): string {
  return read.left() > 0 ? read.bytes(read.u8()).toString("utf16le") : "";
}

/** ALL_HEADERS: their whole length, then each header with its own. None of them changes what this server does. */
export function skipHeaders(read: ByteReader): void {
  const whole = read.u32();
  if (whole < 4 || whole - 4 > read.left()) throw headersWrong(`${whole} bytes`);
  const headers = createByteReader(read.bytes(whole - 4), headersWrong);
  while (headers.left() > 0) headers.bytes(headers.u32() - 4);
}

const actions: Readonly<Record<number, TransactionRequest["action"]>> = {
  5: "begin",
  7: "commit",
  8: "rollback",
  9: "save",
};

/** Distributed transactions and their relatives: no coordinator runs beside this server. */
function noCoordinator(serverName: string): StreamFault {
  const text = `MSDTC on server '${serverName}' is unavailable.`;
  return new StreamFault({ number: 8501, severity: 16, state: 1, text }, "");
}
