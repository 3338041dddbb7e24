import { randomUUID } from "node:crypto";
import { ask } from "#e2e/actions.ts";
import { expect, signIn, test } from "#e2e/fixtures.ts";
import { labOf } from "#e2e/lab.ts";
import { prepare } from "#e2e/wizard.ts";

test.beforeEach(({ page, stack }) => signIn(page, stack, "admin"));

const nowhere = [
  "/pools/nothing-of-that-name",
  "/pools/nothing-of-that-name/failover",
  "/pools/nothing-of-that-name/settings",
  "/pools/%27%3B%20DROP%20TABLE%20pool--",
  "/runs/7b1c1a52-0000-4000-8000-000000000000",
  "/runs/not-an-id",
  "/nowhere",
];

test("an address of nothing is met by a calm page that leads home", async ({ page }) => {
  for (const address of nowhere) {
    const answer = await page.goto(address);
    expect.soft(answer?.status(), address).toBe(404);
    await expect.soft(page.getByRole("heading", { name: "There is nothing here" }), address).toBeVisible();
  }
  await page.getByRole("link", { name: "All pools", exact: true }).click();
  await expect(page.getByRole("link", { name: "Munich" })).toBeVisible();
});

const failover = {
  poolId: "munich",
  asked: {
    runbook: "manual-failover",
    scope: { kind: "pool", leaveOut: [] },
    toward: "Mirror",
    options: { waitForRedo: false },
  },
  reason: "A forged form",
  ticket: "",
};
const huge = "x".repeat(500_000);

const forged: [what: string, form: unknown, field: string][] = [
  ["nothing at all", undefined, "form"],
  ["a text instead of a form", "munich", "form"],
  ["an empty form", {}, "poolId"],
  ["numbers and lists for texts", { ...failover, poolId: 7, reason: ["because"] }, "reason"],
  ["half a million letters", { ...failover, reason: huge }, "reason"],
  [
    "a direction that does not exist",
    { ...failover, asked: { ...failover.asked, toward: "sideways" } },
    "asked.toward",
  ],
  [
    "a runbook that does not exist",
    { ...failover, asked: { ...failover.asked, runbook: "drop-it" } },
    "asked.runbook",
  ],
  ["a field that nobody asked for", { ...failover, force: true }, "form"],
];

test("a plan asked for with a forged form is refused at the field, and nothing is sent", async ({
  page,
  stack,
}) => {
  await page.goto("/pools/munich");
  for (const [what, form, field] of forged) {
    const answer = await ask(page, "prepareFailover", "/pools/munich/failover", form);
    expect.soft(answer, what).toMatchObject({ ok: false, refusal: { key: "auth.refusal.form" } });
    expect.soft(Object.keys(answer.refusal?.fields ?? {}), what).toContain(field);
  }
  const tooLarge = { ...failover, reason: huge.repeat(3) };
  const unread = await ask(page, "prepareFailover", "/pools/munich/failover", tooLarge);
  expect(unread.status).toBeGreaterThanOrEqual(400);
  expect(await labOf(stack).alterations()).toEqual([]);
  await page.goto("/runs");
  await expect(page.getByText("No run yet")).toBeVisible();
});

test("a run is started only as it was shown", async ({ page, stack }) => {
  await prepare(page, { pool: "munich", reason: "Somebody else's run" });
  const runId = page.url().split("/").at(-1)!;
  const click = { runId, seen: 1, planHash: "0".repeat(64) };
  for (const [action, form, refusal] of [
    ["startRun", click, "runs.refusal.otherPlan"],
    ["startRun", { ...click, runId: randomUUID() }, "runs.refusal.unknown"],
    ["startRun", { ...click, runId: "' OR 1=1" }, "auth.refusal.form"],
    ["startRun", { ...click, seen: "1" }, "auth.refusal.form"],
    ["startRun", { ...click, seen: 99 }, "runs.refusal.stale"],
    ["startRun", { runId, seen: 1 }, "auth.refusal.form"],
    ["confirmStep", { runId, seen: 1, step: "hand-over", holds: true, note: "" }, "runs.refusal.notWaiting"],
    ["decideRun", { runId, seen: 1, choice: "finish" }, "runs.refusal.notStopped"],
    ["decideRun", { runId, seen: 1, choice: "force" }, "auth.refusal.form"],
    ["lookThenContinue", { runId, seen: 1 }, "runs.refusal.notInterrupted"],
  ] as const)
    expect
      .soft(await ask(page, action, `/runs/${runId}`, form), `${action} ${JSON.stringify(form)}`)
      .toMatchObject({
        ok: false,
        refusal: { key: refusal },
      });
  expect(await labOf(stack).alterations()).toEqual([]);
  await page.reload();
  await expect(page.getByRole("button", { name: /^Fail over/ })).toBeVisible();
});

test("what is forged of the register is refused, and nothing is forgotten", async ({ page }) => {
  await page.goto("/pools/munich");
  for (const [action, form, refusal] of [
    ["savePool", { poolId: "munich", registration: { pool: {}, instances: [] } }, "auth.refusal.form"],
    ["savePool", { poolId: "munich" }, "auth.refusal.form"],
    ["forgetPool", { poolId: "nothing-of-that-name" }, "register.refusal.noSuchPool"],
    ["forgetPool", { poolId: huge }, "auth.refusal.form"],
    ["forgetPool", {}, "auth.refusal.form"],
  ] as const)
    expect.soft(await ask(page, action, "/pools/munich/settings", form), action).toMatchObject({
      ok: false,
      refusal: { key: refusal },
    });
  await page.reload();
  await expect(page.getByRole("group", { name: "BE1", exact: true })).toBeVisible();
});
