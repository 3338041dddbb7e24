/** A client's socket: plain or under TLS, told to stop reading, or hung. */
import type { Socket } from "node:net";
import type { SecureContext } from "node:tls";
import { openTunnel, type Tunnel } from "#lab/tds/tunnel.ts";

export interface Transport {
  /** Settles when more may be sent, which is also when the connection is gone. */
  send(bytes: Buffer): Promise<void>;
  /** From here on everything is encrypted, both ways. */
  beginTls(context: SecureContext): void;
  /** Back to plain: the client wanted its login encrypted and no more. */
  endTls(): void;
  /** Stops reading while more has come than can be worked on. */
  pause(paused: boolean): void;
  /** Neither reads nor sends until released. */
  hang(hung: boolean): void;
  /** Settles when not hung, or gone. */
  awake(): Promise<void>;
  /** Closes after what has been sent; what still comes is not read. */
  end(): void;
  destroy(): void;
}

export function openTransport(
  socket: Socket,
  received: (bytes: Buffer) => void,
  closed: () => void,
): Transport {
  let tunnel: Tunnel | undefined;
  let paused = false;
  let hung = false;
  let ended = false;
  let lingering: NodeJS.Timeout | undefined;
  let held: (() => void)[] = [];

  socket.setNoDelay(true);
  // What an error means is said by "close", which always follows.
  socket.on("error", () => {});
  socket.on("end", destroy);
  socket.on("close", () => {
    clearTimeout(lingering);
    tunnel?.destroy();
    release();
    closed();
  });
  socket.on("data", (bytes) => {
    if (ended) return;
    try {
      if (tunnel === undefined) received(bytes);
      else tunnel.receive(bytes);
    } catch {
      destroy();
    }
  });

  function toSocket(bytes: Buffer, sent: () => void): void {
    if (socket.destroyed) sent();
    else if (hung) held.push(() => toSocket(bytes, sent));
    else socket.write(bytes, () => sent());
  }

  function release(): void {
    const waiting = held;
    held = [];
    for (const go of waiting) go();
  }

  function flow(): void {
    if (hung || (paused && !ended)) socket.pause();
    else socket.resume();
  }

  function destroy(): void {
    socket.destroy();
  }

  return {
    send: (bytes) =>
      new Promise((sent) => {
        if (socket.destroyed) sent();
        else if (tunnel === undefined) toSocket(bytes, sent);
        else tunnel.send(bytes, sent);
      }),
    beginTls(context) {
      tunnel = openTunnel(context, { toSocket, toReader: received, failed: destroy });
    },
    endTls() {
      tunnel?.destroy();
      tunnel = undefined;
    },
    pause(now) {
      if (paused === now) return;
      paused = now;
      flow();
    },
    hang(now) {
      hung = now;
      flow();
      if (!hung) release();
    },
    awake: () => new Promise((awake) => (hung && !socket.destroyed ? held.push(awake) : awake())),
    end() {
      // Unread bytes would turn the close into a reset, and the client might never read its error: so read on a while.
      ended = true;
      socket.end();
      lingering = setTimeout(destroy, lingerMs);
      flow();
    },
    destroy,
  };
}

const lingerMs = 2000;
