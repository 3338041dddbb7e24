import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createSecureContext, createServer } from "node:tls";
import { generate } from "selfsigned";
import { afterEach, describe, expect, it } from "vitest";
import { type Certificate, type Listening, listen } from "#lab/tds/server.ts";
import { openTestDoor } from "#lab/tds/testing/door.ts";
import { connectTo } from "#lib/sqlserver/gateway.ts";
import type { Target } from "#lib/sqlserver/target.ts";
import { testConnection } from "#lib/sqlserver/test-connection.ts";

const made = await generate([{ name: "commonName", value: "localhost" }], {
  keyType: "ec",
  algorithm: "sha256",
  extensions: [{ name: "subjectAltName", altNames: [{ type: 2, value: "localhost" }] }],
});
const key = { cert: made.cert, key: made.private };
let server: Listening;
afterEach(() => server?.stop());

describe("encryption", () => {
  it.each<[string, Partial<Target["tls"]>, string, object]>([
    [
      "with the authority's certificate, the server is verified",
      { ca: made.cert },
      "localhost",
      {
        stage: "tls",
        verdict: "ok",
        message: { key: "register.test.encrypted", values: { version: "TLSv1.2", subject: "localhost" } },
      },
    ],
    [
      "without one, it is refused",
      {},
      "localhost",
      { stage: "tls", verdict: "bad", message: { key: "register.test.failed.tls" } },
    ],
    [
      "under another name than the certificate's, it is refused",
      { ca: made.cert },
      "127.0.0.1",
      { stage: "tls", verdict: "bad" },
    ],
    [
      "with any certificate accepted, it says so",
      { trust: true },
      "127.0.0.1",
      { stage: "tls", verdict: "warn", message: { key: "register.test.unverified" } },
    ],
  ])("%s", async (_what, tls, host, finding) => {
    const port = await serve("TLSv1.2");
    expect(await testConnection(target(host, port, tls))).toContainEqual(
      expect.objectContaining(deep(finding)),
    );
  });

  it("with a server that knows only TLS 1.0 is refused and named, unless the instance allows it", async () => {
    const port = await serve("TLSv1");
    const refused = await testConnection(target("localhost", port, { ca: made.cert }));
    expect(refused.at(-1)).toMatchObject({
      stage: "tls",
      verdict: "bad",
      message: { values: { detail: expect.stringContaining("below the minimum") } },
    });
    const allowed = await testConnection(target("localhost", port, { ca: made.cert, minimum: "1.0" }));
    expect(allowed).toContainEqual(
      expect.objectContaining({
        stage: "tls",
        verdict: "warn",
        message: expect.objectContaining({ values: expect.objectContaining({ version: "TLSv1" }) }),
      }),
    );
  });

  it("with TLS 1.3 stands before everything else", async () => {
    const peer = createServer({ ...key, minVersion: "TLSv1.3", ALPNProtocols: ["tds/8.0"] }, (socket) => {
      const answers = [Buffer.from([0x04, 0x01, 0, 14, 0, 0, 1, 0, 0xff, 0, 0, 0, 0, 0]), refusal];
      socket.on("error", () => {});
      socket.on("data", () => void socket.write(answers.shift() ?? refusal));
    });
    peer.listen(0, "127.0.0.1");
    await once(peer, "listening");
    const { port } = peer.address() as AddressInfo;
    const reason = async (tls: Partial<Target["tls"]>) =>
      (await connectTo(target("localhost", port, { minimum: "1.3", ...tls })).observe()) as {
        reason?: object;
      };
    expect(await reason({ ca: made.cert })).toMatchObject({ reason: { kind: "login", number: 18456 } });
    expect(await reason({})).toMatchObject({ reason: { kind: "tls" } });
    peer.close();
  });
});

it("a wrong password is a matter of the login, with its number", async () => {
  const port = await serve("TLSv1.2");
  const wrong = {
    ...target("localhost", port, { ca: made.cert }),
    login: { type: "sql" as const, user: "look", password: "wrong" },
  };
  expect((await testConnection(wrong)).map(({ stage, verdict }) => `${stage} ${verdict}`)).toEqual([
    "network ok",
    "tls ok",
    "login bad",
  ]);
  expect(await connectTo(wrong).observe()).toMatchObject({
    reachable: false,
    reason: { kind: "login", number: 18456, detail: expect.stringContaining("Login failed for user 'look'") },
  });
});

async function serve(maxVersion: "TLSv1" | "TLSv1.2"): Promise<number> {
  const context = createSecureContext({
    ...key,
    minVersion: "TLSv1",
    maxVersion,
    ciphers: "DEFAULT@SECLEVEL=0",
  });
  server = await listen(openTestDoor(), {
    port: 0,
    certificate: { pem: made.cert, context } satisfies Certificate,
  });
  return server.port;
}

/** ERROR 18456 and DONE, in one packet. */
const refusal = (() => {
  const text = Buffer.from("Login failed.", "utf16le");
  const body = Buffer.concat([
    Buffer.from([0x18, 0x48, 0, 0, 1, 14]),
    Buffer.from([text.length / 2, 0]),
    text,
    Buffer.from([0, 0, 0, 0, 0, 0]),
  ]);
  const token = Buffer.concat([
    Buffer.from([0xaa, body.length & 0xff, body.length >> 8]),
    body,
    Buffer.from([0xfd, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
  ]);
  return Buffer.concat([Buffer.from([0x04, 0x01, 0, token.length + 8, 0, 0, 1, 0]), token]);
})();

function deep(value: object): object {
  return Object.fromEntries(
    Object.entries(value).map(([name, inside]) => [
      name,
      typeof inside === "object" ? expect.objectContaining(deep(inside)) : inside,
    ]),
  );
}

function target(host: string, port: number, tls: Partial<Target["tls"]>): Target {
  return {
    id: "x",
    name: "X",
    server: host,
    port,
    namedInstance: null,
    tls: { minimum: "1.2", trust: false, ca: null, ...tls },
    which: "looking",
    login: { type: "sql", user: "look", password: "right" },
  };
}
