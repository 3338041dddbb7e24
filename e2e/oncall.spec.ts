import type { Page } from "@playwright/test";
import { type Stack, startStack } from "#bin/stack.ts";
import { crossing, cutInTheMiddle, joinAgain } from "#e2e/crossing.ts";
import { expect, storyOf } from "#e2e/fixtures.ts";
import { labOf } from "#e2e/lab.ts";
import { actionsInCode, askAgain, recordActions } from "#e2e/server-actions.ts";
import { signedIn, signInByForm, signOut } from "#e2e/sign-in.ts";
import { asksAPerson, confirmHandOver, decide, phaseOf, prepare, start } from "#e2e/wizard.ts";
import { may } from "#lib/auth/permissions.ts";

const preparing = storyOf(...crossing);
const forging = storyOf(...crossing);

preparing(
  "on-call prepares a plan and nothing more; an admin starts it",
  async ({ browser, page, stack }) => {
    preparing.slow();
    await signInByForm(page, stack, "oncall");
    await page.goto("/pools/crossing");
    await expect(page.getByRole("link", { name: "Prepare a plan" })).toBeVisible();
    await expect(page.getByRole("link", { name: /Plan a failover|Settings/ })).toHaveCount(0);
    await prepare(page, { pool: "crossing", reason: "Disk errors on C1", atOnce: true });
    await expect(page.getByText("An admin starts this run.")).toBeVisible();
    await findNothingToSetOff(page);
    expect(await labOf(stack).alterations()).toEqual([]);

    const admin = await signedIn(browser, stack, "admin");
    await admin.goto(page.url());
    await expect(admin.getByText("Prepared by Olga Oncall.")).toBeVisible();
    await start(admin, "Fail over 3 databases to C2");
    await expect(phaseOf(page)).toHaveText("Running");
    await findNothingToSetOff(page);

    await cutInTheMiddle(stack);
    await expect(phaseOf(page)).toHaveText("Stopped");
    await expect(page.getByText("An admin decides how to go on.")).toBeVisible();
    await findNothingToSetOff(page);

    await joinAgain(page, stack);
    await decide(admin, "Finish: fail over 1 database to C2");
    await asksAPerson(page);
    await expect(page.getByText("The run waits here until an admin answers.")).toBeVisible();
    await findNothingToSetOff(page);

    await confirmHandOver(admin, "They work against C2");
    await expect(phaseOf(page)).toHaveText("Completed with exceptions");
    await findNothingToSetOff(page);
  },
);

forging(
  "what an admin asked for is refused and written down when on-call asks for it",
  async ({ browser, page, stack }) => {
    forging.slow();
    const asked = await recordActions(page.context());
    await signInByForm(page, stack, "admin");
    await changePeople(page);
    await changePools(page, stack);
    await stopAndFinish(page, stack);
    const again = await crashAndContinue(page, stack);
    try {
      await signOut(page);
      const actions = await actionsInCode();
      expect([...asked.keys()].sort()).toEqual([...actions.keys()].sort());

      const sent = await labOf(again).alterations();
      const oncall = await signedIn(browser, again, "oncall");
      const refused = new Map<string, number>();
      for (const [name, permission] of actions) {
        const answer = await askAgain(oncall.request, again.url, asked.get(name)!);
        if (may("oncall", permission)) continue;
        expect(answer, name).toMatchObject({ ok: false, refusal: { key: "auth.refusal.notAllowed" } });
        refused.set(permission, (refused.get(permission) ?? 0) + 1);
      }
      expect(await labOf(again).alterations()).toEqual(sent);

      const auditor = await signedIn(browser, again, "auditor");
      await auditor.goto("/audit?outcome=refused");
      const entries = auditor.getByRole("row").filter({ hasText: "Olga Oncall" });
      for (const [permission, times] of refused)
        await expect(entries.filter({ hasText: `Asked for ${permission} and was refused` })).toHaveCount(
          times,
        );
    } finally {
      await again.stop();
    }
  },
);

/** No button that acts, and no question to answer. */
async function findNothingToSetOff(page: Page): Promise<void> {
  const acting = /fail over|start|finish|return|stop|yes|^no\b|look, then|confirm/i;
  await expect(page.getByRole("main").getByRole("button", { name: acting })).toHaveCount(0);
  await expect(page.getByRole("textbox", { name: "Note" })).toHaveCount(0);
}

