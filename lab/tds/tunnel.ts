/**
 * TLS inside TDS. The handshake travels as PRELOGIN messages, one for each flight; after it the TLS records travel
 * bare, and the first byte that is not 0x12 says so.
 */
import { Duplex } from "node:stream";
import { type SecureContext, TLSSocket } from "node:tls";
import { createPacketReader, cutPackets, defaultPacketSize, packetType } from "#lab/tds/packets.ts";

export interface Tunnel {
  /** Takes what came from the socket; may throw when it is no packet. */
  receive(bytes: Buffer): void;
  /** Sends what is to be encrypted. */
  send(bytes: Buffer, sent: () => void): void;
  destroy(): void;
}

export interface TunnelEnds {
  toSocket(bytes: Buffer, sent: () => void): void;
  toReader(bytes: Buffer): void;
  failed(): void;
}

export function openTunnel(context: SecureContext, ends: TunnelEnds): Tunnel {
  const packets = createPacketReader();
  let handshaking = true;

  function carry(bytes: Buffer, sent: () => void): void {
    const wrap = () => cutPackets(packetType.prelogin, bytes, defaultPacketSize, 0, 1, true).packets;
    ends.toSocket(handshaking ? wrap() : bytes, sent);
  }

  const carrier = new Duplex({
    read() {},
    write: (bytes: Buffer, _encoding, sent) => carry(bytes, sent),
    // A flight of several records comes here as one, and must leave as one message.
    writev: (parts, sent) => carry(Buffer.concat(parts.map((part) => part.chunk as Buffer)), sent),
  });
  const secure = new TLSSocket(carrier, { isServer: true, secureContext: context });
  secure.on("data", ends.toReader);
  secure.on("error", ends.failed);
  secure.on("close", ends.failed);

  return {
    receive(bytes) {
      if (!handshaking) {
        carrier.push(bytes);
        return;
      }
      packets.push(bytes);
      while (packets.peek() === packetType.prelogin) {
        const packet = packets.next();
        if (packet === undefined) return;
        carrier.push(packet.payload);
      }
      if (packets.peek() === undefined) return;
      handshaking = false;
      carrier.push(packets.rest());
    },
    send: (bytes, sent) => void secure.write(bytes, () => sent()),
    destroy() {
      secure.off("close", ends.failed);
      secure.destroy();
      carrier.destroy();
    },
  };
}
