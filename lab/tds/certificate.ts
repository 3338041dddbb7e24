/** One certificate serves a whole fleet: elliptic, because an RSA key would cost forty times as long to make. */
import { createSecureContext, type SecureContext } from "node:tls";
import { generate } from "selfsigned";

export interface Certificate {
  /** What a client may be told to trust. */
  pem: string;
  context: SecureContext;
}

export async function makeCertificate(): Promise<Certificate> {
  const now = Date.now();
  const made = await generate([{ name: "commonName", value: "localhost" }], {
    keyType: "ec",
    curve: "P-256",
    algorithm: "sha256",
    // A client whose clock is a little behind must not find it in the future.
    notBeforeDate: new Date(now - dayMs),
    notAfterDate: new Date(now + 3650 * dayMs),
    extensions: [
      { name: "basicConstraints", cA: true, critical: true },
      { name: "keyUsage", digitalSignature: true, keyCertSign: true, critical: true },
      { name: "extKeyUsage", serverAuth: true },
      {
        name: "subjectAltName",
        altNames: [
          { type: 2, value: "localhost" },
          { type: 7, ip: "127.0.0.1" },
          { type: 7, ip: "::1" },
        ],
      },
    ],
  });
  // FreeTDS fails under TLS 1.3, whose session tickets come after the handshake.
  const context = createSecureContext({ cert: made.cert, key: made.private, maxVersion: "TLSv1.2" });
  return { pem: made.cert, context };
}

const dayMs = 86_400_000;
