import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { expect, signIn, test } from "#e2e/fixtures.ts";
import { confirmHandOver, prepare } from "#e2e/wizard.ts";

const wish = "toward=Mirror&reason=Reading";

/** Every page, by the address at which it is found; runs by what became of them. */
const places: [page: string, address: (runs: Runs) => string][] = [
  ["the fleet", () => "/"],
  ["a pool", () => "/pools/munich"],
  ["a pool whose mirror is behind", () => "/pools/hamburg"],
  ["a new pool", () => "/pools/new"],
  ["a pool's settings", () => "/pools/munich/settings"],
  ["what and why", () => `/pools/munich/failover?stage=what&${wish}`],
  ["readiness", () => `/pools/munich/failover?stage=readiness&${wish}`],
  ["readiness that stops", () => `/pools/hamburg/failover?stage=readiness&${wish}`],
  ["the plan", () => `/pools/munich/failover?stage=plan&${wish}`],
  ["a prepared run", ({ prepared }) => prepared],
  ["a run that asks", ({ asking }) => asking],
  ["an ended run", ({ ended }) => ended],
  ["the runs", () => "/runs"],
  ["the audit log", () => "/audit"],
  ["the people", () => "/people"],
  ["nothing", () => "/nowhere"],
];

type Runs = Record<"prepared" | "asking" | "ended", string>;

test("every page can be read by everybody, in both languages, light and dark, wide and narrow", async ({
  page,
  stack,
}) => {
  test.setTimeout(600_000);
  const complaints = listen(page);
  for (const language of ["en", "de"] as const) {
    await page.goto("/sign-in");
    await speak(page, language);
    await look(page, "sign-in", language);
  }

  await signIn(page, stack, "admin");
  await speak(page, "en");
  const runs = await makeRuns(page);
  for (const language of ["en", "de"] as const) {
    await speak(page, language);
    for (const [name, address] of places) {
      await page.goto(address(runs));
      await look(page, name, language);
    }
  }
  expect(complaints).toEqual([]);
});

/** One page in both widths, one of them light and the other dark: the other language looks at them the other way round. */
async function look(page: Page, name: string, language: "en" | "de"): Promise<void> {
  await expect(page.locator("html")).toHaveAttribute("lang", language);
  for (const { width, size, colorScheme } of looks[language]) {
    const where = `${name}, ${language}, ${width}, ${colorScheme}`;
    await page.setViewportSize(size);
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    const { violations } = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa"]).analyze();
    expect.soft(violations.flatMap(told), where).toEqual([]);
    expect.soft(await overflow(page), where).toBe(0);
  }
  const words = (await page.getByRole("main").innerText()).match(untranslated);
  expect.soft(words, `${name}, ${language}`).toBeNull();
}

const wide = { width: "wide", size: { width: 1280, height: 900 } };
const phone = { width: "phone", size: { width: 390, height: 844 } };
const light = { colorScheme: "light" } as const;
const dark = { colorScheme: "dark" } as const;
const looks = {
  en: [
    { ...wide, ...light },
    { ...phone, ...dark },
  ],
  de: [
    { ...wide, ...dark },
    { ...phone, ...light },
  ],
};

/** next-intl shows a key that it has no text for, `wizard.what.title`; the register's file is called `pools.yaml`. */
const untranslated =
  /\b(audit|auth|checks|common|people|pools|register|runbooks|runs|shell|wizard)\.(?!yaml\b)[a-z][\w-]*(\.[\w-]+)*\b/;

function told({ id, nodes }: { id: string; nodes: { html: string }[] }): string[] {
  return nodes.map(({ html }) => `${id}: ${html}`);
}

function overflow(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

async function speak(page: Page, language: "en" | "de"): Promise<void> {
  await page.request.post("/api/language", { data: JSON.stringify({ language }) });
  await page.reload();
}

/** What the browser's console complains about; a page that is not there is asked for on purpose. */
function listen(page: Page): string[] {
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(`${page.url()}: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error" && !message.text().includes("404"))
      complaints.push(`${page.url()}: ${message.text()}`);
  });
  return complaints;
}

/** Three runs: one ended, one that waits for an answer, one not started. */
async function makeRuns(page: Page): Promise<Runs> {
  const pool = { pool: "dresden", reason: "Patching" };
  await prepare(page, pool);
  const ended = page.url();
  await page.getByRole("button", { name: /^Fail over/ }).click();
  await page
    .getByRole("dialog")
    .getByRole("button", { name: /^Fail over/ })
    .click();
  await confirmHandOver(page, "Asked");
  await expect(page.getByRole("region", { name: "Result" })).toBeVisible();

  await prepare(page, { pool: "munich", type: "Archiving", reason: "Patching" });
  const asking = page.url();
  await page.getByRole("button", { name: /^Fail over/ }).click();
  await page
    .getByRole("dialog")
    .getByRole("button", { name: /^Fail over/ })
    .click();
  await expect(page.getByRole("button", { name: "Yes, they work" })).toBeVisible();

  await prepare(page, pool);
  return { prepared: page.url(), asking, ended };
}
