import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { acceptInvitation, makeInvitation, readInvitation } from "#lib/auth/invitations.ts";
import { createPerson } from "#lib/auth/people.ts";
import { refuse } from "#lib/auth/refusal.ts";
import { freshDatabase } from "#lib/db/testing.ts";

const { db, close } = await freshDatabase();
afterAll(close);
beforeEach(async () => {
  await db.authUser.deleteMany();
  await db.invitation.deleteMany();
});

const form = { name: "Ada", email: "Ada@Example.test", password: "long enough to keep", language: "de" };
const gone = refuse("auth.refusal.linkGone");

async function newToken(invitation: { role: string; personId?: string }): Promise<string> {
  return (await makeInvitation(db, invitation)).replace("/welcome/", "");
}

describe("the first admin's link", () => {
  it("makes one admin, in the language they read it in, and is then used up", async () => {
    const token = await newToken({ role: "admin" });
    expect(await acceptInvitation(db, token, form)).toEqual({
      ok: true,
      value: { email: "ada@example.test" },
    });
    expect(await db.authUser.findMany()).toMatchObject([{ name: "Ada", role: "admin", language: "de" }]);
    expect(await acceptInvitation(db, token, { ...form, email: "eve@example.test" })).toEqual(gone);
    expect(await readInvitation(db, token)).toBeNull();
  });

  it("makes one admin even when two use it at once", async () => {
    const token = await newToken({ role: "admin" });
    const answers = await Promise.all(
      ["ada", "eve", "bob"].map((name) =>
        acceptInvitation(db, token, { ...form, name, email: `${name}@example.test` }),
      ),
    );
    expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
    expect(await db.authUser.count()).toBe(1);
  });

  it("is kept as a hash only", async () => {
    const token = await newToken({ role: "admin" });
    expect(JSON.stringify(await db.invitation.findMany())).not.toContain(token);
    expect(Buffer.from(token, "base64url")).toHaveLength(32);
  });

  it("ends the one made before it", async () => {
    const first = await newToken({ role: "admin" });
    await newToken({ role: "admin" });
    expect(await acceptInvitation(db, first, form)).toEqual(gone);
  });

  it("does not work after its day", async () => {
    const token = await newToken({ role: "admin" });
    await db.invitation.updateMany({ data: { expiresAt: new Date(Date.now() - 1) } });
    expect(await readInvitation(db, token)).toBeNull();
    expect(await acceptInvitation(db, token, form)).toEqual(gone);
  });

  it("does not work once there is somebody", async () => {
    const token = await newToken({ role: "admin" });
    await createPerson(db, { name: "Bob", email: "bob@example.test", role: "oncall" });
    expect(await acceptInvitation(db, token, form)).toEqual(gone);
  });

  it.each([
    ["a short password", { password: "too short" }, { password: "auth.field.passwordTooShort" }],
    ["no name", { name: " " }, { name: "common.field.required" }],
    ["no e-mail address", { email: "ada" }, { email: "common.field.email" }],
  ])("stays good after a form with %s", async (_, wrong, fields) => {
    const token = await newToken({ role: "admin" });
    expect(await acceptInvitation(db, token, { ...form, ...wrong })).toMatchObject({ refusal: { fields } });
    expect((await acceptInvitation(db, token, form)).ok).toBe(true);
  });
});

describe("a person's link", () => {
  it("sets the password of that person, whatever name the form sends, and ends their sign-ins", async () => {
    const bob = await createPerson(db, { name: "Bob", email: "bob@example.test", role: "auditor" });
    await db.signIn.create({ data: { id: "s", token: "t", expiresAt: new Date(), userId: bob.id } });
    const token = await newToken({ role: "auditor", personId: bob.id });
    expect(await readInvitation(db, token)).toEqual({ person: { name: "Bob", email: "bob@example.test" } });
    expect((await acceptInvitation(db, token, form)).ok).toBe(true);
    expect(await db.authUser.findMany()).toMatchObject([
      { name: "Bob", email: "bob@example.test", role: "auditor" },
    ]);
    expect(await db.authAccount.count({ where: { userId: bob.id, password: { not: null } } })).toBe(1);
    expect(await db.signIn.count()).toBe(0);
    expect(await acceptInvitation(db, token, form)).toEqual(gone);
  });

  it("does not work for somebody who has been removed", async () => {
    const bob = await createPerson(db, { name: "Bob", email: "bob@example.test", role: "auditor" });
    const token = await newToken({ role: "auditor", personId: bob.id });
    await db.authUser.delete({ where: { id: bob.id } });
    expect(await acceptInvitation(db, token, form)).toEqual(gone);
  });
});
