import { expect, it } from "vitest";
import type { StreamMessage } from "#app/_live/messages.ts";
import { openOutbox } from "#app/_live/outbox.ts";

it("writes server-sent events in the order they were said", async () => {
  const outbox = openOutbox(() => {});
  outbox.send({ kind: "heartbeat", now: 1 });
  outbox.send(observation("be1", 1));
  outbox.end();
  expect(await read(outbox.stream)).toEqual([
    'event: heartbeat\ndata: {"kind":"heartbeat","now":1}',
    expect.stringMatching(/^event: observation\ndata: \{.*"instanceId":"be1"/),
  ]);
});

it("keeps only the latest of each instance for a slow reader, and every run event", async () => {
  const outbox = openOutbox(() => {});
  for (let round = 1; round <= 500; round++) outbox.send(observation(`be${round % 2}`, round));
  for (let seq = 1; seq <= 20; seq++) outbox.send(runEvent(seq));
  const reader = outbox.stream.getReader();
  const texts: string[] = [];
  while (!texts.at(-1)?.includes('"seq":20'))
    texts.push(new TextDecoder().decode((await reader.read()).value));
  expect(texts.filter((text) => text.startsWith("event: run-event"))).toHaveLength(20);
  expect(texts.filter((text) => text.startsWith("event: observation")).length).toBeLessThan(15);
  expect(texts.filter((text) => text.includes('"startedAt":500'))).toHaveLength(1);
});

it("ends rather than grow without end", () => {
  let ended = 0;
  const outbox = openOutbox(() => {
    ended += 1;
  });
  for (let seq = 1; seq <= 5_000; seq++) outbox.send(runEvent(seq));
  expect(ended).toBe(1);
});

it("says once that the reader is gone", async () => {
  let ended = 0;
  const outbox = openOutbox(() => {
    ended += 1;
  });
  await outbox.stream.cancel();
  outbox.end();
  outbox.send({ kind: "register" });
  expect(ended).toBe(1);
});

async function read(stream: ReadableStream<Uint8Array>): Promise<string[]> {
  return (await new Response(stream).text()).split("\n\n").filter(Boolean);
}

function observation(instanceId: string, startedAt: number): StreamMessage {
  return {
    kind: "observation",
    observation: {
      instanceId,
      startedAt,
      answeredAt: 0,
      login: "looking",
      reachable: false,
      reason: { kind: "network", detail: "" },
    },
  };
}

function runEvent(seq: number): StreamMessage {
  return { kind: "run-event", runId: "r", poolId: "p", event: { type: "continued", seq, at: "" } as never };
}
