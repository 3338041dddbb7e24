import type { InstanceDraft, PoolDraft } from "#lib/pools/draft.ts";

/** What is wrong with a draft although each field alone is sound. */
export interface Problem {
  path: (string | number)[];
  problem:
    | "unknown-instance"
    | "same-instance"
    | "two-stores"
    | "databases-missing"
    | "databases-twice"
    | "name-twice"
    | "port-or-name"
    | "domain";
  came: string;
}

export function poolProblems(pool: PoolDraft, instanceNames: readonly string[]): Problem[] {
  const known = new Set(instanceNames.map(folded));
  const seen = new Set<string>();
  return pool.stores.flatMap((store, index): Problem[] => {
    const at = (field: string) => ["stores", index, field];
    const places = (["primary", "mirror", "witness"] as const).flatMap((field) =>
      store[field] ? [{ field, name: store[field] }] : [],
    );
    const problems: Problem[] = places
      .filter(({ name }) => !known.has(folded(name)))
      .map(({ field, name }) => ({ path: at(field), problem: "unknown-instance", came: name }));
    places.forEach(({ field, name }, place) => {
      const twice = places.slice(0, place).some((other) => folded(other.name) === folded(name));
      if (twice) problems.push({ path: at(field), problem: "same-instance", came: name });
    });
    const key = [store.type, ...[store.primary, store.mirror].map(folded).sort()].join("|");
    if (seen.has(key)) problems.push({ path: at("type"), problem: "two-stores", came: store.type });
    seen.add(key);
    if (store.type === "Other" && store.databases.length === 0)
      problems.push({ path: at("databases"), problem: "databases-missing", came: "" });
    const twice = store.databases.find((name, place) =>
      store.databases.slice(0, place).some((other) => folded(other) === folded(name)),
    );
    if (twice !== undefined)
      problems.push({ path: at("databases"), problem: "databases-twice", came: twice });
    return problems;
  });
}

export function instanceProblems(instances: readonly InstanceDraft[]): Problem[] {
  return instances.flatMap((instance, index): Problem[] => {
    const at = (...rest: string[]) => [index, ...rest];
    const problems: Problem[] = [];
    const twice = instances.slice(0, index).some((other) => folded(other.name) === folded(instance.name));
    if (twice) problems.push({ path: at("name"), problem: "name-twice", came: instance.name });
    if (instance.port !== null && instance.namedInstance !== null)
      problems.push({ path: at("port"), problem: "port-or-name", came: String(instance.port) });
    for (const which of ["looking", "acting"] as const) {
      const login = instance[which];
      if (login?.type === "ntlm" && !login.domain)
        problems.push({ path: at(which, "domain"), problem: "domain", came: "" });
    }
    return problems;
  });
}

/** SQL Server and DNS compare names without case. */
export function folded(name: string): string {
  return name.trim().toLowerCase();
}
