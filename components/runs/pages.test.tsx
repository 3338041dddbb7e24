import { NextIntlClientProvider } from "next-intl";
import type { ReactNode } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it } from "vitest";
import { Approval } from "#components/runs/approval.tsx";
import { Interrupted } from "#components/runs/interrupted.tsx";
import { JournalLog } from "#components/runs/journal-log.tsx";
import { asked, journals, plan, planFor, well } from "#components/runs/journals.fixture.ts";
import { PlanStage } from "#components/runs/plan-stage.tsx";
import { Readiness } from "#components/runs/readiness.tsx";
import { Refused } from "#components/runs/refused.tsx";
import { ResultPanel } from "#components/runs/result-panel.tsx";
import { RunHeader } from "#components/runs/run-header.tsx";
import { RunSteps } from "#components/runs/run-steps.tsx";
import { stageOf } from "#components/runs/stages.ts";
import { Stopped } from "#components/runs/stopped.tsx";
import { VerifyMatrix } from "#components/runs/verify-matrix.tsx";
import { Clock } from "#components/ui/clock.tsx";
import { type Messages, messagesIn } from "#lib/i18n/catalogue.ts";
import { noon, retell, type Situation, silence, switched, tell } from "#lib/mirroring/situations.fixture.ts";
import { situationOf } from "#lib/runbooks/plan.ts";
import type { JournalEntry } from "#lib/runs/events.ts";
import { type RunState, replay } from "#lib/runs/replay.ts";
import { situationFor } from "#lib/runs/situation.ts";

const nothing = () => {};
const catalogues = { en: await messagesIn("en"), de: await messagesIn("de") };

describe("readiness says", () => {
  const syncing = tell(well, "BE1", {
    databases: ["rtcab"],
    fact: { sendQueueKb: 4096 },
    mirroring: { state: "SYNCHRONIZING" },
  });
  const withoutWitness = tell(silence(well, "BE1"), "BE2", {
    mirroring: { state: "DISCONNECTED", witnessName: null, witnessState: null },
  });
  const cutOff = tell(silence(well, "BE1"), "BE2", {
    mirroring: { state: "DISCONNECTED", witnessState: "DISCONNECTED" },
  });
  const bothSilent = silence(silence(well, "BE1"), "BE2", "timeout");
  it.each<[string, Situation, string[]]>([
    ["that all is ready", well, ["Ready: every check", "FE1"]],
    [
      "which database is not synchronized, and what to do",
      syncing,
      [
        "Not ready: 1 check stops this run",
        "rtcab: BE1 says SYNCHRONIZING, BE2 says SYNCHRONIZED",
        "The mirror of rtcab is catching up",
      ],
    ],
    [
      "the way out when service may be forced, and that it is not built",
      withoutWitness,
      [
        "BE1 cannot be reached",
        "BE2 holds the mirror and may be made to serve",
        "no runbook “Forced service (may lose data)” yet",
      ],
    ],
    [
      "the way out without quorum",
      cutOff,
      ["without quorum no server may serve", "Bring BE1 or the witness WIT back"],
    ],
    [
      "something even when both are silent",
      bothSilent,
      ["BE2 did not answer in time", "Nobody serves rtcxds", "Bring BE1 back"],
    ],
  ])("%s", (_, situation, words) => {
    const here = situationOf(situation.pool, asked, situation.observations, new Set(["be1", "be2"]));
    const text = said(
      <Readiness situation={here} verdicts={planFor(situation).verdicts} scope={asked.scope} />,
    );
    for (const word of words) expect(text).toContain(word);
  });
});

it("readiness by old facts is not called ready", () => {
  const here = situationOf(well.pool, asked, well.observations, new Set(["be1", "be2"]));
  const page = <Readiness situation={here} verdicts={plan.verdicts} scope={asked.scope} />;
  const later = said(<Clock serverNow={noon + 60_000}>{page}</Clock>);
  expect(later).toContain("The facts behind these checks are old.");
  expect(later).not.toContain("Ready: every check");
});

