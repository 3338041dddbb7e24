/**
 * Named questions about what was observed. The same questions serve readiness before a run, `wait until` and `act reaches`.
 * A question is data, so it can stand in a plan, be journalled and be asked again after a restart.
 */
import { type Message, names, say } from "#lib/mirroring/message.ts";
import { type Instance, instancesOf, type Pool } from "#lib/mirroring/pool.ts";
import {
  claimOf,
  type Observations,
  otherSide,
  type Session,
  servingSide,
  sideOn,
  sides,
  stateOf,
} from "#lib/mirroring/session.ts";

export type Check =
  | { check: "partners-reachable" }
  | { check: "acting-login-known" }
  | { check: "one-principal-each" }
  | { check: "same-session" }
  | { check: "safety-full" }
  | { check: "synchronized" }
  | { check: "something-to-do" }
  | { check: "versions-equal" }
  | { check: "witness-connected" }
  | { check: "user-not-alone" }
  | { check: "shared-stores" }
  | { check: "unclaimed" }
  | { check: "sessions-to-cut" }
  | { check: "redo-queue-below"; kb: number; sessions: SessionKey[] }
  | {
      check: "principal-is";
      session: SessionKey;
      instanceId: string;
      guid: string;
      roleSequenceAbove: number;
    }
  | { check: "sessions-synchronized"; sessions: SessionKey[] }
  | { check: "clients-return"; sessions: SessionKey[] };

/** A session by the pair it lives on and its name. */
export interface SessionKey {
  storeId: string;
  database: string;
}

/** What a question may look at. `sessions` are those in scope. */
export interface Situation {
  pool: Pool;
  sessions: Session[];
  /** Found mirrored on the pool's pairs, claimed by nobody, and not taken into scope. */
  leftOut: string[];
  observations: Observations;
  toward: "Primary" | "Mirror";
  /** Instance ids whose acting login is registered. */
  acting: ReadonlySet<string>;
  /** Which DatabaseTypes the scope covers whole or in part. */
  types: readonly string[];
}

/** A check's answer. `hard` stops, `soft` warns, `info` tells. */
export interface Verdict {
  check: Check["check"];
  weight: "hard" | "soft" | "info";
  holds: boolean;
  subject: string;
  expected: Message;
  seen: Message;
  fix: Message | null;
  /** When the fact behind it was heard. */
  at: number | null;
}

export function ask(check: Check, situation: Situation): Verdict[] {
  const question = questions[check.check] as (check: Check, situation: Situation) => Finding[];
  return question(check, situation).map((finding) => ({
    check: check.check,
    weight: weights[check.check],
    holds: finding.holds,
    subject: finding.subject,
    expected: say(`checks.${check.check}.expected`, finding.values),
    seen: say(`checks.${check.check}.${finding.seen}`, finding.values),
    fix: finding.holds ? null : (finding.fix ?? say(`checks.${check.check}.fix`, finding.values)),
    at: finding.at ?? null,
  }));
}

export function holds(check: Check, situation: Situation): boolean {
  return ask(check, situation).every((verdict) => verdict.holds);
}

/** Where a session goes: the instance in the wanted position. */
export function targetOf(session: Session, toward: "Primary" | "Mirror"): Instance {
  return toward === "Mirror" ? session.mirror.instance : session.primary.instance;
}

/** Sessions whose principal is not yet on the wanted side. */
export function stillToMove(situation: Situation): Session[] {
  return situation.sessions.filter((session) => {
    const claim = claimOf(session);
    return !(
      claim.kind === "one" &&
      claim.side.instance.id === targetOf(session, situation.toward).id &&
      servingSide(session)
    );
  });
}

export function findSession(sessions: readonly Session[], key: SessionKey): Session | undefined {
  return sessions.find(
    (session) =>
      session.store.id === key.storeId && session.database.toLowerCase() === key.database.toLowerCase(),
  );
}

export function keyOf(session: Session): SessionKey {
  return { storeId: session.store.id, database: session.database };
}

interface Finding {
  holds: boolean;
  subject: string;
  seen: string;
  values: Message["values"];
  fix?: Message;
  at?: number | null;
}

