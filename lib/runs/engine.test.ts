import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type StartedLab, startLab } from "#lab/started.ts";
import { type FreshDatabase, freshDatabase } from "#lib/db/testing.ts";
import { monitor } from "#lib/monitor/index.ts";
import { importRegisterFile, poolById } from "#lib/pools/index.ts";
import type { Asked, Scope } from "#lib/runbooks/plan.ts";
import { createEngine, type Engine } from "#lib/runs/engine.ts";
import type { Choice, Person } from "#lib/runs/events.ts";
import { stateOfRun } from "#lib/runs/journal.ts";
import { realWorld } from "#lib/runs/real-world.ts";
import { isEnded, type Phase, type RunState } from "#lib/runs/replay.ts";

const admin: Person = { id: "ada", name: "Ada", role: "admin" };
const wholePool: Scope = { kind: "pool", leaveOut: [] };
const asked = (scope: Scope = wholePool, toward: Asked["toward"] = "Mirror"): Asked => ({
  runbook: "manual-failover",
  scope,
  toward,
  options: { waitForRedo: false },
});

let database: FreshDatabase;
let lab: StartedLab;
let engine: Engine;

beforeEach(async () => {
  database = await freshDatabase();
  vi.stubEnv("DATABASE_URL", database.url);
  vi.stubEnv("MIRRORDECK_DATA", mkdtempSync(path.join(tmpdir(), "data-")));
});

afterEach(async () => {
  await engine?.stop();
  await monitor().stop();
  Reflect.deleteProperty(globalThis, "mirrordeckMonitor");
  Reflect.deleteProperty(globalThis, "mirrordeckDb");
  await lab?.stop();
  await database.close();
  vi.unstubAllEnvs();
});

/** The lab served, its pools registered, watched once round, and an engine of this process. */
async function open(...options: string[]): Promise<void> {
  lab = await startLab(...options);
  expect(await importRegisterFile(lab.poolsFile)).toMatchObject({ ok: true });
  await monitor().registerChanged();
  engine = createEngine(realWorld());
  await everythingSeen();
}

async function everythingSeen(): Promise<void> {
  const pool = (await database.db.pool.findFirst())!;
  const declared = (await poolById(pool.id))!;
  const wanted = declared.stores.flatMap((store) => [store.primary.id, store.mirror.id]);
  await monitor().lookNow(wanted);
}

async function poolId(): Promise<string> {
  return (await database.db.pool.findFirst())!.id;
}

async function begin(scope = wholePool, toward: Asked["toward"] = "Mirror"): Promise<string> {
  const { runId } = await engine.prepare(admin, {
    poolId: await poolId(),
    asked: asked(scope, toward),
    reason: "patching",
    ticket: "CHG-1",
  });
  const planned = (await stateOfRun(runId))!;
  await engine.start(admin, { runId, seen: planned.seq, planHash: planned.planHash });
  return runId;
}

async function until(runId: string, wanted: (state: RunState) => boolean): Promise<RunState> {
  return vi.waitUntil(
    async () => {
      const state = (await stateOfRun(runId))!;
      return wanted(state) ? state : null;
    },
    { timeout: 60_000, interval: 100 },
  );
}

const phase =
  (...phases: Phase[]) =>
  (state: RunState) =>
    phases.includes(state.phase);

/** A person says yes to what waits for a person, and the run ends. */
async function handOver(runId: string): Promise<RunState> {
  const waiting = await until(runId, phase("waiting", "stopped"));
  await engine.confirmStep(admin, { runId, seen: waiting.seq, step: "hand-over", holds: true, note: "" });
  return until(runId, isEnded);
}

async function decide(runId: string, choice: Choice): Promise<void> {
  const stopped = await until(runId, phase("stopped"));
  await engine.decide(admin, { runId, seen: stopped.seq, choice });
}

async function serving(): Promise<Record<string, string[]>> {
  const { sessions } = await lab.truth();
  return Object.fromEntries(sessions.map((session) => [session.database, session.serving]));
}

/** The acting statements that the servers have received, word for word. */
async function sent(): Promise<string[]> {
  const { statements } = await lab.truth();
  return statements.map(({ text }) => text).filter((text) => /ALTER\s+DATABASE/i.test(text));
}

/** What the run says of each change, by database. */
function verdicts(state: RunState): Record<string, string | null> {
  return Object.fromEntries(
    state.steps.flatMap((step) =>
      Object.entries(step.changes).map(([change, { verdict }]) => [change.split("/").at(-1)!, verdict]),
    ),
  );
}

