import { describe, expect, it } from "vitest";
import { findDatabase, instanceNamed } from "#lab/mirroring/find.ts";
import type { Database, LabOptions } from "#lab/mirroring/model.ts";
import { type Base, type Story, story } from "#lab/mirroring/story.ts";

/** Base1 taken apart again: on A the database serves unmirrored, on B its copy is RESTORING. */
function apart(options: Partial<LabOptions> = {}): Story {
  const s = story("base1", options);
  s.run("A", "ALTER DATABASE db SET PARTNER OFF");
  return s;
}

const onB = "ALTER DATABASE db SET PARTNER = 'TCP://a.contoso.com:5022'";
const onA = "ALTER DATABASE db SET PARTNER = 'TCP://b.contoso.com:5022'";
const dbOn = (s: Story, name: string): Database => findDatabase(instanceNamed(s.fleet, name), "db")!;

interface Row {
  is: string;
  options?: Partial<LabOptions>;
  /** What is wrong before A is told its partner; B has been told already. */
  given(s: Story): unknown;
  answer: number | "answered";
}

const partner: Row[] = [
  { is: "A1: in the documented order", given: () => {}, answer: "answered" },
  {
    is: "A2: the mirror was never told",
    given: (s) => s.run("B", "ALTER DATABASE db SET PARTNER OFF"),
    answer: 1416,
  },
  {
    is: "A2: as an option the network address is blamed",
    options: { unpreparedMirror: "1418" },
    given: (s) => s.run("B", "ALTER DATABASE db SET PARTNER OFF"),
    answer: 1418,
  },
  {
    is: "A2: the mirror was told another principal",
    given: (s) => s.run("B", "ALTER DATABASE db SET PARTNER = 'TCP://w.contoso.com:7022'"),
    answer: 1416,
  },
  {
    is: "A4: B's endpoint is STOPPED",
    given: (s) => s.run("B", "ALTER ENDPOINT Mirroring STATE = STOPPED"),
    answer: 1418,
  },
  { is: "A4: A's own endpoint is gone", given: (s) => s.run("A", "DROP ENDPOINT Mirroring"), answer: 1418 },
  {
    is: "A4: B's endpoint is a witness's",
    given: (s) => s.run("B", "ALTER ENDPOINT Mirroring FOR DATABASE_MIRRORING (ROLE = WITNESS)"),
    answer: 1418,
  },
  { is: "A4: B is down", given: (s) => s.power("stop", "B"), answer: 1418 },
  { is: "A4: B hangs", given: (s) => s.power("hang", "B"), answer: 1418 },
  { is: "A4: the link is cut", given: (s) => s.cut("A-B"), answer: 1418 },
  {
    is: "A4: B's port is another",
    given: (s) => {
      instanceNamed(s.fleet, "B").endpoint!.port = 5999;
    },
    answer: 1418,
  },
  {
    is: "A7: BULK_LOGGED on A",
    given: (s) => s.run("A", "ALTER DATABASE db SET RECOVERY BULK_LOGGED"),
    answer: 1465,
  },
  {
    is: "A7: FULL again, but what was written meanwhile is in no log backup",
    given: (s) => {
      dbOn(s, "A").workloadKbPerSecond = 10;
      s.run("A", "ALTER DATABASE db SET RECOVERY BULK_LOGGED");
      s.run("A", "ALTER DATABASE db SET RECOVERY FULL");
    },
    answer: 1475,
  },
  {
    is: "A7: read-only",
    given: (s) => s.run("A", "ALTER DATABASE db SET READ_ONLY WITH ROLLBACK IMMEDIATE"),
    answer: 1466,
  },
  { is: "A7: emergency", given: (s) => s.run("A", "ALTER DATABASE db SET EMERGENCY"), answer: 1467 },
  { is: "A7: auto-close", given: (s) => s.run("A", "ALTER DATABASE db SET AUTO_CLOSE ON"), answer: 1469 },
  {
    is: "A7: single user",
    given: (s) => s.run("A", "ALTER DATABASE db SET SINGLE_USER WITH ROLLBACK IMMEDIATE"),
    answer: 1488,
  },
  {
    is: "an edition without mirroring",
    given: (s) => {
      instanceNamed(s.fleet, "A").edition = "Express Edition (64-bit)";
    },
    answer: 1463,
  },
  {
    is: "A8: the copy on B is ONLINE",
    given: (s) => {
      dbOn(s, "B").state = "ONLINE";
    },
    answer: 1464,
  },
  {
    is: "A8: there is no copy on B",
    given: (s) => {
      instanceNamed(s.fleet, "B").databases = [];
    },
    answer: 1448,
  },
  {
    is: "the copy on B is of another database",
    given: (s) => {
      dbOn(s, "B").familyGuid = "0";
    },
    answer: 1407,
  },
];

