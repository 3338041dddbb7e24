import { describe, expect, it } from "vitest";
import { confirm, type Step, wait } from "#lib/runbooks/kit.ts";
import type { Plan } from "#lib/runbooks/plan.ts";
import type { JournalEntry, Person, RunEvent } from "#lib/runs/events.ts";
import { isEnded, nextStep, type Phase, replay } from "#lib/runs/replay.ts";

const ada: Person = { id: "ada", name: "Ada", role: "admin" };
const key = { key: "k", values: {} };
const hard = wait("hard", key, { until: { check: "sessions-synchronized", sessions: [] }, atMostMs: 1 });
const soft = wait("soft", key, { until: { check: "clients-return", sessions: [] }, atMostMs: 1, soft: true });
const handOver = confirm("hand-over", key);
const plan = {
  runbook: "manual-failover",
  poolId: "munich",
  steps: [hard, soft, handOver] as Step[],
} as Plan;

const planned: RunEvent = { type: "planned", by: ada, plan, planHash: "h", reason: "patching", ticket: "" };
const started: RunEvent = { type: "started", by: ada };
const opened = (step: string): RunEvent => ({ type: "step-opened", step, attempt: 1 });
const closed = (step: string, verdict: "reached" | "not-reached" | "unknown"): RunEvent => ({
  type: "step-closed",
  step,
  attempt: 1,
  verdict,
  because: verdict === "reached" ? null : key,
});
const confirmed: RunEvent = { type: "confirmed", step: "hand-over", by: ada, holds: true, note: "" };
const interrupted: RunEvent = { type: "interrupted", because: key };
const result = { found: 0, there: [], elsewhere: [], switchOff: [], after: [] };

function fold(...events: RunEvent[]) {
  const entries = events.map(
    (event, index): JournalEntry => ({ ...event, seq: index + 1, at: new Date(index * 1000).toISOString() }),
  );
  return replay("run", "munich", entries);
}

describe("what a run is called", () => {
  const through = [planned, started, opened("hard"), closed("hard", "reached"), opened("soft")];
  const rows: [string, RunEvent[], Phase, string | null][] = [
    ["prepared and not started", [planned], "planned", "hard"],
    ["started", [planned, started], "running", "hard"],
    ["between two steps", [planned, started, opened("hard"), closed("hard", "reached")], "running", "soft"],
    [
      "a hard step not reached stops it",
      [planned, started, opened("hard"), closed("hard", "not-reached")],
      "stopped",
      "soft",
    ],
    [
      "a hard step unknown stops it",
      [planned, started, opened("hard"), closed("hard", "unknown")],
      "stopped",
      "soft",
    ],
    [
      "a soft step not reached is an exception, not a stop",
      [...through, closed("soft", "not-reached")],
      "running",
      "hand-over",
    ],
    [
      "a person is waited for",
      [...through, closed("soft", "reached"), opened("hand-over")],
      "waiting",
      "hand-over",
    ],
    [
      "the person has spoken",
      [...through, closed("soft", "reached"), opened("hand-over"), confirmed],
      "running",
      "hand-over",
    ],
    ["its process is gone", [planned, started, opened("hard"), interrupted], "interrupted", "hard"],
    [
      "somebody looked and went on",
      [planned, started, opened("hard"), interrupted, { type: "continued", by: ada }],
      "running",
      "hard",
    ],
    [
      "ended",
      [planned, started, { type: "ended", outcome: "completed-with-exceptions", result }],
      "completed-with-exceptions",
      "hard",
    ],
  ];
  it.each(rows)("%s", (_, events, phase, next) => {
    const state = fold(...events);
    expect([state.phase, nextStep(state)?.step.id ?? null, isEnded(state)]).toEqual([
      phase,
      next,
      phase === "completed-with-exceptions",
    ]);
  });

  it("Finish puts new steps in the place of those never begun; Return turns what is wanted round", () => {
    const again = { ...hard, id: "finish-1:hard" };
    const stopped = [planned, started, opened("hard"), closed("hard", "not-reached")];
    const finished = fold(...stopped, { type: "decided", by: ada, choice: "finish", steps: [again] });
    expect(finished.steps.map((step) => [step.step.id, step.state])).toEqual([
      ["hard", "not-reached"],
      ["soft", "superseded"],
      ["hand-over", "superseded"],
      ["finish-1:hard", "pending"],
    ]);
    expect([finished.phase, finished.returned, finished.exceptions.length]).toEqual(["running", false, 1]);
    expect(fold(...stopped, { type: "decided", by: ada, choice: "return", steps: [again] }).returned).toBe(
      true,
    );
  });
});

it("keeps of each change what was sent, answered and seen", () => {
  const before = { database: "db", storeId: "s", guid: "g", roleSequence: 1, principal: "A", states: [] };
  const state = fold(
    planned,
    started,
    opened("hard"),
    {
      type: "sending",
      step: "hard",
      attempt: 1,
      change: "s/db",
      database: "db",
      on: "A",
      sql: "ALTER …",
      before,
    },
    {
      type: "answered",
      step: "hard",
      attempt: 1,
      change: "s/db",
      outcome: { kind: "broken", detail: "ECONNRESET", ms: 5 },
    },
    {
      type: "change-closed",
      step: "hard",
      attempt: 1,
      change: "s/db",
      database: "db",
      verdict: "reached",
      because: null,
      after: null,
      tookMs: 900,
    },
  );
  expect(state.steps[0]!.changes["s/db"]).toMatchObject({
    sentAt: new Date(3000).toISOString(),
    on: "A",
    sql: "ALTER …",
    outcome: { kind: "broken" },
    verdict: "reached",
    tookMs: 900,
  });
});

it("refuses a journal that does not begin with its plan", () => {
  expect(() => fold(started)).toThrow("does not begin with its plan");
});
