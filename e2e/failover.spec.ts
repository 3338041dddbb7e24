import type { Browser, Locator, Page } from "@playwright/test";
import type { Stack } from "#bin/stack.ts";
import { expect, storyOf } from "#e2e/fixtures.ts";
import { labOf } from "#e2e/lab.ts";
import { signedIn, signInByForm } from "#e2e/sign-in.ts";
import { hasTsql, type Role, rolesOn, tsql } from "#e2e/tsql.ts";
import { asksAPerson, confirmHandOver, phaseOf, prepare, start } from "#e2e/wizard.ts";

const test = storyOf();
const user = ["rtcxds", "rtcshared", "rtcab"];
const management = ["xds", "lis"];
const moved = [...user, ...management, "rgsconfig"];

// Windows cannot let a process stand still from outside.
const canStandStill = process.platform !== "win32";

if (!canStandStill) console.log("not run: a server process that stands still (no SIGSTOP on Windows)");
if (hasTsql)
  test("an admin fails a pool over and back; others watch it live, tsql agrees, an auditor reads it all", async ({
    browser,
    page,
    stack,
  }) => {
    test.slow();
    const onlooker = await signedIn(browser, stack, "oncall");
    await onlooker.goto("/pools/munich");
    await leaveAlone(onlooker);
    const before = await bothSides(stack);
    await signInByForm(page, stack, "admin");

    await test.step("User moves to BE2, before everybody's eyes", async () => {
      const wish = { pool: "munich", type: "User", reason: "Patching BE1" };
      const witness = await failOver(browser, stack, page, wish, "Fail over 3 databases to BE2");
      for (const database of user) await expect(lane(witness, database)).toContainText("Seen on both sides");
      await seesAsPrincipal(onlooker, "BE2", user);
      await seesAsPrincipal(onlooker, "BE1", management);
      await expect(onlooker.getByRole("region", { name: "Situation" })).toContainText("SPLIT");
      expect(await bothSides(stack)).toEqual(exchanged(before, user));
    });

    await test.step("CentralMgmt follows", async () => {
      const wish = { pool: "munich", type: "CentralMgmt", reason: "Patching BE1" };
      await failOver(browser, stack, page, wish, "Fail over 2 databases to BE2");
      await seesAsPrincipal(onlooker, "BE2", management);
      expect(await bothSides(stack)).toEqual(exchanged(before, [...user, ...management]));
    });

    await test.step("a switch that somebody else makes appears by itself", async () => {
      await tsql(await labOf(stack).portOf("BE1"), "ALTER DATABASE [rgsconfig] SET PARTNER FAILOVER");
      await seesAsPrincipal(onlooker, "BE2", ["rgsconfig"]);
      expect(await bothSides(stack)).toEqual(exchanged(before, moved));
    });

    if (canStandStill)
      await test.step("while the server stands still, facts grow old and look it", () =>
        standStill(stack, onlooker));

    await test.step("the whole pool goes back", async () => {
      const wish = { pool: "munich", direction: "BE2 → BE1", reason: "BE1 is patched" };
      await failOver(browser, stack, page, wish, "Fail over 6 databases to BE1");
      await seesAsPrincipal(onlooker, "BE1", moved);
      await expect(onlooker.getByRole("region", { name: "Situation" })).toContainText("OK");
      expect(await bothSides(stack)).toEqual(
        exchanged(exchanged(before, moved), [...user, ...management, "rgsconfig"]),
      );
    });

    expect(await wasLeftAlone(onlooker)).toBe(true);
    await test.step("an auditor reads what happened, and can do nothing", async () => {
      const auditor = await signedIn(browser, stack, "auditor");
      await readRuns(auditor);
      await readAudit(auditor);
      await findNoButtons(auditor);
    });
  });

