import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { NextRequest } from "next/server";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { GET } from "#app/api/events/route.ts";
import { freshSignIns } from "#lib/auth/testing.ts";
import { monitor } from "#lib/monitor/index.ts";
import { announce } from "#lib/runs/live.ts";

const signIns = await freshSignIns();
let server: Server;
let address: string;
let cookie: string;

// The route behind a plain HTTP server, asked by a plain fetch.
beforeAll(async () => {
  cookie = await signIns.cookieOf((await signIns.person("oncall")).email);
  server = createServer(async (request, response) => {
    const gone = new AbortController();
    response.once("close", () => gone.abort());
    const headers = request.headers as Record<string, string>;
    const answer = await GET(
      new NextRequest(new URL(request.url ?? "/", address), { headers, signal: gone.signal }),
    );
    response.writeHead(answer.status, Object.fromEntries(answer.headers));
    if (answer.body)
      Readable.fromWeb(answer.body as never)
        .on("error", () => {})
        .pipe(response);
    else response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await monitor().stop();
  await signIns.close();
});

it("tells nobody who is not signed in", async () => {
  expect((await fetch(`${address}/api/events`)).status).toBe(401);
  expect(
    (await fetch(`${address}/api/events`, { headers: { cookie: "better-auth.session_token=forged.forged" } }))
      .status,
  ).toBe(401);
});

it("begins with a snapshot and the server's time, and goes on with what happens", async () => {
  const stream = await open("/api/events");
  expect(stream.type).toContain("text/event-stream");
  await vi.waitFor(() =>
    expect(stream.heard[0]).toMatchObject({ kind: "snapshot", now: expect.any(Number), observations: [] }),
  );

  announce([
    {
      runId: "r1",
      poolId: "p1",
      event: { type: "continued", seq: 9, at: "", by: { id: "u", name: "Ada" } } as never,
    },
  ]);
  await vi.waitFor(() =>
    expect(stream.heard.at(-1)).toMatchObject({
      kind: "run-event",
      runId: "r1",
      poolId: "p1",
      event: { seq: 9 },
    }),
  );
  await monitor().registerChanged();
  await vi.waitFor(() => expect(stream.heard.at(-1)).toEqual({ kind: "register" }));
  await vi.waitFor(() => expect(stream.heard.at(-1)).toMatchObject({ kind: "heartbeat" }), {
    timeout: 8_000,
  });
  stream.close();
});

it("brings the run events that were missed", async () => {
  await signIns.db.pool.create({ data: { id: "p1", name: "p1", frontEnds: [] } });
  const events = [1, 2].map((seq) => ({ seq, type: "continued", data: { note: `n${seq}` } }));
  await signIns.db.run.create({
    data: { id: "r1", poolId: "p1", runbook: "manual-failover", events: { create: events } },
  });
  const stream = await open(`/api/events?since=${Date.now()}`);
  await vi.waitFor(() =>
    expect(stream.heard.filter(({ kind }) => kind === "run-event")).toMatchObject([
      { runId: "r1", poolId: "p1", event: { seq: 1, note: "n1" } },
      { event: { seq: 2 } },
    ]),
  );
  stream.close();
});

it("forgets a viewer who has gone, and closes every stream at SIGTERM so that the server can stop", async () => {
  const [first, second] = [await open("/api/events"), await open("/api/events")];
  await vi.waitFor(() => expect(openStreams()).toBe(2));
  first.close();
  await vi.waitFor(() => expect(openStreams()).toBe(1));
  process.emit("SIGTERM", "SIGTERM");
  await vi.waitFor(() => expect(second.ended).toBe(true));
});

function openStreams(): number {
  return (globalThis as { mirrordeckOpenStreams?: Set<unknown> }).mirrordeckOpenStreams?.size ?? 0;
}

async function open(path: string) {
  const cut = new AbortController();
  const response = await fetch(address + path, { headers: { cookie }, signal: cut.signal });
  const stream = {
    type: response.headers.get("content-type"),
    heard: [] as { kind: string }[],
    ended: false,
    close: () => cut.abort(),
  };
  void listen(response)
    .catch(() => {})
    .finally(() => {
      stream.ended = true;
    });
  return stream;

  async function listen({ body }: Response) {
    let text = "";
    for await (const chunk of body!.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n")) {
        stream.heard.push(JSON.parse(text.slice(text.indexOf("data: ") + 6, end)));
        text = text.slice(end + 2);
      }
    }
  }
}
