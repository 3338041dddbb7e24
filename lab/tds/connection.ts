/** One client, from its first byte to its last: greeting, login, then requests one by one. */
import type { Socket } from "node:net";
import type { Certificate } from "#lab/tds/certificate.ts";
import type { Door } from "#lab/tds/contract.ts";
import { converse } from "#lab/tds/conversation.ts";
import { streamEnded } from "#lab/tds/faults.ts";
import { openInbox } from "#lab/tds/inbox.ts";
import { agreedPacketSize, grant, oldestProtocol, refuse, refuseIntegrated } from "#lab/tds/login-answer.ts";
import { type Login7, readLogin7 } from "#lab/tds/login7.ts";
import { cutPackets, defaultPacketSize, type Message, packetType } from "#lab/tds/packets.ts";
import { type Encryption, readPrelogin, writePrelogin } from "#lab/tds/prelogin.ts";
import { beginResponse } from "#lab/tds/response.ts";
import { openTransport } from "#lab/tds/transport.ts";

export interface Connection {
  hang(hung: boolean): void;
  destroy(): void;
}

export interface Terms {
  certificate: Certificate;
  /** Bytes a request may have. */
  requestLimit: number;
}

export function serveConnection(socket: Socket, door: Door, terms: Terms): Connection {
  let limit = loginLimit;
  const inbox = openInbox({ limit: () => limit, full: (full) => transport.pause(full) });
  const transport = openTransport(socket, inbox.receive, inbox.close);

  // A hung server does not begin what it has already received.
  async function next(): Promise<Message | undefined> {
    const message = await inbox.next();
    await transport.awake();
    return inbox.closed() ? undefined : message;
  }

  async function serve(): Promise<void> {
    const { encryption, message } = await greet();
    if (message === undefined) return transport.destroy();
    if (message.type !== packetType.login7)
      throw streamEnded(`message type ${message.type} before the login`);
    if (encryption === "login") transport.endTls();
    const login = readLogin7(message.payload);
    if (login.protocol < oldestProtocol) throw streamEnded("a protocol before 7.3");
    await logIn(login, encryption === "all");
  }

  async function greet(): Promise<{ encryption: Encryption; message: Message | undefined }> {
    const message = await next();
    if (message?.type !== packetType.prelogin) return { encryption: "none", message };
    const encryption = readPrelogin(message.payload);
    const reply = writePrelogin(door.version, encryption);
    // Handed over before TLS begins: the reply is the last that travels plain.
    const sent = transport.send(
      cutPackets(packetType.response, reply, defaultPacketSize, 0, 1, true).packets,
    );
    if (encryption !== "none") transport.beginTls(terms.certificate.context);
    await sent;
    return { encryption, message: await next() };
  }

  async function logIn(login: Login7, encrypted: boolean): Promise<void> {
    const response = beginResponse(transport, defaultPacketSize, 0);
    if (login.integrated) {
      refuseIntegrated(response.out, door.serverName);
      await response.end();
      return transport.end();
    }
    const { user, password, database, hostName, programName } = login;
    const answer = await door.login({ user, password, database, hostName, programName, encrypted });
    if (!answer.ok) {
      refuse(response.out, answer.messages, door.serverName);
      await response.end();
      return transport.end();
    }
    const { session } = answer;
    session.onCut(transport.destroy);
    try {
      grant(response.out, login, answer, door);
      await response.end();
      limit = terms.requestLimit;
      await converse(session, {
        next,
        watch: inbox.watch,
        respond: () => beginResponse(transport, agreedPacketSize(login), session.spid),
        serverName: door.serverName,
        database: answer.database,
      });
    } finally {
      session.close();
    }
    transport.end();
  }

  // Whatever a client sends, and whatever breaks behind the door, ends at worst this one connection.
  serve().catch(transport.destroy);

  return { hang: transport.hang, destroy: transport.destroy };
}

/** No greeting and no login is longer. */
const loginLimit = 128 * 1024;