/** Through the wizard, the run and its question, while a third browser has the run's page open: that page is the answer. */
async function failOver(
  browser: Browser,
  stack: Stack,
  page: Page,
  wish: Parameters<typeof prepare>[1],
  does: string,
): Promise<Page> {
  await prepare(page, wish);
  const witness = await signedIn(browser, stack, "auditor");
  await witness.goto(page.url());
  await leaveAlone(witness);
  await expect(phaseOf(witness)).toHaveText("Prepared");

  await start(page, does);
  await expect(phaseOf(witness)).toHaveText("Running");
  await asksAPerson(witness);
  await expect(witness.getByText("The run waits here until an admin answers.")).toBeVisible();
  await confirmHandOver(page, "Signed in with two test users");
  await expect(phaseOf(witness)).toHaveText("Completed");
  await expect(witness.getByText("No exceptions.")).toBeVisible();
  expect(await wasLeftAlone(witness)).toBe(true);
  await expect(phaseOf(page)).toHaveText("Completed");
  return witness;
}

function lane(page: Page, database: string): Locator {
  return page
    .getByRole("list", { name: "Databases of this step" })
    .getByRole("listitem")
    .filter({ has: page.getByRole("heading", { name: database, exact: true }) });
}

function rowOf(page: Page, database: string): Locator {
  const table = page.getByRole("table", { name: "Databases on BE1 and BE2" });
  return table.getByRole("row").filter({ has: page.getByRole("button", { name: database, exact: true }) });
}

/** In the rows of these databases the cell below this server says principal, and its partner's mirror. */
async function seesAsPrincipal(page: Page, server: "BE1" | "BE2", databases: readonly string[]) {
  for (const database of databases) {
    const [be1, be2] = [0, 1].map((column) => rowOf(page, database).getByRole("cell").nth(column));
    await expect(server === "BE1" ? be1! : be2!).toHaveAccessibleName("principal");
    await expect(server === "BE1" ? be2! : be1!).toHaveAccessibleName(/^mirror/);
  }
}

type Sides = Record<"BE1" | "BE2", Record<string, Role>>;

/** What both servers tell `tsql` of themselves. */
async function bothSides(stack: Stack): Promise<Sides> {
  const [be1, be2] = [await labOf(stack).portOf("BE1"), await labOf(stack).portOf("BE2")];
  return { BE1: await rolesOn(be1), BE2: await rolesOn(be2) };
}

/** The same with these databases switched once: roles exchanged, the role sequence one higher on both sides. */
function exchanged({ BE1, BE2 }: Sides, databases: readonly string[]): Sides {
  const after = (mine: Record<string, Role>, other: Record<string, Role>) =>
    Object.fromEntries(
      Object.entries(mine).map(([database, was]) => [
        database,
        databases.includes(database) ? { role: other[database]!.role, sequence: was.sequence + 1 } : was,
      ]),
    );
  return { BE1: after(BE1, BE2), BE2: after(BE2, BE1) };
}

/** From here on the page is neither loaded again nor sent elsewhere: a new document would not carry the mark. */
async function leaveAlone(page: Page): Promise<void> {
  await page.evaluate(() => Object.assign(window, { leftAlone: true }));
}

function wasLeftAlone(page: Page): Promise<boolean> {
  return page.evaluate(() => "leftAlone" in window);
}

async function standStill(stack: Stack, onlooker: Page): Promise<void> {
  const heard = rowOf(onlooker, "rtcxds").getByRole("time");
  process.kill(stack.app, "SIGSTOP");
  try {
    const first = await seconds(heard);
    await expect.poll(() => seconds(heard)).toBeGreaterThan(first + 2);
    await expect(rowOf(onlooker, "rtcxds")).toContainText("stale", { timeout: 30_000 });
    await expect(onlooker.getByRole("banner")).toContainText("No connection to Mirrordeck");
    await expect(onlooker.getByRole("region", { name: "Situation" })).toContainText("STALE");
  } finally {
    process.kill(stack.app, "SIGCONT");
  }
  await expect(rowOf(onlooker, "rtcxds")).not.toContainText("stale");
  await expect(onlooker.getByRole("banner")).not.toContainText("No connection");
  await expect(onlooker.getByRole("region", { name: "Situation" })).not.toContainText("STALE");
}

