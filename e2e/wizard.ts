import type { Locator, Page } from "@playwright/test";
import { expect } from "#e2e/fixtures.ts";

export type Wish = {
  pool: string;
  /** `BE1 → BE2`, as the wizard writes it; without it the direction that the wizard proposes. */
  direction?: string;
  /** A DatabaseType; without it the whole pool. */
  type?: string;
  reason: string;
  /** Switches at once, whatever is still to be redone. */
  atOnce?: boolean;
};

/** From the pool's page to the stage that says whether this could be done now. */
export async function askReadiness(
  page: Page,
  { pool, direction, type, reason, atOnce }: Wish,
): Promise<void> {
  await page.goto(`/pools/${pool}`);
  await page.getByRole("link", { name: /Plan a failover|Prepare a plan/ }).click();
  if (type) {
    await page.getByRole("radio", { name: /One DatabaseType/ }).check();
    await page.getByLabel("DatabaseType", { exact: true }).selectOption(type);
  }
  if (direction) await page.getByRole("radio", { name: direction }).check();
  if (atOnce) await page.getByRole("checkbox", { name: /Wait for the redo queue first/ }).uncheck();
  await page.getByLabel("Reason").fill(reason);
  await page.getByRole("button", { name: "Check readiness" }).click();
  await expect(page.getByRole("heading", { name: "Readiness" })).toBeVisible();
}

/** From the pool's page to a prepared run, whose page opens. Nothing is sent. */
export async function prepare(page: Page, wish: Wish): Promise<void> {
  await askReadiness(page, wish);
  await page.getByRole("button", { name: "Show the plan" }).click();
  await page.getByRole("button", { name: "Prepare plan" }).click();
  await expect(page).toHaveURL(/\/runs\/[0-9a-f-]{36}$/);
}

/** Starts the prepared run whose page is open, by the button that says what it does, and its question. */
export async function start(page: Page, does: string): Promise<void> {
  await page.getByRole("button", { name: does }).click();
  await page
    .getByRole("dialog", { name: `${does}?` })
    .getByRole("button", { name: does })
    .click();
}

/** Until the run's switches are done and it asks a person: the longest redo queue needs 10 s, a busy machine more. */
export async function asksAPerson(page: Page): Promise<void> {
  await expect(phaseOf(page)).toHaveText("Waiting for a person", { timeout: 60_000 });
}

/** Answers the run's question whether the applications work. */
export async function confirmHandOver(page: Page, note: string): Promise<void> {
  await asksAPerson(page);
  await page.getByLabel("Note").fill(note);
  await page.getByRole("button", { name: "Yes, they work" }).click();
}

/** What the run whose page is open is called now. */
export function phaseOf(page: Page): Locator {
  return page.getByRole("region", { name: "The run at a glance" }).getByRole("status");
}

/** How a stopped or interrupted run goes on: by its button, and the question after it. */
export async function decide(page: Page, choice: string): Promise<void> {
  await page.getByRole("button", { name: choice }).click();
  await page.getByRole("dialog").getByRole("button", { name: choice }).click();
}
