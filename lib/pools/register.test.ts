import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { stringify } from "yaml";
import type { Actor } from "#lib/auth/actor.ts";
import { type FreshDatabase, freshDatabase } from "#lib/db/testing.ts";
import {
  addPool,
  changePool,
  editable,
  importRegisterFile,
  instancesToWatch,
  poolById,
  poolsWithStores,
  Registration,
  removePool,
  targetOf,
} from "#lib/pools/index.ts";

const admin: Actor = { id: "u1", name: "Ada", email: "ada@contoso.com", role: "admin", language: "en" };
let database: FreshDatabase;

beforeAll(() => void vi.stubEnv("MIRRORDECK_KEY", "a-key-of-this-installation-000001"));
beforeEach(async () => {
  database = await freshDatabase();
});
afterAll(() => void vi.unstubAllEnvs());

describe("a pool added in the browser", () => {
  it("stands in the register with its stores, their databases and the audit entry", async () => {
    expect(await addPool(munich(), admin, database.db)).toEqual({ id: "munchen" });
    const [pool] = await poolsWithStores(database.db);
    expect(pool).toMatchObject({
      id: "munchen",
      title: "München",
      stores: [
        {
          id: "user-be1-rtc-be2",
          type: "User",
          databases: ["rtcxds", "rtcshared", "rtcab"],
          primary: { id: "be1-rtc", name: "BE1\\rtc" },
          witness: { id: "w" },
        },
        { type: "Other", databases: ["a]b'; DROP--ü"], witness: null },
      ],
    });
    expect(await audit()).toMatchObject([
      { action: "register.audit.added", actor: "Ada", outcome: "done", poolId: "munchen" },
    ]);
  });

  it("keeps its passwords sealed, and opens them for the login that asks", async () => {
    await addPool(munich(), admin, database.db);
    const row = await database.db.instance.findUniqueOrThrow({ where: { id: "be1-rtc" } });
    expect(JSON.stringify(row)).not.toContain("pw-");
    expect(await targetOf("be1-rtc", "looking", database.db)).toMatchObject({
      login: { user: "look", password: "pw-look" },
      which: "looking",
    });
    expect(await targetOf("be1-rtc", "acting", database.db)).toMatchObject({
      login: { user: "act", password: "pw-act" },
      which: "acting",
    });
    // Without an acting login the looking one acts.
    expect(await targetOf("w", "acting", database.db)).toMatchObject({
      login: { user: "look" },
      which: "acting",
    });
    expect(JSON.stringify(await editable("munchen", database.db))).not.toContain("pw-");
    expect(JSON.stringify((await audit()).map(({ values }) => values))).not.toContain("pw-");
  });

  it("says which instance cannot be reached when the key was lost, and still lists it", async () => {
    await addPool(munich(), admin, database.db);
    vi.stubEnv("MIRRORDECK_KEY", "quite-another-key-of-an-installation");
    expect(await targetOf("be1-rtc", "looking", database.db)).toMatchObject({
      unreadable: expect.stringContaining("be1-rtc/looking"),
    });
    vi.stubEnv("MIRRORDECK_KEY", "a-key-of-this-installation-000001");
  });

  it("shares a store with another pool on the same pair", async () => {
    await addPool(munich(), admin, database.db);
    await addPool(
      Registration.parse({
        pool: { ...munich().pool, name: "berlin.contoso.com", title: "Berlin" },
        instances: [],
      }),
      admin,
      database.db,
    );
    const berlin = await poolById("berlin", database.db);
    expect(berlin?.stores.map((store) => [store.type, store.sharedWith.map((pool) => pool.title)])).toEqual([
      ["User", ["München"]],
      ["Other", []],
    ]);
  });

  it.each([
    ["a name that is taken", (given: Registration) => given, { "pool.name": "register.problem.pool-exists" }],
    [
      "an instance nobody knows",
      (given: Registration) => withStore(given, { mirror: "BE9" }),
      { "pool.stores.0.mirror": "register.problem.unknown-instance" },
    ],
    [
      "a mirror of itself",
      (given: Registration) => withStore(given, { mirror: "be1\\RTC" }),
      { "pool.stores.0.mirror": "register.problem.same-instance" },
    ],
    [
      "a new login without a password",
      (given: Registration) => ({
        ...given,
        instances: [
          {
            ...given.instances[1]!,
            name: "NEW",
            looking: { ...given.instances[1]!.looking, password: null },
          },
        ],
      }),
      { "instances.0.looking.password": "register.problem.password-again" },
    ],
  ])("is refused with %s, field by field", async (what, spoil, fields) => {
    await addPool(munich(), admin, database.db);
    const given = spoil(munich());
    if (!what.startsWith("a name")) given.pool.name = "other.contoso.com";
    expect(await addPool(given, admin, database.db)).toMatchObject({ ok: false, refusal: { fields } });
    expect(await poolsWithStores(database.db)).toHaveLength(1);
    expect(await instancesToWatch(database.db)).toHaveLength(3);
  });
});

