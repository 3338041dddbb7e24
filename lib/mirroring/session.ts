/**
 * One mirroring session as both partners and the witness tell it, put side by side. Nothing is smoothed over:
 * a side that said nothing stays silent, a side that may not be seen is inferred and marked so.
 */
import type {
  DatabaseFact,
  InstanceAnswer,
  InstanceObservation,
  MirroringFact,
  Role,
  WitnessFact,
} from "#lib/mirroring/observation.ts";
import type { Instance, Pool, Store } from "#lib/mirroring/pool.ts";

/** Observations by instance id: the latest of each. */
export type Observations = ReadonlyMap<string, InstanceObservation>;

export interface Session {
  database: string;
  store: Store;
  /** The instance in position Primary, then the one in position Mirror. Names stay; roles move. */
  primary: Side;
  mirror: Side;
  witness: WitnessSide | null;
}

export type Side = { instance: Instance } & Saying;

type Saying =
  /** The instance said it itself. */
  | {
      said: "seen";
      fact: DatabaseFact;
      mirroring: MirroringFact;
      at: number;
      startedAt: number;
      answer: InstanceAnswer;
    }
  /** Its columns are hidden from this login; role and state are concluded from the partner that names it. */
  | {
      said: "inferred";
      fact: DatabaseFact;
      role: Role;
      state: MirroringFact["state"];
      roleSequence: number;
      at: number;
      startedAt: number;
      answer: InstanceAnswer;
    }
  /** NULL columns and no sysadmin, and no partner that tells: not mirrored, or no rights to see. */
  | { said: "hidden"; fact: DatabaseFact; at: number; startedAt: number; answer: InstanceAnswer }
  | { said: "not-mirrored"; fact: DatabaseFact; at: number; startedAt: number; answer: InstanceAnswer }
  | { said: "absent"; at: number; startedAt: number; answer: InstanceAnswer }
  | {
      said: "nothing";
      at: number;
      startedAt: number;
      silence: Extract<InstanceObservation, { reachable: false }>;
    }
  /** No round has ended yet. */
  | { said: "not-asked" };

export interface WitnessSide {
  instance: Instance;
  /** The witness's own row for this session; null when it has none or said nothing. */
  row: WitnessFact | null;
  reachable: boolean | null;
  at: number | null;
}

/** Every session of a pool: what its stores declare and, for stores that list types, what is found live on their pairs. */
export function sessionsOf(pool: Pool, observations: Observations): Session[] {
  return pool.stores.flatMap((store) =>
    store.databases.map((database) => fuse(store, database, observations)),
  );
}

/**
 * Mirrored sessions found live on the pool's pairs that no store of the pool claims, each as a store of type Other of
 * its own pair, so that it can be included or left out by name.
 */
export function unclaimedSessions(pool: Pool, observations: Observations): Session[] {
  const claimed = new Set(pool.stores.flatMap((store) => store.databases.map((name) => keyOn(store, name))));
  const found = new Map<string, Session>();
  for (const store of pool.stores)
    for (const database of mirroredBetween(
      observations.get(store.primary.id),
      observations.get(store.mirror.id),
    )) {
      const key = keyOn(store, database);
      if (!claimed.has(key))
        found.set(key, found.get(key) ?? fuse(unclaimedStore(store, database), database, observations));
    }
  return [...found.values()];
}

export function fuse(store: Store, database: string, observations: Observations): Session {
  const primary = alone(store.primary, database, observations);
  const mirror = alone(store.mirror, database, observations);
  return {
    database,
    store,
    primary: toldBy(mirror, primary),
    mirror: toldBy(primary, mirror),
    witness: store.witness && witnessSide(store.witness, database, primary, mirror, observations),
  };
}

export function sides(session: Session): [Side, Side] {
  return [session.primary, session.mirror];
}

export function otherSide(session: Session, instanceId: string): Side {
  return session.primary.instance.id === instanceId ? session.mirror : session.primary;
}

export function sideOn(session: Session, instanceId: string): Side {
  return session.primary.instance.id === instanceId ? session.primary : session.mirror;
}

/** Role as seen or inferred; null when neither. */
export function roleOf(side: Side): Role | null {
  if (side.said === "seen") return side.mirroring.role;
  return side.said === "inferred" ? side.role : null;
}

export function stateOf(side: Side): MirroringFact["state"] | null {
  if (side.said === "seen") return side.mirroring.state;
  return side.said === "inferred" ? side.state : null;
}

/** When the oldest of the facts about this session was heard; null when a side was never asked. */
export function oldestFact(session: Session): number | null {
  const ages = sides(session).map((side) => (side.said === "not-asked" ? null : side.at));
  return ages.includes(null) ? null : Math.min(...(ages as number[]));
}

export type Claim =
  | { kind: "one"; side: Side }
  | { kind: "none" }
  /** Both name themselves principal, but not yet in rounds begun after both were first heard: a switch looks like this. */
  | { kind: "switching"; sides: [Side, Side] }
  | { kind: "two"; sides: [Side, Side] };

