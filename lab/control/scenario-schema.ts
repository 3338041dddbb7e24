/** The scenario file's format as a JSON schema, for editors: `lab/scenario.schema.json` is this, checked in. */
import { z } from "zod";
import { Scenario } from "#lab/control/scenario.ts";

/** What a person writes: fields with a default may be left out. */
export function scenarioSchema(): string {
  const schema = z.toJSONSchema(Scenario, { io: "input", target: "draft-7" });
  const titled = { ...schema, title: "A fleet of simulated SQL Servers" };
  return `${JSON.stringify(titled, null, 2)}\n`;
}
