import { type StreamMessage, streamKinds } from "#app/_live/messages.ts";
import { type Channel, takeTurns } from "#app/_live/turns.ts";
import { streamLostAfterMs } from "#lib/monitor/pace.ts";

export interface StreamParts {
  /** The server's time of what this tab knows already. */
  since: number;
  hear(message: StreamMessage): void;
  channel: (Channel & { close(): void }) | null;
  /** Opens the stream itself and returns how to close it. */
  open(since: number, hear: (message: StreamMessage) => void): () => void;
}

/** One event stream a browser, however many tabs: one of them reads it and tells the others. Returns how to leave. */
export function joinStream({ since, hear, channel, open }: StreamParts): () => void {
  const memory = createMemory(since);
  if (!channel) return open(since, hear);
  channel.addEventListener("message", ({ data }) => {
    if (isStreamMessage(data)) take(data);
  });
  const turns = takeTurns({
    channel,
    lead: () =>
      open(memory.now(), (message) => {
        take(message);
        channel.postMessage(message);
      }),
    asked: () => {
      for (const message of memory.recall()) channel.postMessage(message);
    },
  });
  return () => {
    turns.leave();
    channel.close();
  };

  function take(message: StreamMessage): void {
    memory.keep(message);
    hear(message);
  }
}

/** Reads `/api/events`, and comes back whenever it is cut or falls silent. */
export function readEvents(since: number, hear: (message: StreamMessage) => void): () => void {
  let source: EventSource;
  let known = since;
  let heardAt = 0;
  let retry: ReturnType<typeof setTimeout> | undefined;
  const watch = setInterval(() => {
    if (Date.now() - heardAt > streamLostAfterMs) reopen();
  }, 2_000);
  reopen();
  return () => {
    clearInterval(watch);
    clearTimeout(retry);
    source.close();
  };

  function reopen(): void {
    clearTimeout(retry);
    source?.close();
    heardAt = Date.now();
    source = new EventSource(`/api/events?since=${known}`);
    for (const kind of streamKinds)
      source.addEventListener(kind, ({ data }: MessageEvent<string>) => {
        const message = JSON.parse(data) as StreamMessage;
        heardAt = Date.now();
        if ("now" in message) known = message.now;
        hear(message);
      });
    // The browser would come back by itself, but with the old `since`, and not at all after a refusal.
    source.addEventListener("error", () => {
      source.close();
      clearTimeout(retry);
      retry = setTimeout(reopen, 1_000 + Math.random() * 1_000);
    });
  }
}

/** What a tab that opens later must hear: the latest of every instance, and the run events of the last minute. */
function createMemory(since: number) {
  const observations = new Map<string, StreamMessage>();
  const recent: { at: number; message: StreamMessage }[] = [];
  let now = since;
  let nowAt = Date.now();
  const nowNow = () => now + Date.now() - nowAt;

  return {
    now: () => now,
    keep(message: StreamMessage): void {
      if ("now" in message) {
        now = message.now;
        nowAt = Date.now();
      }
      if (message.kind === "observation") observations.set(message.observation.instanceId, message);
      if (message.kind === "snapshot")
        for (const observation of message.observations)
          observations.set(observation.instanceId, { kind: "observation", observation });
      if (message.kind === "run-event") recent.push({ at: Date.now(), message });
      while (recent[0] && recent[0].at < Date.now() - 60_000) recent.shift();
    },
    recall: (): StreamMessage[] => [
      ...observations.values(),
      ...recent.map(({ message }) => message),
      { kind: "heartbeat", now: nowNow() },
    ],
  };
}

function isStreamMessage(data: unknown): data is StreamMessage {
  return (
    typeof data === "object" &&
    data !== null &&
    "kind" in data &&
    streamKinds.some((kind) => kind === data.kind)
  );
}
