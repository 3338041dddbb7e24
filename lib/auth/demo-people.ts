import type { Role } from "#lib/auth/actor.ts";

/** The three people of a demonstration; their passwords are no secret, so they exist only while MIRRORDECK_DEMO=on. */
export const demoPeople: readonly {
  id: string;
  name: string;
  email: string;
  role: Role;
  password: string;
}[] = [demo("oncall", "Olga Oncall"), demo("admin", "Adam Admin"), demo("auditor", "Audrey Auditor")];

export function demoIsOn(env: NodeJS.ProcessEnv = process.env): boolean {
  return env.MIRRORDECK_DEMO === "on";
}

function demo(role: Role, name: string) {
  return { id: `demo-${role}`, name, email: `${role}@mirrordeck.test`, role, password: `mirrordeck-${role}` };
}