describe("a pool that is changed", () => {
  it("keeps the passwords that were not given again, and drops stores that were taken out", async () => {
    await addPool(munich(), admin, database.db);
    const { pool, instances } = (await editable("munchen", database.db))!;
    const given = {
      pool: { ...pool, title: "Munich", stores: pool.stores.filter((store) => store.type === "User") },
      instances,
    };
    expect(await changePool("munchen", Registration.parse(given), admin, database.db)).toEqual({
      id: "munchen",
    });
    expect(await poolById("munchen", database.db)).toMatchObject({
      title: "Munich",
      stores: [{ type: "User" }],
    });
    expect(await database.db.store.count()).toBe(1);
    expect((await targetOf("be1-rtc", "acting", database.db))?.login.password).toBe("pw-act");
  });

  it("keeps no password for another server or another user: that would send it to whom it does not belong", async () => {
    await addPool(munich(), admin, database.db);
    const { pool, instances } = (await editable("munchen", database.db))!;
    const moved = instances.map((one) => (one.name === "BE2" ? { ...one, server: "evil.example" } : one));
    const renamed = instances.map((one) =>
      one.name === "BE2" ? { ...one, looking: { ...one.looking, user: "sa" } } : one,
    );
    for (const given of [moved, renamed])
      expect(
        await changePool("munchen", Registration.parse({ pool, instances: given }), admin, database.db),
      ).toMatchObject({
        refusal: { fields: { "instances.1.looking.password": "register.problem.password-again" } },
      });
  });

  it("is not changed while a run holds it", async () => {
    await addPool(munich(), admin, database.db);
    await database.db.run.create({
      data: {
        id: "r1",
        poolId: "munchen",
        runbook: "manual-failover",
        leases: { create: { key: "pool:munchen", token: 1n, holder: "me" } },
      },
    });
    for (const ask of [
      changePool("munchen", munich(), admin, database.db),
      removePool("munchen", admin, database.db),
    ])
      expect(await ask).toMatchObject({ refusal: { key: "register.refusal.openRun" } });
  });
});

describe("a pool that is removed", () => {
  it("is kept and marked, its servers are watched no more, and it can come back as itself", async () => {
    await addPool(munich(), admin, database.db);
    await removePool("munchen", admin, database.db);
    expect(await poolsWithStores(database.db)).toEqual([]);
    expect(await poolById("munchen", database.db)).toMatchObject({ removed: true });
    expect(await instancesToWatch(database.db)).toEqual([]);
    expect(await removePool("munchen", admin, database.db)).toMatchObject({
      refusal: { key: "register.refusal.noSuchPool" },
    });
    expect(await addPool(munich(), admin, database.db)).toEqual({ id: "munchen" });
    expect(await instancesToWatch(database.db)).toHaveLength(3);
  });
});

describe("a register file at the start", () => {
  it("is brought in once; again, nothing changes and nothing is audited", async () => {
    const file = written(fileOf(munich()));
    expect(await importRegisterFile(file, database.db)).toEqual({
      ok: true,
      changed: ["BE1\\rtc", "BE2", "W", "lyncpool1.contoso.com"],
      gone: [],
    });
    expect(await importRegisterFile(file, database.db)).toEqual({ ok: true, changed: [], gone: [] });
    expect(await audit()).toMatchObject([{ action: "register.audit.imported", role: "system" }]);
  });

  it("keeps and marks what left it, and brings it back when it is named again", async () => {
    await importRegisterFile(written(fileOf(munich())), database.db);
    const fewer = { ...fileOf(munich()), pools: [] };
    fewer.instances.pop();
    expect(await importRegisterFile(written(fewer), database.db)).toEqual({
      ok: true,
      changed: [],
      gone: ["lyncpool1.contoso.com", "W"],
    });
    expect((await instancesToWatch(database.db)).map(({ id }) => id)).toEqual(["be1-rtc", "be2"]);
    await importRegisterFile(written(fileOf(munich())), database.db);
    expect(await poolsWithStores(database.db)).toHaveLength(1);
    expect(await instancesToWatch(database.db)).toHaveLength(3);
  });

  it("changes nothing when it has mistakes", async () => {
    const file = fileOf(munich());
    file.pools[0]!.stores[0]!.primary = "BE9";
    expect(await importRegisterFile(written(file), database.db)).toMatchObject({ ok: false });
    expect(await instancesToWatch(database.db)).toEqual([]);
  });
});

function munich(): Registration {
  const login = (user: string) => ({ type: "sql" as const, user, domain: null, password: `pw-${user}` });
  const instance = (name: string, acting: boolean) => ({
    name,
    server: "127.0.0.1",
    port: 1433,
    namedInstance: null,
    tls: { minimum: "1.2" as const, trust: true, ca: null },
    looking: login("look"),
    acting: acting ? login("act") : null,
  });
  return Registration.parse({
    pool: {
      name: "lyncpool1.contoso.com",
      title: "München",
      product: "Lync Server 2013",
      frontEnds: ["fe1"],
      fileShare: null,
      persistentChat: { pool: "chat", servers: ["c1"], secondaryPool: "chat2" },
      stores: [
        { type: "User", databases: [], primary: "BE1\\rtc", mirror: "BE2", witness: "W" },
        { type: "Other", databases: ["a]b'; DROP--ü"], primary: "be1\\rtc", mirror: "BE2", witness: null },
      ],
    },
    instances: [instance("BE1\\rtc", true), instance("BE2", true), instance("W", false)],
  });
}

function withStore(given: Registration, store: object): Registration {
  return { ...given, pool: { ...given.pool, stores: [{ ...given.pool.stores[0]!, ...store }] } };
}

function fileOf({ pool, instances }: Registration) {
  const login = ({ type, user, password }: { type: string; user: string; password: string | null }) => ({
    type,
    user,
    password,
  });
  return {
    instances: instances.map(({ name, server, port, looking, acting }) => ({
      name,
      server,
      port,
      looking: login(looking),
      ...(acting ? { acting: login(acting) } : {}),
      tls: { trustServerCertificate: true },
    })),
    pools: [pool],
  };
}

function written(register: object): string {
  const file = path.join(mkdtempSync(path.join(tmpdir(), "register-")), "pools.yaml");
  writeFileSync(file, stringify(register));
  return file;
}

function audit() {
  return database.db.auditEntry.findMany({ orderBy: { seq: "asc" } });
}
