/** What a scenario puts around the databases of an instance: logins, users, the Agent with its jobs, the monitor. */
import { createHash } from "node:crypto";
import type { Scenario } from "#lab/control/scenario.ts";
import { agentOf, hasAgent, monitorJob, newJob } from "#lab/mirroring/agent.ts";
import { findDatabase, instanceNamed, sameName } from "#lab/mirroring/find.ts";
import type { Database, DatabaseUser, Fleet, Instance, Login } from "#lab/mirroring/model.ts";
import { newMonitor, runMonitor } from "#lab/mirroring/monitor.ts";
import { sidOfLogin } from "#lab/mirroring/users.ts";

type InstancePlan = Scenario["instances"][number];

/** The fleet's logins, and the instance's own, which replace those of the same name. */
export function loginsFrom(scenario: Scenario, plan: InstancePlan, seed: number): Login[] {
  const own = plan.logins;
  const shared = scenario.logins.filter(
    ({ name, on }) =>
      (on === undefined || on.some((one) => sameName(one, plan.name))) &&
      !own.some((login) => sameName(login.name, name)),
  );
  return [...shared, ...own].map(({ sid, disabled, ...login }) => {
    const { on: _, ...kept } = login as typeof login & { on?: string[] };
    const mine = sid === "own" && !login.name.includes("\\");
    return {
      ...kept,
      sid: sidFrom(seed, login.name, mine ? plan.name : null),
      ...(disabled ? { disabled } : {}),
    };
  });
}

export function serverFrom(plan: InstancePlan): Partial<Instance> {
  const { updateLevel, collation, configurations, linkedServers } = plan;
  return {
    updateLevel,
    collation,
    configurations,
    linkedServers: linkedServers.map(({ dataSource, ...server }) => ({
      ...server,
      dataSource: dataSource ?? server.name,
    })),
  };
}

/** Once all databases stand: jobs, the monitor's first row, and who may enter which database. */
export function furnish(fleet: Fleet, scenario: Scenario): void {
  for (const plan of scenario.instances) furnishInstance(fleet, instanceNamed(fleet, plan.name), plan);
  for (const { name, databases } of scenario.instances) {
    for (const plan of databases) addUsers(fleet, [name], plan.name, plan);
  }
  for (const { on, databases, ...shared } of scenario.sessions) {
    for (const plan of databases) {
      const {
        users = shared.users,
        owner = shared.owner,
        trustworthy = shared.trustworthy,
      } = plan as Content;
      addUsers(fleet, on, plan.name, { users, owner, trustworthy });
    }
  }
}

/** After the fleet has settled: the monitor's job has just run. */
export function firstRows(fleet: Fleet): void {
  for (const instance of fleet.instances) {
    if (instance.monitor?.tableExists) runMonitor(fleet, instance);
  }
}

function furnishInstance(fleet: Fleet, instance: Instance, { agent: plan }: InstancePlan): void {
  const agent = agentOf(instance);
  agent.running = plan.running && hasAgent(instance);
  const times = { createdAt: fleet.now - 90 * 86_400_000 };
  agent.jobs.unshift(...plan.jobs.map((job) => newJob(fleet, instance, { ...job, ...times })));
  if (plan.monitorMinutes !== null && instance.databases.some(({ mirroring }) => mirroring)) {
    agent.jobs.push({ ...monitorJob(fleet, instance, plan.monitorMinutes), ...times });
    instance.monitor = { ...newMonitor(), tableExists: true };
  }
  for (const { database, ...alert } of plan.alerts) {
    instance.monitor ??= newMonitor();
    const key = database.toLowerCase();
    instance.monitor.alerts[key] = [...(instance.monitor.alerts[key] ?? []), alert];
  }
}

type Content = Pick<Scenario["instances"][number]["databases"][number], "users" | "owner" | "trustworthy">;

/** SIDs are those of the first instance: the users were made there. */
function addUsers(
  fleet: Fleet,
  on: string[],
  name: string,
  { users = [], owner, trustworthy }: Content,
): void {
  const [home] = on.map((one) => instanceNamed(fleet, one));
  const sid = (login: string) => {
    const found = home!.logins.find((one) => sameName(one.name, login));
    return found ? sidOfLogin(found) : sidFrom(fleet.seed, login, null);
  };
  const copies = on.map((one) => findDatabase(instanceNamed(fleet, one), name)!);
  const said = users.map(({ login, ...user }) => ({ ...user, sid: sid(login ?? user.name) }));
  const implied = workersOf(copies[0]!, home!)
    .filter((login) => !said.some((user) => user.sid === sid(login)))
    .map((login) => ({ name: login, roles: ["db_owner"], grants: [], sid: sid(login) }));
  const all = [...said, ...implied].map(
    (user, at): DatabaseUser => ({ ...user, principalId: 5 + at, windows: user.name.includes("\\") }),
  );
  for (const copy of copies) {
    copy.users = [{ atKb: 0, users: structuredClone(all) }];
    if (owner !== undefined) copy.ownerSid = sid(owner);
  }
  if (trustworthy) copies[0]!.settings = { ...copies[0]!.settings, trustworthy };
}

/** Whoever works in a database or logs in to it has a user there, also where the scenario names none. */
function workersOf(database: Database, home: Instance): string[] {
  const clients = database.clients.map(({ login }) => login);
  const residents = home.logins.filter(({ defaultDatabase }) => sameName(defaultDatabase, database.name));
  return [...new Set([...clients, ...residents.map(({ name }) => name)])].filter(
    (name) => !sameName(name, "sa"),
  );
}

/** Windows accounts have their domain's SID, the same wherever they are known. */
export function sidFrom(seed: number, name: string, instance: string | null): string {
  const what = [seed, "login", name, ...(instance === null ? [] : [instance])];
  return createHash("sha256").update(what.join("\0")).digest("hex").toUpperCase().slice(0, 32);
}
