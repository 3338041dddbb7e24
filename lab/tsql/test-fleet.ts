/** Asks a small fleet in a test: a statement in, its rows, types, counts and errors out. */
import { join } from "node:path";
import { found } from "#lab/control/found.ts";
import { type Running, runFleet } from "#lab/control/running.ts";
import { readScenario } from "#lab/control/scenario.ts";
import type { Fleet } from "#lab/mirroring/model.ts";
import type { Answer, ServerMessage, WireRequest, WireSession } from "#lab/tds/contract.ts";
import { createDoor, createSessionRegistry, type InstanceDoor } from "#lab/tsql/door.ts";
import { typeName } from "#lab/tsql/type-rules.ts";
import type { SqlType, SqlValue } from "#lab/tsql/values.ts";

export interface Reply {
  /** Rows of the last result set. */
  rows: SqlValue[][];
  /** All result sets. */
  results: SqlValue[][][];
  /** `name int not null`, of the last result set. */
  columns: string[];
  counts: number[];
  errors: number[];
  said: string[];
  answers: Answer[];
}

export interface TestFleet {
  fleet: Fleet;
  running: Running;
  door(instance?: string): InstanceDoor;
  connect(options?: Connect): Promise<TestSession>;
  /** One statement over a connection of its own. */
  ask(sql: string, options?: Connect): Promise<Reply>;
}

export interface Connect {
  on?: string;
  as?: string;
  database?: string;
}

export interface TestSession {
  wire: WireSession;
  ask(request: string | WireRequest, signal?: AbortSignal): Promise<Reply>;
}

export function testFleet(file = join(import.meta.dirname, "test-fleet.yaml")): TestFleet {
  const scenario = readScenario(file, null);
  const fleet = found(scenario, Date.parse(scenario.startsAt));
  const sessions = createSessionRegistry();
  const running = runFleet(fleet, {
    virtual: true,
    onCut: (cuts) => {
      for (const { instance, spids } of cuts) sessions.cut(instance, spids);
    },
    onChange: () => {},
  });
  const { commands, delay } = running;
  const door = (instance = fleet.instances[0]!.name) =>
    createDoor({ fleet, instance, commands, delay, sessions });
  const self: TestFleet = {
    fleet,
    running,
    door,
    async connect({ on, as = "sa", database = "" } = {}) {
      const answer = await door(on).login({
        user: as,
        password: "Lab-2026!",
        database,
        hostName: "DESK",
        programName: "test",
        encrypted: true,
      });
      if (!answer.ok) throw new Error(answer.messages.map((message) => message.text).join(" "));
      return { wire: answer.session, ask: (request, signal) => collect(answer.session, request, signal) };
    },
    async ask(sql, options) {
      const session = await self.connect(options);
      const reply = await session.ask(sql);
      session.wire.close();
      return reply;
    },
  };
  return self;
}

async function collect(
  session: WireSession,
  request: string | WireRequest,
  signal = new AbortController().signal,
): Promise<Reply> {
  const reply: Reply = { rows: [], results: [], columns: [], counts: [], errors: [], said: [], answers: [] };
  const asked: WireRequest = typeof request === "string" ? { kind: "batch", sql: request } : request;
  for await (const answer of session.run(asked, signal)) {
    reply.answers.push(answer);
    if (answer.kind === "columns") {
      reply.rows = [];
      reply.results.push(reply.rows);
      reply.columns = answer.columns.map(({ name, type, nullable }) =>
        `${name} ${shown(type)}${nullable ? "" : " not null"}`.trimStart(),
      );
    }
    if (answer.kind === "row") reply.rows.push(answer.values);
    if (answer.kind === "done" && answer.rowCount !== undefined) reply.counts.push(answer.rowCount);
    if (answer.kind === "message") heard(answer.message, reply);
  }
  return reply;
}

function heard({ number, severity, text }: ServerMessage, reply: Reply): void {
  if (severity > 10) reply.errors.push(number);
  else if (number !== 5701) reply.said.push(text);
}

function shown(type: SqlType): string {
  if ("length" in type) return `${type.name}(${type.length})`;
  if (type.name === "decimal") return `${typeName(type)}(${type.precision},${type.scale})`;
  return type.name === "datetime2" ? `datetime2(${type.scale})` : type.name;
}
