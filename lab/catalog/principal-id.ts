import { sameName } from "#lab/mirroring/find.ts";
import type { Instance, Login } from "#lab/mirroring/model.ts";

export function principalId(instance: Instance, login: Login): number {
  return sameName(login.name, "sa") ? 1 : 257 + instance.logins.indexOf(login);
}
