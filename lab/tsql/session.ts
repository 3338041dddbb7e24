/** One connection: its state, its requests one after the other, and the record of each, word for word. */
import { versionNumber } from "#lab/catalog/versions.ts";
import { type CommandPort, SqlError } from "#lab/mirroring/commands.ts";
import type { Fleet, Instance, Login, Session, StatementRecord } from "#lab/mirroring/model.ts";
import type { Answer, WireRequest, WireSession } from "#lab/tds/contract.ts";
import { type Catalog, type Context, newSettings } from "#lab/tsql/context.ts";
import { report, runBatch, runText } from "#lab/tsql/execute.ts";
import { parseName } from "#lab/tsql/parse.ts";
import { callProcedure, type GivenArgument } from "#lab/tsql/procedures.ts";
import { requestText } from "#lab/tsql/request-text.ts";
import type { Run } from "#lab/tsql/run.ts";
import { changeTransaction, endTransaction } from "#lab/tsql/transaction.ts";

export interface SessionOptions {
  fleet: Fleet;
  instance: Instance;
  login: Login;
  session: Session;
  catalog: Catalog;
  commands: CommandPort;
  delay: (ms: number, signal: AbortSignal) => Promise<void>;
  onClose: () => void;
}

export interface CuttableSession extends WireSession {
  /** The server ends it; whatever runs is rolled back and no token is sent. */
  cut: () => void;
}

export function createSession({
  fleet,
  instance,
  login,
  session,
  catalog,
  commands,
  delay,
  onClose,
}: SessionOptions): CuttableSession {
  const home = session.database;
  const gone = new AbortController();
  let settings = newSettings();
  let listener = () => {};

  const newContext = (): Context => ({
    fleet,
    instance,
    login,
    session,
    settings,
    catalog,
    version: versionNumber(instance.version),
    variables: new Map(),
    tableVariables: new Map(),
    caught: null,
  });

  function leave(): void {
    endTransaction({ fleet, instance, session, settings });
    instance.sessions = instance.sessions.filter((one) => one !== session);
    onClose();
  }

  return {
    spid: session.spid,
    async *run(request, signal) {
      if (gone.signal.aborted) return;
      const record = openRecord(fleet, instance, session, requestText(request));
      const either = AbortSignal.any([signal, gone.signal]);
      session.running = true;
      session.lastRequest = fleet.now;
      settings.tryDepth = 0;
      settings.nesting = 0;
      let finished = false;
      try {
        for await (const answer of answers(request, {
          context: newContext(),
          commands,
          delay,
          signal: either,
        })) {
          if (answer.kind === "message" && answer.message.severity > 10)
            record.errorNumber ??= answer.message.number;
          if (gone.signal.aborted) return;
          yield answer;
        }
        finished = !either.aborted;
      } finally {
        session.running = false;
        record.endedAt = fleet.now;
        record.outcome = gone.signal.aborted
          ? "cut"
          : !finished
            ? "cancelled"
            : record.errorNumber === null
              ? "answered"
              : "failed";
      }
    },
    reset() {
      endTransaction({ fleet, instance, session, settings });
      settings = newSettings();
      session.database = home;
      return home;
    },
    close: leave,
    onCut(told) {
      listener = told;
      if (gone.signal.aborted) told();
    },
    cut() {
      if (gone.signal.aborted) return;
      gone.abort();
      leave();
      listener();
    },
  };
}

async function* answers(request: WireRequest, run: Run): AsyncGenerator<Answer, void> {
  try {
    yield* answer(request, run);
  } catch (error) {
    if (run.signal.aborted) return;
    yield* report(error instanceof SqlError ? error : internalError(error), run.context, 1);
  }
}

async function* answer(request: WireRequest, run: Run): AsyncGenerator<Answer, void> {
  const { context } = run;
  switch (request.kind) {
    case "batch":
      yield* withDone(runBatch(request.sql, run));
      return;
    case "transaction":
      changeTransaction(request.action, request.name, context);
      yield { kind: "done" };
      return;
    case "rpc": {
      const args = request.parameters.map((parameter): GivenArgument => {
        const { name, type, value, output } = parameter;
        return {
          name,
          type,
          value,
          isDefault: parameter.useDefault ?? false,
          variable: output ? { type, value } : null,
        };
      });
      const { status } = yield* callProcedure(parseName(request.procedure), args, run, runText);
      if (run.signal.aborted) return;
      yield { kind: "return-status", status };
      for (const [ordinal, { name, type, variable }] of args.entries()) {
        if (variable) yield { kind: "return-value", name, ordinal, type, value: variable.value };
      }
    }
  }
}

/** Every batch ends with a done, also one that only declares. */
async function* withDone(batch: AsyncGenerator<Answer, unknown>): AsyncGenerator<Answer, void> {
  let last: Answer | null = null;
  for await (const answer of batch) {
    last = answer;
    yield answer;
  }
  if (last?.kind !== "done") yield { kind: "done" };
}

/** A fault of the simulation is told as a server tells its own: the connection lives on. */
function internalError(error: unknown): SqlError {
  const text = error instanceof Error ? error.message : String(error);
  return new SqlError(
    8624,
    16,
    `Internal Query Processor Error: The query processor could not produce a query plan. (${text})`,
  );
}

function openRecord(
  fleet: Fleet,
  instance: Instance,
  session: Session,
  { kind, text }: { kind: StatementRecord["kind"]; text: string },
): StatementRecord {
  const { statements } = fleet;
  const record: StatementRecord = {
    sequence: (statements.at(-1)?.sequence ?? 0) + 1,
    at: fleet.now,
    instance: instance.name,
    spid: session.spid,
    login: session.login,
    kind,
    text: sameText(statements, text),
    endedAt: null,
    outcome: null,
    errorNumber: null,
  };
  statements.push(record);
  // A fleet that is watched for days keeps the last of them; their sequence tells how many there were.
  if (statements.length > KEPT_STATEMENTS * 1.1) statements.splice(0, statements.length - KEPT_STATEMENTS);
  return record;
}

/** A monitor asks the same again and again: equal texts share one string. */
function sameText(statements: StatementRecord[], text: string): string {
  return statements.slice(-200).find((one) => one.text === text)?.text ?? text;
}

const KEPT_STATEMENTS = 20_000;
