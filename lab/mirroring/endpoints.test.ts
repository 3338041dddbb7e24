import { describe, expect, it } from "vitest";
import { found } from "#lab/control/found.ts";
import { checkScenario } from "#lab/control/scenario.ts";
import { instanceNamed } from "#lab/mirroring/find.ts";
import type { LabOptions } from "#lab/mirroring/model.ts";
import { type Story, story, tell } from "#lab/mirroring/story.ts";

const OFF = "ALTER DATABASE db SET PARTNER OFF";
const onB = "ALTER DATABASE db SET PARTNER = 'TCP://a.contoso.com:5022'";
const onA = "ALTER DATABASE db SET PARTNER = 'TCP://b.contoso.com:5022'";

/** Takes the session apart, changes the endpoints, and sets it up again. */
function again(
  s: Story,
  ...changes: [instance: string, statement: string][]
): number | "answered" | "waiting" {
  s.run("A", OFF);
  for (const [instance, statement] of changes) expect(s.run(instance, statement)).toBe("answered");
  s.run("B", onB);
  return s.run("A", onA);
}

const clause = (text: string) => `ALTER ENDPOINT Mirroring FOR DATABASE_MIRRORING (${text})`;

describe("A5: what two endpoints must have in common", () => {
  it.each([
    ["DISABLED", "DISABLED", "answered"],
    ["DISABLED", "SUPPORTED", "answered"],
    ["DISABLED", "REQUIRED", 1418],
    ["SUPPORTED", "SUPPORTED", "answered"],
    ["SUPPORTED", "REQUIRED", "answered"],
    ["REQUIRED", "REQUIRED", "answered"],
    ["REQUIRED ALGORITHM AES", "REQUIRED ALGORITHM RC4", 1418],
    ["SUPPORTED ALGORITHM AES", "SUPPORTED ALGORITHM RC4", 1418],
    ["DISABLED", "SUPPORTED ALGORITHM RC4", "answered"],
    ["REQUIRED ALGORITHM AES RC4", "REQUIRED ALGORITHM RC4", "answered"],
    ["REQUIRED ALGORITHM AES RC4", "REQUIRED ALGORITHM RC4 AES", "answered"],
  ] as const)("encryption %s with %s: %s", (a, b, answer) => {
    const [on, off] = [clause(`ENCRYPTION = ${a}`), clause(`ENCRYPTION = ${b}`)];
    expect(again(story("base1"), ["A", on], ["B", off])).toBe(answer);
    expect(again(story("base1"), ["A", off], ["B", on])).toBe(answer);
  });

  it.each([
    ["NTLM", "KERBEROS", 1418],
    ["NTLM", "NEGOTIATE", "answered"],
    ["KERBEROS", "KERBEROS", "answered"],
  ] as const)("authentication %s with %s: %s", (a, b, answer) => {
    const changes = [a, b].map((method) => clause(`AUTHENTICATION = WINDOWS ${method}`));
    expect(again(story("base1"), ["A", changes[0]!], ["B", changes[1]!])).toBe(answer);
  });
});