/** Who claims the principal role. Two claimants count only when a second round, begun after both first claims, confirms them. */
export function claimOf(session: Session): Claim {
  const claimants = sides(session).filter(
    (side) => side.said === "seen" && side.mirroring.role === "PRINCIPAL",
  );
  if (claimants.length === 0) return { kind: "none" };
  if (claimants.length === 1) return { kind: "one", side: claimants[0]! };
  const [a, b] = claimants as [SeenSide, SeenSide];
  const bothHeard = Math.max(a.fact.roleFirstHeardAt, b.fact.roleFirstHeardAt);
  const confirmed = a.startedAt > bothHeard && b.startedAt > bothHeard;
  return { kind: confirmed ? "two" : "switching", sides: [a, b] };
}

export type SeenSide = Extract<Side, { said: "seen" }>;

/** The principal whose database is ONLINE: who serves, if anybody. */
export function servingSide(session: Session): SeenSide | null {
  const claim = claimOf(session);
  if (claim.kind !== "one" || claim.side.said !== "seen") return null;
  return serves(claim.side) ? claim.side : null;
}

function serves(side: SeenSide): boolean {
  return side.fact.state === "ONLINE" && side.mirroring.state !== "PENDING_FAILOVER" && hasQuorum(side);
}

/** Without a witness no quorum is asked; with one, the partner or the witness must be in sight of the principal. */
export function hasQuorum(side: SeenSide): boolean {
  if (side.mirroring.witnessName === null) return true;
  return side.mirroring.witnessState === "CONNECTED" || side.mirroring.state !== "DISCONNECTED";
}

function keyOn(store: Store, database: string): string {
  return `${[store.primary.id, store.mirror.id].sort().join("|")}/${database.toLowerCase()}`;
}

function unclaimedStore(store: Store, database: string): Store {
  const { primary, mirror, witness } = store;
  return {
    id: `found:${primary.id}|${mirror.id}`,
    type: "Other",
    databases: [database],
    primary,
    mirror,
    witness,
    sharedWith: [],
  };
}

/** Names mirrored between these two: the same guid on both, or told by one while the other is silent or hides it. */
function mirroredBetween(a: InstanceObservation | undefined, b: InstanceObservation | undefined): string[] {
  const told = [...factsOf(a), ...factsOf(b)].filter((fact) => fact.mirroring);
  const both = told.filter((fact) => {
    const others = [a, b].map((side) => factsOf(side).find((other) => sameName(other.name, fact.name)));
    const guids = new Set(others.flatMap((other) => (other?.mirroring ? [other.mirroring.guid] : [])));
    const partnerThere = others.every((other, index) =>
      other ? other.mirroring || other.state !== "ONLINE" : [a, b][index]?.reachable !== true,
    );
    return guids.size === 1 && partnerThere;
  });
  return [...new Map(both.map((fact) => [fact.name.toLowerCase(), fact.name])).values()];
}

function factsOf(observation: InstanceObservation | undefined): DatabaseFact[] {
  return observation?.reachable ? observation.databases : [];
}

function alone(instance: Instance, database: string, observations: Observations): Side {
  const observation = observations.get(instance.id);
  if (!observation) return { instance, said: "not-asked" };
  const when = { at: observation.answeredAt, startedAt: observation.startedAt };
  if (!observation.reachable) return { instance, said: "nothing", ...when, silence: observation };
  const fact = observation.databases.find((candidate) => sameName(candidate.name, database));
  if (!fact) return { instance, said: "absent", ...when, answer: observation };
  if (fact.mirroring)
    return { instance, said: "seen", fact, mirroring: fact.mirroring, ...when, answer: observation };
  // A principal's columns are visible without sysadmin, so NULL on an ONLINE database means: not mirrored.
  const hidden = !observation.sysadmin && fact.state !== "ONLINE";
  return { instance, said: hidden ? "hidden" : "not-mirrored", fact, ...when, answer: observation };
}

/** A hidden side is inferred to be the mirror when its partner is seen as principal of this very database. */
function toldBy(partner: Side, side: Side): Side {
  if (side.said !== "hidden" || partner.said !== "seen" || partner.mirroring.role !== "PRINCIPAL")
    return side;
  const { state, roleSequence } = partner.mirroring;
  // Both partners show the same state, but for PENDING_FAILOVER, which only the principal shows (mirroring states page).
  return {
    ...side,
    said: "inferred",
    role: "MIRROR",
    state: state === "PENDING_FAILOVER" ? "SYNCHRONIZED" : state,
    roleSequence,
  };
}

function witnessSide(
  instance: Instance,
  database: string,
  primary: Side,
  mirror: Side,
  observations: Observations,
): WitnessSide {
  const observation = observations.get(instance.id);
  if (!observation) return { instance, row: null, reachable: null, at: null };
  if (!observation.reachable) return { instance, row: null, reachable: false, at: observation.answeredAt };
  const guid = [primary, mirror]
    .map((side) => (side.said === "seen" ? side.mirroring.guid : null))
    .find(Boolean);
  const row = observation.witnessed.find((candidate) =>
    guid ? candidate.guid === guid : sameName(candidate.database, database),
  );
  return { instance, row: row ?? null, reachable: true, at: observation.answeredAt };
}

function sameName(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
