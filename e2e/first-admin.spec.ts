import type { Locator, Page } from "@playwright/test";
import { expect, storyOf } from "#e2e/fixtures.ts";
import { hasTsql, roleOf } from "#e2e/tsql.ts";
import { confirmHandOver, prepare, start } from "#e2e/wizard.ts";
import { type StartedLab, startLab } from "#lab/started.ts";

const test = storyOf("--no-demo");

let lab: StartedLab;
test.beforeAll(async () => {
  lab = await startLab("--example", "pair");
});
test.afterAll(() => lab.stop());

test("an empty product gets its first admin and its first pool, which is failed over", async ({
  page,
  stack,
  browser,
}) => {
  test.setTimeout(180_000);

  await test.step("nobody can sign in yet, and the page says what to do", async () => {
    await page.goto("/");
    await expect(page.getByText("Nobody can sign in yet")).toBeVisible();
  });

  await test.step("the printed link makes the first admin, who is then signed in", async () => {
    expect(stack.launcher.speak()).toContain(`this link works once): ${stack.firstAdminLink}`);
    await page.goto(stack.firstAdminLink!);
    await page.getByLabel("Name").fill("Ada Admin");
    await page.getByLabel("E-mail").fill("ada@contoso.com");
    await page.getByLabel("Password", { exact: true }).fill("short");
    await page.getByRole("button", { name: "Make the admin and sign in" }).click();
    await expect(page.getByText("The password needs at least")).toBeVisible();
    await page.getByLabel("Password", { exact: true }).fill("a sentence for Ada");
    await page.getByRole("button", { name: "Make the admin and sign in" }).click();
    await expect(page.getByRole("button", { name: "Open the menu of Ada Admin" })).toBeVisible();
  });

  await test.step("the link does not work twice", async () => {
    const eve = await browser.newPage();
    await eve.goto(stack.firstAdminLink!);
    await expect(eve.getByRole("heading", { name: "This link does not work any more" })).toBeVisible();
    const again = await eve.request.post(`${stack.firstAdminLink}/accept`, {
      data: { name: "Eve", email: "eve@contoso.com", password: "a sentence for Eve", language: "en" },
    });
    expect(await again.json()).toMatchObject({ ok: false, refusal: { key: "auth.refusal.linkGone" } });
    await eve.close();
  });

  await test.step("the empty list of pools leads to adding one", async () => {
    await expect(page.getByText("No pool is registered yet")).toBeVisible();
    await page.getByRole("link", { name: "Add a pool" }).click();
    await expect(page.getByRole("heading", { name: "Add a pool" })).toBeVisible();
  });

  const a = server(page, "A");
  const b = server(page, "B");
  await test.step("the test button tells network, TLS, login and rights apart", async () => {
    await enter(server(page, "Server 1"), "A");
    await a.getByLabel("Port").fill("1");
    await expectFindings(a, { looking: [/^Network.*cannot be reached.*ECONNREFUSED/] });

    await a.getByLabel("Port").fill(String(lab.port("A")));
    await expectFindings(a, { looking: [/^Network.* answers/, /^TLSNo encrypted connection.*certificate/] });

    await trustAnyCertificate(a);
    await passwordOf(a, "Login for runs").fill("wrong");
    const reached = [/^Network.* answers/, /^TLSEncrypted .* accepted unseen/];
    await expectFindings(a, {
      looking: [
        ...reached,
        /^Loginmirrordeck_look may log in/,
        /^Rightsmirrordeck_look is not sysadmin: enough for watching/,
        /^RightsVIEW SERVER STATE is granted/,
        /^RightsVIEW ANY DATABASE is granted/,
        /^MirrorNo mirror database is here now \(1 principal\); after a role switch, .* hidden from this login/,
      ],
      acting: [...reached, /^LoginThe server refused the login.*Login failed for user 'mirrordeck_act'/],
    });
    await passwordOf(a, "Login for runs").fill("Lab-2026!");
  });

  await test.step("and whether a mirror's own values are seen", async () => {
    await enter(server(page, "Server 2"), "B");
    await trustAnyCertificate(b);
    await b.getByRole("button", { name: "Test B" }).click();
    await expect(answers(b, "looking").last()).toHaveText(/^Mirror1 database is RESTORING here.*hidden/);
    await expect(answers(b, "acting").last()).toHaveText(/^MirrorThe values of 1 mirror database are seen/);
  });

  await test.step("a form that is not complete says so at its fields, and saves nothing", async () => {
    await page.getByRole("button", { name: "Add a server" }).click();
    const w = server(page, "Server 3");
    await w.getByLabel("Name", { exact: true }).fill("W");
    await page.getByRole("button", { name: "Add the pool" }).click();
    await expect(page.getByText("Something in the form is not right yet")).toBeVisible();
    await expect(server(page, "W").getByText("Please fill this in.")).not.toHaveCount(0);
  });

  await test.step("the pool is added, and is live", async () => {
    await enter(server(page, "W"), "W");
    await page.getByLabel("Pool name").fill("pair.contoso.com");
    await page.getByLabel("Title").fill("Pair");
    await page.getByLabel("DatabaseType").selectOption("Other databases");
    await page.getByLabel("Databases", { exact: true }).fill("db");
    await page.getByLabel("Witness").selectOption("W");
    await page.getByRole("button", { name: "Add the pool" }).click();
    await expect(page.getByRole("heading", { name: "Pair", exact: true })).toBeVisible();
    await expect(roleIn(page, "A")).toContainText("principal of 1");
    await expect(roleIn(page, "B")).toContainText("mirror of 1");
    await expect(page.getByRole("row", { name: "db" })).toContainText("SYNCHRONIZED");
  });

  await test.step("it is failed over, and the run says so", async () => {
    await prepare(page, { pool: "pair", reason: "The first failover of our own pool" });
    await start(page, "Fail over 1 database to B");
    await confirmHandOver(page, "Asked the one who uses it");
    await expect(page.getByRole("region", { name: "Result" })).toContainText("1 of 1 found");
  });

  if (hasTsql)
    await test.step("and FreeTDS sees the same on both servers", async () => {
      await expect.poll(() => roleOf(lab.port("A"), "db")).toBe("MIRROR|SYNCHRONIZED|2");
      await expect.poll(() => roleOf(lab.port("B"), "db")).toBe("PRINCIPAL|SYNCHRONIZED|2");
    });

  await test.step("its settings are changed; the passwords are kept without being shown", async () => {
    await page.getByRole("link", { name: "Pair" }).first().click();
    await page.getByRole("link", { name: "Settings" }).click();
    await expect(passwordOf(a, "Login for looking")).toHaveValue("");
    await page.getByLabel("Title").fill("Our own pair");
    await page.getByLabel("Witness").selectOption("No witness");
    await page.getByRole("button", { name: "Save the pool" }).click();
    await expect(page.getByRole("heading", { name: "Our own pair" })).toBeVisible();
    await expect(roleIn(page, "B")).toContainText("principal of 1");
  });
});

