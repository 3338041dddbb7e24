import "server-only";
import { createHash, randomUUID } from "node:crypto";
import { refuse } from "#lib/auth/refusal.ts";
import type { Transaction } from "#lib/db/index.ts";
import { say } from "#lib/mirroring/message.ts";
import { runbookById } from "#lib/runbooks/index.ts";
import { type Asked, layOut, movedSince, type Plan, situationOf } from "#lib/runbooks/plan.ts";
import { type Driver, driveRun, writerOf } from "#lib/runs/drive.ts";
import type { Choice, Person, RunEvent } from "#lib/runs/events.ts";
import { lookWith } from "#lib/runs/hands.ts";
import { append, isSuperseded, stateOfRun } from "#lib/runs/journal.ts";
import { type Busy, type Held, isBusy, openRunIds, take, takeOver } from "#lib/runs/lease.ts";
import type { RunState } from "#lib/runs/replay.ts";
import { resultOf } from "#lib/runs/result.ts";
import { settleInterrupted } from "#lib/runs/settle.ts";
import { partnersOf, situationFor } from "#lib/runs/situation.ts";
import { stepsAfter } from "#lib/runs/steps-after.ts";
import type { World } from "#lib/runs/world.ts";

/** What may be asked of runs. Each verb answers at once; the run goes on in this process and viewers follow the journal. */
export interface Engine {
  readonly kind: "mirrordeck.engine";
  prepare(
    actor: Person,
    input: { poolId: string; asked: Asked; reason: string; ticket: string },
  ): Promise<{ runId: string }>;
  start(actor: Person, input: { runId: string; seen: number; planHash: string }): Promise<{ seq: number }>;
  confirmStep(
    actor: Person,
    input: { runId: string; seen: number; step: string; holds: boolean; note: string },
  ): Promise<{ seq: number }>;
  decide(actor: Person, input: { runId: string; seen: number; choice: Choice }): Promise<{ seq: number }>;
  lookThenContinue(actor: Person, input: { runId: string; seen: number }): Promise<{ seq: number }>;
  /** At start-up and now and then: takes over open runs whose process is gone. Sends nothing. */
  adoptOrphans(): Promise<void>;
  stop(): Promise<void>;
}

