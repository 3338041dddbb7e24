import type { Browser, Page } from "@playwright/test";
import type { Stack } from "#bin/stack.ts";
import { expect } from "#e2e/fixtures.ts";

export type Who = "oncall" | "admin" | "auditor";

/** Signs in as anybody does: in the form, with e-mail and password. */
export async function signInByForm(page: Page, stack: Stack, role: Who): Promise<void> {
  const person = stack.signIns?.find((each) => each.role === role);
  if (!person) throw new Error(`The demo has nobody with the role ${role}.`);
  await page.goto(`${stack.url}/sign-in`);
  await page.getByLabel("E-mail").fill(person.email);
  await page.getByLabel("Password", { exact: true }).fill(person.password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page.getByRole("heading", { name: "Pools", exact: true })).toBeVisible();
}

/** A browser of their own, with somebody signed in. */
export async function signedIn(browser: Browser, stack: Stack, role: Who): Promise<Page> {
  const context = await browser.newContext({ baseURL: stack.url });
  const page = await context.newPage();
  await signInByForm(page, stack, role);
  return page;
}

export async function signOut(page: Page): Promise<void> {
  await page.getByRole("button", { name: /Open the menu of/ }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await expect(page.getByRole("heading", { name: "Sign in", exact: true })).toBeVisible();
}
