/** What is wrong with a client's bytes. A fatal fault ends the session; the others are answered, and the next request is read. */
import type { ServerMessage } from "#lab/tds/contract.ts";

export class StreamFault extends Error {
  readonly fatal: boolean;
  readonly answer: ServerMessage;
  constructor(answer: ServerMessage, detail: string) {
    super(`${answer.text} (${detail})`);
    this.fatal = answer.severity >= 20;
    this.answer = answer;
  }
}

/** The packets themselves cannot be followed any more. */
export function streamEnded(detail: string): StreamFault {
  const text =
    "A fatal error occurred while reading the input stream from the network. " +
    "The session will be terminated (input error: 0, output error: 0).";
  return new StreamFault({ number: 4014, severity: 20, state: 1, text }, detail);
}

export function requestEndedEarly(detail: string): StreamFault {
  return incorrect(4002, "protocol stream is incorrect. The stream ended unexpectedly.", detail);
}

export function headersWrong(detail: string): StreamFault {
  return incorrect(4009, "protocol stream is incorrect. The TDS headers contained errors.", detail);
}

/** 8003…8018: one remote procedure call that makes no sense, in an otherwise sound stream. */
export function callWrong(number: number, text: string): StreamFault {
  return incorrect(number, `remote procedure call (RPC) protocol stream is incorrect. ${text}`, "");
}

function incorrect(number: number, text: string, detail: string): StreamFault {
  const full = `The incoming tabular data stream (TDS) ${text}`;
  return new StreamFault({ number, severity: 16, state: 1, text: full }, detail);
}
