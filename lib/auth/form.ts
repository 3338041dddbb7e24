import type { z } from "zod";

/** A form's fields as an object; a name ending in [] is a list, and Next's own fields are left out. */
export function plainInput(given: unknown): unknown {
  if (!(given instanceof FormData)) return given;
  const names = [...new Set(given.keys())].filter((name) => !name.startsWith("$ACTION"));
  return Object.fromEntries(
    names.map((name) =>
      name.endsWith("[]") ? [name.slice(0, -2), given.getAll(name)] : [name, given.get(name)],
    ),
  );
}

/**
 * One message key per field, by its path (`stores.0.witness`). A schema may name its own key as zod's message:
 * `z.string().min(12, "people.field.passwordTooShort")`.
 */
export function fieldsFrom(issues: readonly z.core.$ZodIssue[]): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const issue of issues) fields[issue.path.join(".") || "form"] ??= keyOf(issue);
  return fields;
}

const ownKey = /^[a-z][A-Za-z]*(\.[A-Za-z][\w-]*)+$/;

function keyOf(issue: z.core.$ZodIssue): string {
  if (ownKey.test(issue.message)) return issue.message;
  if (issue.code === "too_small")
    return isEmptyText(issue) ? "common.field.required" : "common.field.tooSmall";
  if (issue.code === "too_big") return "common.field.tooBig";
  if (issue.code === "invalid_format")
    return issue.format === "email" ? "common.field.email" : "common.field.format";
  if (issue.code === "invalid_value") return "common.field.choice";
  if (issue.code === "invalid_type")
    return (issue.input ?? null) === null ? "common.field.required" : "common.field.invalid";
  if (issue.code === "unrecognized_keys") return "common.field.unknown";
  return "common.field.invalid";
}

function isEmptyText(issue: z.core.$ZodIssueTooSmall): boolean {
  return issue.origin === "string" && issue.minimum === 1;
}
