import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { test as base, expect, type Page } from "@playwright/test";
import { parse, stringify } from "yaml";
import { type Stack, startStack } from "#bin/stack.ts";
import { hasTsql, roleOf } from "#e2e/tsql.ts";
import { confirmHandOver, prepare, start } from "#e2e/wizard.ts";
import { type StartedLab, startLab } from "#lab/started.ts";

const odd = "a]b'; DROP--ü";
const admin = { name: "Ada", email: "ada@contoso.com", password: "a sentence for Ada", language: "en" };

type Own = { folder: string; lab: StartedLab; poolsFile: string; stack: Stack };

const test = base.extend<object, Own>({
  folder: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads from this pattern what a fixture needs.
    async ({}, use) => {
      const folder = await mkdtemp(path.join(tmpdir(), "odd-"));
      await use(folder);
      await rm(folder, { recursive: true, force: true });
    },
    { scope: "worker" },
  ],
  lab: [
    async ({ folder }, use) => {
      const lab = await startLab(await oddScenario(folder));
      await use(lab);
      await lab.stop();
    },
    { scope: "worker" },
  ],
  poolsFile: [
    async ({ folder, lab }, use) => {
      const greeter = createServer((socket) => socket.on("error", () => {}).end("220 mail ready\r\n"));
      await new Promise<void>((listening) => greeter.listen(0, "127.0.0.1", listening));
      await use(await registerWithTrouble(folder, lab, (greeter.address() as AddressInfo).port));
      greeter.close();
    },
    { scope: "worker" },
  ],
  stack: [
    async ({ folder, poolsFile }, use) => {
      const stack = await startWith(poolsFile, path.join(folder, "data"));
      await use(stack);
      await stack.stop();
    },
    { scope: "worker", timeout: 120_000 },
  ],
  baseURL: ({ stack }, use) => use(stack.url),
});

test("a database with a name to fear is shown, planned and failed over like any other", async ({
  page,
  stack,
  lab,
}) => {
  await signIn(page, stack);
  await page.goto("/pools/pair");
  await expect(page.getByRole("row", { name: odd })).toContainText("SYNCHRONIZED");
  await prepare(page, { pool: "pair", reason: `Because of ${odd} <b>"&amp;` });
  await expect(page.getByText("ALTER DATABASE [a]]b'; DROP--ü] SET PARTNER FAILOVER").first()).toBeVisible();
  await start(page, "Fail over 1 database to B");
  await confirmHandOver(page, odd);
  await expect(page.getByRole("region", { name: "Result" })).toContainText(`seen from both sides: ${odd}.`);
  const { sessions } = await lab.truth();
  expect(sessions).toMatchObject([{ database: odd, principals: ["B"], serving: ["B"] }]);
  if (hasTsql) expect(await roleOf(lab.port("B"), odd)).toMatch(/^PRINCIPAL\|.*\|2$/);
});

test("servers that refuse, babble or hang each have their own words, while the others are watched", async ({
  page,
  stack,
  lab,
}) => {
  await lab.ask("POST", "/instances/C/hang");
  await signIn(page, stack);
  await page.goto("/pools/trouble");
  await expect(server(page, "LOCKED")).toContainText("Refuses the login");
  await expect(server(page, "LOCKED")).toContainText("Login failed for user 'mirrordeck_look'");
  await expect(server(page, "BABBLE")).toContainText("Does not speak like a SQL Server");
  await expect(server(page, "HANGS")).toContainText("Does not answer in time");
  await expect(server(page, "A")).toContainText(/\b[0-9] sec ago/);
  await expect(server(page, "A")).not.toContainText("stale");

  await lab.ask("POST", "/instances/C/wake");
  await expect(server(page, "HANGS")).toContainText("SQL Server 2012");
});

test("a register file with mistakes is answered with a sentence for each, and what is known stays", async ({
  page,
  folder,
  poolsFile,
}) => {
  test.setTimeout(120_000);
  const data = path.join(folder, "known");
  const first = await startWith(poolsFile, data);
  await signIn(page, first);
  await first.stop();

  const file = path.join(folder, "mistakes.yaml");
  const register = parse(await readFile(poolsFile, "utf8"));
  register.instances[0].port = "the usual one";
  register.instances[1].paswort = "x";
  register.pools[0].stores[0].type = "Usr";
  await writeFile(file, stringify(register));
  const second = await startWith(file, data);
  const said = everythingSaid(second);
  await expect.poll(said).toContain(`${file}: instances[0].port: expected a number, came "the usual one"\n`);
  expect(said()).toContain(`${file}: instances[1].paswort: expected nothing of that name, came paswort\n`);
  expect(said()).toMatch(/pools\[0\]\.stores\[0\]\.type: expected one of User, .*, came "Usr"\n/);
  expect(said()).not.toMatch(/^\s+at /m);

  await signIn(page, second);
  await page.goto(`${second.url}/pools/pair`);
  await expect(page.getByRole("row", { name: odd })).toContainText("SYNCHRONIZED");
  await second.stop();
});

/** The example `pair`, its database renamed, and one more server. */
async function oddScenario(folder: string): Promise<string> {
  const pair = parse(await readFile(path.join("lab", "examples", "pair.yaml"), "utf8"));
  pair.instances.push({ ...pair.instances[1], name: "C", host: "c.contoso.com" });
  pair.sessions[0].databases = [odd];
  pair.pools[0].stores[0].databases = [odd];
  const file = path.join(folder, "odd.yaml");
  await writeFile(file, stringify(pair));
  return file;
}

/** The lab's own register, and a pool of servers that do not answer as they should. */
async function registerWithTrouble(folder: string, lab: StartedLab, greeter: number): Promise<string> {
  const register = parse(await readFile(lab.poolsFile, "utf8"));
  const [a] = register.instances;
  const other = (primary: string, mirror: string) => ({ type: "Other", primary, mirror, databases: ["x"] });
  register.instances.push(
    { ...a, name: "LOCKED", looking: { ...a.looking, password: "wrong" } },
    { ...a, name: "BABBLE", port: greeter },
    { ...a, name: "HANGS", port: lab.port("C") },
  );
  register.pools.push({ name: "trouble", stores: [other("LOCKED", "BABBLE"), other("HANGS", "A")] });
  const file = path.join(folder, "pools.yaml");
  await writeFile(file, stringify(register));
  return file;
}

function startWith(poolsFile: string, data: string): Promise<Stack> {
  return startStack({ data, env: { MIRRORDECK_DEMO: "", MIRRORDECK_POOLS: poolsFile } });
}

/** What the terminal shows: until now, and from now on. */
function everythingSaid({ launcher }: Stack): () => string {
  let said = launcher.speak();
  launcher.process.stderr?.on("data", (chunk) => {
    said += chunk;
  });
  return () => said;
}

/** As the first admin, who is made by the printed link when there is none yet. */
async function signIn(page: Page, stack: Stack): Promise<void> {
  if (stack.firstAdminLink) await page.request.post(`${stack.firstAdminLink}/accept`, { data: admin });
  const answer = await page.request.post(`${stack.url}/api/auth/sign-in/email`, {
    data: { email: admin.email, password: admin.password },
    headers: { origin: stack.url },
  });
  expect(answer.ok()).toBe(true);
}

function server(page: Page, name: string) {
  return page.getByRole("group", { name, exact: true });
}
