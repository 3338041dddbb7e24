/**
 * The name of a pool's situation: an ordered table, the first rule that fits. Only fresh facts count; otherwise STALE.
 * Names and order as operators know them: worst first.
 */
import { type Message, names, say } from "#lib/mirroring/message.ts";
import { isMirrored, mayBeMirrored } from "#lib/mirroring/outlook.ts";
import type { Pool } from "#lib/mirroring/pool.ts";
import {
  claimOf,
  hasQuorum,
  type Observations,
  oldestFact,
  type Session,
  servingSide,
  sessionsOf,
  sides,
  stateOf,
} from "#lib/mirroring/session.ts";

export type DiagnosisWord =
  | "SPLIT-BRAIN"
  | "NOT-SERVED"
  | "DECIDE"
  | "STALE"
  | "SWITCHING"
  | "UNSEEN"
  | "SPLIT"
  | "EXPOSED"
  | "SUSPENDED"
  | "SYNCING"
  | "ASYNCHRONOUS"
  | "WITNESS-LOST"
  | "NOT-MIRRORED"
  | "OK";

export type Tone = "bad" | "warn" | "ok" | "stale" | "info";

export interface Diagnosis {
  word: DiagnosisWord;
  tone: Tone;
  because: Message;
  waysOut: Message[];
  databases: string[];
}

/** Facts older than this are not shown as true now. Three rounds of the monitor. */
export const staleAfterMs = 15_000;

interface Rule {
  word: DiagnosisWord;
  tone: Tone;
  /** The sessions that this rule names. */
  fits: (session: Session, now: number) => boolean;
  waysOut?: string[];
}

const rules: Rule[] = [
  {
    word: "SPLIT-BRAIN",
    tone: "bad",
    fits: (s) => claimOf(s).kind === "two",
    waysOut: ["keepClientsOffOne", "removeStalePartner"],
  },
  {
    word: "NOT-SERVED",
    tone: "bad",
    fits: (s, now) => freshEnough(s, now) && servedByNobody(s),
    waysOut: ["bringBack", "forceService", "withoutQuorum"],
  },
  { word: "STALE", tone: "stale", fits: (s, now) => !freshEnough(s, now), waysOut: ["lookAtInstances"] },
  { word: "SWITCHING", tone: "info", fits: isSwitching },
  { word: "UNSEEN", tone: "warn", fits: oneSideSilent, waysOut: ["lookAtInstances"] },
  {
    word: "EXPOSED",
    tone: "warn",
    fits: (s) => principalSays(s, "DISCONNECTED"),
    waysOut: ["bringMirrorBack", "watchLog"],
  },
  {
    word: "SUSPENDED",
    tone: "warn",
    fits: (s) => principalSays(s, "SUSPENDED"),
    waysOut: ["resume", "watchLog"],
  },
  { word: "SYNCING", tone: "warn", fits: (s) => principalSays(s, "SYNCHRONIZING"), waysOut: ["waitForSync"] },
  { word: "ASYNCHRONOUS", tone: "warn", fits: isAsynchronous, waysOut: ["safetyFull"] },
  { word: "WITNESS-LOST", tone: "warn", fits: witnessLost, waysOut: ["bringWitnessBack", "removeWitness"] },
];

export function diagnose(pool: Pool, observations: Observations, now: number): Diagnosis {
  const sessions = sessionsOf(pool, observations);
  const mirrored = sessions.filter(mayBeMirrored);
  if (!mirrored.some(isMirrored)) return unmirrored(sessions, now);
  for (const rule of rules) {
    if (rule.word === "EXPOSED") {
      const split = splitOver(mirrored);
      if (split) return split;
    }
    const named = mirrored.filter((session) => rule.fits(session, now));
    if (named.length > 0) return sentence(rule, named);
  }
  return well(mirrored);
}

function well(mirrored: Session[]): Diagnosis {
  const watched = mirrored.filter(witnessConfigured).length;
  const how = watched === 0 ? "byHand" : watched === mirrored.length ? "withWitness" : "partly";
  const servers = names([...new Set(mirrored.map((session) => servingSide(session)?.instance.name ?? "?"))]);
  const because = say(`checks.diagnosis.OK.${how}`, { count: mirrored.length, watched, servers });
  return { word: "OK", tone: "ok", because, waysOut: [], databases: [] };
}

function sentence(rule: Rule, named: Session[]): Diagnosis {
  const databases = named.map((session) => session.database);
  const first = named[0]!;
  const values = {
    databases: names(databases),
    count: databases.length,
    instances: names(serversOf(named)),
    witness: first.witness?.instance.name ?? "?",
  };
  return {
    word: rule.word,
    tone: rule.tone,
    because: say(
      rule.word === "NOT-SERVED"
        ? `checks.diagnosis.NOT-SERVED.${unservedHow(first)}`
        : `checks.diagnosis.${rule.word}`,
      values,
    ),
    waysOut: (rule.waysOut ?? []).map((way) => say(`checks.waysOut.${way}`, values)),
    databases,
  };
}

/** Databases of one store, or of one pair, served on both servers: the application is split. */
function splitOver(mirrored: Session[]): Diagnosis | null {
  const pairs = Map.groupBy(mirrored, (session) => `${session.store.primary.id}|${session.store.mirror.id}`);
  for (const sessions of pairs.values()) {
    const byServer = Map.groupBy(
      sessions.filter((session) => servingSide(session)),
      (session) => servingSide(session)!.instance.name,
    );
    if (byServer.size < 2) continue;
    const [[serverA, onA], [serverB, onB]] = [...byServer.entries()] as [
      [string, Session[]],
      [string, Session[]],
    ];
    const fewer = onA.length < onB.length ? onA : onB;
    const values = {
      serverA,
      serverB,
      onA: names(onA.map((s) => s.database)),
      onB: names(onB.map((s) => s.database)),
    };
    return {
      word: "SPLIT",
      tone: "warn",
      because: say("checks.diagnosis.SPLIT", values),
      waysOut: [say("checks.waysOut.bringTogether", values)],
      databases: fewer.map((session) => session.database),
    };
  }
  return null;
}

