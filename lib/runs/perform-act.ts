import { findSession, holds, type Situation } from "#lib/mirroring/checks.ts";
import { type FindingKind, findingOf } from "#lib/mirroring/findings.ts";
import { type Message, say } from "#lib/mirroring/message.ts";
import { notReadyBecause } from "#lib/mirroring/outlook.ts";
import type { Session } from "#lib/mirroring/session.ts";
import type { ActStep, Change } from "#lib/runbooks/kit.ts";
import { snapshotRow } from "#lib/runbooks/plan.ts";
import type { ChangeVerdict, RunEvent, StatementOutcome } from "#lib/runs/events.ts";
import { type Closing, type Tools, until } from "#lib/runs/tools.ts";

/**
 * Observe, compare, act, observe. A statement is sent only where the state is not yet as wanted, is journalled before it
 * leaves, and only the next observation says what it did. If one change cannot be sent, none of the step is.
 */
export async function performAct(step: ActStep, attempt: number, tools: Tools): Promise<Closing> {
  const situation = await tools.look();
  const verdicts = step.changes.map((change) => ({ change, ...beforeSending(change, situation) }));
  const blocked = verdicts.find((verdict) => verdict.verdict === "not-reached");
  const settled = verdicts.filter((verdict) => verdict.verdict !== "to-send");
  const toSend = verdicts.filter((verdict) => verdict.verdict === "to-send").map(({ change }) => change);
  const close = (
    change: Change,
    verdict: ChangeVerdict,
    because: Message | null,
    seen: Situation,
    tookMs: number | null,
  ): RunEvent => ({
    type: "change-closed",
    step: step.id,
    attempt,
    change: change.id,
    database: change.database,
    verdict,
    because,
    after: rowOf(change, seen),
    tookMs,
  });
  await tools.append(
    ...settled.map(({ change, verdict, because }) =>
      close(change, verdict as ChangeVerdict, because, situation, null),
    ),
    ...(blocked
      ? toSend.map((change) =>
          close(
            change,
            "held-back",
            say("runs.heldBack", { because: blocked.change.database }),
            situation,
            null,
          ),
        )
      : []),
  );
  if (blocked) return { verdict: "not-reached", because: blocked.because };
  if (toSend.length === 0) return { verdict: "reached", because: null };
  return sendTogether(step, attempt, toSend, situation, tools, close);
}

type Close = (
  change: Change,
  verdict: ChangeVerdict,
  because: Message | null,
  seen: Situation,
  tookMs: number | null,
) => RunEvent;

function beforeSending(
  change: Change,
  situation: Situation,
): { verdict: "already" | "not-reached" | "to-send"; because: Message | null } {
  const session = sessionOf(change, situation);
  if (!session)
    return { verdict: "not-reached", because: say("runs.sessionGone", { database: change.database }) };
  if (holds(change.reaches, situation)) return { verdict: "already", because: null };
  const because = notReadyBecause(session) ?? movedBecause(change, session);
  return because ? { verdict: "not-reached", because } : { verdict: "to-send", because: null };
}

/** The statement guards itself by role sequence and guid; a session that moved on would only answer with its refusal. */
function movedBecause(change: Change, session: Session): Message | null {
  const row = snapshotRow(session);
  const same = row.guid === change.reaches.guid && row.roleSequence === change.reaches.roleSequenceAbove;
  return same
    ? null
    : say("runs.sessionMoved", { database: change.database, principal: row.principal ?? "–" });
}

async function sendTogether(
  step: ActStep,
  attempt: number,
  changes: readonly Change[],
  before: Situation,
  tools: Tools,
  close: Close,
): Promise<Closing> {
  await tools.append(
    ...changes.map(
      (change): RunEvent => ({
        type: "sending",
        step: step.id,
        attempt,
        change: change.id,
        database: change.database,
        on: tools.nameOf(change.by.on),
        sql: change.by.sql,
        before: rowOf(change, before) ?? emptyRow(change),
      }),
    ),
  );
  const sentAt = tools.now();
  const lanes = changes.map((change) => laneOf(change));
  for (const lane of lanes) void sendOne(lane, step, attempt, tools);
  await until(tools, async () => {
    const lookedAt = tools.now();
    const situation = await tools.look();
    const closing = lanes
      .filter((lane) => lane.verdict === null)
      .flatMap((lane) => settle(lane, situation, lookedAt, sentAt + step.atMostMs, tools.now()));
    if (closing.length > 0)
      await tools.append(
        ...closing.map((lane) =>
          close(lane.change, lane.verdict!, lane.because, situation, tools.now() - sentAt),
        ),
      );
    return lanes.every((lane) => lane.verdict !== null);
  });
  // A statement still open when its state is reached may answer a little later; its answer belongs to the step.
  const late = tools.now() + patienceMs;
  await until(tools, async () => lanes.every((lane) => lane.journalled) || tools.now() >= late);
  return closingOf(lanes);
}

