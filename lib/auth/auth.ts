import "server-only";
import { betterAuth } from "better-auth";
import { prismaAdapter } from "better-auth/adapters/prisma";
import { ownAddress, trustedHosts } from "#lib/auth/address.ts";
import { passwordLength } from "#lib/auth/password.ts";
import { secret } from "#lib/auth/secret.ts";
import { afterSignIn, beforeSignIn } from "#lib/auth/watch-sign-ins.ts";
import { db } from "#lib/db/index.ts";

/** A working day and a night shift: whoever comes back tomorrow signs in again. */
const signedInFor = 16 * 60 * 60;

export type Auth = ReturnType<typeof createAuth>;

/** Sign-in for this process. Every bundle of Next has its own copy of this module: the one hangs on globalThis. */
export function auth(): Auth {
  const shared = globalThis as { mirrordeckAuth?: { kind: "mirrordeck.auth"; auth: Auth } };
  shared.mirrordeckAuth ??= { kind: "mirrordeck.auth", auth: createAuth() };
  return shared.mirrordeckAuth.auth;
}

function createAuth() {
  return betterAuth({
    appName: "Mirrordeck",
    secret: secret(),
    baseURL: { allowedHosts: trustedHosts(), fallback: ownAddress().origin, protocol: "auto" },
    database: prismaAdapter(db(), { provider: "postgresql", transaction: true }),
    telemetry: { enabled: false },

    // "Session" belongs to mirroring, so better-auth's models have names of their own.
    user: {
      modelName: "authUser",
      additionalFields: {
        role: { type: "string", required: true, defaultValue: "oncall", input: false },
        language: { type: "string", required: true, defaultValue: "en", input: false },
      },
    },
    session: { modelName: "signIn", expiresIn: signedInFor, disableSessionRefresh: true },
    account: { modelName: "authAccount" },
    verification: { modelName: "authVerification" },

    emailAndPassword: {
      enabled: true,
      disableSignUp: true, // people are made by an admin or by a one-time link
      minPasswordLength: passwordLength.min,
      maxPasswordLength: passwordLength.max,
    },
    rateLimit: { enabled: false }, // ours counts failures only, and outlives a restart: see attempts.ts
    hooks: { before: beforeSignIn, after: afterSignIn },
    advanced: {
      cookiePrefix: "mirrordeck",
      useSecureCookies: ownAddress().protocol === "https:",
      // Said aloud, because better-auth leaves these checks out when it believes to be in a test.
      disableOriginCheck: false,
      disableCSRFCheck: false,
    },
    logger: { level: "error" },
    onAPIError: { onError: logOwnFaults },
  });
}

// A wrong password is the audit log's business, not the program's.
function logOwnFaults(error: unknown) {
  const status = (error as { statusCode?: number } | null)?.statusCode ?? 500;
  if (status >= 500) console.error("Sign-in failed:", error);
}
