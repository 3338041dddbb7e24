/** The requests of a logged-in client, one after the other. */
import { tellAnswers } from "#lab/tds/answers.ts";
import type { Answer, WireRequest, WireSession } from "#lab/tds/contract.ts";
import { StreamFault, streamEnded } from "#lab/tds/faults.ts";
import type { Inbox } from "#lab/tds/inbox.ts";
import { type Message, packetStatus, packetType } from "#lab/tds/packets.ts";
import { keepPreparedStatements } from "#lab/tds/prepared.ts";
import { readBatch, readTransaction } from "#lab/tds/requests.ts";
import type { Response } from "#lab/tds/response.ts";
import { readCalls } from "#lab/tds/rpc.ts";
import { doneStatus, writeBinaryChange, writeDone, writeMessage, writeTextChange } from "#lab/tds/tokens.ts";
import { followTransaction } from "#lab/tds/transaction.ts";

export interface Line {
  next(): Promise<Message | undefined>;
  watch: Inbox["watch"];
  respond(): Response;
  serverName: string;
  /** The database the login led to. */
  database: string;
}

/** Ends when the client has gone, or must go. */
export async function converse(session: WireSession, line: Line): Promise<void> {
  const prepared = keepPreparedStatements((request, signal) => session.run(request, signal));
  const transaction = followTransaction();
  let { database } = line;

  for (;;) {
    const response = line.respond();
    try {
      const message = await line.next();
      if (message === undefined) return;
      const goesOn = await answer(message, response);
      await response.end();
      if (!goesOn) return;
    } catch (error) {
      if (!(error instanceof StreamFault)) throw error;
      writeMessage(response.out, error.answer, line.serverName);
      writeDone(response.out, "done", doneStatus.error, 0);
      await response.end();
      if (error.fatal) return;
    }
  }

  /** Tells whether the session can go on. */
  async function answer(message: Message, response: Response): Promise<boolean> {
    const { type, payload } = message;
    if (type === packetType.attention) {
      // What the attention interrupted has ended with a message of its own: clients take the next one for that.
      writeDone(response.out, "done", doneStatus.attention, 0);
      return true;
    }
    if ((message.lastStatus & packetStatus.ignore) !== 0) {
      writeDone(response.out, "done", doneStatus.error, 0);
      return true;
    }
    if ((message.firstStatus & (packetStatus.reset | packetStatus.resetKeepTransaction)) !== 0)
      reset(response);
    switch (type) {
      case packetType.batch:
        return run([{ kind: "batch", sql: readBatch(payload) }], response);
      case packetType.rpc:
        return run(
          readCalls(payload).map((call) => ({ kind: "rpc", ...call })),
          response,
        );
      case packetType.transaction:
        return run(readTransaction(payload, line.serverName), response);
      default:
        throw streamEnded(`message type ${type}`);
    }
  }

  async function run(requests: WireRequest[], response: Response): Promise<boolean> {
    const watch = line.watch();
    const teller = {
      serverName: line.serverName,
      databaseChanged(name: string) {
        database = name;
      },
    };
    try {
      for (const [index, request] of requests.entries()) {
        const inProcedure = request.kind === "rpc";
        const answers = watch.signal.aborted ? none() : prepared.run(request, watch.signal);
        const told = await tellAnswers(answers, response, { ...teller, inProcedure }, watch.signal);
        if (request.kind === "transaction" && !told.failed && !watch.signal.aborted)
          transaction.done(request, response.out);
        const last = index === requests.length - 1 || told.broken || watch.signal.aborted;
        told.end(!last);
        if (told.broken) return false;
        if (last) break;
      }
    } finally {
      watch.end();
    }
    return true;
  }

  function reset({ out }: Response): void {
    transaction.reset(out);
    prepared.forget();
    const before = database;
    database = session.reset();
    writeBinaryChange(out, "reset");
    if (database !== before) writeTextChange(out, "database", database, before);
  }
}

/** The attention came before its request was begun. */
async function* none(): AsyncIterable<Answer> {}
