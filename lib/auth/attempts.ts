import "server-only";
import { createHash, randomUUID } from "node:crypto";
import type { Db } from "#lib/db/index.ts";

const windowMs = 5 * 60_000;
// Enough for tired fingers, too few for guessing. By address there are more: an office may share one.
const limits = { person: 10, address: 50 };

type Attempt = { email: string; address: string };

/**
 * Counts a sign-in before the password is looked at, so that many at once cannot slip through; a good one is
 * taken back by `forgetAttempts`. "now-blocked" is said once: the rest is not worth a line in the audit log each.
 */
export async function countAttempt(client: Db, attempt: Attempt): Promise<"go" | "now-blocked" | "blocked"> {
  const now = Date.now();
  const expiresAt = new Date(now + windowMs);
  await client.authVerification.deleteMany({
    where: { identifier: { startsWith: "attempt:" }, expiresAt: { lt: new Date(now) } },
  });
  await client.authVerification.createMany({
    data: keys(attempt).map(({ identifier }) => ({ id: randomUUID(), identifier, value: "", expiresAt })),
  });
  const over = await Promise.all(
    keys(attempt).map(async ({ identifier, limit }) => {
      const tried = await client.authVerification.count({
        where: { identifier, expiresAt: { gt: new Date(now) } },
      });
      return tried - limit;
    }),
  );
  if (over.every((excess) => excess <= 0)) return "go";
  return over.some((excess) => excess === 1) ? "now-blocked" : "blocked";
}

/** After a good sign-in: that person's failures no longer count, and this try does not count for the address. */
export async function forgetAttempts(client: Db, { email, address }: Attempt): Promise<void> {
  await client.authVerification.deleteMany({ where: { identifier: personKey(email) } });
  const identifier = addressKey(address);
  const own = await client.authVerification.findFirst({
    where: { identifier },
    orderBy: { createdAt: "desc" },
  });
  if (own) await client.authVerification.deleteMany({ where: { id: own.id } });
}

function keys({ email, address }: Attempt) {
  return [
    { identifier: personKey(email), limit: limits.person },
    { identifier: addressKey(address), limit: limits.address },
  ];
}

function personKey(email: string): string {
  return `attempt:person:${fingerprint(email.trim().toLowerCase())}`;
}

function addressKey(address: string): string {
  return `attempt:address:${fingerprint(address)}`;
}

// What people type into the e-mail field may be anything, a password too.
function fingerprint(text: string): string {
  return createHash("sha256").update(text).digest("base64url");
}
