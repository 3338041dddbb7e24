/** Turns what a session answers into tokens, for a batch or for a procedure. */
import type { Answer } from "#lab/tds/contract.ts";
import type { Response } from "#lab/tds/response.ts";
import {
  type Column,
  doneStatus,
  isError,
  writeColumns,
  writeDone,
  writeMessage,
  writeReturnStatus,
  writeReturnValue,
  writeRow,
  writeTextChange,
} from "#lab/tds/tokens.ts";

export interface Told {
  /** The last statement failed, or an error came after it. */
  failed: boolean;
  /** The session itself broke; the client has been told, and should not go on. */
  broken: boolean;
  /** Writes the last token; `more` when the same message goes on with another call. */
  end(more: boolean): void;
}

export interface Teller {
  serverName: string;
  /** Statements of a procedure end with DONEINPROC, and more always follows. */
  inProcedure: boolean;
  databaseChanged(name: string): void;
}

/** Everything but the last token: a batch or procedure is ended by its caller. */
export async function tellAnswers(
  answers: AsyncIterable<Answer>,
  response: Response,
  teller: Teller,
  signal: AbortSignal,
): Promise<Told> {
  const { out } = response;
  let columns: Column[] = [];
  let command = 0;
  let failed = false;
  let broken = false;
  let statusTold = false;
  let held: Extract<Answer, { kind: "done" }> | undefined;

  /** The last DONE of a batch says that nothing follows, so each waits until something does. */
  function tellHeld(): void {
    if (held === undefined) return;
    tellDone(held, doneStatus.more);
    held = undefined;
  }

  function tellDone({ rowCount, failed: bad }: { rowCount?: number; failed?: boolean }, more: number): void {
    const count = rowCount === undefined ? 0 : doneStatus.count;
    const status = more | count | (bad ? doneStatus.error : 0);
    writeDone(out, teller.inProcedure ? "done-in-procedure" : "done", status, command, rowCount);
    command = 0;
  }

  function tell(answer: Answer): void {
    tellHeld();
    switch (answer.kind) {
      case "columns":
        columns = answer.columns;
        command = selectCommand;
        writeColumns(out, columns);
        return;
      case "row":
        writeRow(out, columns, answer.values);
        return;
      case "message":
        if (isError(answer.message)) failed = true;
        writeMessage(out, answer.message, teller.serverName);
        return;
      case "database":
        teller.databaseChanged(answer.to);
        writeTextChange(out, "database", answer.to, answer.from);
        return;
      case "done":
        failed = answer.failed ?? false;
        held = answer;
        if (teller.inProcedure) tellHeld();
        return;
      case "return-status":
        statusTold = true;
        writeReturnStatus(out, answer.status);
        return;
      case "return-value":
        writeReturnValue(out, answer);
        return;
    }
  }

  let mark = out.length();
  try {
    for await (const answer of answers) {
      // After an attention only what changes the connection is still told. No more rows are wanted at all.
      if (signal.aborted && answer.kind === "row") break;
      if (signal.aborted && answer.kind !== "database") continue;
      tell(answer);
      await response.flow();
      mark = out.length();
    }
  } catch (error) {
    if (!signal.aborted) {
      // A token may have stopped half-way.
      out.cut(mark);
      held = undefined;
      failed = true;
      broken = true;
      writeMessage(out, brokenMessage(error), teller.serverName);
    }
  }

  return {
    failed,
    broken,
    end(more) {
      const rest = more ? doneStatus.more : doneStatus.final;
      if (signal.aborted) {
        writeDone(out, "done", rest, 0);
      } else if (teller.inProcedure) {
        if (!statusTold && !failed) writeReturnStatus(out, 0);
        writeDone(out, "done-procedure", rest | (failed ? doneStatus.error : 0), 0);
      } else {
        tellDone(held ?? { failed }, rest);
      }
    },
  };
}

function brokenMessage(error: unknown) {
  const text = `A system assertion check has failed: ${error instanceof Error ? error.message : String(error)}`;
  return { number: 3624, severity: 20, state: 1, text };
}

/** What clients call the statement that ended; only "it had columns" is known here. */
const selectCommand = 0xc1;
