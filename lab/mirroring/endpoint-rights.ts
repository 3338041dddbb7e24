/** Who may change endpoints and certificates, and for whom. */
import type { CommandContext } from "#lab/mirroring/commands.ts";
import { instanceNamed, sameName } from "#lab/mirroring/find.ts";
import { refuse } from "#lab/mirroring/messages.ts";
import type { Fleet, Instance } from "#lab/mirroring/model.ts";

/** Server rights of whoever asks: sysadmin, or one of these. */
export function holds(fleet: Fleet, context: CommandContext, ...rights: string[]): boolean {
  const { logins } = instanceNamed(fleet, context.instance);
  const login = logins.find(({ name }) => sameName(name, context.login));
  const grants = login?.grants.map((grant) => grant.toUpperCase()) ?? [];
  return login?.sysadmin === true || ["CONTROL SERVER", ...rights].some((right) => grants.includes(right));
}

export function requireLogin({ logins }: Instance, name: string): void {
  const known = sameName(name, "public") || logins.some((login) => sameName(login.name, name));
  if (!known) refuse(15151, "find", "login", name);
}
