import "server-only";
import { setTimeout as pause } from "node:timers/promises";
import pg from "pg";
import { databaseUrl, db, type Transaction } from "#lib/db/client.ts";

/** A payload; or null: the connection was lost and is back, so read again what you were waiting for. */
export type Heard = (payload: string | null) => void;

/** From `ready` on, everything is heard, or null is. */
export type Subscription = { ready: Promise<void>; stop(): void };
export type Listener = { listen(channel: string, handler: Heard): Subscription; close(): Promise<void> };

/** Hears `notify` of every process on this database. One connection serves the whole process. */
export function listen(channel: string, handler: Heard): Subscription {
  const shared = globalThis as { mirrordeckListener?: { kind: "mirrordeck.listener"; listener: Listener } };
  shared.mirrordeckListener ??= { kind: "mirrordeck.listener", listener: createListener(databaseUrl()) };
  return shared.mirrordeckListener.listener.listen(channel, handler);
}

/** Heard when the transaction commits. The payload names things (8,000 bytes at most), it does not carry them. */
export async function notify(channel: string, payload: string, tx: Transaction = db()): Promise<void> {
  await tx.$executeRaw`SELECT pg_notify(${channel}, ${payload})`;
}

/** A listening connection of its own, which comes back when it is cut. */
export function createListener(url: string): Listener {
  const handlers = new Map<string, Set<Heard>>();
  const closing = new AbortController();
  let connected = Promise.withResolvers<pg.Client>();
  const over = keepConnected();

  return {
    listen(channel, handler) {
      const heard = handlers.get(channel) ?? new Set();
      handlers.set(channel, heard.add(handler));
      // A connection lost meanwhile listens again by itself, and then says null.
      const ready = connected.promise.then((client) => listenOn(client, channel)).catch(() => {});
      return { ready, stop: () => heard.delete(handler) };
    },
    async close() {
      closing.abort();
      await over;
    },
  };

  async function keepConnected() {
    const aborted = new Promise((resolve) => closing.signal.addEventListener("abort", resolve));
    for (let again = false; !closing.signal.aborted; ) {
      const client = new pg.Client({ connectionString: url, keepAlive: true });
      const ended = new Promise((resolve) => client.once("end", resolve));
      client.on("error", () => {}); // "end" follows
      client.on("notification", ({ channel, payload }) => tell(channel, payload ?? ""));
      try {
        await client.connect();
        for (const channel of handlers.keys()) await listenOn(client, channel);
        connected.resolve(client);
        if (again) for (const channel of handlers.keys()) tell(channel, null);
        again = true;
        await Promise.race([ended, aborted]);
        connected = Promise.withResolvers();
      } catch {
        // Not reachable now: the next try tells.
      }
      await client.end().catch(() => {});
      await pause(500, undefined, { signal: closing.signal }).catch(() => {});
    }
  }

  function tell(channel: string, payload: string | null) {
    for (const handler of handlers.get(channel) ?? []) handler(payload);
  }
}

async function listenOn(client: pg.Client, channel: string): Promise<void> {
  await client.query(`LISTEN ${pg.escapeIdentifier(channel)}`);
}
