import "server-only";
import type { Role } from "#lib/auth/actor.ts";
import { auth } from "#lib/auth/auth.ts";
import { createPerson, hashPassword, setPassword } from "#lib/auth/people.ts";
import { freshDatabase } from "#lib/db/testing.ts";

export const testPassword = "correct horse battery";

/** Sign-in against a database of this test's own, as one process of the app has it. */
export async function freshSignIns() {
  const database = await freshDatabase();
  process.env.DATABASE_URL = database.url;
  process.env.MIRRORDECK_SECRET = "a secret for tests, long enough to sign";
  const hash = await hashPassword(testPassword);

  return {
    db: database.db,
    close: database.close,
    /** Makes a person who can sign in. */
    async person(role: Role, name = `Test ${role}`) {
      const person = await createPerson(database.db, {
        name,
        email: `${role}@example.test`,
        role,
        language: "en",
      });
      await setPassword(database.db, person.id, hash);
      return person;
    },
    /** Asks better-auth as a browser on that address does. */
    ask(
      path: string,
      { body, cookie, origin = "http://localhost:3000", from = origin, address = "192.0.2.7" }: Asked = {},
    ) {
      const headers = new Headers({
        origin: from,
        "content-type": "application/json",
        "x-forwarded-for": address,
      });
      headers.set("host", new URL(origin).host);
      if (cookie) headers.set("cookie", cookie);
      const method = body === undefined ? "GET" : "POST";
      const sent = body === undefined ? {} : { body: JSON.stringify(body) };
      return auth().handler(new Request(`${origin}/api/auth${path}`, { method, headers, ...sent }));
    },
    /** Signs in, and answers the cookie to send along. */
    async cookieOf(email: string): Promise<string> {
      const answer = await this.ask("/sign-in/email", { body: { email, password: testPassword } });
      return answer.headers
        .getSetCookie()
        .map((cookie) => cookie.split(";")[0])
        .join("; ");
    },
    async audited() {
      const entries = await database.db.auditEntry.findMany({ orderBy: { seq: "asc" } });
      return entries.map(({ action, actor, role, outcome, values }) => ({
        action,
        actor,
        role,
        outcome,
        values,
      }));
    },
  };
}

type Asked = { body?: unknown; cookie?: string; origin?: string; from?: string; address?: string };
