/** Names around the databases that point nowhere: logins, owners, jobs, alerts, configurations. */
import { CONFIGURATION } from "#lab/catalog/server.ts";
import type { Scenario } from "#lab/control/scenario.ts";
import type { Mistake } from "#lab/control/scenario-mistakes.ts";
import { sameName } from "#lab/mirroring/find.ts";

export function strayServerNames(scenario: Scenario): Mistake[] {
  return [...strayLogins(scenario), ...scenario.instances.flatMap((_, at) => strayOn(scenario, at))];
}

function strayLogins({ logins, instances }: Scenario): Mistake[] {
  const nowhere = logins.flatMap(({ on = [] }, at) =>
    on
      .filter((name) => !instances.some((one) => sameName(one.name, name)))
      .map((name) => ({ place: `logins.${at}.on`, what: `there is no instance ${name}` })),
  );
  return [...nowhere, ...twice(logins, "logins", "logins")];
}

function strayOn(scenario: Scenario, at: number): Mistake[] {
  const instance = scenario.instances[at]!;
  const place = `instances.${at}`;
  const databases = databasesOn(scenario, instance.name);
  const known = (name: string) => databases.some((database) => sameName(database, name));
  const steps = instance.agent.jobs.flatMap(({ steps }, job) =>
    steps.flatMap(({ database, needs }, step) =>
      [database, ...needs]
        .filter((name) => !known(name) && !SYSTEM.includes(name.toLowerCase()))
        .map((name) => ({
          place: `${place}.agent.jobs.${job}.steps.${step}`,
          what: `${instance.name} has no database ${name}`,
        })),
    ),
  );
  const alerts = instance.agent.alerts.flatMap(({ database }, alert) =>
    known(database)
      ? []
      : [
          {
            place: `${place}.agent.alerts.${alert}.database`,
            what: `${instance.name} has no database ${database}`,
          },
        ],
  );
  const configurations = Object.keys(instance.configurations)
    .filter((name) => !CONFIGURATION.some(([, one]) => one === name))
    .map((name) => ({
      place: `${place}.configurations`,
      what: `there is no configuration "${name}"; there is: ${CONFIGURATION.map(([, one]) => one).join(", ")}`,
    }));
  return [
    ...steps,
    ...alerts,
    ...configurations,
    ...twice(instance.logins, `${place}.logins`, "logins"),
    ...twice(instance.agent.jobs, `${place}.agent.jobs`, "jobs"),
    ...twice(instance.linkedServers, `${place}.linkedServers`, "linked servers"),
    ...owners(scenario, at),
  ];
}

/** An owner must be a login of the first instance, where the database was made. */
function owners(scenario: Scenario, at: number): Mistake[] {
  const { name, databases, logins } = scenario.instances[at]!;
  const isLogin = (login: string) => [...scenario.logins, ...logins].some((one) => sameName(one.name, login));
  const stray = (owner: string | undefined, place: string) =>
    owner === undefined || isLogin(owner) ? [] : [{ place, what: `${name} has no login ${owner}` }];
  return [
    ...databases.flatMap(({ owner }, which) => stray(owner, `instances.${at}.databases.${which}.owner`)),
    ...scenario.sessions.flatMap((session, which) =>
      sameName(session.on[0], name)
        ? [
            ...stray(session.owner, `sessions.${which}.owner`),
            ...session.databases.flatMap((plan, one) =>
              stray("owner" in plan ? plan.owner : undefined, `sessions.${which}.databases.${one}.owner`),
            ),
          ]
        : [],
    ),
  ];
}

function databasesOn({ instances, sessions }: Scenario, name: string): string[] {
  const own = instances.filter((one) => sameName(one.name, name)).flatMap(({ databases }) => databases);
  const mirrored = sessions
    .filter(({ on }) => on.some((one) => sameName(one, name)))
    .flatMap(({ databases }) => databases);
  return [...own, ...mirrored].map((database) => database.name);
}

function twice(list: { name: string }[], place: string, what: string): Mistake[] {
  const double = list.find(({ name }, at) => list.findIndex((one) => sameName(one.name, name)) !== at);
  return double ? [{ place, what: `two ${what} are called ${double.name}` }] : [];
}

const SYSTEM = ["master", "tempdb", "model", "msdb"];
