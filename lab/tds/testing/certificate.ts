/** A certificate with so many names that the flight which shows it needs several packets of 4,096 bytes. */
import { createSecureContext } from "node:tls";
import { generate } from "selfsigned";
import type { Certificate } from "#lab/tds/certificate.ts";

export async function makeLargeCertificate(): Promise<Certificate> {
  const altNames = Array.from(
    { length: 400 },
    (_, index) => ({ type: 2, value: `server-${index}.example.com` }) as const,
  );
  const made = await generate([{ name: "commonName", value: "localhost" }], {
    keyType: "ec",
    algorithm: "sha256",
    extensions: [{ name: "subjectAltName", altNames }],
  });
  return {
    pem: made.cert,
    context: createSecureContext({ cert: made.cert, key: made.private, maxVersion: "TLSv1.2" }),
  };
}
