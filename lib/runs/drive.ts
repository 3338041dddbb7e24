import "server-only";
import { randomUUID } from "node:crypto";
import { say } from "#lib/mirroring/message.ts";
import type { RunEvent } from "#lib/runs/events.ts";
import { type Hands, lookWith } from "#lib/runs/hands.ts";
import { append, isSuperseded, Superseded, stateOfRun } from "#lib/runs/journal.ts";
import { type Held, release, renew, renewEveryMs } from "#lib/runs/lease.ts";
import { performAct } from "#lib/runs/perform-act.ts";
import { performWait } from "#lib/runs/perform-wait.ts";
import { isEnded, nextStep, type RunState, type StepState } from "#lib/runs/replay.ts";
import { resultOf } from "#lib/runs/result.ts";
import { partnersOf, situationFor } from "#lib/runs/situation.ts";
import type { Closing, Tools } from "#lib/runs/tools.ts";
import type { World } from "#lib/runs/world.ts";

/**
 * Performs a run step by step until it ends, or a person is needed. Lives in the server process, never in a request.
 * Whoever finds itself superseded stops without another word.
 */
export interface Driver {
  readonly held: Held;
  /** Goes on from the journal; a call while it is already going on changes nothing. */
  go(): void;
  /** Stops performing at the next boundary and renewing at once; the lease is left to run out. */
  abandon(): Promise<void>;
}

export function driveRun(runId: string, held: Held, world: World, finished: () => void): Driver {
  let going: Promise<void> | null = null;
  let stopped = false;
  const renewal = setInterval(() => void keep(), renewEveryMs);
  renewal.unref();

  async function keep(): Promise<void> {
    const kept = await renew(held).catch(() => true); // a database out of reach is not yet another holder
    if (!kept) stop();
  }

  function stop(): void {
    stopped = true;
    clearInterval(renewal);
    finished();
  }

  function go(): void {
    going ??= perform().finally(() => {
      going = null;
    });
  }

  async function perform(): Promise<void> {
    const hands = await openFor(runId, world);
    try {
      while (!stopped) if (!(await nextThing(runId, held, hands, world, () => !stopped))) break;
      const state = await stateOfRun(runId);
      if (state && isEnded(state)) stop();
    } catch (error) {
      if (isSuperseded(error)) stop();
      else await reportFault(runId, held, world, error).catch(() => stop());
    } finally {
      await hands.close();
    }
  }

  return {
    held,
    go,
    async abandon() {
      stop();
      await going;
    },
  };
}

/** One step, or the end. False when nothing more is to be done without a person. */
async function nextThing(
  runId: string,
  held: Held,
  hands: Hands,
  world: World,
  alive: () => boolean,
): Promise<boolean> {
  const state = await stateOfRun(runId);
  if (state?.phase !== "running") return false;
  const writer = writerOf(state, held);
  const open = nextStep(state);
  const tools = toolsFor(state, hands, world, writer, alive);
  if (!open) {
    const situation = await tools.look();
    const result = resultOf(state, situation);
    const outcome =
      result.elsewhere.length === 0 && state.exceptions.length === 0
        ? "completed"
        : "completed-with-exceptions";
    await writer([{ type: "ended", outcome, result }], true);
    return false;
  }
  return performStep(open, tools);
}

async function performStep(open: StepState, tools: Tools): Promise<boolean> {
  const { step } = open;
  const attempt = open.attempt + (open.state === "open" ? 0 : 1);
  if (step.kind === "confirm") {
    if (open.confirmed)
      return closeStep(
        step.id,
        attempt,
        {
          verdict: open.confirmed.holds ? "reached" : "not-reached",
          because: open.confirmed.holds ? null : say("runs.notAttested", { note: open.confirmed.note }),
        },
        tools,
      );
    await tools.append({ type: "step-opened", step: step.id, attempt });
    return false;
  }
  await tools.append({ type: "step-opened", step: step.id, attempt });
  const closing =
    step.kind === "act" ? await performAct(step, attempt, tools) : await performWait(step, tools);
  return closeStep(step.id, attempt, closing, tools);
}

async function closeStep(
  step: string,
  attempt: number,
  { verdict, because }: Closing,
  tools: Tools,
): Promise<boolean> {
  await tools.append({ type: "step-closed", step, attempt, verdict, because });
  return true;
}

type Writer = (events: readonly RunEvent[], last?: boolean) => Promise<void>;

/** Lanes write at the same time; their events stand in the journal one after the other. */
export function writerOf(state: RunState, held: Held): Writer {
  let after = state.seq;
  let line: Promise<unknown> = Promise.resolve();
  return (events, last = false) => {
    const write = async () => {
      if (events.length === 0) return;
      const actor = state.operator ?? state.preparedBy;
      const write = { runId: state.id, poolId: state.poolId, after, actor, origin: "engine" as const, held };
      const entries = await append(write, events, last ? { after: (tx) => release(tx, held) } : {});
      after = entries.at(-1)!.seq;
    };
    const written = line.then(write);
    line = written.catch(() => {});
    return written;
  };
}

function toolsFor(state: RunState, hands: Hands, world: World, writer: Writer, alive: () => boolean): Tools {
  let wake: (() => void) | null = null;
  const partners = partnersOf(state);
  return {
    look: async () => {
      if (!alive()) throw new Superseded(`Run ${state.id} is performed here no longer`);
      return situationFor(state, await lookWith(hands, partners, world.observations(), world.publish));
    },
    send: (instanceId, sql, timeoutMs) => hands.send(instanceId, sql, timeoutMs),
    append: (...events) => writer(events),
    now: world.now,
    pause: (ms) =>
      new Promise((resolve) => {
        const timer = setTimeout(resolve, ms);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      }),
    wake: () => wake?.(),
    nameOf: (instanceId) => nameIn(state, instanceId),
  };
}

function nameIn({ plan }: RunState, instanceId: string): string {
  const partners = plan.stores.flatMap((store) => [store.primary, store.mirror]);
  return partners.find((instance) => instance.id === instanceId)?.name ?? instanceId;
}

async function openFor(runId: string, world: World): Promise<Hands> {
  const state = await stateOfRun(runId);
  return world.openHands(state ? partnersOf(state) : []);
}

/** A fault of ours must not leave a run that looks alive: it is shown as interrupted, and a person looks. */
async function reportFault(runId: string, held: Held, world: World, error: unknown): Promise<void> {
  const fault = randomUUID().slice(0, 8);
  world.log(error, { runId, fault });
  const state = await stateOfRun(runId);
  if (state && !isEnded(state))
    await writerOf(state, held)([{ type: "interrupted", because: say("runs.fault", { fault }) }]);
}
