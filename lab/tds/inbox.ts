/** What a client has sent and nobody has worked on yet. */
import { StreamFault } from "#lab/tds/faults.ts";
import { createMessageJoiner, createPacketReader, type Message, packetType } from "#lab/tds/packets.ts";

export interface Inbox {
  receive(bytes: Buffer): void;
  /** `undefined` when the client has gone; throws what is wrong with the stream once all before it is read. */
  next(): Promise<Message | undefined>;
  /** While a request runs: the signal fires when an attention comes, or the client goes. */
  watch(): { signal: AbortSignal; end(): void };
  close(): void;
  closed(): boolean;
}

export interface InboxOptions {
  /** Bytes one message may have, as things stand. */
  limit(): number;
  /** More has come than is sensible: stop reading, or go on. */
  full(full: boolean): void;
}

export function openInbox({ limit, full }: InboxOptions): Inbox {
  const packets = createPacketReader();
  const join = createMessageJoiner(limit);
  const messages: Message[] = [];
  let fault: StreamFault | undefined;
  let closed = false;
  let wake: (() => void) | undefined;
  let running: AbortController | undefined;

  function read(): void {
    for (let packet = packets.next(); packet !== undefined; packet = packets.next()) {
      const message = join(packet);
      if (message === undefined) continue;
      messages.push(message);
      if (message.type === packetType.attention) running?.abort();
    }
  }

  return {
    receive(bytes) {
      if (fault !== undefined) return;
      packets.push(bytes);
      try {
        read();
      } catch (error) {
        if (!(error instanceof StreamFault)) throw error;
        fault = error;
      }
      full(messages.length >= mostWaiting);
      wake?.();
    },
    async next() {
      while (messages.length === 0 && fault === undefined && !closed) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      if (closed) return undefined;
      const message = messages.shift();
      if (message === undefined) throw fault;
      if (messages.length === mostWaiting - 1) full(false);
      return message;
    },
    watch() {
      const controller = new AbortController();
      running = controller;
      if (closed || messages.some((message) => message.type === packetType.attention)) controller.abort();
      return {
        signal: controller.signal,
        end() {
          running = undefined;
        },
      };
    },
    close() {
      closed = true;
      running?.abort();
      wake?.();
    },
    closed: () => closed,
  };
}

/** A client has one request under way and may cancel it; whoever sends much more is made to wait. */
const mostWaiting = 4;