export function createEngine(world: World): Engine {
  const holder = `${process.pid}-${randomUUID().slice(0, 8)}`;
  const drivers = new Map<string, Driver>();

  function drive(runId: string, held: Held): Driver {
    const driver = driveRun(runId, held, world, () => drivers.delete(runId));
    drivers.set(runId, driver);
    return driver;
  }

  /** The click must have seen the run as it is: two people on one button are one attempt. */
  async function openRun(runId: string, seen: number): Promise<RunState> {
    const state = await stateOfRun(runId);
    if (!state) return refused("runs.refusal.unknown", { runId });
    if (state.seq !== seen)
      return refused("runs.refusal.stale", { seen, seq: state.seq, phase: state.phase });
    return state;
  }

  function driverOf(runId: string) {
    return drivers.get(runId) ?? refused("runs.refusal.elsewhere", { runId });
  }

  async function click(
    state: RunState,
    actor: Person,
    held: Held | null,
    events: readonly RunEvent[],
    before?: (tx: Transaction) => Promise<void>,
  ): Promise<{ seq: number }> {
    const write = {
      runId: state.id,
      poolId: state.poolId,
      after: state.seq,
      actor,
      origin: "wizard" as const,
      held,
    };
    const entries = await append(write, events, before && { before }).catch((error) => {
      if (isSuperseded(error))
        refused("runs.refusal.stale", { seen: state.seq, seq: "?", phase: state.phase });
      throw error;
    });
    return { seq: entries.at(-1)!.seq };
  }

  return {
    kind: "mirrordeck.engine",

    async prepare(actor, { poolId, asked, reason, ticket }) {
      const pool = await world.poolById(poolId);
      const runbook = runbookById(asked.runbook);
      if (!pool) return refused("runs.refusal.unknownPool", { poolId });
      if (!runbook) return refused("runs.refusal.unknownRunbook", { runbook: asked.runbook });
      const plan = layOut(
        runbook,
        situationOf(pool, asked, world.observations(), await world.actingLogins()),
        asked,
      );
      const failed = plan.verdicts.find((verdict) => !verdict.holds && verdict.weight === "hard");
      if (failed) return refused("runs.refusal.notReady", { subject: failed.subject, check: failed.check });
      const runId = randomUUID();
      const planned: RunEvent = { type: "planned", by: actor, plan, planHash: hashOf(plan), reason, ticket };
      await append({ runId, poolId, after: 0, actor, origin: "wizard", held: null }, [planned], {
        before: (tx) => tx.run.create({ data: { id: runId, poolId, runbook: runbook.id } }),
      });
      return { runId };
    },

    async start(actor, { runId, seen, planHash }) {
      const state = await openRun(runId, seen);
      if (state.phase !== "planned") return refused("runs.refusal.alreadyStarted", { runId });
      if (planHash !== state.planHash) return refused("runs.refusal.otherPlan", { runId });
      const keys = [`pool:${state.poolId}`, ...partnersOf(state).map((id) => `instance:${id}`)];
      let held: Held | null = null;
      // A plan whose ground moved is shown again, not performed. Each act asks its guards once more, after the lock.
      const hands = await world.openHands(partnersOf(state));
      try {
        await refuseIfMoved(state, world, hands);
        const answer = await click(state, actor, null, [{ type: "started", by: actor }], async (tx) => {
          const taken = await take(tx, runId, keys, holder);
          held = isBusy(taken) ? refuseBusy(taken) : taken;
        });
        drive(runId, held!).go();
        return answer;
      } finally {
        await hands.close();
      }
    },

    async confirmStep(actor, { runId, seen, step, holds, note }) {
      const state = await openRun(runId, seen);
      const open = state.steps.find(
        (candidate) =>
          candidate.step.id === step && candidate.state === "open" && candidate.step.kind === "confirm",
      );
      if (state.phase !== "waiting" || !open) return refused("runs.refusal.notWaiting", { step });
      const driver = driverOf(runId);
      const answer = await click(state, actor, driver.held, [
        { type: "confirmed", step, by: actor, holds, note },
      ]);
      driver.go();
      return answer;
    },

    async decide(actor, { runId, seen, choice }) {
      const state = await openRun(runId, seen);
      if (state.phase !== "stopped") return refused("runs.refusal.notStopped", { phase: state.phase });
      const driver = driverOf(runId);
      const hands = await world.openHands(partnersOf(state));
      try {
        const observations = await lookWith(hands, partnersOf(state), world.observations(), world.publish);
        if (choice === "stop") return await stopHere(state, actor, driver.held, observations);
        const steps = stepsAfter(state, choice, observations);
        if (!Array.isArray(steps)) return refused(steps.key, steps.values);
        const answer = await click(state, actor, driver.held, [
          { type: "decided", by: actor, choice, steps },
        ]);
        driver.go();
        return answer;
      } finally {
        await hands.close();
      }
    },

    async lookThenContinue(actor, { runId, seen }) {
      const state = await openRun(runId, seen);
      if (state.phase !== "interrupted")
        return refused("runs.refusal.notInterrupted", { phase: state.phase });
      const driver = driverOf(runId);
      const hands = await world.openHands(partnersOf(state));
      try {
        const observations = await lookWith(hands, partnersOf(state), world.observations(), world.publish);
        const settled = settleInterrupted(state, situationFor(state, observations));
        const answer = await click(state, actor, driver.held, [{ type: "continued", by: actor }, ...settled]);
        driver.go();
        return answer;
      } finally {
        await hands.close();
      }
    },

    async adoptOrphans() {
      for (const runId of await openRunIds()) {
        if (drivers.has(runId)) continue;
        const held = await takeOver(runId, holder);
        const state = held && (await stateOfRun(runId));
        if (!held || !state) continue;
        drive(runId, held);
        if (state.phase === "running")
          await writerOf(state, held)([{ type: "interrupted", because: say("runs.processGone") }]);
      }
    },

    async stop() {
      await Promise.all([...drivers.values()].map((driver) => driver.abandon()));
    },
  };

  async function stopHere(
    state: RunState,
    actor: Person,
    held: Held,
    observations: Parameters<typeof situationFor>[1],
  ): Promise<{ seq: number }> {
    const result = resultOf(state, situationFor(state, observations));
    const unknown = state.steps.some((step) => step.state === "unknown");
    const seq = state.seq;
    await writerOf({ ...state, operator: actor }, held)(
      [
        { type: "decided", by: actor, choice: "stop", steps: [] },
        { type: "ended", outcome: unknown ? "unknown" : "abandoned", result },
      ],
      true,
    );
    await drivers.get(state.id)?.abandon();
    return { seq: seq + 2 };
  }
}

/** The engine of this process; the app makes it at start. */
export function engine(): Engine {
  const { mirrordeckEngine } = globalThis as { mirrordeckEngine?: Engine };
  if (mirrordeckEngine?.kind !== "mirrordeck.engine")
    throw new Error("The engine has not been started in this process");
  return mirrordeckEngine;
}

export function installEngine(made: Engine): Engine {
  (globalThis as { mirrordeckEngine?: Engine }).mirrordeckEngine = made;
  return made;
}

/** Four eyes and stale clicks refer to the plan as it was shown: every field, in one order. */
export function hashOf(plan: Plan): string {
  const { verdicts: _, predicted: __, ...bound } = plan;
  return createHash("sha256")
    .update(JSON.stringify(sorted(bound)))
    .digest("hex");
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}

async function refuseIfMoved(
  state: RunState,
  world: World,
  hands: Parameters<typeof lookWith>[0],
): Promise<void> {
  const observations = await lookWith(hands, partnersOf(state), world.observations(), world.publish);
  const [moved] = movedSince(state.plan, situationFor(state, observations).sessions);
  if (moved) refused("runs.refusal.planMoved", { database: moved.database, was: moved.was, is: moved.is });
}

/** Thrown so that no verb can go on past its own refusal; the one door turns it into the answer. */
function refused(key: string, values: Record<string, string | number>): never {
  throw Object.assign(new Error(key), refuse(key, values));
}

function refuseBusy(busy: Busy): never {
  return refused("runs.refusal.busy", {
    key: busy.key,
    runId: busy.runId,
    holder: busy.holder,
    seconds: Math.round(busy.heartbeatAgeMs / 1000),
  });
}
