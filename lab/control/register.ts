/** Writes the pools of a scenario as Mirrordeck reads them, with the ports the fleet really has. */
import { renameSync, writeFileSync } from "node:fs";
import { stringify } from "yaml";
import type { Scenario } from "#lab/control/scenario.ts";
import type { Fleet } from "#lab/mirroring/model.ts";

export function writeRegister(path: string, scenario: Scenario, fleet: Fleet): void {
  const named = new Set(
    scenario.pools.flatMap(({ stores }) =>
      stores.flatMap(({ primary, mirror, witness }) => [primary, mirror, witness]),
    ),
  );
  const instances = fleet.instances
    .filter(({ name }) => named.has(name))
    .map(({ name, port }) => ({
      name,
      server: "127.0.0.1",
      port,
      looking: loginNamed(scenario, "mirrordeck_look"),
      acting: loginNamed(scenario, "mirrordeck_act"),
      tls: { minimum: "1.2", trustServerCertificate: true },
    }));
  const pools = scenario.pools.map((pool) => ({
    ...pool,
    stores: pool.stores.map(({ witness, ...store }) => (witness ? { ...store, witness } : store)),
  }));
  writeFileSync(`${path}.new`, stringify({ instances, pools }), { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

function loginNamed(scenario: Scenario, name: string) {
  const login = scenario.logins.find((one) => one.name === name) ?? scenario.logins[0]!;
  return { type: "sql", user: login.name, password: login.password };
}
