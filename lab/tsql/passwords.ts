/** Password hashes as SQL Server stores them: a version, four bytes of salt, SHA-512 (SHA-1 before 2012) of password and salt. */
import { createHash } from "node:crypto";
import type { Login } from "#lab/mirroring/model.ts";

const SHA512 = 0x0200;
const SHA1 = 0x0100;

/** Hex digits. What a server of this version would have stored for the login; sa-only knowledge. */
export function passwordHash(login: Login, version: number): string {
  if (login.passwordHash !== undefined) return login.passwordHash;
  const salt = createHash("sha256").update(login.sid).digest().subarray(0, 4);
  return hashed(login.password, salt, version >= 11 ? SHA512 : SHA1)
    .toString("hex")
    .toUpperCase();
}

export function passwordFits(login: Login, given: string): boolean {
  if (login.passwordHash === undefined) return login.password === given;
  const stored = Buffer.from(login.passwordHash, "hex");
  return hashed(given, stored.subarray(2, 6), stored.readUInt16BE(0)).equals(stored);
}

/** No page says it: a server does not take a hash of a form that it does not know. */
export function isKnownHash(hash: string, version: number): boolean {
  const bytes = Buffer.from(hash, "hex");
  if (bytes.length === 26) return bytes.readUInt16BE(0) === SHA1;
  return bytes.length === 70 && bytes.readUInt16BE(0) === SHA512 && version >= 11;
}

function hashed(password: string, salt: Uint8Array, form: number): Buffer {
  const digest = createHash(form === SHA512 ? "sha512" : "sha1")
    .update(Buffer.from(password, "utf16le"))
    .update(salt)
    .digest();
  return Buffer.concat([Buffer.from([form >> 8, form & 0xff]), salt, digest]);
}
