import "server-only";
import { randomUUID } from "node:crypto";
import { hashPassword } from "better-auth/crypto";
import { type Actor, isRole, type Role } from "#lib/auth/actor.ts";
import type { AuthUser, Db, Transaction } from "#lib/db/index.ts";

export type Person = Actor & { since: Date; canSignIn: boolean };

export async function listPeople(client: Db): Promise<Person[]> {
  const users = await client.authUser.findMany({
    include: { accounts: { select: { password: true } } },
    orderBy: { name: "asc" },
  });
  return users.map((user) => ({
    ...actorFrom(user),
    since: user.createdAt,
    canSignIn: user.accounts.some((account) => account.password !== null),
  }));
}

/** A stored person as an actor; a role or language that nobody knows gives the least there is. */
export function actorFrom(
  user: { id: string; name: string; email: string } & Record<string, unknown>,
): Actor {
  return {
    id: user.id,
    name: user.name,
    email: user.email,
    role: isRole(user.role) ? user.role : "oncall",
    language: user.language === "de" ? "de" : "en",
  };
}

export type NewPerson = {
  id?: string;
  name: string;
  email: string;
  role: Role;
  language?: Actor["language"];
};

/** Makes a person who cannot sign in until a password is set, and has not chosen a language yet. */
export async function createPerson(tx: Transaction | Db, person: NewPerson): Promise<AuthUser> {
  return tx.authUser.create({
    data: {
      id: randomUUID(),
      language: "",
      ...person,
      email: normalEmail(person.email),
      emailVerified: true,
    },
  });
}

/** Hashing takes a tenth of a second: do it before the transaction that stores it. */
export async function setPassword(tx: Transaction | Db, personId: string, hash: string): Promise<void> {
  const changed = await tx.authAccount.updateMany({
    where: { userId: personId, providerId: "credential" },
    data: { password: hash },
  });
  if (changed.count === 0) {
    await tx.authAccount.create({
      data: {
        id: randomUUID(),
        accountId: personId,
        providerId: "credential",
        userId: personId,
        password: hash,
      },
    });
  }
  await tx.signIn.deleteMany({ where: { userId: personId } });
}

export { hashPassword };

export function normalEmail(email: string): string {
  return email.trim().toLowerCase();
}

/** Whether taking the admin role from this person would leave nobody who can give it back. */
export async function isLastAdmin(tx: Transaction | Db, personId: string): Promise<boolean> {
  const person = await tx.authUser.findUnique({ where: { id: personId } });
  if (person?.role !== "admin") return false;
  const others = await tx.authUser.count({
    where: { role: "admin", id: { not: personId }, accounts: { some: { password: { not: null } } } },
  });
  return others === 0;
}
