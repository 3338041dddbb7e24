/** Hand-made journals of one manual failover, for tests of what a run's page says in each of its phases. */
import { type Message, say } from "#lib/mirroring/message.ts";
import { allWell, noon, poolOf, type Situation, switched } from "#lib/mirroring/situations.fixture.ts";
import type { ActStep, Change } from "#lib/runbooks/kit.ts";
import { manualFailover } from "#lib/runbooks/manual-failover.ts";
import { type Asked, layOut, type Plan, type SnapshotRow, situationOf } from "#lib/runbooks/plan.ts";
import type { JournalEntry, Person, Result, RunEvent, StatementOutcome } from "#lib/runs/events.ts";

export const well = allWell(poolOf(["User", "CentralMgmt"]));
export const anna: Person = { id: "anna", name: "Anna Albrecht", role: "admin" };
export const otto: Person = { id: "otto", name: "Otto Brandt", role: "oncall" };

export const asked: Asked = {
  runbook: "manual-failover",
  scope: { kind: "pool", leaveOut: [] },
  toward: "Mirror",
  options: { waitForRedo: false },
};

export function planFor(situation: Situation, wish: Asked = asked): Plan {
  const acting = new Set(["be1", "be2"]);
  return layOut(manualFailover, situationOf(situation.pool, wish, situation.observations, acting), wish);
}

export const plan = planFor(well);
const [first, rest] = plan.steps.filter((step): step is ActStep => step.kind === "act") as [ActStep, ActStep];

const planned: RunEvent = {
  type: "planned",
  by: otto,
  plan,
  planHash: "9f".repeat(32),
  reason: "Patching BE1",
  ticket: "CHG-4711",
};
const started: RunEvent = { type: "started", by: anna };

/** Events as a journal keeps them: numbered from 1, a second apart. */
export function journal(...events: RunEvent[]): JournalEntry[] {
  return events.map((event, index) => ({
    ...event,
    seq: index + 1,
    at: new Date(noon + index * 1_000).toISOString(),
  }));
}

const broken: StatementOutcome = { kind: "broken", detail: "socket hang up", ms: 212 };
const answered: StatementOutcome = { kind: "answered", ms: 1_204 };
const switchedFirst = [
  open(first),
  ...sending(first),
  answer(first.changes[0]!, first, answered),
  reached(first.changes[0]!, first, 1_410),
  close(first),
];
const switchedRest = [
  open(rest),
  ...sending(rest),
  answer(rest.changes[0]!, rest, broken),
  answer(rest.changes[1]!, rest, answered),
  reached(rest.changes[0]!, rest, 1_622),
  reached(rest.changes[1]!, rest, 2_930),
  close(rest),
];
const refusedByServer: Message = say("runs.refusedBySqlServer", {
  database: rest.changes[1]!.database,
  number: 1422,
  message: "The mirror server instance is not caught up.",
});

export const journals = {
  planned: journal(planned),
  running: journal(
    planned,
    started,
    ...switchedFirst,
    open(rest),
    ...sending(rest),
    answer(rest.changes[0]!, rest, broken),
  ),
  waiting: journal(planned, started, ...switchedFirst, ...switchedRest, ...lastStore(), ...waits(), {
    type: "step-opened",
    step: "hand-over",
    attempt: 1,
  }),
  stopped: journal(
    planned,
    started,
    ...switchedFirst,
    open(rest),
    ...sending(rest),
    answer(rest.changes[1]!, rest, {
      kind: "refused",
      number: 1422,
      severity: 16,
      message: "The mirror server instance is not caught up.",
      ms: 40,
    }),
    reached(rest.changes[0]!, rest, 1_622),
    {
      type: "change-closed",
      step: rest.id,
      attempt: 1,
      change: rest.changes[1]!.id,
      database: rest.changes[1]!.database,
      verdict: "not-reached",
      because: refusedByServer,
      after: null,
      tookMs: null,
    },
    { type: "step-closed", step: rest.id, attempt: 1, verdict: "not-reached", because: refusedByServer },
  ),
  interrupted: journal(planned, started, ...switchedFirst, open(rest), ...sending(rest), {
    type: "interrupted",
    because: say("runs.processGone"),
  }),
  completed: journal(
    planned,
    started,
    ...switchedFirst,
    ...switchedRest,
    ...lastStore(),
    ...waits(),
    { type: "step-opened", step: "hand-over", attempt: 1 },
    {
      type: "confirmed",
      step: "hand-over",
      by: anna,
      holds: true,
      note: "Signed in on FE1, sent a message.",
    },
    { type: "step-closed", step: "hand-over", attempt: 1, verdict: "reached", because: null },
    { type: "ended", outcome: "completed", result: result() },
  ),
} satisfies Record<string, JournalEntry[]>;

function open(step: ActStep): RunEvent {
  return { type: "step-opened", step: step.id, attempt: 1 };
}

function close(step: ActStep): RunEvent {
  return { type: "step-closed", step: step.id, attempt: 1, verdict: "reached", because: null };
}

function sending(step: ActStep): RunEvent[] {
  return step.changes.map((change) => ({
    type: "sending",
    step: step.id,
    attempt: 1,
    change: change.id,
    database: change.database,
    on: "BE1",
    sql: change.by.sql,
    before: rowOf(change, well),
  }));
}

function answer(change: Change, step: ActStep, outcome: StatementOutcome): RunEvent {
  return { type: "answered", step: step.id, attempt: 1, change: change.id, outcome };
}

function reached(change: Change, step: ActStep, tookMs: number): RunEvent {
  const after = rowOf(change, switched(well, [change.database]));
  return {
    type: "change-closed",
    step: step.id,
    attempt: 1,
    change: change.id,
    database: change.database,
    verdict: "reached",
    because: null,
    after,
    tookMs,
  };
}

function lastStore(): RunEvent[] {
  const later = plan.steps.filter(
    (step): step is ActStep => step.kind === "act" && step !== first && step !== rest,
  );
  return later.flatMap((step) => [
    open(step),
    ...sending(step),
    ...step.changes.flatMap((change) => [answer(change, step, answered), reached(change, step, 1_308)]),
    close(step),
  ]);
}

function waits(): RunEvent[] {
  return plan.steps
    .filter((step) => step.kind === "wait")
    .flatMap((step) => [
      { type: "step-opened", step: step.id, attempt: 1 },
      { type: "step-closed", step: step.id, attempt: 1, verdict: "reached", because: null },
    ]);
}

function rowOf(change: Change, situation: Situation): SnapshotRow {
  return planFor(situation).snapshot.find((row) => row.database === change.database)!;
}

function result(): Result {
  const there = plan.found.map((entry) => entry.database);
  return {
    found: there.length,
    there,
    elsewhere: [],
    switchOff: [{ instance: "BE1", answered: true, stillPrincipal: [], witnesses: [] }],
    after: planFor(switched(well, there)).snapshot,
  };
}
