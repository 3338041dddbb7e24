import type { Page } from "@playwright/test";
import type { Stack } from "#bin/stack.ts";
import { crossing, cutInTheMiddle, findingOf, joinAgain } from "#e2e/crossing.ts";
import { expect, storyOf } from "#e2e/fixtures.ts";
import { labOf } from "#e2e/lab.ts";
import { signInByForm } from "#e2e/sign-in.ts";
import { confirmHandOver, decide, phaseOf, prepare, start } from "#e2e/wizard.ts";

for (const [fleet, variant] of [
  ["with a witness", []],
  ["without a witness", ["--variant", "base1"]],
] as const) {
  const finishing = storyOf(...crossing, ...variant);
  const returning = storyOf(...crossing, ...variant);

  finishing(
    `the link is cut in the middle, ${fleet}: three findings, then Finish`,
    async ({ page, stack }) => {
      finishing.slow();
      await stopHalfWay(page, stack);

      await joinAgain(page, stack);
      await decide(page, "Finish: fail over 1 database to C2");
      await confirmHandOver(page, "The clients are back");

      await expect(phaseOf(page)).toHaveText("Completed with exceptions");
      await expect(page.getByText("3 of 3 found", { exact: true })).toBeVisible();
      await expect(page.getByRole("region", { name: "Exceptions" })).toContainText("rtcxds");
      for (const database of databases)
        expect((await labOf(stack).standOf(database)).serving, database).toEqual(["C2"]);
    },
  );

  returning(
    `the link is cut in the middle, ${fleet}: three findings, then Return`,
    async ({ page, stack }) => {
      returning.slow();
      await stopHalfWay(page, stack);

      await joinAgain(page, stack);
      await decide(page, "Return: fail over 2 databases back to C1");
      await confirmHandOver(page, "The clients are back where they were");

      await expect(phaseOf(page)).toHaveText("Completed with exceptions");
      for (const database of databases)
        expect((await labOf(stack).standOf(database)).serving, database).toEqual(["C1"]);
    },
  );
}

const databases = ["rtcshared", "rtcxds", "xds"];

/** A whole pool is failed over, and the partners lose each other while one database is between its roles. */
async function stopHalfWay(page: Page, stack: Stack): Promise<void> {
  const lab = labOf(stack);
  await signInByForm(page, stack, "admin");
  await prepare(page, { pool: "crossing", reason: "Patching C1", atOnce: true });
  await start(page, "Fail over 3 databases to C2");
  await cutInTheMiddle(stack);

  await expect(phaseOf(page)).toHaveText("Stopped");
  await expect(findingOf(page, "rtcshared")).toContainText("Switched");
  await expect(findingOf(page, "rtcshared")).toContainText("C2 serves rtcshared");
  await expect(findingOf(page, "rtcxds")).toContainText("Pending");
  await expect(findingOf(page, "rtcxds")).toContainText("C1 has accepted the switch");
  await expect(findingOf(page, "rtcxds")).toContainText("Mend the link between the two servers");
  await expect(findingOf(page, "xds")).toContainText("Not moved");
  await expect(findingOf(page, "xds")).toContainText("C1 still serves it");

  expect(await lab.standOf("rtcshared")).toMatchObject({ serving: ["C2"], C2: "PRINCIPAL DISCONNECTED" });
  expect(await lab.standOf("rtcxds")).toMatchObject({ serving: [], C1: "PRINCIPAL PENDING_FAILOVER" });
  expect(await lab.standOf("xds")).toMatchObject({ serving: ["C1"], C1: "PRINCIPAL DISCONNECTED" });
  const sent = (await lab.alterations()).join("\n");
  expect(sent).toContain("[rtcxds]");
  expect(sent).not.toContain("[xds]");
}
