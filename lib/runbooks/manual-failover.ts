/**
 * Manual failover, and failback: the same runbook in the other direction.
 * Source: Microsoft, "Failing over a mirrored database in Lync Server 2013" and ALTER DATABASE … SET PARTNER FAILOVER;
 * order of types and of databases within a store as operators of mirrored pools do it.
 */
import { keyOf, type Situation, stillToMove, targetOf } from "#lib/mirroring/checks.ts";
import { names } from "#lib/mirroring/message.ts";
import { databaseTypes } from "#lib/mirroring/pool.ts";
import { claimOf, type SeenSide, type Session, sideOn } from "#lib/mirroring/session.ts";
import { failover } from "#lib/mirroring/statements.ts";
import {
  act,
  type Change,
  confirm,
  defineRunbook,
  minutes,
  type Step,
  title,
  wait,
} from "#lib/runbooks/kit.ts";

const id = "manual-failover";

export const manualFailover = defineRunbook({
  id,
  dataLoss: "none",
  level: 2,
  preflight: [
    { check: "something-to-do" },
    { check: "partners-reachable" },
    { check: "acting-login-known" },
    { check: "one-principal-each" },
    { check: "same-session" },
    { check: "safety-full" },
    { check: "synchronized" },
    { check: "user-not-alone" },
    { check: "unclaimed" },
    { check: "witness-connected" },
    { check: "versions-equal" },
    { check: "shared-stores" },
    { check: "sessions-to-cut" },
  ],
  steps: (situation, options) => {
    const moving = stillToMove(situation);
    const keys = moving.map(keyOf);
    const targets = names([...new Set(moving.map((session) => targetOf(session, situation.toward).name))]);
    return [
      // What is still to be redone on the mirror becomes downtime after the switch.
      ...(options.waitForRedo
        ? [
            wait("let-redo-catch-up", title(id, "let-redo-catch-up", { kb: 512 }), {
              until: { check: "redo-queue-below", kb: 512, sessions: keys },
              atMostMs: minutes(10),
            }),
          ]
        : []),
      ...storesInOrder(moving).flatMap((sessions) => switchStore(sessions, situation)),
      wait("let-sessions-resume", title(id, "let-sessions-resume"), {
        until: { check: "sessions-synchronized", sessions: keys },
        atMostMs: minutes(15),
        soft: true,
      }),
      ...clientsToFollow(moving),
      confirm("hand-over", title(id, "hand-over", { targets })),
    ];
  },
});

/** User first, then the Central Management store, then the rest; each store is verified before the next begins. */
function storesInOrder(moving: Session[]): Session[][] {
  const stores = [...Map.groupBy(moving, (session) => session.store.id).values()];
  return stores.sort(
    (a, b) => databaseTypes.indexOf(a[0]!.store.type) - databaseTypes.indexOf(b[0]!.store.type),
  );
}

/** The database with the smallest redo queue goes first, alone, verified from both sides; then the others in lanes. */
function switchStore(sessions: Session[], situation: Situation): Step[] {
  const [first, ...rest] = sessions.toSorted((a, b) => redoQueue(a, situation) - redoQueue(b, situation));
  const { id: store, type } = first!.store;
  const values = { type, target: targetOf(first!, situation.toward).name };
  const alone = act(
    `switch-first:${store}`,
    title(id, "switch-first", { ...values, database: first!.database }),
    { changes: [changeOf(first!, situation)], atMostMs: minutes(5) },
  );
  if (rest.length === 0) return [alone];
  const lanes = act(
    `switch-rest:${store}`,
    title(id, "switch-rest", { ...values, databases: names(rest.map((session) => session.database)) }),
    {
      changes: rest.map((session) => changeOf(session, situation)),
      atMostMs: minutes(5),
    },
  );
  return [alone, lanes];
}

function changeOf(session: Session, situation: Situation): Change {
  const target = targetOf(session, situation.toward);
  const { instance, mirroring } = principalOf(session);
  const { guid, roleSequence } = mirroring;
  return {
    id: `${session.store.id}/${session.database}`,
    database: session.database,
    storeId: session.store.id,
    reaches: {
      check: "principal-is",
      session: keyOf(session),
      instanceId: target.id,
      guid,
      roleSequenceAbove: roleSequence,
    },
    by: failover({ instanceId: instance.id, database: session.database, guid, roleSequence }),
  };
}

/** Readiness has been asked before steps are laid out, so each session has one principal that was seen. */
function principalOf(session: Session): SeenSide {
  const claim = claimOf(session);
  if (claim.kind !== "one" || claim.side.said !== "seen")
    throw new Error(`No plan without a seen principal: ${session.database}`);
  return claim.side;
}

function redoQueue(session: Session, situation: Situation): number {
  const target = sideOn(session, targetOf(session, situation.toward).id);
  return "fact" in target ? (target.fact.redoQueueKb ?? Number.MAX_SAFE_INTEGER) : Number.MAX_SAFE_INTEGER;
}

/** Databases without sessions now are not waited for. */
function clientsToFollow(moving: Session[]): Step[] {
  const used = moving.filter((session) =>
    (principalOf(session).fact.sessions ?? []).some((entry) => entry.count > 0),
  );
  if (used.length === 0) return [];
  return [
    wait("let-clients-return", title(id, "let-clients-return"), {
      until: { check: "clients-return", sessions: used.map(keyOf) },
      atMostMs: minutes(2),
      soft: true,
    }),
  ];
}
