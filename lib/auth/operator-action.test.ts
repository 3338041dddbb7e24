import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { operatorAction } from "#lib/auth/operator-action.ts";
import { refuse } from "#lib/auth/refusal.ts";
import { freshSignIns } from "#lib/auth/testing.ts";

// Next's headers() exists only inside a request of Next; the rest is real.
const request = vi.hoisted(() => ({ headers: new Headers() }));
vi.mock("next/headers", () => ({ headers: async () => request.headers }));

const signIns = await freshSignIns();
const Form = z.object({ runId: z.string().min(1), count: z.coerce.number().max(5).optional() });
const asked: unknown[] = [];
let verb: () => Promise<unknown>;
const act = operatorAction("runs:operate", Form, (actor, input) => {
  asked.push([actor.name, actor.role, input]);
  return verb();
});

const cookies = { admin: "", oncall: "" };

beforeAll(async () => {
  for (const role of ["admin", "oncall"] as const)
    cookies[role] = await signIns.cookieOf((await signIns.person(role)).email);
});
beforeEach(() => {
  asked.length = 0;
  verb = async () => undefined;
});
afterAll(() => signIns.close());

function as(role: keyof typeof cookies | "nobody") {
  request.headers = new Headers({ host: "localhost:3000" });
  if (role !== "nobody") request.headers.set("cookie", cookies[role]);
}

async function lastAudited() {
  return (await signIns.audited()).at(-1);
}

describe("the one door for actions", () => {
  it("lets the verb answer for somebody who may", async () => {
    as("admin");
    verb = async () => 7;
    expect(await act({ runId: "r1", count: "3" })).toEqual({ ok: true, value: 7 });
    expect(asked).toEqual([["Test admin", "admin", { runId: "r1", count: 3 }]]);
  });

  it("refuses who may not, does nothing, and writes down who asked what", async () => {
    as("oncall");
    expect(await act({ runId: "r1" })).toEqual(
      refuse("auth.refusal.notAllowed", { role: "oncall", permission: "runs:operate" }),
    );
    expect(asked).toEqual([]);
    expect(await lastAudited()).toMatchObject({
      action: "auth.audit.refused",
      actor: "Test oncall",
      role: "oncall",
      outcome: "refused",
      values: { permission: "runs:operate", because: "auth.refusal.notAllowed", runId: "r1" },
    });
  });

  it("refuses somebody who is not signed in, and writes that down too", async () => {
    as("nobody");
    expect(await act({ runId: "r1" })).toEqual(refuse("auth.refusal.notSignedIn"));
    expect(asked).toEqual([]);
    expect(await lastAudited()).toMatchObject({
      action: "auth.audit.refusedNobody",
      role: "nobody",
      outcome: "refused",
    });
  });

  it("does not believe a forged cookie", async () => {
    request.headers = new Headers({ host: "localhost:3000", cookie: cookies.admin.replace(/.{4}$/, "AAAA") });
    expect(await act({ runId: "r1" })).toEqual(refuse("auth.refusal.notSignedIn"));
  });

  it("takes a role away at once, not at the next sign-in", async () => {
    await signIns.db.authUser.updateMany({
      where: { email: "admin@example.test" },
      data: { role: "auditor" },
    });
    as("admin");
    expect(await act({ runId: "r1" })).toMatchObject({ ok: false, refusal: { values: { role: "auditor" } } });
    await signIns.db.authUser.updateMany({ where: { email: "admin@example.test" }, data: { role: "admin" } });
  });

  it.each([
    ["a field that is missing", {}, { runId: "common.field.required" }],
    ["an empty one", { runId: "" }, { runId: "common.field.required" }],
    ["one of another kind", { runId: { $ne: 1 } }, { runId: "common.field.invalid" }],
    ["a number that is too large", { runId: "r", count: 6 }, { count: "common.field.tooBig" }],
    ["no form at all", null, { form: "common.field.required" }],
    ["a list in its place", ["r1"], { form: "common.field.invalid" }],
  ])("names the field that is wrong: %s", async (_, given, fields) => {
    as("admin");
    expect(await act(given as never)).toEqual(refuse("auth.refusal.form", {}, fields));
    expect(asked).toEqual([]);
  });

  it("reads what a browser's form sends", async () => {
    as("admin");
    const form = new FormData();
    form.set("runId", "r9");
    form.set("$ACTION_ID_1", "x");
    await act(form);
    expect(asked).toEqual([["Test admin", "admin", { runId: "r9" }]]);
  });

  it.each([
    ["returned", async () => refuse("runs.refusal.stale", { seq: 4 })],
    ["thrown", async () => Promise.reject(refuse("runs.refusal.stale", { seq: 4 }))],
    [
      "thrown as an error",
      async () => Promise.reject(Object.assign(new Error("stale"), refuse("runs.refusal.stale", { seq: 4 }))),
    ],
  ])("passes on a refusal that the verb has %s, and writes it down", async (_, refusing) => {
    as("admin");
    verb = refusing;
    const answer = await act({ runId: "r1" });
    expect(answer).toStrictEqual(refuse("runs.refusal.stale", { seq: 4 }));
    expect(await lastAudited()).toMatchObject({
      values: { because: "runs.refusal.stale", given: { seq: 4 }, runId: "r1" },
      outcome: "refused",
    });
  });

  it("answers an error calmly, keeps its text from the person, and logs it", async () => {
    as("admin");
    const log = vi.spyOn(console, "error").mockImplementation(() => {});
    verb = async () => {
      throw new Error("connection string with a password");
    };
    expect(await act({ runId: "r1" })).toEqual(refuse("auth.refusal.unexpected"));
    expect(log.mock.calls.flat().map(String).join(" ")).toContain("connection string");
    log.mockRestore();
    const entry = await lastAudited();
    expect(entry).toMatchObject({ action: "auth.audit.failed", outcome: "failed", actor: "Test admin" });
    expect(JSON.stringify(entry)).not.toContain("connection string");
  });
});
