import type { Locator, Page } from "@playwright/test";
import type { Stack } from "#bin/stack.ts";
import { expect } from "#e2e/fixtures.ts";
import { labOf } from "#e2e/lab.ts";

/** The example `crossing`: rtcshared switches at once, rtcxds in 6 s, then xds in 10 s. */
export const crossing = ["--example", "crossing"];

/** A run moves the pool from C1 to C2; the two lose each other while rtcxds is between its roles. */
export async function cutInTheMiddle(stack: Stack): Promise<void> {
  const lab = labOf(stack);
  await expect.poll(() => lab.standOf("rtcxds")).toMatchObject({ C1: "PRINCIPAL PENDING_FAILOVER" });
  await lab.cutLink("C1", "C2");
}

/** They meet again, and the page shows that what was pending has arrived and the rest could follow. */
export async function joinAgain(page: Page, stack: Stack): Promise<void> {
  await labOf(stack).joinLink("C1", "C2");
  await expect(findingOf(page, "rtcxds")).toContainText("Switched");
  await expect(findingOf(page, "xds")).toContainText("C1 still serves it (SYNCHRONIZED)");
}

/** What the page of a stopped run says of one database. */
export function findingOf(page: Page, database: string): Locator {
  const findings = page.getByRole("list", { name: "Findings by database" });
  return findings.getByRole("listitem").filter({ has: page.getByText(database, { exact: true }) });
}
