import { describe, expect, it } from "vitest";
import type { InstanceObservation } from "#lib/mirroring/observation.ts";
import {
  answers,
  heard,
  mirror,
  poolOf,
  principal,
  silent,
  userStore,
} from "#lib/mirroring/observed.fixture.ts";
import { type ActStep, act } from "#lib/runbooks/kit.ts";
import { manualFailover } from "#lib/runbooks/manual-failover.ts";
import { type Asked, layOut, situationOf } from "#lib/runbooks/plan.ts";
import type { RunEvent, StatementOutcome } from "#lib/runs/events.ts";
import { performAct } from "#lib/runs/perform-act.ts";
import type { Tools } from "#lib/runs/tools.ts";

const pool = poolOf(userStore(["rtcxds", "rtcshared"]));
const asked: Asked = {
  runbook: "manual-failover",
  scope: { kind: "pool", leaveOut: [] },
  toward: "Mirror",
  options: { waitForRedo: false },
};
const acting = new Set(["be1", "be2"]);
type Look = InstanceObservation[];

const before: Look = [
  answers("be1", [principal(), principal({ name: "rtcshared" })]),
  answers("be2", [mirror(), mirror({ name: "rtcshared" })]),
];
const after: Look = [
  answers("be1", [mirror({ roleSequence: 4 }), mirror({ name: "rtcshared", roleSequence: 4 })]),
  answers("be2", [principal({ roleSequence: 4 }), principal({ name: "rtcshared", roleSequence: 4 })]),
];
const pending: Look = [
  answers("be1", [
    principal({ state: "PENDING_FAILOVER" }),
    principal({ name: "rtcshared", state: "PENDING_FAILOVER" }),
  ]),
  answers("be2", [mirror({ state: "DISCONNECTED" }), mirror({ name: "rtcshared", state: "DISCONNECTED" })]),
];
const answered: StatementOutcome = { kind: "answered", ms: 3 };

/** Both databases in one step, against a row of looks: the last one stays. Statements answer as told, or never. */
async function perform(
  looks: Look[],
  outcome: StatementOutcome | "never" = answered,
  step: ActStep = bothLanes(),
) {
  const events: RunEvent[] = [];
  const sent: string[] = [];
  let clock = 0;
  let look = 0;
  const tools: Tools = {
    look: async () => {
      const seen = looks[Math.min(look, looks.length - 1)]!;
      look += 1;
      return situationOf(pool, asked, heard(...seen), acting);
    },
    send: async (_, sql) => {
      sent.push(sql);
      return outcome === "never" ? new Promise(() => {}) : outcome;
    },
    append: async (...more) => {
      events.push(...more);
    },
    now: () => clock,
    // Time passes only by pausing: a step of five minutes is told in an instant.
    pause: async (ms) => {
      clock += ms;
    },
    wake: () => {},
    nameOf: (id) => id.toUpperCase(),
  };
  const closing = await performAct(step, 1, tools);
  return { closing, sent, told: events.map(inShort) };
}

function bothLanes(): ActStep {
  const plan = layOut(manualFailover, situationOf(pool, asked, heard(...before), acting), asked);
  const changes = plan.steps.flatMap((step) => (step.kind === "act" ? step.changes : []));
  return act("both", { key: "", values: {} }, { changes, atMostMs: 300_000 });
}

function inShort(event: RunEvent): string {
  if (event.type === "sending") return `sending ${event.database} on ${event.on}`;
  if (event.type === "change-closed") return `${event.database} ${event.verdict}`;
  return event.type === "answered"
    ? `answered ${event.change.split("/")[1]} ${event.outcome.kind}`
    : event.type;
}

describe("an act", () => {
  it("journals before it sends, sends its lanes together, and believes only what it sees on both sides", async () => {
    const { closing, told, sent } = await perform([before, before, after]);
    expect(told).toEqual([
      "sending rtcxds on BE1",
      "sending rtcshared on BE1",
      "answered rtcxds answered",
      "answered rtcshared answered",
      "rtcxds reached",
      "rtcshared reached",
    ]);
    expect([closing.verdict, sent.length]).toEqual(["reached", 2]);
  });

  it("sends nothing where the state is so already", async () => {
    const { closing, told, sent } = await perform([after]);
    expect([told, sent, closing.verdict]).toEqual([["rtcxds already", "rtcshared already"], [], "reached"]);
  });

  it("sends nothing at all when one of its changes cannot be sent", async () => {
    const oneBehind: Look = [
      answers("be1", [principal(), principal({ name: "rtcshared", state: "SYNCHRONIZING" })]),
      answers("be2", [mirror(), mirror({ name: "rtcshared", state: "SYNCHRONIZING" })]),
    ];
    const { closing, told, sent } = await perform([oneBehind]);
    expect([told, sent]).toEqual([["rtcshared not-reached", "rtcxds held-back"], []]);
    expect(closing).toMatchObject({
      verdict: "not-reached",
      because: { key: "checks.notReady.state.SYNCHRONIZING" },
    });
  });

  it("sends nothing for a principal that has switched and come back since the plan was made", async () => {
    const later: Look = [
      answers("be1", [principal({ roleSequence: 5 }), principal({ name: "rtcshared", roleSequence: 5 })]),
      answers("be2", [mirror({ roleSequence: 5 }), mirror({ name: "rtcshared", roleSequence: 5 })]),
    ];
    const { closing, sent } = await perform([later]);
    expect([sent, closing.because?.key]).toEqual([[], "runs.sessionMoved"]);
  });

  it("takes SQL Server's no for a no, once a look after the answer agrees", async () => {
    const { closing } = await perform([before], {
      kind: "refused",
      number: 1422,
      severity: 16,
      message: "not caught up",
      ms: 2,
    });
    expect(closing).toMatchObject({
      verdict: "not-reached",
      because: { key: "runs.refusedBySqlServer", values: { number: 1422 } },
    });
  });

  it("is reached when the statement's connection broke but the roles moved", async () => {
    const { closing } = await perform([before, before, after], {
      kind: "broken",
      detail: "ECONNRESET",
      ms: 9,
    });
    expect(closing.verdict).toBe("reached");
  });

  it("is reached when the statement never answers but the roles moved", async () => {
    expect((await perform([before, after], "never")).closing.verdict).toBe("reached");
  });

  it("does not know when the switch is pending and the partners have lost each other", async () => {
    const { closing, told } = await perform([before, pending], "never");
    expect([closing.verdict, closing.because?.key]).toEqual(["unknown", "checks.findings.pending"]);
    expect(told.filter((line) => line.endsWith("unknown"))).toHaveLength(2);
  });

  it("does not know when the link broke and nobody answers", async () => {
    expect(
      (
        await perform([before, [silent("be1"), silent("be2")]], {
          kind: "broken",
          detail: "ECONNRESET",
          ms: 1,
        })
      ).closing.verdict,
    ).toBe("unknown");
  });

  it("gives up at its limit, and says that it does not know", async () => {
    const slow: Look = [
      answers("be1", [
        principal({ state: "PENDING_FAILOVER" }),
        principal({ name: "rtcshared", state: "PENDING_FAILOVER" }),
      ]),
      answers("be2", [mirror(), mirror({ name: "rtcshared" })]),
    ];
    expect((await perform([before, slow], "never")).closing.verdict).toBe("unknown");
  });
});
