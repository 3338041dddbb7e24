/**
 * A door for the tests of the wire. It understands a handful of words as batches, gives sp_executesql's parameters back
 * as a row (of the statement `echo`), and remembers what was asked of it.
 */
import { setTimeout as after } from "node:timers/promises";
import type {
  Answer,
  Door,
  LoginRequest,
  WireParameter,
  WireRequest,
  WireSession,
} from "#lab/tds/contract.ts";
import type { SqlType, SqlValue } from "#lab/tsql/values.ts";

export interface Sample {
  name: string;
  type: SqlType;
  value: SqlValue;
}

export interface TestDoor extends Door {
  samples: Sample[];
  logins: LoginRequest[];
  requests: WireRequest[];
  aborted: number;
  open: number;
  resets: number;
  /** Rows given to the wire so far. */
  rows: number;
  /** Cuts every session that is open, as KILL does. */
  cutAll(): void;
}

export function openTestDoor(version: Door["version"] = [10, 50, 6000]): TestDoor {
  const cuts = new Set<() => void>();
  const door: TestDoor = {
    serverName: "BE1\\rtc",
    version,
    samples: [],
    logins: [],
    requests: [],
    aborted: 0,
    open: 0,
    resets: 0,
    rows: 0,
    cutAll() {
      for (const cut of cuts) cut();
    },
    async login(request) {
      door.logins.push(request);
      if (request.password !== "right") {
        const text = `Login failed for user '${request.user}'.`;
        return { ok: false, messages: [{ number: 18456, severity: 14, state: 1, text }] };
      }
      door.open += 1;
      const database = request.database || "master";
      const text = `Changed database context to '${database}'.`;
      return {
        ok: true,
        session: openSession(door, cuts, database),
        database,
        failoverPartner: "BE2\\rtc",
        messages: [{ number: 5701, severity: 10, state: 2, text }],
      };
    },
  };
  return door;
}

function openSession(door: TestDoor, cuts: Set<() => void>, home: string): WireSession {
  let database = home;
  let cut = () => {};

  async function* batch(sql: string, signal: AbortSignal): AsyncIterable<Answer> {
    const [word, ...rest] = sql.trim().split(" ");
    switch (word) {
      case "samples":
        return yield* oneRow(door.samples);
      case "database":
        return yield* oneRow([{ name: "database", type: nvarchar, value: database }]);
      case "use":
        yield { kind: "database", from: database, to: rest[0]! };
        database = rest[0]!;
        yield { kind: "done" };
        return;
      case "rows":
        return yield* manyRows(door, Number(rest[0]), Number(rest[1]));
      case "fail":
        yield {
          kind: "message",
          message: { number: 1416, severity: 16, state: 3, text: "not mirrored", line: 7 },
        };
        yield {
          kind: "message",
          message: { number: 5069, severity: 16, state: 1, text: "ALTER failed", line: 7 },
        };
        yield { kind: "done", failed: true };
        return;
      case "print":
        yield { kind: "message", message: { number: 0, severity: 0, state: 1, text: rest.join(" ") } };
        yield { kind: "done" };
        return;
      case "wait":
        try {
          // Rows first, so that a client is in the midst of them when it gives up.
          yield* manyRows(door, Number(rest[0] ?? 0), 100);
          await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
        } finally {
          if (signal.aborted) door.aborted += 1;
        }
        return;
      case "break":
        yield { kind: "columns", columns: [{ name: "n", type: { name: "tinyint" }, nullable: true }] };
        yield { kind: "row", values: [256] };
        return;
      case "cut":
        yield { kind: "columns", columns: [{ name: "n", type: { name: "int" }, nullable: true }] };
        cut();
        await after(60_000, undefined, { signal });
        return;
      case "several":
        yield* oneRow([{ name: "a", type: { name: "int" }, value: 1 }]);
        yield { kind: "done", rowCount: 3 };
        return yield* oneRow([{ name: "b", type: { name: "int" }, value: 2 }]);
      default:
        yield { kind: "done" };
    }
  }

  async function* call(
    procedure: string,
    parameters: WireParameter[],
    signal: AbortSignal,
  ): AsyncIterable<Answer> {
    if (procedure.toLowerCase() !== "sp_executesql") {
      const text = `Could not find stored procedure '${procedure}'.`;
      yield { kind: "message", message: { number: 2812, severity: 16, state: 62, text } };
      return;
    }
    const statement = String(parameters[0]!.value);
    const given = parameters.slice(2);
    if (statement.split(" ")[0] === "echo") {
      yield* oneRow(given.map(({ name, type, value }) => ({ name: name.replace("@", ""), type, value })));
    } else yield* batch(statement, signal);
    yield { kind: "return-status", status: 0 };
    for (const [index, { name, type, value, output }] of given.entries()) {
      if (output) yield { kind: "return-value", name, ordinal: index + 2, type, value };
    }
  }

  const session: WireSession = {
    spid: 51 + door.open,
    run(request, signal) {
      door.requests.push(request);
      if (request.kind === "batch") return batch(request.sql, signal);
      return request.kind === "rpc" ? call(request.procedure, request.parameters, signal) : done();
    },
    reset() {
      door.resets += 1;
      database = home;
      return home;
    },
    close() {
      door.open -= 1;
      cuts.delete(cut);
    },
    onCut(listener) {
      cut = listener;
      cuts.add(cut);
    },
  };
  return session;
}

async function* done(): AsyncIterable<Answer> {
  yield { kind: "done" };
}

async function* oneRow(samples: Sample[]): AsyncIterable<Answer> {
  yield { kind: "columns", columns: samples.map(({ name, type }) => ({ name, type, nullable: true })) };
  yield { kind: "row", values: samples.map(({ value }) => value) };
  yield { kind: "done", rowCount: 1 };
}

async function* manyRows(door: TestDoor, count: number, width: number): AsyncIterable<Answer> {
  yield {
    kind: "columns",
    columns: [{ name: "text", type: { name: "varchar", length: width }, nullable: false }],
  };
  for (let row = 0; row < count; row++) {
    yield { kind: "row", values: [String(row).padEnd(width, "x")] };
    door.rows += 1;
  }
  yield { kind: "done", rowCount: count };
}

const nvarchar: SqlType = { name: "nvarchar", length: 128 };