function server(page: Page, name: string): Locator {
  return page.getByRole("region", { name, exact: true });
}

/** Where a server of the lab is, and its two logins. */
async function enter(card: Locator, name: "A" | "B" | "W"): Promise<void> {
  const page = card.page();
  await card.getByLabel("Name", { exact: true }).fill(name);
  const named = server(page, name);
  await named.getByLabel("Host").fill("127.0.0.1");
  await named.getByLabel("Port").fill(String(lab.port(name)));
  for (const [login, user] of [
    ["Login for looking", "mirrordeck_look"],
    ["Login for runs", "mirrordeck_act"],
  ] as const) {
    await named.getByRole("group", { name: login }).getByLabel("User").fill(user);
    await passwordOf(named, login).fill("Lab-2026!");
  }
}

function passwordOf(card: Locator, login: "Login for looking" | "Login for runs"): Locator {
  return card.getByRole("group", { name: login }).getByLabel("Password");
}

async function trustAnyCertificate(card: Locator): Promise<void> {
  await card.getByText("Encryption: at least TLS 1.2").click();
  await card.getByLabel("Accept any certificate").check();
}

/** Presses the test button, and waits for what it found, line by line. */
async function expectFindings(
  card: Locator,
  findings: { looking: RegExp[]; acting?: RegExp[] },
): Promise<void> {
  await card.getByRole("button", { name: "Test A" }).click();
  await expect(answers(card, "looking")).toHaveText(findings.looking);
  await expect(answers(card, "acting")).toHaveText(findings.acting ?? findings.looking);
}

function answers(card: Locator, which: "looking" | "acting"): Locator {
  const name = which === "looking" ? "As the login for looking" : "As the login for runs";
  return card.getByRole("region", { name }).getByRole("listitem");
}

/** What a server of the picture says it is. */
function roleIn(page: Page, name: string): Locator {
  return page.getByRole("group", { name, exact: true });
}
