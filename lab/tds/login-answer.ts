/** What follows LOGIN7: the terms of the connection, or why there is none. */
import type { ByteWriter } from "#lab/tds/bytes.ts";
import type { Door, LoginAnswer, ServerMessage } from "#lab/tds/contract.ts";
import type { Login7 } from "#lab/tds/login7.ts";
import { defaultPacketSize, largestPacketSize } from "#lab/tds/packets.ts";
import {
  doneStatus,
  writeCollation,
  writeDone,
  writeFeatureAck,
  writeLoginAck,
  writeMessage,
  writeTextChange,
} from "#lab/tds/tokens.ts";

/** Below 7.3 dates have no type of their own and tokens another form: such a client is not served. */
export const oldestProtocol = 0x730a0003;

export function refuse(out: ByteWriter, messages: ServerMessage[], serverName: string): void {
  for (const message of messages) writeMessage(out, message, serverName);
  writeDone(out, "done", doneStatus.error, 0);
}

export function refuseIntegrated(out: ByteWriter, serverName: string): void {
  const text =
    "Login failed. The login is from an untrusted domain and cannot be used with Windows authentication.";
  refuse(out, [{ number: 18452, severity: 14, state: 1, text }], serverName);
}

export function grant(out: ByteWriter, login: Login7, answer: LoginAnswer & { ok: true }, door: Door): void {
  writeTextChange(out, "database", answer.database, "master");
  for (const message of answer.messages) writeMessage(out, message, door.serverName);
  writeCollation(out);
  writeTextChange(out, "language", "us_english", "");
  writeLoginAck(out, agreedProtocol(login, door), door.version);
  if (answer.failoverPartner !== undefined) writeTextChange(out, "partner", answer.failoverPartner, "");
  writeTextChange(out, "packetSize", String(agreedPacketSize(login)), String(defaultPacketSize));
  // An acknowledgement of anything a client did not ask for, or of nothing at all, makes it refuse the connection.
  if (login.features.includes(utf8Feature) && door.version[0] >= sqlServer2019) {
    writeFeatureAck(out, utf8Feature, Buffer.from([1]));
  }
  writeDone(out, "done", doneStatus.final, 0);
}

/** What the client wants, within what a packet can be. */
export function agreedPacketSize({ packetSize }: Login7): number {
  return packetSize === 0 ? defaultPacketSize : Math.min(largestPacketSize, Math.max(512, packetSize));
}

/** 2008 and 2008 R2 speak 7.3, later servers 7.4; a client may speak less, never more. */
function agreedProtocol({ protocol }: Login7, { version: [major] }: Door): number {
  return Math.min(protocol, major >= sqlServer2012 ? 0x74000004 : 0x730b0003);
}

const sqlServer2012 = 11;
const sqlServer2019 = 15;
const utf8Feature = 0x0a;