describe("a manual failover of a whole pool", () => {
  it("moves every database, is seen on both sides, and is completed with all found", {
    timeout: 90_000,
  }, async () => {
    await open("--example", "pair");
    const before = await lab.truth();
    const ended = await handOver(await begin());
    const after = await lab.truth();
    expect(await serving()).toEqual({ db: ["B"] });
    expect(after.sessions[0]!.copies.map((copy) => copy.roleSequence)).toEqual(
      before.sessions[0]!.copies.map((copy) => copy.roleSequence + 1),
    );
    expect([ended.phase, ended.result?.there, ended.result?.switchOff]).toMatchObject([
      "completed",
      ["db"],
      [{ instance: "A", stillPrincipal: [] }],
    ]);
    expect(await sent()).toHaveLength(1);
  });

  it("keeps every event with its audit entry, and every statement word for word as the server got it", {
    timeout: 90_000,
  }, async () => {
    await open("--example", "pair");
    const runId = await begin();
    await handOver(runId);
    const [events, entries] = await Promise.all([
      database.db.runEvent.findMany({ where: { runId }, orderBy: { seq: "asc" } }),
      database.db.auditEntry.findMany({ where: { runId }, orderBy: { seq: "asc" } }),
    ]);
    expect(entries.map((entry) => entry.eventSeq)).toEqual(events.map((event) => event.seq));
    const sending = events.find((event) => event.type === "sending")?.data as { sql: string };
    expect(await sent()).toEqual([sending.sql]);
    expect(entries.every((entry) => entry.actor === "Ada")).toBe(true);
  });

  it("goes back the same way", { timeout: 90_000 }, async () => {
    await open("--example", "pair");
    await handOver(await begin());
    await everythingSeen();
    await handOver(await begin(wholePool, "Primary"));
    expect(await serving()).toEqual({ db: ["A"] });
  });
});

describe("what is refused, and sends nothing", () => {
  it("a plan while a database is SYNCHRONIZING", { timeout: 60_000 }, async () => {
    await open("--example", "pair");
    await lab.ask("PATCH", "/databases/db", {
      workloadKbPerSecond: 5000,
      sendKbPerSecond: 10,
      sendQueueKb: 50_000,
    });
    await lab.ask("POST", "/links/A/B/cut");
    await lab.ask("POST", "/links/A/B/join");
    await vi.waitUntil(async () => (await lab.truth()).sessions[0]!.copies[0]!.state === "SYNCHRONIZING", {
      timeout: 20_000,
    });
    await everythingSeen();
    await expect(begin()).rejects.toMatchObject({
      refusal: { key: "runs.refusal.notReady", values: { subject: "db", check: "synchronized" } },
    });
    expect(await sent()).toEqual([]);
  });

  it("a start on ground that moved since the plan was made", { timeout: 60_000 }, async () => {
    await open("--example", "pair");
    const pool = await poolId();
    const { runId: stale } = await engine.prepare(admin, {
      poolId: pool,
      asked: asked(),
      reason: "r",
      ticket: "",
    });
    await handOver(await begin());
    const planned = (await stateOfRun(stale))!;
    const before = await sent();
    await expect(
      engine.start(admin, { runId: stale, seen: planned.seq, planHash: planned.planHash }),
    ).rejects.toMatchObject({ refusal: { key: "runs.refusal.planMoved" } });
    expect(await sent()).toEqual(before);
  });

  it("a second run on a pool, or on an instance, that carries an open one; and a click on what has moved on", {
    timeout: 60_000,
  }, async () => {
    await open("--example", "pair");
    const { runId: second } = await engine.prepare(admin, {
      poolId: await poolId(),
      asked: asked(),
      reason: "r",
      ticket: "",
    });
    const first = await begin();
    const planned = (await stateOfRun(second))!;
    const start = engine.start(admin, { runId: second, seen: planned.seq, planHash: planned.planHash });
    await expect(start).rejects.toMatchObject({ refusal: { key: expect.stringMatching(/busy|planMoved/) } });
    await expect(
      engine.confirmStep(admin, { runId: first, seen: 1, step: "hand-over", holds: true, note: "" }),
    ).rejects.toMatchObject({ refusal: { key: "runs.refusal.stale" } });
    await handOver(first);
    expect(await sent()).toHaveLength(1);
  });

  it("two people on one button are one attempt", { timeout: 60_000 }, async () => {
    await open("--example", "pair");
    const { runId } = await engine.prepare(admin, {
      poolId: await poolId(),
      asked: asked(),
      reason: "r",
      ticket: "",
    });
    const planned = (await stateOfRun(runId))!;
    const clicks = await Promise.allSettled(
      [1, 2, 3].map(() => engine.start(admin, { runId, seen: planned.seq, planHash: planned.planHash })),
    );
    expect(clicks.filter((click) => click.status === "fulfilled")).toHaveLength(1);
    await handOver(runId);
    expect(await sent()).toHaveLength(1);
  });
});