describe("the plan shows", () => {
  it("every statement word for word with its server, the arithmetic, and what cannot be recalled", () => {
    const text = said(<PlanStage plan={plan} />);
    for (const step of plan.steps)
      if (step.kind === "act") for (const change of step.changes) expect(text).toContain(change.by.sql);
    for (const word of ["To BE1, in master", "0 + 0 + 1s", "Cannot be recalled once sent", "No data is lost"])
      expect(text).toContain(word);
  });
});

describe("a prepared run", () => {
  const approval = (
    reader: "operate" | "prepare" | "read",
    moved: { database: string; was: string; is: string }[] = [],
  ) =>
    said(
      <Approval
        state={fold(journals.planned)}
        moved={moved}
        reader={reader}
        rebuildHref="/pools/munich/failover?stage=plan"
        busy={false}
        onStart={nothing}
      />,
    );

  it("is started by a button that carries the verb and its target", () => {
    expect(approval("operate")).toContain("Fail over 5 databases to BE2");
    expect(approval("operate")).toContain("5 databases move BE1 → BE2: rtcxds, rtcshared, rtcab, xds, lis.");
  });

  it("offers no button to those who may not start it, and says who may", () => {
    expect(approval("prepare")).not.toContain("Fail over 5");
    expect(approval("prepare")).toContain("An admin starts this run");
    expect(approval("read")).not.toContain("Fail over 5");
  });

  it("offers no button when the state has moved, names what moved, and leads to a new plan", () => {
    const text = approval("operate", [
      {
        database: "rtcab",
        was: "BE1 · SYNCHRONIZED/SYNCHRONIZED · 3 · g",
        is: "BE1 · SYNCHRONIZING/SYNCHRONIZED · 3 · g",
      },
    ]);
    expect(text).toContain("rtcab: state SYNCHRONIZED/SYNCHRONIZED → SYNCHRONIZING/SYNCHRONIZED");
    expect(text).toContain("Rebuild plan");
    expect(text).not.toContain("Fail over 5");
  });
});

describe("a run's page, phase by phase", () => {
  it.each<[keyof typeof journals, string, string[]]>([
    [
      "running",
      "run",
      ["Running", "2 of 7", "Switched", "The connection broke after 212ms", "No answer yet", "Anna Albrecht"],
    ],
    [
      "waiting",
      "verify",
      [
        "Waiting for a person",
        "Asks a person",
        "Do the applications work against BE2?",
        "Seen on both sides 2.9s after sending",
      ],
    ],
    ["stopped", "run", ["Stopped", "SQL Server refused after 40ms: error 1422, severity 16", "Not switched"]],
    ["completed", "report", ["Completed", "Attested by Anna Albrecht", "not verified by a query"]],
  ])("%s", (phase, stage, words) => {
    const state = fold(journals[phase]);
    const text = said(
      <>
        <RunHeader state={state} poolName="Munich" />
        <RunSteps state={state} situation={situationFor(state, well.observations)} />
      </>,
    );
    for (const word of words) expect(text).toContain(word);
    expect(stageOf(state)).toBe(stage);
  });

  it("stopped half-way: says of each database where it stands, and how to go on", () => {
    const state = fold(journals.stopped);
    const half = switched(well, ["rtcxds", "rtcshared"]);
    const text = said(
      <Stopped
        state={state}
        situation={situationFor(state, half.observations)}
        mayDecide
        busy={false}
        onDecide={nothing}
      />,
    );
    for (const word of [
      "BE2 serves rtcxds",
      "rtcab has not moved: BE1 still serves it",
      "Finish: fail over 3 databases to BE2",
      "Return: fail over 2 databases back to BE1",
      "Stop here",
    ])
      expect(text).toContain(word);
  });

  it("interrupted: says what is known and what is not, and looks before it continues", () => {
    const state = fold(journals.interrupted);
    const text = said(
      <Interrupted
        state={state}
        because={null}
        situation={situationFor(state, well.observations)}
        mayContinue
        busy={false}
        onContinue={nothing}
      />,
    );
    for (const word of [
      "First database alone: reached",
      "rtcab: the statement was sent to BE1",
      "Look, then continue",
    ])
      expect(text).toContain(word);
  });

  it("ended: says what moved, n of n, and whether the old server may be switched off", () => {
    const state = fold(journals.completed);
    const text = said(<ResultPanel state={state} result={state.result!} backHref={null} />);
    for (const word of ["5 of 5 found", "May BE1 be switched off now?", "Yes", "No exceptions", "1.4s"])
      expect(text).toContain(word);
  });

  it("ended otherwise: names what keeps the old server from being switched off", () => {
    const state = fold(journals.completed);
    const result = {
      ...state.result!,
      switchOff: [{ instance: "BE1", answered: true, stillPrincipal: ["other"], witnesses: ["lone"] }],
    };
    const text = said(<ResultPanel state={state} result={result} backHref={null} />);
    for (const word of ["No", "It is still principal of other", "It is the witness of lone"])
      expect(text).toContain(word);
  });

  it("verifies from both sides, and keeps what it saw at the end", () => {
    const state = fold(journals.waiting);
    const there = switched(
      well,
      plan.found.map((entry) => entry.database),
    );
    const live = said(<VerifyMatrix state={state} situation={situationFor(state, there.observations)} />);
    for (const word of ["BE1: MIRROR", "BE2: PRINCIPAL", "3 → 4", "Arrived"]) expect(live).toContain(word);
    const ended = fold(journals.completed);
    const kept = said(
      <VerifyMatrix state={ended} situation={situationFor(ended, silence(well, "BE2").observations)} />,
    );
    expect(kept).toContain("BE1 → BE2");
  });
});

