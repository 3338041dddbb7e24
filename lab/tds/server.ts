/** A TDS 7.4 server on one port: it speaks for whatever stands behind the door. */
import { type AddressInfo, createServer, type Socket } from "node:net";
import type { Certificate } from "#lab/tds/certificate.ts";
import { type Connection, serveConnection } from "#lab/tds/connection.ts";
import type { Door } from "#lab/tds/contract.ts";

export { type Certificate, makeCertificate } from "#lab/tds/certificate.ts";

export interface ListenOptions {
  /** 0 takes a free one. */
  port: number;
  certificate: Certificate;
  host?: string;
  /** Bytes of one request: beyond it the connection ends with 4014. A server's own limit is 65,536 packets. */
  requestLimit?: number;
}

export interface Listening {
  readonly port: number;
  /** Still accepts connections, but answers nothing, on old ones neither. */
  hang(): void;
  wake(): void;
  /** Cuts every connection and gives the port back. */
  stop(): Promise<void>;
}

export async function listen(door: Door, options: ListenOptions): Promise<Listening> {
  const { certificate, host = "127.0.0.1", requestLimit = 16 * 1024 * 1024 } = options;
  const connections = new Set<Connection>();
  let hung = false;

  const server = createServer((socket: Socket) => {
    const connection = serveConnection(socket, door, { certificate, requestLimit });
    connections.add(connection);
    socket.once("close", () => connections.delete(connection));
    if (hung) connection.hang(true);
  });

  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port, host, () => {
      server.off("error", reject);
      // A connection that cannot be accepted, for want of file handles say, is the client's loss alone.
      server.on("error", () => {});
      resolve();
    });
  });

  function hang(now: boolean): void {
    hung = now;
    for (const connection of connections) connection.hang(now);
  }

  return {
    port: (server.address() as AddressInfo).port,
    hang: () => hang(true),
    wake: () => hang(false),
    async stop() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const connection of connections) connection.destroy();
      await closed;
    },
  };
}
