import type { NextRequest } from "next/server";
import { openOutbox } from "#app/_live/outbox.ts";
import { auth } from "#lib/auth/auth.ts";
import { db } from "#lib/db/index.ts";
import { monitor } from "#lib/monitor/index.ts";
import { heartbeatEveryMs } from "#lib/monitor/pace.ts";
import type { JournalEntry } from "#lib/runs/events.ts";
import { subscribeToRuns } from "#lib/runs/live.ts";

export const dynamic = "force-dynamic";

/**
 * Everything live, as server-sent events for one browser. `?since=` (the server's time in ms) asks for the run events
 * from then on, so that nothing is missed between a page's first paint or a lost stream and this one.
 */
export async function GET(request: NextRequest): Promise<Response> {
  const { headers } = request;
  if (!(await signedIn(headers))) return new Response("Sign in first.", { status: 401 });
  const since = Number(request.nextUrl.searchParams.get("since"));

  const leave: (() => void)[] = [];
  const outbox = openOutbox(() => {
    for (const step of leave) step();
  });
  const watching = monitor();
  leave.push(
    watching.subscribe((observation) => outbox.send({ kind: "observation", observation })),
    watching.onRegisterChanged(() => outbox.send({ kind: "register" })),
    subscribeToRuns((message) => outbox.send({ kind: "run-event", ...message })),
    atSigterm(outbox.end),
    every(heartbeatEveryMs, () => outbox.send({ kind: "heartbeat", now: Date.now() })),
    every(signInCheckMs, () => void signedIn(headers).then((still) => still || outbox.end(), outbox.end)),
  );
  // The request is kept for as long as its stream: collected, it would not tell that the viewer has gone.
  leave.push(() => request.signal.removeEventListener("abort", outbox.end));
  request.signal.addEventListener("abort", outbox.end, { once: true });
  if (request.signal.aborted) outbox.end();

  outbox.send({ kind: "snapshot", now: Date.now(), observations: [...watching.observations().values()] });
  if (Number.isFinite(since) && since > 0)
    for (const message of await runEventsSince(since)) outbox.send(message);

  return new Response(outbox.stream, {
    headers: {
      "Content-Type": "text/event-stream; charset=utf-8",
      "Cache-Control": "no-cache, no-transform",
      // A proxy that gathers the answer before it passes it on would show nothing.
      "X-Accel-Buffering": "no",
    },
  });
}

/** Commits are dated when they begin: a little before `since` may have been missed too. The reader knows doubles by their seq. */
async function runEventsSince(since: number) {
  const atLeast = new Date(Math.max(since - 15_000, Date.now() - 24 * 3_600_000));
  const rows = await db().runEvent.findMany({
    where: { at: { gte: atLeast } },
    orderBy: [{ at: "asc" }, { runId: "asc" }, { seq: "asc" }],
    include: { run: { select: { poolId: true } } },
    take: 1_000,
  });
  return rows.map(({ runId, seq, at, type, data, run }) => {
    const event = { ...(data as object), type, seq, at: at.toISOString() } as JournalEntry;
    return { kind: "run-event" as const, runId, poolId: run.poolId, event };
  });
}

/** Somebody signed out elsewhere, or removed, is not to look on for ever. */
const signInCheckMs = 60_000;

function every(ms: number, work: () => void): () => void {
  const timer = setInterval(work, ms);
  return () => clearInterval(timer);
}

async function signedIn(headers: Headers): Promise<boolean> {
  return (await auth().api.getSession({ headers })) !== null;
}

/** An open stream would keep the server from stopping. One listener of the process for all of them. */
function atSigterm(end: () => void): () => void {
  const shared = globalThis as { mirrordeckOpenStreams?: Set<() => void> };
  if (!shared.mirrordeckOpenStreams) {
    const open = new Set<() => void>();
    shared.mirrordeckOpenStreams = open;
    process.once("SIGTERM", () => {
      for (const close of open) close();
    });
  }
  const streams = shared.mirrordeckOpenStreams;
  streams.add(end);
  return () => streams.delete(end);
}
