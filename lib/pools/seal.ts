import "server-only";
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

/**
 * A password at rest: AES-256-GCM, bound to its `place` (instance and login), so that a sealed value copied to
 * another row does not open there.
 */
export function seal(secret: string, place: string): string {
  const iv = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", sealingKey(), iv).setAAD(Buffer.from(place));
  const sealed = Buffer.concat([cipher.update(secret, "utf8"), cipher.final()]);
  return ["v1", iv, cipher.getAuthTag(), sealed].map((part) => (typeof part === "string" ? part : part.toString("base64url"))).join(".");
}

export function unseal(sealed: string, place: string): string {
  const [version, iv, tag, body] = sealed.split(".");
  if (version !== "v1" || !iv || !tag || body === undefined) throw new Error(`The sealed password of ${place} is not readable.`);
  try {
    const decipher = createDecipheriv("aes-256-gcm", sealingKey(), Buffer.from(iv, "base64url"));
    decipher.setAAD(Buffer.from(place)).setAuthTag(Buffer.from(tag, "base64url"));
    return Buffer.concat([decipher.update(Buffer.from(body, "base64url")), decipher.final()]).toString("utf8");
  } catch {
    throw new Error(`The password of ${place} was sealed with another key: enter it again, or bring back the key file.`);
  }
}

/** The one secret of this installation signs cookies too: each use has a key of its own. */
function sealingKey(): Buffer {
  return Buffer.from(hkdfSync("sha256", installationSecret(), "", "mirrordeck/instance-passwords", 32));
}

function installationSecret(): Buffer {
  const file = process.env.MIRRORDECK_SECRET_FILE ?? path.join(process.env.MIRRORDECK_DATA ?? ".data", "secret");
  const text = process.env.MIRRORDECK_KEY ?? fromFile(file);
  const secret = Buffer.from(text.trim(), "base64");
  if (secret.length < 32) throw new Error("The key is too short: MIRRORDECK_KEY, or the key file, holds 32 random bytes in base64.");
  return secret;
}

function fromFile(file: string): string {
  if (!existsSync(/* turbopackIgnore: true */ file)) {
    mkdirSync(path.dirname(file), { recursive: true });
    // Two processes may begin at once: the first to write wins, both read.
    const made = `${randomBytes(32).toString("base64")}\n`;
    try {
      writeFileSync(file, made, { mode: 0o600, flag: "wx" });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
  }
  return readFileSync(/* turbopackIgnore: true */ file, "utf8");
}
