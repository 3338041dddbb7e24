import type { Role } from "#lib/auth/actor.ts";

/** Who may do what: the one table. A page shows and an action allows only what stands here. */
const table = {
  "state:see": ["oncall", "admin", "auditor"],
  "runs:see": ["oncall", "admin", "auditor"],
  "alerts:acknowledge": ["oncall", "admin"],
  "runs:rehearse": ["oncall", "admin"],
  "runs:prepare": ["oncall", "admin"],
  "runs:operate": ["admin"],
  "runs:approve": ["admin"], // never one's own: the engine compares the persons
  "pools:change": ["admin"],
  "instances:change": ["admin"],
  "audit:read": ["auditor"],
  "audit:read-own-runs": ["admin"],
  "audit:export": ["auditor"],
  "people:change": ["admin"],
  "settings:change": ["admin"],
} as const satisfies Record<string, readonly Role[]>;

export type Permission = keyof typeof table;

export const permissions = Object.keys(table) as Permission[];

export function may(role: Role, permission: Permission): boolean {
  const allowed: readonly Role[] = table[permission];
  return allowed.includes(role);
}
