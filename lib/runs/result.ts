import { findSession, type Situation } from "#lib/mirroring/checks.ts";
import { findingOf } from "#lib/mirroring/findings.ts";
import type { Observations, Session } from "#lib/mirroring/session.ts";
import { otherSide, roleOf, servingSide } from "#lib/mirroring/session.ts";
import { type FoundSession, snapshotRow } from "#lib/runbooks/plan.ts";
import type { Result } from "#lib/runs/events.ts";
import type { RunState } from "#lib/runs/replay.ts";

/** What a last look says: n of n found are where they were to be, and whether each former server may be switched off. */
export function resultOf(state: RunState, situation: Situation): Result {
  const found = state.plan.found.map((entry) => ({ entry, session: findSession(situation.sessions, entry) }));
  const there = found.filter(({ entry, session }) => session && isThere(session, wanted(state, entry).id));
  return {
    found: found.length,
    there: there.map(({ entry }) => entry.database),
    elsewhere: found
      .filter((one) => !there.includes(one))
      .map(({ entry, session }) => ({
        database: entry.database,
        because: whyNot(session, entry, wanted(state, entry).id),
      })),
    switchOff: leftServers(state).map((server) => canSwitchOff(server, situation.observations)),
    after: found.flatMap(({ session }) => (session ? [snapshotRow(session)] : [])),
  };
}

/** After Return, what was moved belongs where it came from. */
function wanted(state: RunState, entry: FoundSession): { id: string; name: string } {
  return state.returned && entry.moves && entry.from ? entry.from : entry.to;
}

/** Success is roles seen on both sides. */
function isThere(session: Session, target: string): boolean {
  return servingSide(session)?.instance.id === target && roleOf(otherSide(session, target)) === "MIRROR";
}

function whyNot(session: Session | undefined, entry: FoundSession, target: string) {
  if (!session) return { key: "runs.sessionGone", values: { database: entry.database } };
  return findingOf(session, target).because;
}

function leftServers(state: RunState): { id: string; name: string }[] {
  const left = state.plan.found.flatMap((entry) =>
    entry.moves && entry.from ? [state.returned ? entry.to : entry.from] : [],
  );
  return [...new Map(left.map((server) => [server.id, server])).values()];
}

/** Every mirrored database of the instance counts, not only the run's: what nobody moved would go down with it. */
function canSwitchOff(
  server: { id: string; name: string },
  observations: Observations,
): Result["switchOff"][number] {
  const observation = observations.get(server.id);
  if (!observation?.reachable)
    return { instance: server.name, answered: false, stillPrincipal: [], witnesses: [] };
  return {
    instance: server.name,
    answered: true,
    stillPrincipal: observation.databases
      .filter((fact) => fact.mirroring?.role === "PRINCIPAL")
      .map((fact) => fact.name),
    witnesses: observation.witnessed.map((row) => row.database),
  };
}