describe("a refusal", () => {
  it("of a stale click tells what happened meanwhile", () => {
    const text = said(
      <Refused
        refusal={{ key: "runs.refusal.stale", values: { seen: 1, seq: 2, phase: "running" } }}
        entries={journals.running.slice(0, 2)}
      />,
    );
    for (const word of ["it is “Running” now", "Run started by Anna Albrecht"]) expect(text).toContain(word);
  });

  it("by a busy pool leads to the run that holds it", () => {
    const refusal = {
      key: "runs.refusal.busy",
      values: { key: "pool:munich", runId: "r9", holder: "1-a", seconds: 1 },
    };
    expect(said(<Refused refusal={refusal} />)).toContain(
      "The pool munich is held by another run, last heard of 1 second ago",
    );
  });
});

describe("everything", () => {
  const lookingOnly = retell(tell(well, "BE2", { mirroring: null }), "BE2", (heard) => ({
    ...heard,
    sysadmin: false,
  }));
  it.each(Object.entries(journals))("is said in German too, without a word missing: %s", (_, entries) => {
    const state = fold(entries);
    const situation = situationFor(state, lookingOnly.observations);
    const page = (
      <>
        <RunHeader state={state} poolName="München" />
        <PlanStage plan={state.plan} />
        <RunSteps state={state} situation={situation} />
        <VerifyMatrix state={state} situation={situation} />
        <Stopped state={state} situation={situation} mayDecide busy={false} onDecide={nothing} />
        <JournalLog entries={entries} />
      </>
    );
    expect(said(page, "de")).not.toMatch(/\b(runs|checks|runbooks|audit|wizard)\.\w/);
  });
});

function fold(entries: readonly JournalEntry[]): RunState {
  return replay("run-1", "munich", entries);
}

/** The words of a page; a key without a sentence, or a value without a name, fails the test. */
function said(page: ReactNode, language: "en" | "de" = "en"): string {
  const fail = (error: unknown) => {
    throw error;
  };
  const html = renderToStaticMarkup(
    <NextIntlClientProvider
      locale={language}
      messages={catalogues[language] as Messages}
      timeZone="UTC"
      onError={fail}
    >
      <Clock serverNow={noon}>{page}</Clock>
    </NextIntlClientProvider>,
  );
  return text(html);
}

function text(html: string): string {
  const entities: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', "#x27": "'" };
  return html
    .replaceAll(/<svg[^>]*aria-label="([^"]*)".*?<\/svg>/g, " $1 ")
    .replaceAll(/<\/?(?:span|strong|em|code|a|b)\b[^>]*>/g, "")
    .replaceAll(/<[^>]+>/g, " ")
    .replaceAll(/&([\w#]+);/g, (whole, name) => entities[name] ?? whole);
}