async function changePeople(page: Page): Promise<void> {
  await page.getByRole("link", { name: "People" }).click();
  await page.getByRole("button", { name: "Add a person" }).click();
  const form = page.getByRole("dialog", { name: "Add a person" });
  await form.getByLabel("Name").fill("Nina New");
  await form.getByLabel("E-mail").fill("nina@contoso.com");
  await form.getByRole("button", { name: "Add and make the link" }).click();
  await page.getByRole("button", { name: "Done" }).click();

  await ofNina(page, "Change role");
  await page.getByRole("radio", { name: /^Auditor/ }).check();
  await page.getByRole("button", { name: "Make Nina New an auditor" }).click();
  await expect(page.getByRole("row").filter({ hasText: "Nina New" })).toContainText("Auditor");

  await ofNina(page, "New link");
  await page.getByRole("button", { name: "Make a link for Nina New" }).click();
  await page.getByRole("button", { name: "Done" }).click();

  await ofNina(page, "Remove");
  await page.getByRole("button", { name: "Remove Nina New" }).click();
  await expect(page.getByRole("row").filter({ hasText: "Nina New" })).toHaveCount(0);
}

async function ofNina(page: Page, what: string): Promise<void> {
  await page.getByRole("button", { name: "Actions: Nina New" }).click();
  await page.getByRole("menuitem", { name: what }).click();
}

async function changePools(page: Page, stack: Stack): Promise<void> {
  await page.getByRole("link", { name: "Pools", exact: true }).click();
  await page.getByRole("link", { name: "Add a pool" }).click();
  await page.getByRole("button", { name: "Take Server 2 out of this form" }).click();
  await page.getByLabel("Name", { exact: true }).fill("BER1");
  await page.getByLabel("Host").fill("127.0.0.1");
  await page.getByLabel("Port", { exact: true }).fill(String(await labOf(stack).portOf("CW")));
  await page.getByLabel("Runs use a login of their own").uncheck();
  await page.getByRole("textbox", { name: "User" }).fill("sa");
  await page.getByLabel("Password").fill("Lab-2026!");
  await page.getByText("Encryption: at least").click();
  await page.getByLabel("Accept any certificate").check();
  await page.getByRole("button", { name: "Test BER1" }).click();
  await expect(page.getByText("sa may log in to master.")).toBeVisible();

  await page.getByLabel("Pool name").fill("berlin.contoso.com");
  await page.getByLabel("Title").fill("Berlin");
  await page.getByLabel("DatabaseType").selectOption("Archiving");
  await page.getByLabel("Position Primary").selectOption("BER1");
  await page.getByLabel("Position Mirror").selectOption("C2");
  await page.getByRole("button", { name: "Add the pool" }).click();
  await expect(page.getByRole("heading", { name: "Berlin" })).toBeVisible();

  await page.getByRole("link", { name: "Settings" }).click();
  await page.getByLabel("Title").fill("Berlin, to be removed");
  await page.getByRole("button", { name: "Save the pool" }).click();
  await expect(page.getByRole("heading", { name: "Berlin, to be removed" })).toBeVisible();

  await page.getByRole("link", { name: "Settings" }).click();
  await page.getByRole("button", { name: "Remove the pool" }).click();
  await page.getByLabel("Type berlin.contoso.com to remove it").fill("berlin.contoso.com");
  await page.getByRole("button", { name: "Remove Berlin, to be removed" }).click();
  await expect(page.getByRole("heading", { name: "Pools", exact: true })).toBeVisible();
}

async function stopAndFinish(page: Page, stack: Stack): Promise<void> {
  await prepare(page, { pool: "crossing", reason: "Trying it", atOnce: true });
  await start(page, "Fail over 3 databases to C2");
  await cutInTheMiddle(stack);
  await expect(phaseOf(page)).toHaveText("Stopped");
  await joinAgain(page, stack);
  await decide(page, "Finish: fail over 1 database to C2");
  await confirmHandOver(page, "They work against C2");
  await expect(phaseOf(page)).toHaveText("Completed with exceptions");
}

/** The server process dies in the middle of a run; started again, it asks a person to look. */
async function crashAndContinue(page: Page, stack: Stack): Promise<Stack> {
  await prepare(page, { pool: "crossing", direction: "C2 → C1", reason: "C1 is patched", atOnce: true });
  await start(page, "Fail over 3 databases to C1");
  await expect(phaseOf(page)).toHaveText("Running");
  process.kill(stack.app, "SIGKILL");
  await stack.launcher.ended;

  const again = await startStack({ data: stack.data, args: crossing });
  await page.goto(`${again.url}${new URL(page.url()).pathname}`);
  await expect(phaseOf(page)).toHaveText("Interrupted");
  await decide(page, "Look, then continue");
  await expect(phaseOf(page)).toHaveText(/Waiting for a person|Stopped/, { timeout: 60_000 });
  return again;
}
