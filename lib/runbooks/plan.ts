/**
 * A plan: one runbook laid out for one situation. It is bound to what was seen (`snapshot`); when that moves,
 * the plan is shown again instead of being performed.
 */
import {
  ask,
  findSession,
  type SessionKey,
  type Situation,
  stillToMove,
  targetOf,
  type Verdict,
} from "#lib/mirroring/checks.ts";
import { isMirrored } from "#lib/mirroring/outlook.ts";
import type { DatabaseType, Pool, Store } from "#lib/mirroring/pool.ts";
import {
  claimOf,
  type Observations,
  roleOf,
  type Session,
  servingSide,
  sessionsOf,
  sideOn,
  sides,
  stateOf,
  unclaimedSessions,
} from "#lib/mirroring/session.ts";
import type { Runbook, RunbookOptions, Step } from "#lib/runbooks/kit.ts";

/** What is to be moved: all that is found live, one DatabaseType, or one database. */
export type Scope =
  | { kind: "pool"; leaveOut: string[] }
  | { kind: "type"; type: DatabaseType }
  | { kind: "database"; storeId: string; database: string }
  /** Named sessions: what a run that stopped half-way finishes or takes back. */
  | { kind: "sessions"; sessions: SessionKey[] };

export interface Asked {
  runbook: string;
  scope: Scope;
  toward: "Primary" | "Mirror";
  options: RunbookOptions;
}

export interface Plan extends Asked {
  poolId: string;
  /** Sessions in scope, whether they move or are there already: the n of "n of n found". */
  found: FoundSession[];
  /** The stores of those sessions as they were declared when the plan was made. */
  stores: Store[];
  steps: Step[];
  verdicts: Verdict[];
  predicted: Prediction[];
  snapshot: SnapshotRow[];
}

export interface FoundSession {
  storeId: string;
  type: DatabaseType;
  database: string;
  /** The server that served it when the plan was made, and the one it shall be served by. */
  from: { id: string; name: string } | null;
  to: { id: string; name: string };
  moves: boolean;
}

/** Role, state, role sequence and guid of both sides: what a run is bound to. */
export interface SnapshotRow {
  database: string;
  storeId: string;
  guid: string | null;
  roleSequence: number | null;
  principal: string | null;
  states: (string | null)[];
}

/** Seconds of interruption: (unsent / send rate) + (queue / redo rate) + a little; null where a rate is unknown. */
export interface Prediction {
  database: string;
  unsentKb: number | null;
  redoKb: number | null;
  sendKbPerSecond: number | null;
  redoKbPerSecond: number | null;
  seconds: number | null;
}

export function situationOf(
  pool: Pool,
  asked: Asked,
  observations: Observations,
  acting: ReadonlySet<string>,
): Situation {
  const all = mirroredSessions(pool, observations);
  const sessions = all.filter((session) => inScope(session, asked.scope));
  const leftOut =
    asked.scope.kind === "pool"
      ? all.filter((session) => !sessions.includes(session)).map((session) => session.database)
      : [];
  return {
    pool,
    sessions,
    leftOut,
    observations,
    toward: asked.toward,
    acting: mayAct(acting, observations),
    types: [...new Set(sessions.map((session) => session.store.type))],
  };
}

/** An acting login of its own, or a looking login that was seen to be sysadmin. */
function mayAct(acting: ReadonlySet<string>, observations: Observations): ReadonlySet<string> {
  const sysadmins = [...observations.values()].filter(
    (observation) => observation.reachable && observation.sysadmin,
  );
  return new Set([...acting, ...sysadmins.map((observation) => observation.instanceId)]);
}

/** Every mirrored session found live on the pool's pairs: the declared ones and those that nobody claimed. */
export function mirroredSessions(pool: Pool, observations: Observations): Session[] {
  return [...sessionsOf(pool, observations).filter(isMirrored), ...unclaimedSessions(pool, observations)];
}