describe.each([
  ["with a witness", []],
  ["without a witness", ["--variant", "base1"]],
])("the link cut in the middle, %s", (_, variant) => {
  /** rtcshared goes first and alone; rtcxds is pending for some seconds, in which the link is cut; xds is not sent. */
  async function cutInTheMiddle(): Promise<string> {
    await open("--example", "crossing", ...variant);
    const runId = await begin();
    await vi.waitUntil(
      async () =>
        (await lab.truth()).sessions.some(
          (session) =>
            session.copies.some((copy) => copy.state === "PENDING_FAILOVER") && session.database === "rtcxds",
        ),
      { timeout: 30_000, interval: 50 },
    );
    await lab.ask("POST", "/links/C1/C2/cut");
    return runId;
  }

  it("leaves three different findings, as it is in truth; then Finish moves the rest", {
    timeout: 120_000,
  }, async () => {
    const runId = await cutInTheMiddle();
    const stopped = await until(runId, phase("stopped"));
    expect(verdicts(stopped)).toEqual({ rtcshared: "reached", rtcxds: "unknown" });
    expect(stopped.steps.find((step) => step.state === "unknown")?.because?.key).toBe(
      "checks.findings.pending",
    );
    expect(await serving()).toEqual({ rtcshared: ["C2"], rtcxds: [], xds: ["C1"] });
    await lab.ask("POST", "/links/C1/C2/join");
    await vi.waitUntil(
      async () =>
        (await lab.truth()).sessions.every((session) =>
          session.copies.every((copy) => copy.state === "SYNCHRONIZED"),
        ),
      { timeout: 40_000 },
    );
    await decide(runId, "finish");
    const waiting = await until(runId, phase("waiting"));
    const step = waiting.steps.find((open) => open.state === "open")!.step.id;
    await engine.confirmStep(admin, { runId, seen: waiting.seq, step, holds: true, note: "" });
    const ended = await until(runId, isEnded);
    expect(await serving()).toEqual({ rtcshared: ["C2"], rtcxds: ["C2"], xds: ["C2"] });
    expect([ended.phase, ended.result?.there.length, ended.result?.found]).toEqual([
      "completed-with-exceptions",
      3,
      3,
    ]);
  });

  it("Return takes back what has moved", { timeout: 120_000 }, async () => {
    const runId = await cutInTheMiddle();
    await until(runId, phase("stopped"));
    await lab.ask("POST", "/links/C1/C2/join");
    await vi.waitUntil(
      async () =>
        (await lab.truth()).sessions.every((session) =>
          session.copies.every((copy) => copy.state === "SYNCHRONIZED"),
        ),
      { timeout: 40_000 },
    );
    await decide(runId, "return");
    await until(runId, phase("waiting"));
    expect(await serving()).toEqual({ rtcshared: ["C1"], rtcxds: ["C1"], xds: ["C1"] });
  });

  it("Finish is refused while the link is still cut, and Stop ends the run as it is", {
    timeout: 120_000,
  }, async () => {
    const runId = await cutInTheMiddle();
    const stopped = await until(runId, phase("stopped"));
    await expect(engine.decide(admin, { runId, seen: stopped.seq, choice: "finish" })).rejects.toMatchObject({
      refusal: { key: "runs.refusal.notReady" },
    });
    await decide(runId, "stop");
    const ended = await until(runId, isEnded);
    expect([ended.phase, ended.result?.there]).toEqual(["unknown", ["rtcshared"]]);
    expect(await database.db.lease.count()).toBe(0);
  });
});

describe("a run whose process is gone", () => {
  it("is shown as interrupted, sends nothing, and goes on only after a person has looked", {
    timeout: 120_000,
  }, async () => {
    await open("--example", "crossing");
    const runId = await begin();
    await vi.waitUntil(async () => (await sent()).length === 2, { timeout: 30_000, interval: 50 });
    await engine.stop();
    const before = await sent();
    engine = createEngine(realWorld());
    // The lease of the process that is gone runs out; until then nobody takes the run over.
    await vi.waitUntil(
      async () => {
        await engine.adoptOrphans();
        return (await stateOfRun(runId))!.phase === "interrupted";
      },
      { timeout: 30_000, interval: 500 },
    );
    expect(await sent()).toEqual(before);
    await vi.waitUntil(
      async () =>
        (await lab.truth()).sessions.find((session) => session.database === "rtcxds")!.serving.includes("C2"),
      { timeout: 30_000 },
    );
    const interrupted = (await stateOfRun(runId))!;
    await engine.lookThenContinue(admin, { runId, seen: interrupted.seq });
    const ended = await handOver(runId);
    expect([ended.phase, await serving()]).toEqual([
      "completed",
      { rtcshared: ["C2"], rtcxds: ["C2"], xds: ["C2"] },
    ]);
    expect(await sent()).toHaveLength(3);
  });
});
