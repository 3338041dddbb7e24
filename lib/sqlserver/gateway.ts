import "server-only";
import { z } from "zod";
import type { InstanceObservation, Silence } from "#lib/mirroring/observation.ts";
import { type Connections, openConnections } from "./connections.ts";
import { AcquaintanceRow, decode, parse, type Readings, type Said } from "./decode.ts";
import { type Outcome, outcomeOf } from "./outcome.ts";
import { type Asked, acquaintance, look } from "./queries.ts";
import { silenceOf } from "./silence.ts";
import type { Target } from "./target.ts";
import { within } from "./within.ts";

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
  const looking = openConnections(target, { atMost: 1, connectMs });
  // As many as a pool has databases on one instance: its lanes switch side by side.
  const acting = openConnections(target, { atMost: 16, connectMs });
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
    try {
      await acting.batch(sql, timeoutMs);
      return { kind: "answered", ms: now() - startedAt };
    } catch (error) {
      return outcomeOf(error, now() - startedAt, acting.trail());
    }
  }

  async function close(): Promise<void> {
    looking.cut();
    acting.cut();
  }
}

/** Version and rights decide the text; they are asked again whenever the connection is another one. */
function learnAndLook(connections: Connections, lookMs: number) {
  let asked: (Asked & { generation: number }) | null = null;
  return async () => {
    if (asked?.generation !== connections.generation()) asked = null;
    asked ??= await learn();
    const sets = await connections.batch(look(asked), lookMs);
    // Reconnected within the batch, or granted meanwhile: learn again next time.
    const allowed = sets[0]?.[0]?.view_server_state === 1;
    if (asked.generation !== connections.generation() || allowed !== asked.viewServerState) asked = null;
    return sets;
  };

  async function learn() {
    const [rows] = await connections.batch(acquaintance, lookMs);
    const [row] = parse(z.tuple([AcquaintanceRow]), rows, "version");
    const major = Number.parseInt(row.version, 10);
    return { major, viewServerState: row.view_server_state === 1, generation: connections.generation() };
  }
}
