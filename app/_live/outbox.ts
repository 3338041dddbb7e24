import type { StreamMessage } from "#app/_live/messages.ts";

/** A browser that reads so slowly is better off with a fresh snapshot. */
const mostWaiting = 2_000;

/**
 * One viewer's stream. What a slow reader has not taken yet waits here, and of one instance only the latest:
 * nobody's memory grows because somebody's phone is in a tunnel.
 */
export function openOutbox(onEnd: () => void): {
  stream: ReadableStream<Uint8Array>;
  send(message: StreamMessage): void;
  end(): void;
} {
  const encoder = new TextEncoder();
  const waiting = new Map<string, StreamMessage>();
  let count = 0;
  let ended = false;
  let controller: ReadableStreamDefaultController<Uint8Array>;

  const stream = new ReadableStream<Uint8Array>(
    {
      start(given) {
        controller = given;
      },
      pull: flush,
      cancel: () => end(false),
    },
    { highWaterMark: 8 },
  );
  return { stream, send, end: () => end(true) };

  function send(message: StreamMessage): void {
    if (ended) return;
    count += 1;
    const key =
      message.kind === "observation"
        ? message.observation.instanceId
        : message.kind === "run-event"
          ? `#${count}`
          : `#${message.kind}`;
    // Taken out first, so that it also stands last: order is by what was said last.
    waiting.delete(key);
    waiting.set(key, message);
    if (waiting.size > mostWaiting) end(true);
    else flush();
  }

  function flush(): void {
    for (const [key, message] of waiting) {
      if (ended || (controller.desiredSize ?? 0) <= 0) return;
      waiting.delete(key);
      controller.enqueue(encoder.encode(`event: ${message.kind}\ndata: ${JSON.stringify(message)}\n\n`));
    }
  }

  function end(close: boolean): void {
    if (ended) return;
    ended = true;
    waiting.clear();
    onEnd();
    if (close) controller.close();
  }
}
