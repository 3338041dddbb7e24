import "server-only";
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";
import { secret } from "#lib/auth/secret.ts";

/**
 * A password at rest: AES-256-GCM, bound to its `place` (instance and login), so that a sealed value copied to
 * another row does not open there.
 */
export function seal(password: string, place: string): string {
  const iv = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", sealingKey(), iv).setAAD(Buffer.from(place));
  const sealed = Buffer.concat([cipher.update(password, "utf8"), cipher.final()]);
  return ["v1", iv, cipher.getAuthTag(), sealed]
    .map((part) => (typeof part === "string" ? part : part.toString("base64url")))
    .join(".");
}

export function unseal(sealed: string, place: string): string {
  const [version, iv, tag, body] = sealed.split(".");
  if (version !== "v1" || !iv || !tag || body === undefined)
    throw new Error(`The sealed password of ${place} is not readable.`);
  try {
    const decipher = createDecipheriv("aes-256-gcm", sealingKey(), Buffer.from(iv, "base64url"));
    decipher.setAAD(Buffer.from(place)).setAuthTag(Buffer.from(tag, "base64url"));
    return Buffer.concat([decipher.update(Buffer.from(body, "base64url")), decipher.final()]).toString(
      "utf8",
    );
  } catch {
    throw new Error(
      `The password of ${place} was sealed with another key: enter it again, or bring back the key file.`,
    );
  }
}

/** One secret an installation; each use of it has a key of its own. MIRRORDECK_KEY keeps passwords apart from cookies. */
function sealingKey(): Buffer {
  const given = process.env.MIRRORDECK_KEY;
  if (given !== undefined && given.length < 32)
    throw new Error("MIRRORDECK_KEY must have at least 32 characters.");
  return Buffer.from(hkdfSync("sha256", given ?? secret(), "", "mirrordeck/instance-passwords", 32));
}
