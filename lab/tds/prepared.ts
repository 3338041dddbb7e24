/**
 * Prepared statements, kept by the wire: sp_prepare keeps the text, sp_execute runs it as sp_executesql. So a session
 * has to know sp_executesql alone. Unlike on a server, the text is first looked at when it is executed.
 */
import type { Answer, WireParameter, WireRequest, WireSession } from "#lab/tds/contract.ts";

interface Prepared {
  declarations: WireParameter;
  statement: WireParameter;
}

export type Run = WireSession["run"];

export function keepPreparedStatements(run: Run): { run: Run; forget(): void } {
  const kept = new Map<number, Prepared>();
  let last = 0;

  async function* prepare(parameters: WireParameter[]): AsyncIterable<Answer> {
    const declarations = argument(parameters, "@params", 1);
    const statement = argument(parameters, "@stmt", 2);
    if (declarations === undefined || typeof statement?.value !== "string") return yield* missing("@stmt");
    kept.set(++last, { declarations, statement });
    yield { kind: "return-status", status: 0 };
    yield handleValue(last);
  }

  async function* execute(parameters: WireParameter[], signal: AbortSignal): AsyncIterable<Answer> {
    const handle = Number(argument(parameters, "@handle", 0)?.value);
    const prepared = kept.get(handle);
    if (prepared === undefined) return yield* unknownHandle(handle);
    yield* moved(run(executesql(prepared, parameters.slice(1)), signal), -1);
  }

  /** The handle is the first value returned, and is returned even when the statement fails. */
  async function* prepareAndExecute(parameters: WireParameter[], signal: AbortSignal): AsyncIterable<Answer> {
    const declarations = argument(parameters, "@params", 1);
    const statement = argument(parameters, "@stmt", 2);
    if (declarations === undefined || typeof statement?.value !== "string") return yield* missing("@stmt");
    const prepared = { declarations, statement };
    const handle = ++last;
    kept.set(handle, prepared);
    let told = false;
    for await (const answer of moved(run(executesql(prepared, parameters.slice(3)), signal), 1)) {
      if (answer.kind === "return-value" && !told) {
        told = true;
        yield handleValue(handle);
      }
      yield answer;
    }
    if (!told) yield handleValue(handle);
  }

  async function* unprepare(parameters: WireParameter[]): AsyncIterable<Answer> {
    const handle = Number(argument(parameters, "@handle", 0)?.value);
    if (!kept.delete(handle)) return yield* unknownHandle(handle);
    yield { kind: "return-status", status: 0 };
  }

  return {
    run(request, signal) {
      if (request.kind !== "rpc") return run(request, signal);
      switch (request.procedure.toLowerCase().replace(/^(master\.)?(sys|dbo)?\./, "")) {
        case "sp_prepare":
          return prepare(request.parameters);
        case "sp_execute":
          return execute(request.parameters, signal);
        case "sp_prepexec":
          return prepareAndExecute(request.parameters, signal);
        case "sp_unprepare":
          return unprepare(request.parameters);
        default:
          return run(request, signal);
      }
    },
    forget: () => kept.clear(),
  };
}

function executesql({ declarations, statement }: Prepared, values: WireParameter[]): WireRequest {
  const text = (name: string, { value }: WireParameter): WireParameter => ({
    name,
    type: { name: "nvarchar", length: "max" },
    value,
    output: false,
  });
  const declared = typeof declarations.value === "string" && declarations.value.trim() !== "";
  const parameters = declared
    ? [text("@stmt", statement), text("@params", declarations), ...values]
    : [text("@stmt", statement)];
  return { kind: "rpc", procedure: "sp_executesql", parameters };
}

function argument(parameters: WireParameter[], name: string, place: number): WireParameter | undefined {
  const named = parameters.find((parameter) => parameter.name.toLowerCase() === name);
  const placed = parameters[place];
  return named ?? (placed?.name === "" || place === 0 ? placed : undefined);
}

/** A returned value counts its place in the call that was made, not in the one it became. */
async function* moved(answers: AsyncIterable<Answer>, by: number): AsyncIterable<Answer> {
  for await (const answer of answers) {
    yield answer.kind === "return-value" ? { ...answer, ordinal: answer.ordinal + by } : answer;
  }
}

function handleValue(handle: number): Answer {
  return { kind: "return-value", name: "@handle", ordinal: 0, type: { name: "int" }, value: handle };
}

function* unknownHandle(handle: number): Iterable<Answer> {
  const text = `Could not find prepared statement with handle ${handle}.`;
  yield { kind: "message", message: { number: 8179, severity: 16, state: 2, text } };
}

function* missing(parameter: string): Iterable<Answer> {
  const text = `Procedure or function sp_prepare expects parameter '${parameter}', which was not supplied.`;
  yield { kind: "message", message: { number: 201, severity: 16, state: 4, text } };
}
