import "server-only";
import { z } from "zod";
import type { InstanceObservation, Silence } from "#lib/mirroring/observation.ts";
import { AcquaintanceRow, decode, parse, type Readings, type Said } from "#lib/sqlserver/decode.ts";
import { type Line, openLine } from "#lib/sqlserver/line.ts";
import { type Outcome, outcomeOf } from "#lib/sqlserver/outcome.ts";
import { type Asked, acquaintance, look } from "#lib/sqlserver/queries.ts";
import { silenceOf } from "#lib/sqlserver/silence.ts";
import type { Target } from "#lib/sqlserver/target.ts";
import { within } from "#lib/sqlserver/within.ts";

/** One instance as one login sees it. Nothing is opened before it is needed. */
export interface Gateway {
  /** One round: what the instance says, or why it says nothing. Never rejects. */
  observe(): Promise<InstanceObservation>;
  /** One acting batch, on connections of its own: looking is never blocked behind it. Never rejects. */
  send(sql: string, limits: { timeoutMs: number }): Promise<Outcome>;
  close(): Promise<void>;
}

export interface GatewayOptions {
  connectMs?: number;
  lookMs?: number;
  now?: () => number;
}

export function connectTo(
  target: Target,
  { connectMs = 3_000, lookMs = 4_000, now = Date.now }: GatewayOptions = {},
): Gateway {
  const looking = openLine(target, { connectMs });
  // A pool's lanes switch side by side: each statement under way has a line of its own, and may cut it.
  const idle: Line[] = [];
  const lines = new Set<Line>();
  const readings: Readings = new Map();
  const ask = learnAndLook(looking, lookMs);

  return { observe, send, close };

  async function observe(): Promise<InstanceObservation> {
    const startedAt = now();
    const round = () => ({ instanceId: target.id, startedAt, answeredAt: now(), login: target.which });
    const said = await hear();
    if ("kind" in said) return { ...round(), reachable: false, reason: said };
    const { viewAnyDatabase, ...facts } = said;
    if (viewAnyDatabase) return { ...round(), reachable: true, ...facts };
    const detail = "VIEW ANY DATABASE is missing: its databases are hidden.";
    return { ...round(), reachable: false, reason: { kind: "rights", detail } };
  }

  async function hear(): Promise<Said | Silence> {
    if (target.unreadable) return { kind: "login", detail: target.unreadable };
    const connection = looking.generation();
    try {
      // The driver connects, learns and looks: each has its limit, and some of its waits have none.
      const sets = await within(connectMs + lookMs, ask(), () => looking.cut());
      return decode(sets, readings, now());
    } catch (error) {
      const reason = silenceOf(error, looking.trail());
      looking.cut();
      // A connection that had grown old and broke (KILL, a restart) proves nothing about the instance now.
      const wasOld = connection > 0 && connection === looking.generation();
      return wasOld && reason.kind === "network" ? hear() : reason;
    }
  }

  async function send(sql: string, { timeoutMs }: { timeoutMs: number }): Promise<Outcome> {
    const startedAt = now();
    if (target.unreadable) return { kind: "broken", sent: false, detail: target.unreadable, ms: 0 };
    const line = idle.pop() ?? openLine(target, { connectMs });
    lines.add(line);
    try {
      // The driver's own limit ends the statement; this one ends the driver's waits that have none.
      await within(2 * connectMs + timeoutMs + 2_000, line.batch(sql, timeoutMs), line.cut);
      return { kind: "answered", ms: now() - startedAt };
    } catch (error) {
      return outcomeOf(error, now() - startedAt, line.trail());
    } finally {
      idle.push(line);
    }
  }

  async function close(): Promise<void> {
    for (const line of [looking, ...lines]) line.cut();
  }
}

/** Version and rights decide the text; they are asked again whenever the connection is another one. */
function learnAndLook(line: Line, lookMs: number) {
  let asked: (Asked & { generation: number }) | null = null;
  return async () => {
    if (asked?.generation !== line.generation()) asked = null;
    asked ??= await learn();
    const sets = await line.batch(look(asked), lookMs);
    // Reconnected within the batch, or granted meanwhile: learn again next time.
    const allowed = sets[0]?.[0]?.view_server_state === 1;
    if (asked.generation !== line.generation() || allowed !== asked.viewServerState) asked = null;
    return sets;
  };

  async function learn() {
    const [rows] = await line.batch(acquaintance, lookMs);
    const [row] = parse(z.tuple([AcquaintanceRow]), rows, "version");
    const major = Number.parseInt(row.version, 10);
    return { major, viewServerState: row.view_server_state === 1, generation: line.generation() };
  }
}
