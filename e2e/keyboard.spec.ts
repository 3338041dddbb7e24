import type { Locator, Page } from "@playwright/test";
import { expect, signIn, test } from "#e2e/fixtures.ts";

test("a failover is planned, started and handed over by keyboard alone, and no Enter starts it unasked", async ({
  page,
  stack,
}) => {
  await signIn(page, stack, "admin");
  await page.goto("/pools/dresden");

  await test.step("the first Tab offers a way past the navigation", async () => {
    const skip = page.getByRole("link", { name: "Skip to the content" });
    await page.keyboard.press("Tab");
    await expect(skip).toBeFocused();
    await expect(skip).toBeInViewport();
    await page.keyboard.press("Enter");
    await expect(page.getByRole("main")).toBeFocused();
  });

  await test.step("through the wizard", async () => {
    await press(page, page.getByRole("link", { name: "Plan a failover" }));
    await tabTo(page, page.getByLabel("Reason"));
    await page.keyboard.type("Patching BE3");
    await tabTo(page, page.getByLabel("Ticket"));
    await page.keyboard.press("Enter");
    await expect(page.getByRole("button", { name: "Check readiness" })).toBeVisible();
    await press(page, page.getByRole("button", { name: "Check readiness" }));
    await press(page, page.getByRole("button", { name: "Show the plan" }));
    await press(page, page.getByRole("button", { name: "Prepare plan" }));
    await page.waitForURL(/\/runs\//);
  });

  const phase = page.getByRole("region", { name: "The run at a glance" }).getByRole("status");
  const begin = page.getByRole("button", { name: /^Fail over/ });
  const dialog = page.getByRole("dialog");
  await test.step("Enter, where one finds oneself, starts nothing", async () => {
    await expect(begin).toBeVisible();
    await page.keyboard.press("Enter");
    await expect(dialog).toBeHidden();
    await press(page, begin);
    await expect(dialog).toBeVisible();
    await page.keyboard.press("Enter");
    await expect(dialog).toBeVisible();
    await page.keyboard.press("Escape");
    await expect(dialog).toBeHidden();
    await expect(begin).toBeFocused();
    await expect(phase).toHaveText("Prepared");
  });

  await test.step("the question is answered on purpose", async () => {
    await page.keyboard.press("Enter");
    await press(page, dialog.getByRole("button", { name: /^Fail over/ }));
    await press(page, page.getByRole("button", { name: "Yes, they work" }));
    await expect(phase).toHaveText("Completed");
  });
});

async function press(page: Page, target: Locator): Promise<void> {
  await tabTo(page, target);
  await page.keyboard.press("Enter");
}

/** Tab by Tab, as somebody without a mouse goes; where one is, one sees. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  await expect(target).toBeEnabled();
  for (let tabs = 0; tabs < 100; tabs++) {
    if (await target.evaluate((element) => element === document.activeElement)) break;
    await page.keyboard.press("Tab");
  }
  await expect(target).toBeFocused();
  const outline = await target.evaluate((element) => getComputedStyle(element).outlineStyle);
  expect(outline, "the focus is seen").not.toBe("none");
}
