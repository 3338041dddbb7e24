import { afterAll, beforeEach, describe, expect, it } from "vitest";
import type { Actor } from "#lib/auth/actor.ts";
import { addPerson, changeRole, makeLink, removePerson } from "#lib/auth/change-people.ts";
import { actorFrom } from "#lib/auth/people.ts";
import { refuse } from "#lib/auth/refusal.ts";
import { freshSignIns } from "#lib/auth/testing.ts";

const signIns = await freshSignIns();
afterAll(() => signIns.close());

let admin: Actor;
beforeEach(async () => {
  await signIns.db.authUser.deleteMany();
  admin = actorFrom(await signIns.person("admin"));
});

describe("changing people", () => {
  it("adds a person who cannot sign in before they have used their link", async () => {
    const form = { name: "Bob", email: "Bob@Example.test", role: "oncall" } as const;
    expect(await addPerson(admin, form)).toEqual({
      name: "Bob",
      path: expect.stringMatching(/^\/welcome\//),
    });
    expect((await signIns.audited()).at(-1)).toMatchObject({
      action: "people.audit.added",
      actor: "Test admin",
      values: { name: "Bob", email: "bob@example.test", role: "oncall" },
    });
    expect(await addPerson(admin, { ...form, email: "bob@example.test" })).toMatchObject({
      refusal: { key: "people.refusal.emailTaken", fields: { email: "people.refusal.emailTaken" } },
    });
  });

  it("changes a role and says from what to what", async () => {
    const { id } = await signIns.person("oncall");
    expect(await changeRole(admin, { personId: id, role: "auditor" })).toEqual({ name: "Test oncall" });
    expect((await signIns.audited()).at(-1)).toMatchObject({
      values: { name: "Test oncall", before: "oncall", after: "auditor" },
    });
  });

  it("removes a person with their sign-ins, and their name stays in the audit log", async () => {
    const { id, email } = await signIns.person("oncall");
    const cookie = await signIns.cookieOf(email);
    await removePerson(admin, { personId: id });
    expect(await (await signIns.ask("/get-session", { cookie })).json()).toBeNull();
    expect((await signIns.audited()).map(({ actor }) => actor)).toContain("Test oncall");
  });

  it("lets nobody change or remove themselves", async () => {
    expect(await changeRole(admin, { personId: admin.id, role: "auditor" })).toEqual(
      refuse("people.refusal.self"),
    );
    expect(await removePerson(admin, { personId: admin.id })).toEqual(refuse("people.refusal.self"));
  });

  it("keeps the last admin who can sign in", async () => {
    const other: Actor = { ...admin, id: "somebody-else" };
    const refusal = refuse("people.refusal.lastAdmin", { name: "Test admin" });
    expect(await changeRole(other, { personId: admin.id, role: "oncall" })).toEqual(refusal);
    expect(await removePerson(other, { personId: admin.id })).toEqual(refusal);
  });

  it("answers plainly about somebody who is gone", async () => {
    const unknown = refuse("people.refusal.unknown");
    expect(await changeRole(admin, { personId: "x", role: "oncall" })).toEqual(unknown);
    expect(await removePerson(admin, { personId: "x" })).toEqual(unknown);
    expect(await makeLink(admin, { personId: "x" })).toEqual(unknown);
  });
});
