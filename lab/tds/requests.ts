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

export function readTransaction(payload: Buffer, serverName: string): TransactionRequest {
  const read = createByteReader(payload, requestEndedEarly);
  skipHeaders(read);
  const action = actions[read.u16()];
  if (action === undefined) throw noCoordinator(serverName);
  if (action === "begin") read.u8();
  // The name's length is given in bytes.
  const name = read.left() > 0 ? read.bytes(read.u8()).toString("utf16le") : "";
  return { kind: "transaction", action, name };
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
