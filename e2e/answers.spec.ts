import { expect, test } from "#e2e/fixtures.ts";

test("somebody who comes to the address is met by a page", async ({ page }) => {
  const answer = await page.goto("/");
  expect(answer?.status()).toBe(200);
  await expect(page).toHaveTitle(/Mirrordeck/);
});
