/**
 * What stands between a session and its next server, and what would happen by itself: the two standing answers of a pool.
 */
import { type Message, names, say } from "#lib/mirroring/message.ts";
import type { Instance, Pool } from "#lib/mirroring/pool.ts";
import { instancesOf } from "#lib/mirroring/pool.ts";
import {
  claimOf,
  type Observations,
  otherSide,
  roleOf,
  type SeenSide,
  type Session,
  servingSide,
  sessionsOf,
  sides,
  stateOf,
} from "#lib/mirroring/session.ts";

export interface Readiness {
  ready: boolean;
  reasons: Message[];
}

/** Can every mirrored session of the pool be failed over by hand now, wherever its principal is? */
export function readyForFailover(pool: Pool, observations: Observations): Readiness {
  const sessions = sessionsOf(pool, observations).filter(mayBeMirrored);
  const reasons = sessions.map(notReadyBecause).filter((reason) => reason !== null);
  return { ready: sessions.length > 0 && reasons.length === 0, reasons };
}

/**
 * Why a manual failover of this session would be refused now; null when it would be accepted.
 * Conditions: SAFETY FULL (1477), SYNCHRONIZED on both sides (1422), both partners connected (1447).
 */
export function notReadyBecause(session: Session): Message | null {
  const { database } = session;
  const silent = sides(session).find((side) => side.said === "nothing");
  if (silent) return say("checks.notReady.silent", { database, instance: silent.instance.name });
  const claim = claimOf(session);
  if (claim.kind === "two") return say("checks.notReady.twoPrincipals", { database });
  if (claim.kind === "switching") return say("checks.notReady.switching", { database });
  if (claim.kind === "none" || claim.side.said !== "seen")
    return say("checks.notReady.noPrincipal", { database });
  const principal: SeenSide = claim.side;
  if (principal.mirroring.state === "PENDING_FAILOVER") return say("checks.notReady.switching", { database });
  if (principal.mirroring.safety !== "FULL")
    return say("checks.notReady.safetyOff", { database, instance: principal.instance.name });
  const states = sides(session).map(stateOf);
  const wrong = states.find((state) => state !== "SYNCHRONIZED");
  if (wrong !== undefined)
    return say(`checks.notReady.state.${wrong ?? "unseen"}`, { database, state: wrong ?? "?" });
  return servingSide(session) ? null : say("checks.notReady.notServed", { database });
}

/** A session that both partners' words, or one partner's, say exists. */
export function isMirrored(session: Session): boolean {
  return sides(session).some((side) => side.said === "seen");
}

/**
 * Mirrored, or told by nobody: both sides silent or hidden from this login. A looking login loses sight of a session
 * together with its principal, so such a session must never drop out of a verdict.
 */
export function mayBeMirrored(session: Session): boolean {
  return (
    isMirrored(session) ||
    sides(session).every((side) => ["nothing", "hidden", "not-asked"].includes(side.said))
  );
}

export interface Fate {
  instance: Instance;
  /** These switch by themselves. */
  automatic: string[];
  /** The documents do not agree whether these switch. */
  notGuaranteed: string[];
  /** These stay down until somebody acts, each with its reason. */
  stays: { database: string; because: Message }[];
  /** Not principal here: these go on, exposed. */
  exposed: string[];
}

/**
 * What happens if this server dies now.
 * Conditions of automatic failover: SAFETY FULL, a witness set, SYNCHRONIZED, and all three connected at the failure
 * (role switching, operating modes, quorum pages). With one link of the three already down the pages disagree.
 */
export function ifServerDies(pool: Pool, observations: Observations, instance: Instance): Fate {
  const fate: Fate = { instance, automatic: [], notGuaranteed: [], stays: [], exposed: [] };
  for (const session of sessionsOf(pool, observations).filter(isMirrored)) {
    if (!sides(session).some((side) => side.instance.id === instance.id)) continue;
    const claim = claimOf(session);
    if (claim.kind !== "one" || claim.side.said !== "seen") continue;
    if (claim.side.instance.id !== instance.id) addSurvivor(fate, session, claim.side);
    else addOrphan(fate, session, claim.side);
  }
  return fate;
}

/** Every partner of the pool that is principal of something. */
export function fatesOf(pool: Pool, observations: Observations): Fate[] {
  const partners = new Set(pool.stores.flatMap((store) => [store.primary.id, store.mirror.id]));
  return instancesOf(pool)
    .filter((instance) => partners.has(instance.id))
    .map((instance) => ifServerDies(pool, observations, instance));
}

function addSurvivor(fate: Fate, session: Session, principal: SeenSide): void {
  const losesQuorum =
    principal.mirroring.witnessName !== null && principal.mirroring.witnessState !== "CONNECTED";
  if (losesQuorum)
    fate.stays.push({
      database: session.database,
      because: say("checks.dies.losesQuorum", { witness: witnessName(session) }),
    });
  else fate.exposed.push(session.database);
}

function addOrphan(fate: Fate, session: Session, principal: SeenSide): void {
  const { database } = session;
  const { mirroring } = principal;
  const mirror = otherSide(session, principal.instance.id);
  const stay = (key: string, values: Record<string, string | number> = {}) =>
    fate.stays.push({ database, because: say(key, values) });
  if (mirroring.witnessName === null)
    return void stay("checks.dies.noWitness", { instance: mirror.instance.name });
  if (mirroring.safety !== "FULL") return void stay("checks.dies.asynchronous");
  if (mirroring.state !== "SYNCHRONIZED")
    return void stay("checks.dies.notSynchronized", { state: mirroring.state });
  const viewOfMirror = mirror.said === "seen" ? mirror.mirroring.witnessState : null;
  if (viewOfMirror === "DISCONNECTED" || viewOfMirror === "UNKNOWN")
    return void stay("checks.dies.mirrorWithoutWitness", { witness: witnessName(session) });
  if (mirroring.witnessState !== "CONNECTED") {
    // The principal does not see the witness; whether the mirror does decides, and the pages leave it open.
    if (viewOfMirror === "CONNECTED" || witnessSaysSynchronized(session))
      return void fate.notGuaranteed.push(database);
    return void stay("checks.dies.witnessLost", { witness: witnessName(session) });
  }
  if (roleOf(mirror) !== "MIRROR")
    return void stay("checks.dies.mirrorUnseen", { instance: mirror.instance.name });
  fate.automatic.push(database);
}

function witnessSaysSynchronized(session: Session): boolean {
  return session.witness?.row?.synchronized === true;
}

function witnessName(session: Session): string {
  return session.witness?.instance.name ?? "?";
}

/** One sentence for a fate: "automatic failover of 4 of 6 databases; 2 stay down because …". */
export function fateSentence(fate: Fate): Message {
  const of = fate.automatic.length + fate.notGuaranteed.length + fate.stays.length;
  const values = {
    instance: fate.instance.name,
    automatic: fate.automatic.length,
    of,
    stays: names(fate.stays.map((stay) => stay.database)),
    open: names(fate.notGuaranteed),
    exposed: fate.exposed.length,
  };
  if (of === 0) return say("checks.dies.onlyMirror", values);
  if (fate.stays.length > 0) return say("checks.dies.someStay", values);
  return say(
    fate.notGuaranteed.length > 0 ? "checks.dies.notGuaranteed" : "checks.dies.allAutomatic",
    values,
  );
}
