import "server-only";
import type { Role } from "#lib/auth/actor.ts";
import { ownAddress } from "#lib/auth/address.ts";
import { demoIsOn, demoPeople } from "#lib/auth/demo-people.ts";
import { makeInvitation } from "#lib/auth/invitations.ts";
import { createPerson, hashPassword, setPassword } from "#lib/auth/people.ts";
import { type Db, db, inTransaction } from "#lib/db/index.ts";

export type FirstPeople = {
  /** In a demonstration: who may sign in, and how. */
  signIns?: { role: Role; email: string; password: string }[];
  /** When there is nobody yet: where the first admin signs up, once, within a day. */
  firstAdminLink?: string;
};

/** At every start: somebody must be able to sign in. What it answers is for the terminal. */
export async function ensurePeople({
  client = db(),
  env = process.env,
}: {
  client?: Db;
  env?: NodeJS.ProcessEnv;
} = {}): Promise<FirstPeople> {
  if (demoIsOn(env)) return { signIns: await ensureDemoPeople(client) };
  // Their passwords are printed in the README: outside a demonstration nobody may use them.
  await client.authUser.deleteMany({ where: { id: { in: demoPeople.map(({ id }) => id) } } });
  if ((await client.authUser.count()) > 0) return {};
  const path = await makeInvitation(client, { role: "admin" });
  return { firstAdminLink: new URL(path, ownAddress(env)).href };
}

async function ensureDemoPeople(client: Db) {
  const known = await client.authUser.findMany({ where: { id: { in: demoPeople.map(({ id }) => id) } } });
  const missing = demoPeople.filter(({ id }) => !known.some((person) => person.id === id));
  const hashes = await Promise.all(missing.map(({ password }) => hashPassword(password)));
  await inTransaction(
    async (tx) => {
      for (const [index, { password: _, ...person }] of missing.entries()) {
        await createPerson(tx, person);
        await setPassword(tx, person.id, hashes[index]!);
      }
    },
    { client },
  );
  return demoPeople.map(({ role, email, password }) => ({ role, email, password }));
}
