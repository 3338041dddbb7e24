import { expect, storyOf } from "#e2e/fixtures.ts";
import { labOf } from "#e2e/lab.ts";
import { signInByForm } from "#e2e/sign-in.ts";
import { askReadiness } from "#e2e/wizard.ts";

const test = storyOf();

test("a failover is refused while one database is SYNCHRONIZING: which, why, and what to do", async ({
  page,
  stack,
}) => {
  await signInByForm(page, stack, "admin");
  await askReadiness(page, { pool: "hamburg", reason: "Patching BE5" });

  await expect(page.getByText("Not ready: 1 check stops this run.")).toBeVisible();
  const stops = page.getByRole("region", { name: "Stops the run" }).getByRole("listitem");
  await expect(stops.first()).toContainText("Each database is SYNCHRONIZED on both sides");
  await expect(stops.first()).toContainText("2 of 3");
  await expect(stops.first()).toContainText("rtcab: BE5 says SYNCHRONIZING");
  await expect(stops.first()).toContainText("rtcab is SYNCHRONIZED on BE5 and on BE6.");
  await expect(stops.first()).toContainText("The mirror of rtcab is catching up: wait");
  await expect(page.getByRole("button", { name: "Show the plan" })).toBeDisabled();
  expect(await labOf(stack).alterations()).toEqual([]);

  // The plan's own address, opened by hand, is no way around it.
  await page.waitForURL(/stage=readiness/);
  await page.goto(page.url().replace("stage=readiness", "stage=plan"));
  await expect(page.getByText("There is no plan while a check stops the run.")).toBeVisible();
  await expect(page.getByRole("button", { name: "Prepare plan" })).toBeDisabled();
  expect(await labOf(stack).alterations()).toEqual([]);
});

test("a silent partner is no dead end: the wizard says where each database stands, and the ways out", async ({
  page,
  stack,
}) => {
  const lab = labOf(stack);
  await signInByForm(page, stack, "admin");
  await lab.stopInstance("BE3\\rtc");
  await askReadiness(page, { pool: "dresden", reason: "BE3 does not answer" });

  const stops = page.getByRole("region", { name: "Stops the run" });
  await expect(stops).toContainText("BE3\\rtc cannot be reached over the network");
  const findings = page.getByRole("list", { name: "Findings by database" });
  for (const database of ["rtcxds", "rtcshared", "rtcab", "rgsconfig", "rgsdyn", "cpsdyn"]) {
    const finding = findings.getByRole("listitem").filter({ hasText: new RegExp(`^${database}`) });
    await expect(finding).toContainText(`Nobody serves ${database}: BE3\\rtc does not answer`);
    const waysOut = finding.getByRole("list", { name: "Ways out" }).getByRole("listitem");
    await expect(waysOut.first()).toContainText("Bring BE3\\rtc back: nothing is lost");
    await expect(waysOut.last()).toContainText("whether BE4\\rtc holds the mirror");
    await expect(waysOut.last()).toContainText("no runbook “Forced service (may lose data)” yet");
  }
  expect(await lab.alterations()).toEqual([]);

  await lab.startInstance("BE3\\rtc");
  await expect(page.getByText(/^Ready/)).toBeVisible();
  await expect(findings).toBeHidden();
  await expect(page.getByRole("button", { name: "Show the plan" })).toBeEnabled();
});
