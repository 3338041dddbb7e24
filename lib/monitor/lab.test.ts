import net from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { type StartedLab, startLab } from "#lab/started.ts";
import type { InstanceAnswer } from "#lib/mirroring/observation.ts";
import { createMonitor, type Monitor } from "#lib/monitor/create-monitor.ts";
import type { InstanceDraft } from "#lib/pools/draft.ts";
import { readRegisterFile } from "#lib/pools/register-file.ts";
import { connectTo, type Target } from "#lib/sqlserver/index.ts";

let lab: StartedLab;
let monitor: Monitor;
let extra: Target[] = [];

beforeAll(async () => {
  lab = await startLab("--example", "pair");
});
afterAll(() => lab.stop());
afterEach(async () => {
  await monitor.stop();
  extra = [];
});

describe("the monitor, on a fleet that speaks TDS", () => {
  it("sees as sysadmin what is so, on both sides and at the witness", async () => {
    await watch("acting");
    const [session] = (await lab.truth()).sessions;
    for (const copy of session!.copies) {
      const answer = await answered(copy.instance);
      expect(answer).toMatchObject({
        sysadmin: true,
        viewServerState: true,
        serverName: copy.instance,
        version: "11.0.7001.0",
        endpoint: { state: "STARTED", port: 5022 },
      });
      expect(answer.databases.map(({ name }) => name)).toEqual(["db"]);
      const { role, state, roleSequence } = copy;
      expect(answer.databases[0]).toMatchObject({
        sendQueueKb: 0,
        redoQueueKb: 0,
        mirroring: { role, state, roleSequence, safety: "FULL", witnessState: "CONNECTED" },
      });
      expect(answer.databases[0]?.mirroring?.failoverLsn).toMatch(/^\d{10,25}$/);
    }
    expect((await answered("W")).witnessed).toMatchObject([
      { database: "db", principal: "A", mirror: "B", synchronized: true, suspended: false },
    ]);
  });

  it("sees without sysadmin the principal, and of the mirror only that it is restoring", async () => {
    await watch("looking");
    expect((await answered("A")).databases[0]).toMatchObject({
      state: "ONLINE",
      mirroring: { role: "PRINCIPAL" },
    });
    expect(await answered("B")).toMatchObject({
      sysadmin: false,
      databases: [{ state: "RESTORING", mirroring: null }],
    });
  });

  it("asks each instance in one batch a round, on one connection, and never outside master", async () => {
    await lab.ask("DELETE", "/statements");
    await watch("looking");
    await vi.waitFor(async () => expect((await looksAt("A")).length).toBeGreaterThanOrEqual(4), {
      timeout: 10_000,
    });
    const asked = (await lab.truth()).statements.filter(
      ({ instance, text }) => instance === "A" && /SELECT/.test(text),
    );
    // The first one makes acquaintance; each after it is a whole round.
    expect(asked.filter(({ text }) => !/sys\.databases/.test(text))).toHaveLength(1);
    expect(asked.every(({ errorNumber }) => errorNumber === null)).toBe(true);
    expect(asked.some(({ text }) => /\bUSE\b/.test(text))).toBe(false);
  });

  it("tells a stopped instance, goes on with the others, and meets it again after its start", async () => {
    await watch("looking");
    await answered("A");
    await lab.ask("POST", "/instances/B/stop");
    await until("B", (seen) => !seen.reachable && seen.reason.kind === "network");
    await goesOn("A");
    await lab.ask("POST", "/instances/B/start");
    await until("B", (seen) => seen.reachable);
  });

  it("tells an instance that hangs, with a connection open or without", async () => {
    await watch("looking");
    await answered("B");
    await lab.ask("POST", "/instances/B/hang");
    await until("B", (seen) => !seen.reachable && seen.reason.kind === "timeout");
    const first = monitor.observations().get("B")!;
    await until(
      "B",
      (seen) => seen.startedAt > first.startedAt && !seen.reachable && seen.reason.kind === "timeout",
    );
    await goesOn("A");
    await lab.ask("POST", "/instances/B/wake");
    await until("B", (seen) => seen.reachable);
  });

  it("does not take a killed connection for a dead instance", async () => {
    await watch("looking");
    await answered("A");
    const silent = vi.fn();
    monitor.subscribe((seen) => !seen.reachable && silent(seen));
    const before = monitor.observations().get("A")!.startedAt;
    const admin = connectTo((await targets("acting")).find(({ id }) => id === "A")!);
    expect(await admin.send(killLookers, { timeoutMs: 2_000 })).toMatchObject({ kind: "answered" });
    await admin.close();
    await until("A", (seen) => seen.startedAt > before + 100 && seen.reachable);
    expect(silent).not.toHaveBeenCalled();
  });

  it("tells a wrong password, a stranger and a silent peer apart, and watches the rest", async () => {
    const [a] = await targets("looking");
    const stranger = net.createServer((socket) => socket.on("error", () => {}).write("220 mail ready\r\n"));
    const mute = net.createServer((socket) => socket.on("error", () => {}));
    const port = async (server: net.Server) => {
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      return (server.address() as net.AddressInfo).port;
    };
    extra = [
      { ...a!, id: "wrong", login: { ...a!.login, password: "wrong" } },
      { ...a!, id: "stranger", port: await port(stranger) },
      { ...a!, id: "mute", port: await port(mute) },
    ];
    await watch("looking");
    await until(
      "wrong",
      (seen) => !seen.reachable && seen.reason.kind === "login" && seen.reason.number === 18456,
    );
    await until(
      "stranger",
      (seen) => !seen.reachable && seen.reason.kind === "garbage" && seen.reason.detail.includes("220 mail"),
    );
    await until("mute", (seen) => !seen.reachable && seen.reason.kind === "timeout");
    await goesOn("A");
    stranger.close();
    mute.close();
  });

  it("says of a certificate that nobody vouches for that it is a matter of TLS", async () => {
    const [a] = await targets("looking");
    extra = [{ ...a!, id: "untrusted", tls: { minimum: "1.2", trust: false, ca: null } }];
    await watch("looking");
    await until("untrusted", (seen) => !seen.reachable && seen.reason.kind === "tls");
  });

  it("sees a switch on both sides: roles exchanged, role sequence one higher", async () => {
    await watch("acting");
    const before = (await answered("A")).databases[0]!.mirroring!;
    const a = connectTo((await targets("acting")).find(({ id }) => id === "A")!);
    expect(await a.send("ALTER DATABASE [db] SET PARTNER FAILOVER", { timeoutMs: 10_000 })).toMatchObject({
      kind: "answered",
    });
    await until("B", (seen) => seen.reachable && seen.databases[0]?.mirroring?.role === "PRINCIPAL");
    await until(
      "A",
      (seen) =>
        seen.reachable &&
        seen.databases[0]?.mirroring?.role === "MIRROR" &&
        seen.databases[0].mirroring.roleSequence === before.roleSequence + 1,
    );
    expect(await a.send("ALTER DATABASE [db] SET PARTNER FAILOVER", { timeoutMs: 10_000 })).toMatchObject({
      kind: "refused",
      number: 1470,
      severity: 16,
    });
    expect(await a.send("WAITFOR DELAY '00:00:30'", { timeoutMs: 300 })).toMatchObject({ kind: "timeout" });
    await a.close();
  });

  it("looks while a statement is under way, and does not know what became of one whose server died", async () => {
    await watch("looking");
    const w = connectTo((await targets("acting")).find(({ id }) => id === "W")!);
    const asked = [1, 2].map(() => w.send("WAITFOR DELAY '00:01:00'", { timeoutMs: 60_000 }));
    await vi.waitFor(async () => expect(await waiting()).toHaveLength(2), { timeout: 5_000 });
    expect(await w.observe()).toMatchObject({ reachable: true, login: "acting" });
    await lab.ask("POST", "/instances/W/stop");
    for (const outcome of await Promise.all(asked))
      expect(outcome).toMatchObject({ kind: "broken", sent: true });
    expect(await w.send("SELECT 1", { timeoutMs: 1_000 })).toMatchObject({ kind: "broken", sent: false });
    await lab.ask("POST", "/instances/W/start");
    await vi.waitFor(
      async () => expect(await w.send("SELECT 1", { timeoutMs: 1_000 })).toMatchObject({ kind: "answered" }),
      { timeout: 5_000 },
    );
    await w.close();
  });

  it("is told no by SQL Server with the first error, which says why", async () => {
    await watch("looking");
    const a = connectTo((await targets("looking")).find(({ id }) => id === "B")!);
    expect(await a.send("ALTER DATABASE [db] SET PARTNER FAILOVER", { timeoutMs: 2_000 })).toMatchObject({
      kind: "refused",
      severity: expect.any(Number),
      message: expect.stringMatching(/permission|not exist/),
    });
    expect(await a.send("RAISERROR (N'Nothing was changed.', 16, 1)", { timeoutMs: 2_000 })).toMatchObject({
      kind: "refused",
      number: 50_000,
      message: "Nothing was changed.",
    });
    await a.close();
  });
});