export function layOut(runbook: Runbook, situation: Situation, asked: Asked): Plan {
  const verdicts = runbook.preflight.flatMap((check) => ask(check, situation));
  const ready = verdicts.every((verdict) => verdict.holds || verdict.weight !== "hard");
  const moving = new Set(stillToMove(situation));
  return {
    ...asked,
    poolId: situation.pool.id,
    found: situation.sessions.map((session) => foundSession(session, situation, moving.has(session))),
    stores: [...new Map(situation.sessions.map((session) => [session.store.id, session.store])).values()],
    // A situation that is not ready has no steps to show: its verdicts say what to do.
    steps: ready ? runbook.steps(situation, asked.options) : [],
    verdicts,
    predicted: [...moving].map((session) => predict(session, situation.toward)),
    snapshot: situation.sessions.map(snapshotRow),
  };
}

/** What moved between the plan's snapshot and now; empty when the plan still stands. */
export function movedSince(
  plan: Plan,
  sessions: readonly Session[],
): { database: string; was: string; is: string }[] {
  const now = new Map(
    sessions.map((session) => [`${session.store.id}/${session.database}`, snapshotRow(session)]),
  );
  const gone = plan.snapshot.flatMap((row) => {
    const current = now.get(`${row.storeId}/${row.database}`);
    const [was, is] = [inWords(row), current ? inWords(current) : "–"];
    return was === is ? [] : [{ database: row.database, was, is }];
  });
  const known = new Set(plan.snapshot.map((row) => `${row.storeId}/${row.database}`));
  const came = [...now]
    .filter(([key]) => !known.has(key))
    .map(([, row]) => ({ database: row.database, was: "–", is: inWords(row) }));
  return [...gone, ...came];
}

export function snapshotRow(session: Session): SnapshotRow {
  const claim = claimOf(session);
  const principal = claim.kind === "one" && claim.side.said === "seen" ? claim.side : null;
  return {
    database: session.database,
    storeId: session.store.id,
    guid: principal?.mirroring.guid ?? null,
    roleSequence: principal?.mirroring.roleSequence ?? null,
    principal: principal?.instance.name ?? null,
    states: sides(session).map(stateOf),
  };
}

function inWords(row: SnapshotRow): string {
  return `${row.principal ?? "–"} · ${row.states.map((state) => state ?? "–").join("/")} · ${row.roleSequence ?? "–"} · ${row.guid ?? "–"}`;
}

function inScope(session: Session, scope: Scope): boolean {
  if (scope.kind === "type") return session.store.type === scope.type;
  if (scope.kind === "database")
    return (
      session.store.id === scope.storeId && session.database.toLowerCase() === scope.database.toLowerCase()
    );
  if (scope.kind === "sessions")
    return scope.sessions.some((key) => findSession([session], key) !== undefined);
  return !scope.leaveOut.some((name) => name.toLowerCase() === session.database.toLowerCase());
}

function foundSession(session: Session, situation: Situation, moves: boolean): FoundSession {
  const serving = servingSide(session);
  const { storeId, type } = { storeId: session.store.id, type: session.store.type };
  return {
    storeId,
    type,
    database: session.database,
    from: serving && { id: serving.instance.id, name: serving.instance.name },
    to: targetOf(session, situation.toward),
    moves,
  };
}

function predict(session: Session, toward: Asked["toward"]): Prediction {
  const source = servingSide(session);
  const target = sideOn(session, targetOf(session, toward).id);
  const mirror = roleOf(target) === "MIRROR" && "fact" in target ? target.fact : null;
  const unsentKb = source?.fact.sendQueueKb ?? null;
  const redoKb = mirror?.redoQueueKb ?? null;
  const sendKbPerSecond = source?.fact.sendKbPerSecond ?? null;
  const redoKbPerSecond = mirror?.redoKbPerSecond ?? null;
  const parts = [drain(unsentKb, sendKbPerSecond), drain(redoKb, redoKbPerSecond)];
  const seconds = parts.includes(null) ? null : (parts as number[]).reduce((sum, part) => sum + part, 1);
  return { database: session.database, unsentKb, redoKb, sendKbPerSecond, redoKbPerSecond, seconds };
}

/** An empty queue drains at once whatever the rate; a full one at an unknown or zero rate is not predictable. */
function drain(queueKb: number | null, kbPerSecond: number | null): number | null {
  if (queueKb === null) return null;
  if (queueKb < 64) return 0;
  return kbPerSecond && kbPerSecond > 0 ? queueKb / kbPerSecond : null;
}
