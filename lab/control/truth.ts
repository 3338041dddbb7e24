/** The fleet as it is, for whoever compares what was shown with what is so. No password is in it. */
import { allCopies, type Copy, findDatabase, instanceNamed, witnessRow } from "#lab/mirroring/find.ts";
import type { Fleet } from "#lab/mirroring/model.ts";
import { isOpen } from "#lab/mirroring/show.ts";

export function truth(fleet: Fleet, virtual: boolean) {
  return {
    now: new Date(fleet.now).toISOString(),
    clock: virtual ? "virtual" : "real",
    seed: fleet.seed,
    options: fleet.options,
    sessions: fusedSessions(fleet),
    instances: fleet.instances.map(({ logins, ...instance }) => ({
      ...instance,
      logins: logins.map(({ password: _, passwordHash: __, ...login }) => login),
    })),
    files: fleet.files ?? [],
    shares: fleet.shares ?? [],
    links: fleet.links,
    connections: fleet.connections,
    openStatements: fleet.statements.filter(({ endedAt }) => endedAt === null),
    statements: fleet.statements,
  };
}

/** One entry a mirroring session, both sides and the witness's row side by side. */
export function fusedSessions(fleet: Fleet) {
  const guids = new Map<string, Copy[]>();
  for (const copy of allCopies(fleet)) {
    const { guid } = copy.mirroring;
    guids.set(guid, [...(guids.get(guid) ?? []), copy]);
  }
  return [...guids].map(([guid, copies]) => {
    const claiming = copies.filter(
      ({ instance, mirroring }) => instance.power === "running" && mirroring.role === "PRINCIPAL",
    );
    const rows = copies.map((copy) => witnessRow(fleet, copy)).filter((row) => row !== null);
    return {
      guid,
      database: copies[0]!.database.name,
      principals: claiming.map(({ instance }) => instance.name),
      serving: servingInstances(fleet, copies),
      witness: copies.find(({ mirroring }) => mirroring.witness !== null)?.mirroring.witness ?? null,
      witnessRow: rows[0] ?? null,
      copies: copies.map(({ instance, database, mirroring }) => ({
        instance: instance.name,
        power: instance.power,
        role: mirroring.role,
        state: mirroring.state,
        roleSequence: mirroring.roleSequence,
        safety: mirroring.safety,
        witnessState: mirroring.witnessState,
        databaseState: database.state,
        serving: instance.power === "running" && isOpen(instance, database),
        sendQueueKb: mirroring.sendQueueKb,
        redoQueueKb: mirroring.redoQueueKb,
        clientSessions: instance.sessions.filter((session) => session.database === database.name).length,
      })),
    };
  });
}

/** Where clients are served now: also on an instance that left the session, or never joined it. */
function servingInstances(fleet: Fleet, copies: Copy[]): string[] {
  const names = new Set(copies.flatMap(({ instance, mirroring }) => [instance.name, mirroring.partner]));
  return [...names].filter((name) => {
    const instance = instanceNamed(fleet, name);
    const database = findDatabase(instance, copies[0]!.database.name);
    return instance.power === "running" && database !== undefined && isOpen(instance, database);
  });
}
