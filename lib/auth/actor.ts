/** Who acts: a person as the rest of the house sees them. */
export type Actor = { id: string; name: string; email: string; role: Role; language: "en" | "de" };

export type Role = "oncall" | "admin" | "auditor";

export const roles = ["oncall", "admin", "auditor"] as const satisfies readonly Role[];

export function isRole(value: unknown): value is Role {
  return roles.some((role) => role === value);
}