describe("an endpoint in use", () => {
  const port = "ALTER ENDPOINT Mirroring AS TCP (LISTENER_PORT = 5022)";

  it("C11: changing it under a witness costs a failover", () => {
    const s = story();
    expect(s.run("A", port)).toBe("answered");
    s.after(3);
    expect([s.says("A"), s.says("B"), s.serving()]).toEqual([
      "MIRROR SYNCHRONIZED n+1 RESTORING, witness CONNECTED",
      "PRINCIPAL SYNCHRONIZED n+1 ONLINE serving, witness CONNECTED",
      "B",
    ]);
  });

  it("C11: without a witness it costs the connection for a moment", () => {
    const s = story("base1");
    s.run("A", port);
    expect(s.says("A")).toBe("PRINCIPAL DISCONNECTED n ONLINE serving, no witness");
    s.after(3);
    expect(s.says("A")).toBe("PRINCIPAL SYNCHRONIZED n ONLINE serving, no witness");
  });

  it("C11: as an option nobody notices", () => {
    const s = story("base0", { endpointChange: "unnoticed" });
    s.run("A", port);
    s.after(60);
    expect(s.says("A")).toBe("PRINCIPAL SYNCHRONIZED n ONLINE serving, witness CONNECTED");
  });

  it("C11: STOPPED on the principal is a failure too, and STARTED brings it back as mirror", () => {
    const s = story();
    s.run("A", "ALTER ENDPOINT Mirroring STATE = STOPPED");
    s.after(1);
    expect(s.serving()).toBe("B");
    s.run("A", "ALTER ENDPOINT Mirroring STATE = STARTED");
    s.after(3);
    expect(s.says("A")).toBe("MIRROR SYNCHRONIZED n+1 RESTORING, witness CONNECTED");
  });

  it("on another port nobody finds it any more", () => {
    const s = story("base1");
    s.run("B", "ALTER ENDPOINT Mirroring AS TCP (LISTENER_PORT = 5999)");
    s.after(60);
    expect(s.says("A")).toBe("PRINCIPAL DISCONNECTED n ONLINE serving, no witness");
    s.run("B", port);
    s.after(3);
    expect(s.says("A")).toBe("PRINCIPAL SYNCHRONIZED n ONLINE serving, no witness");
  });

  it("dropped on a principal whose witness is away already: no quorum", () => {
    const s = story();
    s.power("stop", "W").after(1).run("A", "DROP ENDPOINT Mirroring");
    expect(s.after(1).serving()).toBe("nobody");
  });

  it("a port that another process on the machine holds: STARTED, not listening, 26023", () => {
    const s = story("base1");
    instanceNamed(s.fleet, "W").host = "b.contoso.com";
    s.run("W", "ALTER ENDPOINT Mirroring AS TCP (LISTENER_PORT = 5022)");
    const { endpoint, errorLog } = instanceNamed(s.fleet, "W");
    expect([endpoint?.state, errorLog.at(-1)?.number]).toEqual(["STARTED", 26_023]);
  });
});

describe("statements and who may say them", () => {
  it.each([
    [
      "A",
      "CREATE ENDPOINT Other AS TCP (LISTENER_PORT = 5023) FOR DATABASE_MIRRORING (ROLE = ALL)",
      "sa",
      7862,
    ],
    ["A", "ALTER ENDPOINT Other STATE = STARTED", "sa", 15_151],
    ["A", "ALTER ENDPOINT Mirroring", "sa", 7863],
    ["A", "ALTER ENDPOINT Mirroring STATE = STOPPED", "mirrordeck_look", 15_151],
    ["A", "DROP ENDPOINT Mirroring", "mirrordeck_look", 15_151],
    ["A", "GRANT CONNECT ON ENDPOINT::Mirroring TO [CONTOSO\\nobody]", "sa", 15_151],
    ["A", "GRANT CONNECT ON ENDPOINT::Mirroring TO mirrordeck_act", "mirrordeck_look", 15_151],
    ["A", "ALTER AUTHORIZATION ON ENDPOINT::Mirroring TO nobody", "sa", 15_151],
    ["A", "CREATE CERTIFICATE c WITH SUBJECT = 'c'", "mirrordeck_look", 15_247],
  ])("%s: %s, by %s: %i", (instance, statement, login, number) => {
    const s = story();
    const before = JSON.stringify(s.fleet);
    expect(s.run(instance, statement, login)).toBe(number);
    expect(JSON.stringify(s.fleet)).toBe(before);
  });

  it("an endpoint is made STOPPED, owned by its maker, and found again after STARTED", () => {
    const s = story("base1");
    s.run("B", "DROP ENDPOINT Mirroring");
    expect(s.after(1).says("A")).toMatch(/^PRINCIPAL DISCONNECTED/);
    s.run(
      "B",
      `CREATE ENDPOINT [New one] AS TCP (LISTENER_PORT = 5022, LISTENER_IP = ALL)
       FOR DATABASE_MIRRORING (AUTHENTICATION = WINDOWS, ENCRYPTION = REQUIRED ALGORITHM AES, ROLE = PARTNER)`,
      "mirrordeck_act",
    );
    expect(instanceNamed(s.fleet, "B").endpoint).toMatchObject({ state: "STOPPED", owner: "mirrordeck_act" });
    s.after(60).run("B", "ALTER ENDPOINT [New one] STATE = STARTED");
    expect(s.after(3).says("A")).toBe("PRINCIPAL SYNCHRONIZED n ONLINE serving, no witness");
  });
});

