/** WHILE, TRY and WAITFOR. */
import { setImmediate } from "node:timers/promises";
import { SqlError } from "#lab/mirroring/commands.ts";
import type { Followed } from "#lab/tsql/administer.ts";
import type { Statement } from "#lab/tsql/ast.ts";
import { type Context, wallClock } from "#lab/tsql/context.ts";
import { parseTime } from "#lab/tsql/dates.ts";
import { abortsBatch, isBindingError, type Located } from "#lab/tsql/errors.ts";
import { type Answers, evaluate, type Flow, type Run, test } from "#lab/tsql/run.ts";
import { nvarchar } from "#lab/tsql/type-rules.ts";

/** These contain statements, and statements contain them: the way back is handed in. */
type RunStatements = (statements: Statement[], run: Run) => Answers;

export async function* runWhile(
  statement: Extract<Statement, { kind: "while" }>,
  run: Run,
  runStatements: RunStatements,
): Answers {
  for (let round = 1; test(statement.condition, run.context); round++) {
    const flow = yield* runStatements([statement.body], run);
    if (flow === "break") break;
    if (flow !== "next" && flow !== "continue") return flow;
    // A loop without an end must leave the other connections alive, and hear its own ATTENTION.
    if (round % 100 === 0) await setImmediate();
    if (run.signal.aborted) return "cancelled";
  }
  return "next";
}

export async function* runTry(
  statement: Extract<Statement, { kind: "try" }>,
  run: Run,
  runStatements: RunStatements,
): Answers {
  const { context } = run;
  const { settings } = context;
  const depth = settings.tryDepth;
  try {
    settings.tryDepth = depth + 1;
    return yield* runStatements(statement.body, run);
  } catch (error) {
    if (!(error instanceof SqlError) || !isCaught(error)) throw error;
    settings.tryDepth = depth;
    settings.error = error.number;
    if (settings.transactions > 0 && (settings.xactAbort || (abortsBatch(error) && !isBindingError(error))))
      settings.doomed = true;
    const outer = context.caught;
    const located: Located = (error as Followed).followedBy ?? error;
    context.caught = {
      number: located.number,
      severity: located.severity,
      state: located.state,
      text: located.message,
      line: (error as Located).line ?? statement.line,
      procedure: (error as Located).procedure ?? null,
    };
    try {
      return yield* runStatements(statement.handler, run);
    } finally {
      context.caught = outer;
    }
  } finally {
    settings.tryDepth = depth;
  }
}

/** A TRY does not see what was wrong with its own text; it does see it when EXEC brought the text. */
function isCaught(error: SqlError & { nested?: boolean }): boolean {
  return error.severity < 20 && (!isBindingError(error) || error.nested === true);
}

export function rethrown(context: Context): SqlError {
  const { caught } = context;
  if (!caught)
    return new SqlError(
      10704,
      15,
      "To rethrow an error, a THROW statement must be used inside a CATCH block.",
    );
  return Object.assign(new SqlError(caught.number, caught.severity, caught.text, caught.state), {
    line: caught.line,
    raised: true,
    ends: true,
  });
}

export async function runWaitfor(
  statement: Extract<Statement, { kind: "waitfor" }>,
  run: Run,
): Promise<Flow> {
  const text = String(evaluate(statement.value, run.context, nvarchar(50)) ?? "");
  const time = parseTime(text.replace(/^\s*(\d+)\s*$/, "00:00:$1"));
  if (time === null)
    throw new SqlError(148, 15, `Incorrect time syntax in time string '${text}' used with WAITFOR.`);
  const midnight = wallClock(run.context).getTime() % 86_400_000;
  const wait = statement.until === "delay" ? time : (time - midnight + 86_400_000) % 86_400_000;
  try {
    await run.delay(wait, run.signal);
  } catch (error) {
    if (!run.signal.aborted) throw error;
  }
  if (run.signal.aborted) return "cancelled";
  run.context.settings.error = 0;
  return "next";
}
