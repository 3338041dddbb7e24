/**
 * A pool as a page shows it: pairs of servers in their places, lanes between them, and where the two sides disagree.
 * Nothing new is concluded here; what no side says stays unsaid.
 */
import { type DiagnosisWord, staleAfterMs } from "#lib/mirroring/diagnose.ts";
import { isMirrored, mayBeMirrored } from "#lib/mirroring/outlook.ts";
import { type Instance, instancesOf, type Pool, pairKey } from "#lib/mirroring/pool.ts";
import {
  claimOf,
  type Observations,
  otherSide,
  roleOf,
  type SeenSide,
  type Session,
  type Side,
  servingSide,
  sides,
  stateOf,
} from "#lib/mirroring/session.ts";

/** Two servers in their positions, and every session between them. */
export interface Pair {
  key: string;
  primary: Instance;
  mirror: Instance;
  /** Usually one; stores of a pair may name different witnesses. */
  witnesses: Instance[];
  sessions: Session[];
}

export function pairsOf(sessions: readonly Session[]): Pair[] {
  const groups = Map.groupBy(sessions, (session) => pairKey(session.store));
  return [...groups].map(([key, together]) => ({
    key,
    primary: together[0]!.primary.instance,
    mirror: together[0]!.mirror.instance,
    witnesses: distinct(together.flatMap((session) => (session.witness ? [session.witness.instance] : []))),
    sessions: together,
  }));
}

/** What one partner tells of a connection, as databases by its word for it. */
export interface LinkView {
  connected: string[];
  lost: string[];
  /** The witness only: its state is UNKNOWN to this partner. */
  unknown: string[];
  /** The witness only: this partner has none set, whatever the store declares. */
  none: string[];
  /** This login may not see what the partner says. */
  hidden: string[];
  /** The partner says nothing. */
  unsaid: string[];
}

/** How a partner sees the other partner: DISCONNECTED is its word for a lost link. */
export function partnerView(pair: Pair, instanceId: string): LinkView {
  return viewOf(pair.sessions, instanceId, ({ mirroring }) =>
    mirroring.state === "DISCONNECTED" ? "lost" : "connected",
  );
}

/** How a partner sees the witness; sessions of stores without a witness say nothing of it. */
export function witnessView(pair: Pair, instanceId: string, witnessId: string): LinkView {
  const watched = pair.sessions.filter((session) => session.witness?.instance.id === witnessId);
  const words = { CONNECTED: "connected", DISCONNECTED: "lost", UNKNOWN: "unknown" } as const;
  return viewOf(watched, instanceId, ({ mirroring }) => {
    if (mirroring.witnessName === null) return "none";
    return mirroring.witnessState === null ? "unknown" : words[mirroring.witnessState];
  });
}

/** The direction of the log: from the one server that claims the principal role, toward its partner. */
export interface Flow {
  toward: "primary" | "mirror";
  /** Log is moving, as far as the principal says. */
  moving: boolean;
}

export function flowOf(session: Session): Flow | null {
  const claim = claimOf(session);
  if (claim.kind !== "one") return null;
  const toward = claim.side.instance.id === session.primary.instance.id ? "mirror" : "primary";
  const state = stateOf(claim.side);
  return { toward, moving: state === "SYNCHRONIZED" || state === "SYNCHRONIZING" };
}

export type Disagreement = "role" | "state" | "safety" | "witness" | "session" | "sequence";

/**
 * What the two sides tell differently. PENDING_FAILOVER is shown by the principal alone, and a switch that is not yet
 * seen from both sides is called switching, so neither is a disagreement.
 */
export function disagreements(session: Session): Disagreement[] {
  const [a, b] = sides(session);
  if (a.said !== "seen" || b.said !== "seen" || claimOf(session).kind === "switching") return [];
  const [here, there] = [a.mirroring, b.mirroring];
  const pending = [here.state, there.state].includes("PENDING_FAILOVER");
  const found: [Disagreement, boolean][] = [
    ["role", here.role === there.role],
    ["state", here.state !== there.state && !pending],
    ["safety", here.safety !== there.safety],
    [
      "witness",
      here.witnessState !== there.witnessState ||
        (here.witnessName === null) !== (there.witnessName === null),
    ],
    ["session", here.guid !== there.guid],
    ["sequence", here.roleSequence !== there.roleSequence && !pending],
  ];
  return found.flatMap(([name, differs]) => (differs ? [name] : []));
}