describe("service accounts", () => {
  const granted = ["A", "B", "W"].map((name) => `CONTOSO\\sql${name}`);

  it("A1: with CONNECT granted both ways a session is set up", () => {
    expect(again(accounts())).toBe("answered");
  });

  it.each(["A", "B"])(
    "A4: no CONNECT on %s's endpoint: 1418, and that instance's log alone tells why",
    (name) => {
      const s = accounts();
      const other = name === "A" ? "B" : "A";
      expect(again(s, [name, `REVOKE CONNECT ON ENDPOINT::Mirroring FROM [CONTOSO\\sql${other}]`])).toBe(
        1418,
      );
      const told = (on: string) =>
        instanceNamed(s.fleet, on).errorLog.filter(({ number }) => number === 28_048);
      expect(told(name).at(-1)?.text).toContain(
        `The login 'CONTOSO\\sql${other}' does not have CONNECT permission on the endpoint. State 84.`,
      );
      expect(told(other)).toEqual([]);
    },
  );

  it("A4: DENY beats GRANT, sysadmin needs neither", () => {
    const deny = "DENY CONNECT ON ENDPOINT::Mirroring TO [CONTOSO\\sqlA]";
    expect(again(accounts(), ["B", deny])).toBe(1418);
    const s = accounts();
    instanceNamed(s.fleet, "B").logins.find(({ name }) => name === granted[0])!.sysadmin = true;
    expect(again(s, ["B", "REVOKE CONNECT ON ENDPOINT::Mirroring FROM [CONTOSO\\sqlA]"])).toBe("answered");
  });

  it("G15: a new owner drops the grants; the mirror is DISCONNECTED after the next restart", () => {
    const s = accounts();
    s.run("A", "ALTER AUTHORIZATION ON ENDPOINT::Mirroring TO mirrordeck_act");
    expect(s.after(60).says("A")).toBe("PRINCIPAL SYNCHRONIZED n ONLINE serving, witness CONNECTED");
    s.power("stop", "B").after(5).power("start", "B").after(60);
    expect([s.says("A"), s.says("B")]).toEqual([
      "PRINCIPAL DISCONNECTED n ONLINE serving, witness CONNECTED",
      "MIRROR DISCONNECTED n RESTORING, witness CONNECTED",
    ]);
    expect(instanceNamed(s.fleet, "A").errorLog.filter(({ number }) => number === 28_048)).toHaveLength(1);
    s.run("A", "GRANT CONNECT ON ENDPOINT::Mirroring TO [CONTOSO\\sqlB], [CONTOSO\\sqlW]");
    expect(s.after(3).says("A")).toBe("PRINCIPAL SYNCHRONIZED n ONLINE serving, witness CONNECTED");
  });
});

