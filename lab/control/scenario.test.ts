import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { readScenario } from "#lab/control/scenario.ts";
import { scenarioSchema } from "#lab/control/scenario-schema.ts";

const LAB = join(import.meta.dirname, "..");
const folder = mkdtempSync(join(tmpdir(), "scenario-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const SOUND = `name: x
logins:
  - { name: sa, password: p, sysadmin: true }
instances:
  - { name: A, host: a, version: 11.0.7001.0 }
  - { name: B, host: b, version: 11.0.7001.0 }
sessions:
  - on: [A, B]
    databases: [db]
`;
const instance = (more: string) => SOUND.replace("{ name: B, host: b,", `{ name: B, host: b, ${more},`);
const session = (more: string) => `${SOUND}    ${more}\n`;

describe("one clear error a mistake, with its place and its line", () => {
  it.each([
    ["colour: red", `${SOUND}colour: red\n`, 'at the file: Unrecognized key: "colour"'],
    ["no host", SOUND.replace("host: b, ", ""), "at instances.1.host: is missing; expected: string (line 6)"],
    [
      "a word for a number",
      instance("clockOffsetMs: soon"),
      "at instances.1.clockOffsetMs: expected number, received string (line 6)",
    ],
    ["a wrong edition field", instance("editon: x"), 'at instances.1: Unrecognized key: "editon" (line 6)'],
    [
      "an unknown choice",
      session("safety: HALF"),
      'at sessions.0.safety: expected one of "FULL"|"OFF" (line 10)',
    ],
    [
      "a wrong field of a database",
      SOUND.replace("[db]", "[{ name: db, logMaxKb: 0 }]"),
      "at sessions.0.databases.0.logMaxKb: Too small: expected number to be >=1 (line 9)",
    ],
    [
      "a key of a database nobody knows",
      SOUND.replace("[db]", "[{ name: db, lgoMaxKb: 9 }]"),
      'at sessions.0.databases.0: Unrecognized key: "lgoMaxKb" (line 9)',
    ],
    ["one instance twice", SOUND.replace("name: B", "name: A"), "two instances are called A"],
    [
      "a witness that is not there",
      session("witness: W"),
      "a session names the instance W, which is not listed",
    ],
    [
      "a login on an instance that is not there",
      SOUND.replace("sysadmin: true", "on: [C]"),
      "at logins.0.on: there is no instance C",
    ],
    [
      "a login twice",
      SOUND.replace("instances:", "  - { name: SA, password: p }\ninstances:"),
      "at logins: two logins are called SA",
    ],
    ["an owner nobody knows", session("owner: nobody"), "at sessions.0.owner: A has no login nobody"],
    [
      "a job about no database",
      instance("agent: { jobs: [{ name: j, steps: [{ command: x, needs: [dc] }] }] }"),
      "at instances.1.agent.jobs.0.steps.0: B has no database dc",
    ],
    [
      "a job without steps",
      instance("agent: { jobs: [{ name: j, steps: [] }] }"),
      "at instances.1.agent.jobs.0.steps: Too small",
    ],
    [
      "an alert about no database",
      instance("agent: { alerts: [{ database: dc, id: 1, threshold: 3 }] }"),
      "at instances.1.agent.alerts.0.database: B has no database dc",
    ],
    [
      "a monitor every three hours",
      instance("agent: { monitorMinutes: 180 }"),
      "at instances.1.agent.monitorMinutes: Too big",
    ],
    [
      "a configuration that no server has",
      instance('configurations: { "max memory": 1 }'),
      'at instances.1.configurations: there is no configuration "max memory"',
    ],
    [
      "two linked servers of one name",
      instance("linkedServers: [{ name: R }, { name: r }]"),
      "at instances.1.linkedServers: two linked servers are called r",
    ],
    [
      "an update level that is none",
      instance("updateLevel: 4"),
      "at instances.1.updateLevel: expected string, received number",
    ],
  ])("%s", (name, text, words) => {
    expect(complaintAbout(name, text)).toContain(words);
  });

  it("several mistakes are all told", () => {
    const text = SOUND.replace("host: a, ", "").replace("name: x", "nmae: x");
    const complaint = complaintAbout("several", text);
    expect(complaint).toContain("has 3 mistakes: ");
    for (const words of [
      "at name: is missing",
      "at instances.0.host: is missing",
      'Unrecognized key: "nmae"',
    ])
      expect(complaint).toContain(words);
  });

  it("and a sound one is read", () => {
    expect(complaintAbout("sound", SOUND)).toBe("");
  });
});

describe("the format", () => {
  it("is checked in as a JSON schema; npm run lab -- schema > lab/scenario.schema.json brings it up to date", () => {
    expect(readFileSync(join(LAB, "scenario.schema.json"), "utf8")).toBe(scenarioSchema());
  });

  it("is documented field by field", () => {
    const documentation = readFileSync(join(LAB, "../docs/lab.md"), "utf8");
    const missing = [...fields(JSON.parse(scenarioSchema()))].filter(
      (field) => !documentation.includes(`\`${field}\``),
    );
    expect(missing).toEqual([]);
  });

  it.each(readdirSync(join(LAB, "examples")))("%s is a scenario", (file) => {
    expect(readScenario(join(LAB, "examples", file), null).instances.length).toBeGreaterThan(1);
  });
});

function complaintAbout(name: string, text: string): string {
  const path = join(folder, `${name.replace(/\W+/g, "-")}.yaml`);
  writeFileSync(path, text);
  try {
    readScenario(path, null);
    return "";
  } catch (error) {
    return (error as Error).message;
  }
}

function fields(schema: unknown, found = new Set<string>()): Set<string> {
  if (Array.isArray(schema)) for (const one of schema) fields(one, found);
  else if (typeof schema === "object" && schema !== null) {
    const { properties } = schema as { properties?: object };
    for (const name of Object.keys(properties ?? {})) found.add(name);
    for (const one of Object.values(schema)) fields(one, found);
  }
  return found;
}
