/** Finding one's way in a fleet. */
import type {
  Connection,
  Database,
  Fleet,
  Instance,
  InstanceName,
  Link,
  Mirroring,
  WitnessRow,
} from "#lab/mirroring/model.ts";

/** One partner's side of a session: the instance, its database and its own metadata. */
export interface Copy {
  instance: Instance;
  database: Database;
  mirroring: Mirroring;
}

/** SQL Server compares instance, database and login names without case here. */
export function sameName(one: string, other: string): boolean {
  return one === other || one.toLowerCase() === other.toLowerCase();
}

export function findInstance(fleet: Fleet, name: InstanceName): Instance | undefined {
  const byName = indexOf(fleet.instances, (instances) => {
    return new Map(instances.toReversed().map((instance) => [instance.name.toLowerCase(), instance]));
  });
  return byName.get(name) ?? byName.get(name.toLowerCase());
}

export function instanceNamed(fleet: Fleet, name: InstanceName): Instance {
  const instance = findInstance(fleet, name);
  if (!instance) throw new Error(`the fleet has no instance ${name}`);
  return instance;
}

export function findDatabase(instance: Instance, name: string): Database | undefined {
  return instance.databases.find((database) => sameName(database.name, name));
}

export function allCopies(fleet: Fleet): Copy[] {
  return fleet.instances.flatMap((instance) =>
    instance.databases.flatMap((database) =>
      database.mirroring ? [{ instance, database, mirroring: database.mirroring }] : [],
    ),
  );
}

/** The partner's side, where both still belong to the same session. */
export function peerOf(fleet: Fleet, copy: Copy): Copy | null {
  const instance = findInstance(fleet, copy.mirroring.partner);
  const database = instance && findDatabase(instance, copy.database.name);
  if (!instance || !database?.mirroring || database.mirroring.guid !== copy.mirroring.guid) return null;
  return { instance, database, mirroring: database.mirroring };
}

export function copyOn(fleet: Fleet, name: InstanceName, guid: string): Copy | null {
  const instance = findInstance(fleet, name);
  const database = instance?.databases.find((one) => one.mirroring?.guid === guid);
  return instance && database?.mirroring ? { instance, database, mirroring: database.mirroring } : null;
}

export function witnessRow(fleet: Fleet, copy: Copy): WitnessRow | null {
  const witness = copy.mirroring.witness === null ? undefined : findInstance(fleet, copy.mirroring.witness);
  return witness?.witnessed.find((row) => row.guid === copy.mirroring.guid) ?? null;
}

export function connection(
  fleet: Fleet,
  guid: string,
  from: InstanceName,
  to: InstanceName,
): Connection | undefined {
  const bySession = indexOf(fleet.connections, (connections) => Map.groupBy(connections, (one) => one.guid));
  return bySession.get(guid)?.find((one) => sameName(one.from, from) && sameName(one.to, to));
}

export function linkBetween(fleet: Fleet, a: InstanceName, b: InstanceName): Link | undefined {
  const byEnds = indexOf(fleet.links, (links) => {
    const ends = links.flatMap((link) => [
      { one: link.a, other: link.b, link },
      { one: link.b, other: link.a, link },
    ]);
    const grouped = Map.groupBy(ends, ({ one }) => one.toLowerCase());
    return new Map(
      [...grouped].map(([one, its]) => [
        one,
        new Map(its.map(({ other, link }) => [other.toLowerCase(), link])),
      ]),
    );
  });
  return byEnds.get(a.toLowerCase())?.get(b.toLowerCase());
}

/** Does `from` believe to be connected to `to`? */
export function sees(fleet: Fleet, guid: string, from: InstanceName, to: InstanceName | null): boolean {
  return to !== null && connection(fleet, guid, from, to)?.open === true;
}

export function log(fleet: Fleet, instance: Instance, number: number, text: string): void {
  instance.errorLog.push({ at: fleet.now, number, text });
  if (instance.errorLog.length > 500) instance.errorLog.splice(0, instance.errorLog.length - 500);
}

/**
 * Looking a name up in a list that seldom changes. An index belongs to its list and is made anew when that has grown or
 * shrunk; nobody exchanges what stands in it.
 */
function indexOf<T, I>(list: T[], make: (list: T[]) => I): I {
  const known = indexes.get(list);
  if (known?.length === list.length) return known.index as I;
  const index = make(list);
  indexes.set(list, { length: list.length, index });
  return index;
}

/** Nothing that is not in the fleet: a copy made at first sight. */
const indexes = new WeakMap<object, { length: number; index: unknown }>();
