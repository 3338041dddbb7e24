import "server-only";
import { createHash, randomBytes } from "node:crypto";
import { z } from "zod";
import { appendAudit } from "#lib/audit/append.ts";
import { fieldsFrom } from "#lib/auth/form.ts";
import { passwordLength } from "#lib/auth/password.ts";
import { actorFrom, createPerson, hashPassword, normalEmail, setPassword } from "#lib/auth/people.ts";
import { type ActionResult, isRefused, refuse } from "#lib/auth/refusal.ts";
import { type AuthUser, type Db, inTransaction, type Transaction } from "#lib/db/index.ts";

const validForMs = 24 * 60 * 60_000;

/**
 * A link that works once, for a day; a new one ends those before it. Without a person it makes the first admin,
 * with one it sets that person's password. Answers its path; only a hash of the token is kept.
 */
export async function makeInvitation(
  tx: Transaction | Db,
  { role, personId = null }: { role: string; personId?: string | null },
): Promise<string> {
  await tx.invitation.deleteMany({ where: { personId, usedAt: null } });
  const token = randomBytes(32).toString("base64url");
  const expiresAt = new Date(Date.now() + validForMs);
  await tx.invitation.create({ data: { tokenHash: hashOf(token), role, personId, expiresAt } });
  return `/welcome/${token}`;
}

export type OpenInvitation = { person: { name: string; email: string } | null };

/** What a link is for, or that it does not work: unknown, used and expired look the same to whoever guesses. */
export async function readInvitation(client: Db, token: string): Promise<OpenInvitation | null> {
  const invitation = await client.invitation.findFirst({ where: openInvitation(token) });
  if (!invitation) return null;
  if (invitation.personId === null) return (await client.authUser.count()) === 0 ? { person: null } : null;
  const person = await client.authUser.findUnique({ where: { id: invitation.personId } });
  return person && { person: { name: person.name, email: person.email } };
}

const password = z
  .string()
  .min(passwordLength.min, "auth.field.passwordTooShort")
  .max(passwordLength.max, "auth.field.passwordTooLong");

const Acceptance = z.object({
  name: z.string().trim().min(1).max(100),
  email: z.email().max(200).transform(normalEmail),
  password,
  language: z.enum(["en", "de"]),
});

/** Uses the link up: makes the first admin or sets the password. Of two at once, one is refused. */
export async function acceptInvitation(
  client: Db,
  token: string,
  form: unknown,
): Promise<ActionResult<{ email: string }>> {
  const open = await readInvitation(client, token);
  if (!open) return refuse("auth.refusal.linkGone");
  const given = Acceptance.safeParse({ ...(form as object), ...open.person }, { reportInput: true });
  if (!given.success)
    return refuse("auth.refusal.form", { minimum: passwordLength.min }, fieldsFrom(given.error.issues));
  const hash = await hashPassword(given.data.password);

  const accepted = await inTransaction(
    async (tx) => {
      const taken = await tx.invitation.updateMany({
        where: openInvitation(token),
        data: { usedAt: new Date() },
      });
      const invitation = await tx.invitation.findUnique({ where: { tokenHash: hashOf(token) } });
      if (taken.count !== 1 || !invitation) return refuse("auth.refusal.linkGone");
      const person = await personFor(tx, invitation, given.data);
      if (!person) return refuse("auth.refusal.linkGone");
      await setPassword(tx, person.id, hash);
      await appendAudit(tx, {
        actor: actorFrom(person),
        origin: "sign-in",
        action: invitation.personId ? "people.audit.passwordSet" : "people.audit.firstAdmin",
        values: { name: person.name, email: person.email },
        outcome: "done",
      });
      return { email: person.email };
    },
    { client },
  );
  return isRefused(accepted) ? accepted : { ok: true, value: accepted };
}

async function personFor(
  tx: Transaction,
  invitation: { personId: string | null },
  { name, email, language }: z.output<typeof Acceptance>,
): Promise<AuthUser | null> {
  if (invitation.personId === null) {
    if ((await tx.authUser.count()) > 0) return null;
    return createPerson(tx, { name, email, role: "admin", language });
  }
  const person = await tx.authUser.findUnique({ where: { id: invitation.personId } });
  // The first password also takes the language the person read the page in; later it is theirs to change.
  const first = person && (await tx.authAccount.count({ where: { userId: person.id } })) === 0;
  return first ? tx.authUser.update({ where: { id: person.id }, data: { language } }) : person;
}

function openInvitation(token: string) {
  return { tokenHash: hashOf(token), usedAt: null, expiresAt: { gt: new Date() } };
}

function hashOf(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}