const weights: Record<Check["check"], Verdict["weight"]> = {
  "partners-reachable": "hard",
  "acting-login-known": "hard",
  "one-principal-each": "hard",
  "same-session": "hard",
  "safety-full": "hard",
  synchronized: "hard",
  "something-to-do": "hard",
  "versions-equal": "soft",
  "witness-connected": "soft",
  "user-not-alone": "soft",
  "shared-stores": "info",
  unclaimed: "soft",
  "sessions-to-cut": "info",
  "redo-queue-below": "hard",
  "principal-is": "hard",
  "sessions-synchronized": "soft",
  "clients-return": "soft",
};

type Question<K extends Check["check"]> = (
  check: Extract<Check, { check: K }>,
  situation: Situation,
) => Finding[];

const questions: { [K in Check["check"]]: Question<K> } = {
  "partners-reachable": (_, { pool, sessions, observations }) =>
    partnersOf(pool, sessions).map((instance) => {
      const observation = observations.get(instance.id);
      const reason = observation && !observation.reachable ? observation.reason : null;
      return {
        holds: observation?.reachable === true,
        subject: instance.name,
        seen: !observation
          ? "notAsked"
          : observation.reachable
            ? "seen"
            : `silent.${observation.reason.kind}`,
        values: { instance: instance.name, detail: reason?.detail ?? "" },
        at: observation?.answeredAt ?? null,
      };
    }),

  "acting-login-known": (_, { pool, sessions, acting }) =>
    partnersOf(pool, sessions).map((instance) => ({
      holds: acting.has(instance.id),
      subject: instance.name,
      seen: acting.has(instance.id) ? "seen" : "missing",
      values: { instance: instance.name },
    })),

  "one-principal-each": (_, { sessions }) =>
    sessions.map((session) => {
      const claim = claimOf(session);
      const serving = servingSide(session);
      return {
        holds: claim.kind === "one" && serving !== null,
        subject: session.database,
        seen: claim.kind === "one" ? (serving ? "seen" : "notServed") : claim.kind,
        values: {
          database: session.database,
          instance: claim.kind === "one" ? claim.side.instance.name : "",
        },
        at: heardAt(session),
      };
    }),

  // A stale pair carries another guid: re-paired while away (the former principal's old metadata is still there).
  "same-session": (_, { sessions }) =>
    sessions.flatMap((session) => {
      const guids = sides(session).flatMap((side) => (side.said === "seen" ? [side.mirroring.guid] : []));
      if (guids.length < 2) return [];
      return [
        {
          holds: guids[0] === guids[1],
          subject: session.database,
          seen: guids[0] === guids[1] ? "seen" : "differ",
          values: { database: session.database },
          at: heardAt(session),
        },
      ];
    }),

  "safety-full": (_, { sessions }) =>
    sessions.flatMap((session) => {
      const claim = claimOf(session);
      if (claim.kind !== "one" || claim.side.said !== "seen") return [];
      const { safety } = claim.side.mirroring;
      return [
        {
          holds: safety === "FULL",
          subject: session.database,
          seen: safety === "FULL" ? "seen" : "off",
          values: { database: session.database, instance: claim.side.instance.name },
          at: claim.side.at,
        },
      ];
    }),

  synchronized: (_, { sessions, toward }) =>
    sessions.map((session) => {
      const [here, there] = [session.primary, session.mirror].map((side) => stateOf(side) ?? "unseen") as [
        string,
        string,
      ];
      const well = here === "SYNCHRONIZED" && there === "SYNCHRONIZED";
      const claim = claimOf(session);
      const principal = claim.kind === "one" && claim.side.said === "seen" ? claim.side : null;
      const target = sideOn(session, targetOf(session, toward).id);
      return {
        holds: well,
        subject: session.database,
        seen: well ? "seen" : "notYet",
        values: {
          database: session.database,
          primary: session.primary.instance.name,
          stateOnPrimary: here,
          mirror: session.mirror.instance.name,
          stateOnMirror: there,
          unsentKb: principal?.fact.sendQueueKb ?? "?",
          redoKb:
            target.said === "seen" || target.said === "inferred" ? (target.fact.redoQueueKb ?? "?") : "?",
        },
        fix: say(`checks.synchronized.fix.${fixFor(well ? here : here === "SYNCHRONIZED" ? there : here)}`, {
          database: session.database,
        }),
        at: heardAt(session),
      };
    }),

  "something-to-do": (_, situation) => {
    const { pool, sessions, toward, observations } = situation;
    const left = stillToMove(situation).length;
    const of = sessions.length;
    const ends =
      of > 0
        ? sessions.map((session) => targetOf(session, toward))
        : pool.stores.map((store) => (toward === "Mirror" ? store.mirror : store.primary));
    const targets = names([...new Set(ends.map((instance) => instance.name))]);
    // What a silent server mirrors may be seen nowhere else: that is not nothing.
    const silent = partnersOf(pool, sessions).filter(({ id }) => !observations.get(id)?.reachable);
    const hidden = of === 0 && silent.length > 0;
    const values = { left, of, targets, instances: names(silent.map((instance) => instance.name)) };
    return [
      {
        holds: left > 0,
        subject: targets,
        seen: hidden ? "outOfSight" : of === 0 ? "nothingFound" : left > 0 ? "seen" : "allThere",
        values,
        ...(hidden && { fix: say("checks.something-to-do.fixOutOfSight", values) }),
      },
    ];
  },

  // One way out of newer to older: SQL Server fails over to a newer version and not back.
  "versions-equal": (_, { sessions }) =>
    pairsOf(sessions).flatMap(([primary, mirror]) => {
      if (!("answer" in primary) || !("answer" in mirror)) return [];
      const [a, b] = [primary.answer, mirror.answer];
      const equal = a.version === b.version && a.edition === b.edition;
      return [
        {
          holds: equal,
          subject: `${primary.instance.name}, ${mirror.instance.name}`,
          seen: equal ? "seen" : "differ",
          values: {
            primary: primary.instance.name,
            primaryVersion: `${a.version} ${a.edition}`,
            mirror: mirror.instance.name,
            mirrorVersion: `${b.version} ${b.edition}`,
          },
          at: Math.min(primary.at, mirror.at),
        },
      ];
    }),

  "witness-connected": (_, { sessions }) =>
    sessions.flatMap((session) => {
      const views = sides(session).flatMap((side) =>
        side.said === "seen" && side.mirroring.witnessName !== null ? [side.mirroring.witnessState] : [],
      );
      if (views.length === 0) return [];
      const well = views.every((view) => view === "CONNECTED");
      return [
        {
          holds: well,
          subject: session.database,
          seen: well ? "seen" : "lost",
          values: { database: session.database, witness: session.witness?.instance.name ?? "?" },
          at: heardAt(session),
        },
      ];
    }),

  // Lync moves the Central Management store by its own command; User alone leaves it on the server that is to be switched off.
  "user-not-alone": (_, { pool, types }) => {
    const hosts = pool.stores.some((store) => store.type === "CentralMgmt");
    if (!hosts || !types.includes("User") || types.includes("CentralMgmt")) return [];
    return [{ holds: false, subject: "CentralMgmt", seen: "alone", values: {} }];
  },

  "shared-stores": (_, { sessions }) =>
    [...new Map(sessions.map((session) => [session.store.id, session.store])).values()]
      .filter((store) => store.sharedWith.length > 0)
      .map((store) => ({
        holds: true,
        subject: store.type,
        seen: "seen",
        values: { type: store.type, pools: names(store.sharedWith.map((pool) => pool.title)) },
      })),

  unclaimed: (_, { leftOut }) =>
    leftOut.map((database) => ({ holds: false, subject: database, seen: "leftOut", values: { database } })),

  "sessions-to-cut": (_, situation) =>
    stillToMove(situation).flatMap((session) => {
      const serving = servingSide(session);
      if (!serving?.fact.sessions) return [];
      const count = serving.fact.sessions.reduce((sum, entry) => sum + entry.count, 0);
      const open = serving.fact.sessions.reduce((sum, entry) => sum + entry.openTransactions, 0);
      const hosts = names([...new Set(serving.fact.sessions.map((entry) => entry.host))]) || "–";
      return [
        {
          holds: true,
          subject: session.database,
          seen: "seen",
          values: { database: session.database, count, open, hosts },
          at: serving.at,
        },
      ];
    }),

  "redo-queue-below": ({ kb, sessions: keys }, situation) =>
    ofEach(keys, situation, (session) => {
      const target = sideOn(session, targetOf(session, situation.toward).id);
      const queue = "fact" in target ? target.fact.redoQueueKb : null;
      return {
        holds: queue !== null && queue < kb,
        subject: session.database,
        seen: queue === null ? "unseen" : "seen",
        values: { database: session.database, queueKb: queue ?? "?", kb, instance: target.instance.name },
        at: heardAt(session),
      };
    }),

  "principal-is": ({ session: key, instanceId, guid, roleSequenceAbove }, situation) =>
    ofEach([key], situation, (session) => {
      const target = sideOn(session, instanceId);
      const source = otherSide(session, instanceId);
      const arrived =
        target.said === "seen" &&
        target.mirroring.role === "PRINCIPAL" &&
        target.mirroring.guid === guid &&
        target.mirroring.roleSequence > roleSequenceAbove &&
        target.fact.state === "ONLINE";
      const left = source.said === "seen" && source.mirroring.role === "MIRROR";
      return {
        holds: arrived && left,
        subject: session.database,
        seen: arrived ? (left ? "seen" : "sourceUnseen") : "notThere",
        values: { database: session.database, instance: target.instance.name, source: source.instance.name },
        at: heardAt(session),
      };
    }),

  "sessions-synchronized": ({ sessions: keys }, situation) =>
    ofEach(keys, situation, (session) => {
      const well = sides(session).every((side) => stateOf(side) === "SYNCHRONIZED");
      return {
        holds: well,
        subject: session.database,
        seen: well ? "seen" : "notYet",
        values: { database: session.database, state: stateOf(session.primary) ?? "?" },
        at: heardAt(session),
      };
    }),

  "clients-return": ({ sessions: keys }, situation) =>
    ofEach(keys, situation, (session) => {
      const serving = servingSide(session);
      const count = serving?.fact.sessions?.reduce((sum, entry) => sum + entry.count, 0) ?? 0;
      return {
        holds: count > 0,
        subject: session.database,
        seen: count > 0 ? "seen" : "notYet",
        values: { database: session.database, count, instance: serving?.instance.name ?? "?" },
        at: heardAt(session),
      };
    }),
};

