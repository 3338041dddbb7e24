import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { readRegisterFile } from "#lib/pools/register-file.ts";

const folder = mkdtempSync(path.join(tmpdir(), "register-"));

const sound = `
instances:
  - name: BE1\\rtc
    server: be1.contoso.com
    instance: rtc
    looking: { type: ntlm, user: look, domain: CONTOSO, passwordEnv: LOOK_PASSWORD }
    acting: { user: act, password: 12345 }
    tls: { minimum: 1.0, trustServerCertificate: true }
  - { name: BE2, server: 10.0.0.2, port: 1433, looking: { user: look, password: x } }
  - { name: W, server: w.contoso.com, looking: { user: look, password: x } }
pools:
  - name: lyncpool1.contoso.com
    title: München
    product: Lync Server 2013
    frontEnds: [fe1.contoso.com]
    fileShare: \\\\files\\share
    persistentChat: { pool: chat.contoso.com, servers: [chat1] }
    stores:
      - { type: User, primary: be1\\RTC, mirror: BE2, witness: W }
      - { type: CMS, primary: BE1\\rtc, mirror: BE2 }
      - { type: Other, primary: BE1\\rtc, mirror: BE2, databases: ["a]b'; DROP--ü"] }
`;

describe("a register file", () => {
  it("is read with defaults, Lync's other spellings and passwords of the environment", () => {
    const read = readRegisterFile(written(sound), { LOOK_PASSWORD: "from-env" });
    expect(read).toMatchObject({
      ok: true,
      register: {
        instances: [
          {
            name: "BE1\\rtc",
            port: null,
            namedInstance: "rtc",
            tls: { minimum: "1.0", trust: true, ca: null },
            looking: { type: "ntlm", user: "look", domain: "CONTOSO", password: "from-env" },
            acting: { type: "sql", user: "act", password: "12345" },
          },
          {
            name: "BE2",
            port: 1433,
            namedInstance: null,
            tls: { minimum: "1.2", trust: false },
            acting: null,
          },
          { name: "W" },
        ],
        pools: [
          {
            id: "munchen",
            fileShare: "\\\\files\\share",
            persistentChat: { pool: "chat.contoso.com", secondaryPool: null, servers: ["chat1"] },
            stores: [
              { type: "User" },
              { type: "CentralMgmt", witness: null },
              { type: "Other", databases: ["a]b'; DROP--ü"] },
            ],
          },
        ],
      },
    });
  });

  type Written = { instances: Record<string, never>[]; pools: Record<string, never>[] };
  // biome-ignore lint/suspicious/noExplicitAny: the mistakes are the point
  const mistakes: [string, (file: any) => void, string][] = [
    [
      "a port that is no number",
      (file) => (file.instances[1].port = "abc"),
      'instances[1].port: expected a number, came "abc"',
    ],
    [
      "a port out of range",
      (file) => (file.instances[1].port = 70_000),
      "instances[1].port: expected 65535 or less, came 70000",
    ],
    [
      "a missing server",
      (file) => delete file.instances[1].server,
      "instances[1].server: expected text, came nothing",
    ],
    [
      "a missing login",
      (file) => delete file.instances[1].looking,
      "instances[1].looking: expected a group of settings, came nothing",
    ],
    [
      "no password",
      (file) => delete file.instances[1].looking.password,
      "instances[1].looking.password: expected password or passwordEnv, came neither",
    ],
    [
      "an unset variable",
      (file) => (file.instances[0].looking.passwordEnv = "NOT_SET"),
      "instances[0].looking.passwordEnv: expected the name of an environment variable that is set, came NOT_SET",
    ],
    [
      "Windows without a domain",
      (file) => delete file.instances[0].looking.domain,
      "instances[0].looking.domain: expected a domain, as the login is of type ntlm, came none",
    ],
    [
      "an unknown TLS version",
      (file) => (file.instances[0].tls.minimum = "0.9"),
      'instances[0].tls.minimum: expected one of 1.0, 1.1, 1.2, 1.3, came "0.9"',
    ],
    [
      "a certificate that is none",
      (file) => (file.instances[0].tls.ca = "register.yaml"),
      "instances[0].tls.ca: expected a file that holds a certificate (PEM)",
    ],
    [
      "port and instance",
      (file) => (file.instances[0].port = 1433),
      "instances[0].port: expected either port or instance, came both (port 1433)",
    ],
    [
      "a word nobody knows",
      (file) => (file.instances[1].prot = 1),
      "instances[1].prot: expected nothing of that name, came prot",
    ],
    [
      "a name twice",
      (file) => file.instances.push({ ...file.instances[1], name: "be2" }),
      "instances[3].name: expected a name of its own, came be2 a second time",
    ],
    [
      "an unknown type",
      (file) => (file.pools[0].stores[0].type = "Users"),
      "pools[0].stores[0].type: expected one of User, CentralMgmt",
    ],
    [
      "an unknown instance",
      (file) => (file.pools[0].stores[0].mirror = "BE3"),
      "pools[0].stores[0].mirror: expected the name of an instance of this file, came BE3",
    ],
    [
      "a mirror of itself",
      (file) => (file.pools[0].stores[0].mirror = "BE1\\RTC"),
      "pools[0].stores[0].mirror: expected another server than the store's other ones, came BE1\\RTC again",
    ],
    [
      "a type twice on a pair",
      (file) => (file.pools[0].stores[1].type = "User"),
      "pools[0].stores[1].type: expected one store of each type on a pair of servers, came User twice",
    ],
    [
      "Other without databases",
      (file) => delete file.pools[0].stores[2].databases,
      "pools[0].stores[2].databases: expected the names of the databases, as the type is Other, came none",
    ],
    [
      "no stores",
      (file) => (file.pools[0].stores = []),
      "pools[0].stores: expected a list with at least one entry, came an empty list",
    ],
    [
      "an id that is no slug",
      (file) => (file.pools[0].id = "Pool 1"),
      'pools[0].id: expected a slug: small letters, digits and hyphens, came "Pool 1"',
    ],
    [
      "an id twice",
      (file) => file.pools.push(file.pools[0]),
      "pools[1].id: expected an id of its own, came munchen a second time",
    ],
    ["no instances", (file) => delete file.instances, "instances: expected a list, came nothing"],
  ];
  it.each(mistakes)("with %s gets one sentence", (_what, spoil, sentence) => {
    const file = parse(sound) as Written;
    spoil(file);
    const read = readRegisterFile(written(stringify(file)), { LOOK_PASSWORD: "x" });
    expect(read.ok).toBe(false);
    expect(read.ok ? [] : read.mistakes).toEqual([expect.stringContaining(sentence)]);
  });

  it("that is missing, or no YAML, says so", () => {
    expect(readRegisterFile("/no/such/file.yaml")).toEqual({
      ok: false,
      mistakes: ["/no/such/file.yaml: no such file"],
    });
    const read = readRegisterFile(written("pools: [a: b: c"));
    expect(read.ok ? [] : read.mistakes[0]).toContain("not readable as YAML");
    expect(readRegisterFile(written("just words"))).toMatchObject({
      ok: false,
      mistakes: [expect.stringContaining("the file: expected a group of settings")],
    });
  });
});

function written(text: string): string {
  const file = path.join(folder, "register.yaml");
  writeFileSync(file, text);
  return file;
}