function unmirrored(sessions: Session[], now: number): Diagnosis {
  const asked = sessions.filter((session) => freshEnough(session, now));
  if (sessions.length > 0 && asked.length === 0)
    return {
      word: "STALE",
      tone: "stale",
      because: say("checks.diagnosis.nothingKnown"),
      waysOut: [say("checks.waysOut.lookAtInstances", { instances: names(serversOf(sessions)) })],
      databases: [],
    };
  const silent = sessions.filter((session) => sides(session).some((side) => side.said === "nothing"));
  const hiddenBesideSilent = silent.some((session) => sides(session).some((side) => side.said === "hidden"));
  if (silent.length > 0)
    return {
      word: "NOT-SERVED",
      tone: "bad",
      because: say(`checks.diagnosis.NOT-SERVED.${hiddenBesideSilent ? "mirrorHidden" : "bothSilent"}`, {
        databases: names(silent.map((s) => s.database)),
        instances: names(serversOf(silent)),
      }),
      waysOut: [say("checks.waysOut.lookAtInstances", { instances: names(serversOf(silent)) })],
      databases: silent.map((s) => s.database),
    };
  const dark = sessions.filter((session) => sides(session).every((side) => side.said === "hidden"));
  if (dark.length > 0)
    return {
      word: "NOT-SERVED",
      tone: "bad",
      because: say("checks.diagnosis.NOT-SERVED.bothHidden", {
        databases: names(dark.map((s) => s.database)),
        instances: names(serversOf(dark)),
      }),
      waysOut: [say("checks.waysOut.lookAtInstances", { instances: names(serversOf(dark)) })],
      databases: dark.map((s) => s.database),
    };
  const hidden = sessions.some((session) => sides(session).some((side) => side.said === "hidden"));
  return {
    word: "NOT-MIRRORED",
    tone: "warn",
    because: say(hidden ? "checks.diagnosis.NOT-MIRRORED.orHidden" : "checks.diagnosis.NOT-MIRRORED.none"),
    waysOut: [],
    databases: [],
  };
}

function freshEnough(session: Session, now: number): boolean {
  const oldest = oldestFact(session);
  return oldest !== null && now - oldest <= staleAfterMs;
}

/** An unreachable principal whose mirror says DISCONNECTED is not served; one whose mirror still hears it is only unseen by us. */
function servedByNobody(session: Session): boolean {
  if (servingSide(session) || isSwitching(session)) return false;
  const silent = sides(session).filter((side) => side.said === "nothing");
  if (silent.length === 0) return true;
  const other = sides(session).find((side) => side.said !== "nothing");
  return !other || stateOf(other) === "DISCONNECTED" || stateOf(other) === null;
}

function unservedHow(session: Session): string {
  const claim = claimOf(session);
  if (claim.kind === "one" && claim.side.said === "seen")
    return hasQuorum(claim.side) ? "recovering" : "noQuorum";
  return unseenHow([session]) ?? "principalGone";
}

/** How it comes that no side tells anything of these; null when one does. A side that is hidden is not online either. */
function unseenHow(sessions: Session[]): "bothHidden" | "mirrorHidden" | "bothSilent" | null {
  const said = sessions.flatMap((session) => sides(session).map((side) => side.said));
  if (!said.every((word) => word === "hidden" || word === "nothing")) return null;
  if (said.every((word) => word === "hidden")) return "bothHidden";
  return said.includes("hidden") ? "mirrorHidden" : "bothSilent";
}

function isSwitching(session: Session): boolean {
  return (
    claimOf(session).kind === "switching" ||
    sides(session).some((side) => stateOf(side) === "PENDING_FAILOVER")
  );
}

function principalSays(session: Session, state: string): boolean {
  const principal = servingSide(session);
  return principal?.mirroring.state === state;
}

/** A partner that does not answer us while the other still hears it, or serves without it. */
function oneSideSilent(session: Session): boolean {
  const serving = servingSide(session);
  const exposed = serving?.mirroring.state === "DISCONNECTED";
  return !exposed && sides(session).some((side) => side.said === "nothing");
}

/** Lync supports synchronous mirroring only; elsewhere high performance is a choice. */
function isAsynchronous(session: Session): boolean {
  return session.store.type !== "Other" && servingSide(session)?.mirroring.safety === "OFF";
}

function witnessConfigured(session: Session): boolean {
  return sides(session).some((side) => side.said === "seen" && side.mirroring.witnessName !== null);
}

function witnessLost(session: Session): boolean {
  return sides(session).some(
    (side) =>
      side.said === "seen" &&
      side.mirroring.witnessName !== null &&
      side.mirroring.witnessState !== "CONNECTED",
  );
}

function serversOf(sessions: Session[]): string[] {
  const concerned = sessions.flatMap((session) =>
    sides(session).filter((side) => side.said === "nothing" || side.said === "not-asked"),
  );
  const chosen = concerned.length > 0 ? concerned : sessions.flatMap((session) => sides(session));
  return [...new Set(chosen.map((side) => side.instance.name))];
}