describe("certificates", () => {
  it("an expired certificate is noticed at the next login, not before", () => {
    const s = certified("2026-01-05T09:00:00Z");
    expect(s.after(7_200).says("A")).toBe("PRINCIPAL SYNCHRONIZED n ONLINE serving, no witness");
    s.power("stop", "B").after(1).power("start", "B").after(60);
    expect(s.says("A")).toBe("PRINCIPAL DISCONNECTED n ONLINE serving, no witness");
    const texts = ["A", "B"].flatMap((name) => instanceNamed(s.fleet, name).errorLog.map(({ text }) => text));
    expect(texts.filter((text) => text.includes("Certificate expired"))).toHaveLength(1);
  });

  it("a new certificate, carried over in a file, brings the session back", () => {
    const s = certified("2026-01-05T09:00:00Z");
    s.after(7_200).power("stop", "B").after(1).power("start", "B").after(60);
    const file = "'\\\\fs\\share\\b.cer'";
    const steps: [string, string][] = [
      ["B", "CREATE CERTIFICATE B2 WITH SUBJECT = 'B again', EXPIRY_DATE = '20301231'"],
      ["B", `BACKUP CERTIFICATE B2 TO FILE = ${file}`],
      ["A", `CREATE CERTIFICATE B2 AUTHORIZATION [peer] FROM FILE = ${file}`],
      ["B", "ALTER ENDPOINT Mirroring FOR DATABASE_MIRRORING (AUTHENTICATION = CERTIFICATE B2)"],
      ["B", "DROP CERTIFICATE Own"],
    ];
    for (const [instance, statement] of steps) expect(s.run(instance, statement), statement).toBe("answered");
    expect(s.after(5).says("A")).toBe("PRINCIPAL SYNCHRONIZED n ONLINE serving, no witness");
    expect(s.run("B", "DROP CERTIFICATE B2")).toBe(15_559);
    expect(s.run("B", "CREATE CERTIFICATE B2 WITH SUBJECT = 'twice'")).toBe(15_232);
  });

  it("Windows on one side and a certificate on the other: 1418", () => {
    expect(again(certified("2040-01-01T00:00:00Z"), ["B", clause("AUTHENTICATION = WINDOWS")])).toBe(1418);
  });
});

const servers = (endpoint: (name: string) => object, more: (name: string) => object) =>
  ["A", "B", "W"].map((name) => ({
    name,
    host: `${name.toLowerCase()}.contoso.com`,
    version: "11.0.7001.0",
    endpoint: { role: "ALL", port: name === "W" ? 7022 : 5022, ...endpoint(name) },
    ...more(name),
  }));

function fleetOf(
  instances: object[],
  witness: string | null,
  logins: string[],
  options: Partial<LabOptions> = {},
) {
  const known = ["sa", "mirrordeck_act"].map((name) => ({ name, password: "x", sysadmin: true }));
  const others = logins.map((name) => ({ name, password: "x" }));
  const sessions = [{ on: ["A", "B"], witness, databases: ["db"] }];
  const raw = { name: "told", options, logins: [...known, ...others], instances, sessions };
  const scenario = checkScenario(raw, null, "told");
  return tell(found(scenario, Date.parse(scenario.startsAt)));
}

/** Every instance runs under an account of its own, and lets the other two in. */
function accounts(): Story {
  const all = ["A", "B", "W"].map((name) => `CONTOSO\\sql${name}`);
  const others = (name: string) => all.filter((account) => !account.endsWith(name));
  const instances = servers(
    (name) => ({ connect: others(name) }),
    (name) => ({ serviceAccount: `CONTOSO\\sql${name}` }),
  );
  return fleetOf(instances, "W", all);
}

/** A and B show their own certificate, called Own, to each other; B's expires. */
function certified(expires: string): Story {
  const until = (owner: string) => (owner === "B" ? expires : "2040-01-01T00:00:00Z");
  const instances = servers(
    () => ({ authentication: "CERTIFICATE", certificate: "Own", connect: ["peer"] }),
    (name) => {
      const other = name === "A" ? "B" : "A";
      const theirs = { name: "Own", of: other, login: "peer", expires: until(other) };
      return { certificates: [{ name: "Own", expires: until(name) }, theirs] };
    },
  );
  return fleetOf(instances.slice(0, 2), null, ["peer"]);
}