/** "12 sec ago" */
async function seconds(age: Locator): Promise<number> {
  return Number.parseInt((await age.textContent()) ?? "", 10);
}

async function readRuns(auditor: Page): Promise<void> {
  await auditor.getByRole("link", { name: "Runs", exact: true }).click();
  const runs = auditor.getByRole("table", { name: "Runs" }).getByRole("row");
  await expect(runs.filter({ hasText: "Patching BE1" })).toHaveCount(2);
  const [first] = [runs.filter({ hasText: "Patching BE1" }).last()];
  await expect(runs.filter({ hasText: "BE1 is patched" })).toContainText("Completed");
  await expect(first).toContainText("Adam Admin");
  await first.getByRole("link").click();

  await expect(phaseOf(auditor)).toHaveText("Completed");
  await expect(auditor.getByRole("region", { name: "The run at a glance" })).toContainText(
    "At the helmAdam Admin",
  );
  await expect(auditor.getByText("3 of 3 found", { exact: true })).toBeVisible();
  for (const database of user) {
    const switched = lane(auditor, database);
    await expect(switched).toContainText("Switched");
    await expect(switched).toContainText("Sent to BE1");
    await expect(switched).toContainText("SQL Server answered after");
    await expect(switched.getByRole("time")).toHaveAttribute("datetime", /^\d{4}-\d\d-\d\dT/);
    await switched.getByText("Statement").click();
    await expect(switched).toContainText("To BE1, in master");
    await expect(switched.getByRole("region", { name: `Statement ${database}` })).toContainText(
      `ALTER DATABASE [${database}] SET PARTNER FAILOVER`,
    );
  }
  await expect(auditor.getByText("Attested by Adam Admin")).toBeVisible();
  await expect(auditor.getByText("“Signed in with two test users”")).toBeVisible();
}

async function readAudit(auditor: Page): Promise<void> {
  await auditor.getByRole("link", { name: "Audit", exact: true }).click();
  const entries = auditor.getByRole("table", { name: "Audit log, newest first" }).getByRole("row");
  await auditor.getByLabel("Text").fill("rgsconfig");
  await auditor.getByRole("button", { name: "Filter", exact: true }).click();
  const sent = entries.filter({ hasText: "Statement for rgsconfig sent to BE2." });
  await expect(sent).toContainText("Adam Admin");
  await expect(sent).toContainText("Munich");
  await expect(sent.getByRole("time")).toBeVisible();
  await sent.getByText("Statement", { exact: true }).click();
  await expect(sent.getByRole("region", { name: "Statement" })).toContainText(
    "ALTER DATABASE [rgsconfig] SET PARTNER FAILOVER",
  );
  await auditor.getByRole("link", { name: "Clear filter" }).click();
  await expect(entries.filter({ hasText: "Adam Admin attested" }).first()).toContainText("admin");
}

/** On no page is there anything that an auditor could set off. */
async function findNoButtons(auditor: Page): Promise<void> {
  const run = await auditor.getByRole("link", { name: "Open run" }).first().getAttribute("href");
  const places = ["/", "/pools/munich", "/pools/munich/failover", "/pools/munich/settings", "/pools/new"];
  for (const place of [...places, "/people", "/runs", run!, "/audit"]) {
    await auditor.goto(place);
    await expect(auditor.getByRole("main")).toBeVisible();
    const main = auditor.getByRole("main");
    const acting =
      /plan|prepare|fail over|start|finish|return|stop|confirm|settings|add|save|remove|test|yes/i;
    await expect(main.getByRole("button", { name: acting }), place).toHaveCount(0);
    await expect(main.getByRole("link", { name: acting }), place).toHaveCount(0);
  }
}
