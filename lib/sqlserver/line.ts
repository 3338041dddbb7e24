import "server-only";
import type { EventEmitter } from "node:events";
import { connect, type Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import sql from "mssql";
import { driverConfig } from "#lib/sqlserver/config.ts";
import { guardAgainstNonsense } from "#lib/sqlserver/guard.ts";
import type { Target } from "#lib/sqlserver/target.ts";
import { newTrail, readable, type Trail } from "#lib/sqlserver/trail.ts";
import { within } from "#lib/sqlserver/within.ts";

/** One connection at a time to one instance as one login. */
export interface Line {
  /** One batch, one round trip; opens a connection where none is open. Rejects with the driver's error. */
  batch(text: string, timeoutMs: number): Promise<Row[][]>;
  /** The connection's story. */
  trail(): Trail;
  /** Counts connections, so that what was learned on one is not believed on the next. */
  generation(): number;
  /** Cuts it at once; the next batch opens anew. Also the way to end. */
  cut(): void;
}

export type Row = Record<string, unknown>;

/** To `master` and never anywhere else: no redirect is followed. Nothing is opened before it is needed. */
export function openLine(target: Target, { connectMs }: { connectMs: number }): Line {
  let pool: Promise<sql.ConnectionPool> | null = null;
  let trail = newTrail();
  let generation = 0;
  const sockets = new Map<Trail, Socket>();

  return {
    async batch(text, timeoutMs) {
      pool ??= open();
      const opened = await pool;
      const result = await (opened.request as MakeRequest)
        .call(opened, { requestTimeout: timeoutMs })
        .batch<Row>(text);
      return result.recordsets as unknown as Row[][];
    },
    trail: () => trail,
    generation: () => generation,
    cut() {
      const old = pool;
      pool = null;
      for (const socket of sockets.values()) socket.destroy();
      old?.then((opened) => opened.close()).catch(() => {});
    },
  };

  async function open(): Promise<sql.ConnectionPool> {
    const opening = new sql.ConnectionPool(config());
    // Emitted after a cut link, beside the request's own failure; unheard, it would end the process.
    opening.on("error", () => {});
    try {
      return await within(2 * connectMs, opening.connect(), () => sockets.get(trail)?.destroy());
    } catch (error) {
      pool = null;
      throw error;
    }
  }

  function config(): sql.config {
    const told = driverConfig(target, connectMs);
    // The driver reads its options once per connection, just before it makes one: that is where a story begins.
    Object.defineProperty(told.options, "connector", { enumerable: true, get: begin });
    const beforeConnect = (connection: unknown) => follow(connection as EventEmitter);
    const wait = 2 * connectMs;
    return {
      ...told,
      pool: {
        min: 0,
        max: 1,
        idleTimeoutMillis: 60_000,
        acquireTimeoutMillis: wait,
        createTimeoutMillis: wait,
      },
      beforeConnect: beforeConnect as () => void,
    };
  }

  /** Our own socket, so that a peer which hangs half-way can be cut: the driver waits for some of them for ever. */
  function begin(): Connector {
    const story = newTrail();
    trail = story;
    generation += 1;
    return async (where, _lookup, signal) => {
      const port = where?.port ?? target.port ?? 1433;
      if (where && where.host !== target.server)
        throw new Error(`${target.server} sent us on to ${where.host}:${port}; redirects are not followed.`);
      const socket = await dial(target.server, port, signal);
      if (target.tls.minimum !== "1.3") socket.once("data", (bytes) => meet(bytes, story, socket));
      story.reached = "network";
      sockets.set(story, socket);
      socket.once("close", () => sockets.delete(story));
      return socket;
    };
  }

  function follow(connection: EventEmitter): void {
    const story = trail;
    connection.on("secure", (secured: TLSSocket) => Object.assign(story, { reached: "tls" }, tlsOf(secured)));
    connection.on("connect", (error?: Error) => {
      if (error) return;
      story.reached = "login";
      // TDS 8.0 begins with TLS and has no moment of its own for it.
      const { socket } = connection as unknown as { socket?: TLSSocket };
      if (!story.tls && socket?.encrypted) Object.assign(story, tlsOf(socket));
    });
    connection.on("errorMessage", (said: { number: number; class: number; message: string }) => {
      if (story.said.length < 20)
        story.said.push({ number: said.number, severity: said.class, message: said.message });
    });
    guardAgainstNonsense(connection, story, () => sockets.get(story));
  }
}

/** The published types do not know the limit per request yet. */
type MakeRequest = (limits: { requestTimeout: number }) => sql.Request;

type Connector = (
  where?: { host: string; port: number },
  lookup?: unknown,
  signal?: AbortSignal,
) => Promise<Socket>;

function dial(host: string, port: number, signal?: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    // Small packets there and back: waiting to fill them up costs 40 ms a look.
    const socket = connect({ host, port, noDelay: true });
    const settle = (finish: () => void) => {
      socket.removeListener("error", failed);
      signal?.removeEventListener("abort", gaveUp);
      finish();
    };
    const failed = (error: Error) => settle(() => reject(error));
    const gaveUp = () => {
      settle(() => reject(signal?.reason));
      socket.destroy();
    };
    socket.once("error", failed);
    socket.once("connect", () => settle(() => resolve(socket)));
    signal?.addEventListener("abort", gaveUp, { once: true });
  });
}

/** A SQL Server waits for our first word and answers it with a packet of type 4. */
function meet(bytes: Uint8Array, story: Trail, socket: Socket): void {
  const length = (bytes[2] ?? 0) * 256 + (bytes[3] ?? 0);
  if (bytes[0] === 0x04 && length >= 8) {
    story.reached = "prelogin";
    return;
  }
  story.garbage = readable(bytes);
  socket.destroy(new Error(`not a SQL Server: ${story.garbage}`));
}

function tlsOf(secured: TLSSocket): Pick<Trail, "tls" | "certificate"> {
  const { subject, valid_to } = secured.getPeerCertificate();
  return {
    tls: secured.getProtocol(),
    certificate: subject ? { subject: String(subject.CN ?? ""), validTo: valid_to } : null,
  };
}
