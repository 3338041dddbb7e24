import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freshSignIns, testPassword } from "#lib/auth/testing.ts";

const signIns = await freshSignIns();
beforeAll(async () => {
  await signIns.person("admin");
  await signIns.person("oncall");
  await signIns.person("auditor");
});
afterAll(() => signIns.close());

const right = { email: "admin@example.test", password: testPassword };

describe("signing in", () => {
  it("gives a cookie that page scripts cannot read, and is written down", async () => {
    const answer = await signIns.ask("/sign-in/email", { body: right });
    expect(answer.status).toBe(200);
    expect(answer.headers.getSetCookie()[0]).toMatch(/^mirrordeck\.session_token=.*HttpOnly/i);
    expect((await signIns.audited()).at(-1)).toEqual({
      action: "auth.audit.signedIn",
      actor: "Test admin",
      role: "admin",
      outcome: "done",
      values: { address: "192.0.2.7" },
    });
  });

  it.each(["http://localhost:3000", "http://127.0.0.1:4000", "http://[::1]:5000"])(
    "works at %s",
    async (origin) => {
      expect((await signIns.ask("/sign-in/email", { body: right, origin })).status).toBe(200);
    },
  );

  it("is refused from the page of another host", async () => {
    const answer = await signIns.ask("/sign-in/email", { body: right, from: "http://evil.test" });
    expect(answer.status).toBe(403);
  });

  it.each([
    ["a wrong password", { ...right, password: "not the password" }, "admin@example.test"],
    ["an unknown person", { email: "ghost@example.test", password: "whatever it is" }, "ghost@example.test"],
    ["a password typed as the e-mail", { email: "my secret sentence", password: "x" }, "?"],
  ])("refuses %s and writes it down", async (_, body, email) => {
    const answer = await signIns.ask("/sign-in/email", { body });
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.headers.getSetCookie()).toEqual([]);
    expect((await signIns.audited()).at(-1)).toMatchObject({
      action: "auth.audit.signInFailed",
      role: "nobody",
      outcome: "refused",
      values: { email, address: "192.0.2.7" },
    });
  });

  it("ends with signing out: the cookie is worth nothing after it", async () => {
    const cookie = await signIns.cookieOf("auditor@example.test");
    expect(await (await signIns.ask("/get-session", { cookie })).json()).toMatchObject({
      user: { role: "auditor" },
    });
    await signIns.ask("/sign-out", { cookie, body: {} });
    expect(await (await signIns.ask("/get-session", { cookie })).json()).toBeNull();
    expect((await signIns.audited()).at(-1)).toMatchObject({
      action: "auth.audit.signedOut",
      actor: "Test auditor",
    });
  });

  it.each([
    ["/sign-up/email", { name: "Eve", email: "eve@example.test", password: "long enough for it" }],
    ["/update-user", { name: "Somebody Else" }],
    ["/change-email", { newEmail: "eve@example.test" }],
    ["/delete-user", {}],
  ])("has closed %s", async (path, body) => {
    const cookie = await signIns.cookieOf("admin@example.test");
    expect((await signIns.ask(path, { cookie, body })).status).toBe(404);
    expect(await signIns.db.authUser.count()).toBe(3);
  });
});

describe("guessing passwords", () => {
  const wrong = { email: "oncall@example.test", password: "a guess" };

  it("ends after ten failures for one person, from whatever address, even at once", async () => {
    const guesses = Array.from({ length: 16 }, (_, index) =>
      signIns.ask("/sign-in/email", { body: wrong, address: `198.51.100.${index}` }),
    );
    const statuses = (await Promise.all(guesses)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 401).length).toBeLessThanOrEqual(10);
    expect(new Set(statuses)).toEqual(new Set([401, 429]));

    const good = { email: wrong.email, password: testPassword };
    expect((await signIns.ask("/sign-in/email", { body: good })).status).toBe(429);
  });

  it("does not fill the audit log once blocked", async () => {
    const before = (await signIns.audited()).length;
    for (let tries = 0; tries < 5; tries++) await signIns.ask("/sign-in/email", { body: wrong });
    expect((await signIns.audited()).length).toBe(before);
  });

  it("leaves the others alone, and good sign-ins do not count", async () => {
    for (let tries = 0; tries < 12; tries++) {
      const { status } = await signIns.ask("/sign-in/email", { body: right, address: "203.0.113.9" });
      if (status !== 200) throw new Error(`Sign-in ${tries} was answered with ${status}`);
    }
  });
});
