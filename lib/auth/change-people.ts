import "server-only";
import { appendAudit } from "#lib/audit/append.ts";
import type { Actor, Role } from "#lib/auth/actor.ts";
import { makeInvitation } from "#lib/auth/invitations.ts";
import { createPerson, isLastAdmin, normalEmail } from "#lib/auth/people.ts";
import { type Refused, refuse } from "#lib/auth/refusal.ts";
import { type AuthUser, inTransaction, type Transaction } from "#lib/db/index.ts";

/** A person and the path of the one-time link with which they choose their password. */
export type Invited = { name: string; path: string };

export async function addPerson(
  actor: Actor,
  { name, email, role }: { name: string; email: string; role: Role },
): Promise<Invited | Refused> {
  return inTransaction(async (tx) => {
    const taken = await tx.authUser.findUnique({ where: { email: normalEmail(email) } });
    if (taken) return refuse("people.refusal.emailTaken", { email }, { email: "people.refusal.emailTaken" });
    const person = await createPerson(tx, { name, email, role });
    await record(tx, actor, "people.audit.added", { name, email: person.email, role });
    return { name, path: await makeInvitation(tx, { role, personId: person.id }) };
  });
}

export async function changeRole(
  actor: Actor,
  { personId, role }: { personId: string; role: Role },
): Promise<{ name: string } | Refused> {
  return inTransaction(async (tx) => {
    const person = await personToChange(tx, actor, personId);
    if ("ok" in person) return person;
    await tx.authUser.update({ where: { id: personId }, data: { role } });
    const values = { name: person.name, before: person.role, after: role };
    await record(tx, actor, "people.audit.roleChanged", values);
    return { name: person.name };
  });
}

export async function makeLink(actor: Actor, { personId }: { personId: string }): Promise<Invited | Refused> {
  return inTransaction(async (tx) => {
    const person = await tx.authUser.findUnique({ where: { id: personId } });
    if (!person) return refuse("people.refusal.unknown");
    await record(tx, actor, "people.audit.linkMade", { name: person.name });
    return { name: person.name, path: await makeInvitation(tx, { role: person.role, personId }) };
  });
}

/** The person goes, with every sign-in and link; what they did stays in the audit log under their name. */
export async function removePerson(
  actor: Actor,
  { personId }: { personId: string },
): Promise<{ name: string } | Refused> {
  return inTransaction(async (tx) => {
    const person = await personToChange(tx, actor, personId);
    if ("ok" in person) return person;
    await tx.invitation.deleteMany({ where: { personId, usedAt: null } });
    await tx.authUser.delete({ where: { id: personId } });
    const { name, email, role } = person;
    await record(tx, actor, "people.audit.removed", { name, email, role });
    return { name };
  });
}

async function personToChange(tx: Transaction, actor: Actor, personId: string): Promise<AuthUser | Refused> {
  const person = await tx.authUser.findUnique({ where: { id: personId } });
  if (!person) return refuse("people.refusal.unknown");
  if (personId === actor.id) return refuse("people.refusal.self");
  if (await isLastAdmin(tx, personId)) return refuse("people.refusal.lastAdmin", { name: person.name });
  return person;
}

function record(tx: Transaction, actor: Actor, action: string, values: Record<string, string>) {
  return appendAudit(tx, { actor, origin: "wizard", action, values, outcome: "done" });
}
