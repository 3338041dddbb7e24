/** A response on its way: tokens are gathered, and leave as packets when they fill some. */
import { type ByteWriter, createByteWriter } from "#lab/tds/bytes.ts";
import { cutPackets, packetType } from "#lab/tds/packets.ts";
import type { Transport } from "#lab/tds/transport.ts";

export interface Response {
  readonly out: ByteWriter;
  /** To be called between tokens: waits while the client is slow to read. */
  flow(): Promise<void>;
  end(): Promise<void>;
}

export function beginResponse(transport: Transport, packetSize: number, spid: number): Response {
  const out = createByteWriter();
  let sent = 0;

  async function send(end: boolean): Promise<void> {
    const { packets, count, taken } = cutPackets(
      packetType.response,
      out.view(),
      packetSize,
      spid,
      sent + 1,
      end,
    );
    sent += count;
    out.drop(taken);
    if (packets.length > 0) await transport.send(packets);
  }

  return {
    out,
    flow: async () => {
      if (out.length() >= enough) await send(false);
    },
    end: () => send(true),
  };
}

/** Worth a system call. */
const enough = 32_768;