async function sendOne(lane: Lane, step: ActStep, attempt: number, tools: Tools): Promise<void> {
  const outcome = await tools.send(lane.change.by.on, lane.change.by.sql, step.atMostMs);
  lane.answeredAt = tools.now();
  lane.outcome = outcome;
  tools.wake();
  await tools.append({ type: "answered", step: step.id, attempt, change: lane.change.id, outcome });
  lane.journalled = true;
  tools.wake();
}

interface Lane {
  change: Change;
  outcome: StatementOutcome | null;
  answeredAt: number | null;
  journalled: boolean;
  /** Since when every look has found the same thing that is not the switch going on. */
  stuck: { kind: FindingKind; since: number } | null;
  verdict: ChangeVerdict | null;
  because: Message | null;
}

/** How long a finding must stand, unchanged, before it is believed that the switch does not go on by itself. */
const patienceMs = 5_000;

function laneOf(change: Change): Lane {
  return {
    change,
    outcome: null,
    answeredAt: null,
    journalled: false,
    stuck: null,
    verdict: null,
    because: null,
  };
}

/** The lane itself once it is settled by this look, else nothing. */
function settle(lane: Lane, situation: Situation, lookedAt: number, deadline: number, now: number): Lane[] {
  if (holds(lane.change.reaches, situation)) return [settled(lane, "reached", null)];
  const refused =
    lane.outcome?.kind === "refused" && lane.answeredAt !== null && lookedAt >= lane.answeredAt
      ? lane.outcome
      : null;
  if (refused)
    return [
      settled(
        lane,
        "not-reached",
        say("runs.refusedBySqlServer", {
          database: lane.change.database,
          number: refused.number,
          message: refused.message,
        }),
      ),
    ];
  const finding =
    sessionOf(lane.change, situation) &&
    findingOf(sessionOf(lane.change, situation)!, lane.change.reaches.instanceId);
  if (now >= deadline)
    return [
      settled(
        lane,
        "unknown",
        finding?.because ?? say("runs.sessionGone", { database: lane.change.database }),
      ),
    ];
  if (!finding || goesOn(finding.kind, lane, situation)) {
    lane.stuck = null;
    return [];
  }
  lane.stuck = lane.stuck?.kind === finding.kind ? lane.stuck : { kind: finding.kind, since: now };
  if (now - lane.stuck.since < patienceMs) return [];
  return [
    settled(
      lane,
      finding.kind === "not-moved" && lane.outcome !== null ? "not-reached" : "unknown",
      finding.because,
    ),
  ];
}

function settled(lane: Lane, verdict: ChangeVerdict, because: Message | null): Lane {
  lane.verdict = verdict;
  lane.because = because;
  return lane;
}

/** Pending with its partner in sight is a switch under way; so is a statement that nobody has answered yet. */
function goesOn(kind: FindingKind, lane: Lane, situation: Situation): boolean {
  const session = sessionOf(lane.change, situation);
  if (kind === "switched") return true;
  if (kind === "pending") return session !== undefined && !linkLost(session, lane.change.reaches.instanceId);
  return kind === "not-moved" && lane.outcome === null;
}

function linkLost(session: Session, target: string): boolean {
  const side = session.primary.instance.id === target ? session.primary : session.mirror;
  return side.said === "nothing" || (side.said === "seen" && side.mirroring.state === "DISCONNECTED");
}

function closingOf(lanes: readonly Lane[]): Closing {
  const failed =
    lanes.find((lane) => lane.verdict === "unknown") ?? lanes.find((lane) => lane.verdict === "not-reached");
  if (!failed) return { verdict: "reached", because: null };
  return { verdict: failed.verdict === "unknown" ? "unknown" : "not-reached", because: failed.because };
}

function sessionOf(change: Change, situation: Situation): Session | undefined {
  return findSession(situation.sessions, change.reaches.session);
}

function rowOf(change: Change, situation: Situation) {
  const session = sessionOf(change, situation);
  return session ? snapshotRow(session) : null;
}

function emptyRow(change: Change) {
  return {
    database: change.database,
    storeId: change.storeId,
    guid: null,
    roleSequence: null,
    principal: null,
    states: [],
  };
}
