import { afterAll, describe, expect, it } from "vitest";
import { demoPeople } from "#lib/auth/demo-people.ts";
import { ensurePeople } from "#lib/auth/ensure-people.ts";
import { acceptInvitation } from "#lib/auth/invitations.ts";
import { createPerson } from "#lib/auth/people.ts";
import { freshDatabase } from "#lib/db/testing.ts";

const { db, close } = await freshDatabase();
afterAll(close);

const demo = { MIRRORDECK_DEMO: "on" } as unknown as NodeJS.ProcessEnv;
const real = { MIRRORDECK_URL: "https://deck.example.test" } as unknown as NodeJS.ProcessEnv;

describe("the first people", () => {
  it("are three in a demonstration, made once", async () => {
    const first = await ensurePeople({ client: db, env: demo });
    expect(first.signIns?.map(({ role }) => role)).toEqual(["oncall", "admin", "auditor"]);
    expect(await ensurePeople({ client: db, env: demo })).toEqual(first);
    expect(await db.authUser.count()).toBe(demoPeople.length);
  });

  it("lose their printed passwords when the demonstration is over", async () => {
    const { firstAdminLink, signIns } = await ensurePeople({ client: db, env: real });
    expect(signIns).toBeUndefined();
    expect(firstAdminLink).toMatch(/^https:\/\/deck\.example\.test\/welcome\/[\w-]{43}$/);
    expect(await db.authUser.count()).toBe(0);
    expect(await db.authAccount.count()).toBe(0);
  });

  it("begin with an admin by a link that the next start replaces", async () => {
    const first = await ensurePeople({ client: db, env: real });
    const second = await ensurePeople({ client: db, env: real });
    const form = { name: "Ada", email: "ada@example.test", password: "long enough to keep", language: "en" };
    const token = (link?: string) => link?.split("/").at(-1) ?? "";
    expect((await acceptInvitation(db, token(first.firstAdminLink), form)).ok).toBe(false);
    expect((await acceptInvitation(db, token(second.firstAdminLink), form)).ok).toBe(true);
  });

  it("are nobody's business once there is somebody, even with a demonstration's e-mail", async () => {
    await createPerson(db, { name: "Real", email: "oncall@mirrordeck.test", role: "oncall" });
    expect(await ensurePeople({ client: db, env: real })).toEqual({});
    expect(await db.authUser.count()).toBe(2);
  });
});