async function waiting() {
  return (await lab.truth()).statements.filter(
    ({ text, outcome }) => text.startsWith("WAITFOR DELAY '00:01") && outcome === null,
  );
}

/** Every session that is ours but the one that asks. */
const killLookers = `DECLARE @kill nvarchar(max) = N'';
SELECT @kill = @kill + N'KILL ' + CAST(session_id AS nvarchar(10)) + N'; ' FROM sys.dm_exec_sessions WHERE login_name = N'mirrordeck_look';
EXEC sp_executesql @kill;`;

async function watch(which: Target["which"]): Promise<void> {
  const connect = (target: Target) => connectTo(target, { connectMs: 500, lookMs: 700 });
  monitor = createMonitor({
    targets: async (as) => [...(await targets(as === "looking" ? which : as)), ...extra],
    connect,
    pace: { lookEveryMs: 80, silentEveryMs: 120 },
  });
  await monitor.registerChanged();
}

async function targets(which: Target["which"]): Promise<Target[]> {
  const read = readRegisterFile(lab.poolsFile);
  if (!read.ok) throw new Error(read.mistakes.join("\n"));
  return read.register.instances.map((instance) => targetOf(instance, which));
}

function targetOf(instance: InstanceDraft, which: Target["which"]): Target {
  const { type, user, password } = instance[which]!;
  const { name, server, port, namedInstance, tls } = instance;
  return {
    id: name,
    name,
    server,
    port,
    namedInstance,
    tls,
    which,
    login: { type, user, password: password! },
  };
}

type Seen = NonNullable<ReturnType<ReturnType<Monitor["observations"]>["get"]>>;

async function until(id: string, holds: (seen: Seen) => boolean): Promise<Seen> {
  return vi.waitFor(
    () => {
      const seen = monitor.observations().get(id);
      expect(seen && holds(seen), `${id}: ${JSON.stringify(seen)?.slice(0, 400)}`).toBe(true);
      return seen!;
    },
    { timeout: 8_000 },
  );
}

async function answered(id: string): Promise<InstanceAnswer> {
  return (await until(id, (seen) => seen.reachable)) as InstanceAnswer;
}

/** Three more rounds, while another instance is in trouble. */
async function goesOn(id: string): Promise<void> {
  for (const _round of [1, 2, 3]) {
    const before = monitor.observations().get(id)!.startedAt;
    await until(id, (seen) => seen.reachable && seen.startedAt > before);
  }
}

async function looksAt(instance: string) {
  return (await lab.truth()).statements.filter(
    (statement) => statement.instance === instance && /sys\.database_mirroring\b/.test(statement.text),
  );
}
