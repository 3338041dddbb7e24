import "server-only";
import { APIError, createAuthMiddleware, getSessionFromCtx } from "better-auth/api";
import { appendAudit } from "#lib/audit/append.ts";
import { countAttempt, forgetAttempts } from "#lib/auth/attempts.ts";
import { actorFrom } from "#lib/auth/people.ts";
import { db } from "#lib/db/index.ts";

/** What better-auth may be asked over HTTP; the rest of what it can do is closed. */
const open = ["/sign-in/email", "/sign-out", "/get-session"];

type Watched = Parameters<Parameters<typeof createAuthMiddleware>[0]>[0];

export const beforeSignIn = createAuthMiddleware(async (ctx) => {
  if (!open.includes(ctx.path)) throw new APIError("NOT_FOUND", { message: "Not open here." });
  if (ctx.path === "/sign-out") await recordSignOut(ctx);
  if (ctx.path !== "/sign-in/email") return;
  const answer = await countAttempt(db(), attemptOf(ctx));
  if (answer === "go") return;
  if (answer === "now-blocked") await record(ctx, "blocked");
  throw new APIError("TOO_MANY_REQUESTS", { code: "TOO_MANY_ATTEMPTS", message: "Too many attempts." });
});

export const afterSignIn = createAuthMiddleware(async (ctx) => {
  if (ctx.path !== "/sign-in/email") return;
  const user = ctx.context.newSession?.user;
  if (!user) return record(ctx, "failed");
  await forgetAttempts(db(), attemptOf(ctx));
  await appendAudit(db(), {
    actor: actorFrom(user),
    origin: "sign-in",
    action: "auth.audit.signedIn",
    values: { address: attemptOf(ctx).address },
    outcome: "done",
  });
});

async function recordSignOut(ctx: Watched) {
  const session = await getSessionFromCtx(ctx);
  if (!session) return;
  const actor = actorFrom(session.user);
  await appendAudit(db(), { actor, origin: "sign-in", action: "auth.audit.signedOut", outcome: "done" });
}

async function record(ctx: Watched, what: "failed" | "blocked") {
  const { email, address } = attemptOf(ctx);
  await appendAudit(db(), {
    actor: null,
    origin: "sign-in",
    action: what === "failed" ? "auth.audit.signInFailed" : "auth.audit.signInBlocked",
    values: { email: looksLikeEmail(email) ? email : "?", address },
    outcome: "refused",
  });
}

function attemptOf(ctx: Watched) {
  const email: unknown = (ctx.body as { email?: unknown } | undefined)?.email;
  // The last hop's word: what stands before it, a client may have written itself.
  const hops = ctx.headers?.get("x-forwarded-for")?.split(",") ?? [];
  return { email: typeof email === "string" ? email.slice(0, 200) : "", address: hops.at(-1)?.trim() || "?" };
}

// A password typed into the wrong field must not end in a log that nobody can change.
function looksLikeEmail(text: string): boolean {
  return /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text);
}