describe("SET PARTNER on the principal", () => {
  it.each(partner)("$is: $answer", ({ options, given, answer }) => {
    const s = apart(options);
    expect(s.run("B", onB)).toBe("answered");
    given(s);
    expect(s.run("A", onA)).toBe(answer);
    if (answer !== "answered") expect(s.says("A")).toMatch(/^unmirrored/);
  });

  it("A1: the mirror is told while its principal is down: it contacts nobody", () => {
    const s = apart();
    s.power("stop", "A");
    expect(s.run("B", onB)).toBe("answered");
    s.power("start", "A").after(2);
    expect(s.run("A", onA)).toBe("answered");
    expect(s.says("A")).toBe("PRINCIPAL SYNCHRONIZING n ONLINE serving, no witness");
    s.after(1);
    expect([s.says("A"), s.says("B")]).toEqual([
      "PRINCIPAL SYNCHRONIZED n ONLINE serving, no witness",
      "MIRROR SYNCHRONIZED n RESTORING, no witness",
    ]);
    expect(logged(s, "A").at(-1)).toBe(1440);
    expect(logged(s, "B").at(-1)).toBe(1441);
  });

  it("A10: already mirrored: here 1405, there 1410, there with somebody else 1460", () => {
    const s = apart();
    s.run("B", onB);
    s.run("A", onA);
    expect(s.run("A", onA)).toBe(1405);
    expect(s.run("B", onB)).toBe(1405);
    s.cut("A-B").after(1);
    s.run("A", "ALTER DATABASE db SET PARTNER OFF");
    s.join("A-B");
    // B has not learned yet that its session is over.
    expect(s.run("A", onA)).toBe(1410);
    dbOn(s, "B").mirroring!.partner = "W";
    expect(s.run("A", onA)).toBe(1460);
  });

  it.each([
    ["TCP://a.contoso.com:5022", 1452],
    ["TCP://b.contoso.com", 1449],
    ["b.contoso.com:5022", 1449],
    ["TCP://b.contoso.com:99999", 1449],
    ["http://b.contoso.com:5022", 1449],
    ["TCP://nobody.contoso.com:5022", 1418],
    ["TCP://b.contoso.com:5023", 1418],
  ])("A11: the address %s answers %i", (address, answer) => {
    const s = apart();
    s.run("B", onB);
    expect(s.run("A", `ALTER DATABASE db SET PARTNER = '${address}'`)).toBe(answer);
  });
});

const witnessOf = "ALTER DATABASE db SET WITNESS = 'TCP://w.contoso.com:7022'";
const witness: {
  is: string;
  base?: Base;
  on?: string;
  given(s: Story): unknown;
  answer: number | "answered";
}[] = [
  { is: "A13: all three connected and caught up", given: () => {}, answer: "answered" },
  { is: "A14: suspended", given: (s) => s.run("A", "ALTER DATABASE db SET PARTNER SUSPEND"), answer: 1426 },
  { is: "A14: the mirror is away", given: (s) => s.power("stop", "B").after(1), answer: 1426 },
  { is: "A14: the mirror cannot reach the witness", given: (s) => s.cut("B-W"), answer: 1426 },
  { is: "the mirror falls silent meanwhile", given: (s) => s.power("hang", "B"), answer: 1433 },
  { is: "A16: the witness is down", given: (s) => s.power("stop", "W"), answer: 1456 },
  {
    is: "A16: the witness's endpoint is STOPPED",
    given: (s) => s.run("W", "ALTER ENDPOINT Mirroring STATE = STOPPED"),
    answer: 1456,
  },
  {
    is: "A16: the witness's endpoint is a partner's",
    given: (s) => s.run("W", "ALTER ENDPOINT Mirroring FOR DATABASE_MIRRORING (ROLE = PARTNER)"),
    answer: 1427,
  },
  { is: "A17: on the mirror", on: "B", given: () => {}, answer: 1470 },
  { is: "it is the witness already", base: "base0", given: () => {}, answer: 1446 },
];

describe("SET WITNESS", () => {
  it.each(witness)("$is: $answer", ({ base = "base1", on = "A", given, answer }) => {
    const s = story(base);
    given(s);
    const before = JSON.stringify([dbOn(s, "A").mirroring, dbOn(s, "B").mirroring]);
    expect(s.run(on, witnessOf)).toBe(answer);
    if (answer !== "answered")
      expect(JSON.stringify([dbOn(s, "A").mirroring, dbOn(s, "B").mirroring])).toBe(before);
  });

  it.each([
    ["TCP://b.contoso.com:5022", 1429],
    ["TCP://a.contoso.com:5022", 1429],
    ["w.contoso.com", 1449],
    ["TCP://w.contoso.com:7023", 1456],
  ])("the address %s answers %i", (address, answer) => {
    expect(story("base1").run("A", `ALTER DATABASE db SET WITNESS = '${address}'`)).toBe(answer);
  });
});

it("B14: TRUSTWORTHY is a property of each copy, and OFF on one that was never principal", () => {
  const s = story("base1");
  expect(s.run("A", "ALTER DATABASE db SET TRUSTWORTHY ON")).toBe("answered");
  s.run("A", "ALTER DATABASE db SET PARTNER FAILOVER");
  expect(dbOn(s, "B").settings?.trustworthy ?? false).toBe(false);
  expect(s.run("A", "ALTER DATABASE db SET TRUSTWORTHY OFF")).toBe(954);
  expect(s.run("B", "ALTER DATABASE db SET TRUSTWORTHY ON")).toBe("answered");
});

function logged(s: Story, name: string): number[] {
  return instanceNamed(s.fleet, name).errorLog.map(({ number }) => number);
}