/** Unsent log is the principal's to tell, log still to be redone the mirror's; null where that side does not tell. */
export function queuesOf(session: Session): { unsentKb: number | null; redoKb: number | null } {
  const claim = claimOf(session);
  if (claim.kind !== "one") return { unsentKb: null, redoKb: null };
  const mirror = otherSide(session, claim.side.instance.id);
  return {
    unsentKb: claim.side.said === "seen" ? claim.side.fact.sendQueueKb : null,
    redoKb: roleOf(mirror) === "MIRROR" && "fact" in mirror ? mirror.fact.redoQueueKb : null,
  };
}

export interface Queue {
  kind: "unsent" | "redo";
  kb: number;
  database: string;
}

/** The longest queue among these sessions; null when none is told. */
export function worstQueue(sessions: readonly Session[]): Queue | null {
  const told = sessions.flatMap((session) => {
    const { unsentKb, redoKb } = queuesOf(session);
    return [queue("unsent", unsentKb, session), queue("redo", redoKb, session)].filter(
      (each) => each !== null,
    );
  });
  return told.reduce<Queue | null>((worst, each) => (worst && worst.kb >= each.kb ? worst : each), null);
}

/** Served sessions whose every telling side says SYNCHRONIZED, of all that are mirrored or out of sight. */
export function synchronizedOf(sessions: readonly Session[]): { count: number; of: number } {
  const mirrored = sessions.filter(mayBeMirrored);
  const well = mirrored.filter((session) => {
    const states = sides(session)
      .map(stateOf)
      .filter((state) => state !== null);
    return servingSide(session) !== null && states.every((state) => state === "SYNCHRONIZED");
  });
  return { count: well.length, of: mirrored.length };
}

/** The sessions of the Central Management store; a pool that has them hosts it. */
export function centralManagement(sessions: readonly Session[]): Session[] {
  const byType = sessions.filter((session) => session.store.type === "CentralMgmt");
  if (byType.length > 0) return byType;
  const found = sessions.filter(
    (session) => ["xds", "lis"].includes(session.database.toLowerCase()) && isMirrored(session),
  );
  return found.length === 2 ? found : [];
}

/** Of how many databases an instance is principal and mirror; `inferred` when no mirror's role was told by itself. */
export function rolesOn(
  sessions: readonly Session[],
  instanceId: string,
): { principal: number; mirror: number; inferred: boolean } {
  const here = sessions.flatMap((session) =>
    sides(session).filter((side) => side.instance.id === instanceId),
  );
  const mirrors = here.filter((side) => roleOf(side) === "MIRROR");
  return {
    principal: here.filter((side) => roleOf(side) === "PRINCIPAL").length,
    mirror: mirrors.length,
    inferred: mirrors.length > 0 && mirrors.every((side) => side.said === "inferred"),
  };
}

/** When the oldest of all facts about a pool was heard; null when an instance was never asked. */
export function oldestOf(pool: Pool, observations: Observations): number | null {
  const times = instancesOf(pool).map((instance) => observations.get(instance.id)?.answeredAt ?? null);
  return times.length === 0 || times.includes(null) ? null : Math.min(...(times as number[]));
}

/** Too old, or never heard: not to be shown as true now. */
export function isStale(at: number | null, now: number): boolean {
  return at === null || now - at > staleAfterMs;
}

/** Worst first: the order in which a person on call reads. */
export function severity(word: DiagnosisWord): number {
  return ladder.indexOf(word);
}

const ladder: readonly DiagnosisWord[] = [
  "SPLIT-BRAIN",
  "NOT-SERVED",
  "DECIDE",
  "SPLIT",
  "EXPOSED",
  "SUSPENDED",
  "UNSEEN",
  "STALE",
  "SYNCING",
  "ASYNCHRONOUS",
  "WITNESS-LOST",
  "NOT-MIRRORED",
  "SWITCHING",
  "OK",
];

function viewOf(
  sessions: readonly Session[],
  instanceId: string,
  word: (side: SeenSide) => keyof LinkView,
): LinkView {
  const view: LinkView = { connected: [], lost: [], unknown: [], none: [], hidden: [], unsaid: [] };
  for (const session of sessions)
    for (const side of sides(session))
      if (side.instance.id === instanceId) view[spoken(side, word)].push(session.database);
  return view;
}

function spoken(side: Side, word: (side: SeenSide) => keyof LinkView): keyof LinkView {
  if (side.said === "seen") return word(side);
  return side.said === "inferred" || side.said === "hidden" ? "hidden" : "unsaid";
}

function queue(kind: Queue["kind"], kb: number | null, session: Session): Queue | null {
  return kb === null ? null : { kind, kb, database: session.database };
}

function distinct(instances: readonly Instance[]): Instance[] {
  return [...new Map(instances.map((instance) => [instance.id, instance])).values()];
}