/** A session that cannot be found answers no question with yes. */
function ofEach(
  keys: readonly SessionKey[],
  situation: Situation,
  told: (session: Session) => Finding,
): Finding[] {
  return keys.map((key) => {
    const session = findSession(situation.sessions, key);
    return session
      ? told(session)
      : { holds: false, subject: key.database, seen: "gone", values: { database: key.database } };
  });
}

/** With nothing found in scope, every partner of the pool: that they are silent may be why. */
function partnersOf(pool: Pool, sessions: Session[]): Instance[] {
  const stores = sessions.length > 0 ? sessions.map((session) => session.store) : pool.stores;
  const wanted = new Set(stores.flatMap((store) => [store.primary.id, store.mirror.id]));
  return instancesOf(pool).filter((instance) => wanted.has(instance.id));
}

function pairsOf(sessions: Session[]): [Session["primary"], Session["mirror"]][] {
  const pairs = new Map(
    sessions.map((session) => [`${session.primary.instance.id}|${session.mirror.instance.id}`, session]),
  );
  return [...pairs.values()].map((session) => [session.primary, session.mirror]);
}

function heardAt(session: Session): number | null {
  const times = sides(session).flatMap((side) => (side.said === "not-asked" ? [] : [side.at]));
  return times.length === 0 ? null : Math.min(...times);
}

function fixFor(state: string): string {
  return ["SYNCHRONIZING", "SUSPENDED", "DISCONNECTED", "PENDING_FAILOVER"].includes(state)
    ? state
    : "unseen";
}
