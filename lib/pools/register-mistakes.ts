import type { z } from "zod";
import type { Problem } from "#lib/pools/problems.ts";

export type Path = (string | number)[];

/** What does not have the shape, one sentence each. */
export function sentences(file: string, came: unknown, issue: z.core.$ZodIssue): string[] {
  if (issue.code === "unrecognized_keys")
    return issue.keys.map(
      (key) =>
        `${file}: ${where([...(issue.path as Path), key])}: expected nothing of that name, came ${key}`,
    );
  return [
    `${file}: ${where(issue.path as Path)}: expected ${expected(issue)}, came ${shown(at(came, issue.path as Path))}`,
  ];
}

function expected(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case "invalid_type":
      return (
        {
          string: "text",
          nonoptional: "text",
          number: "a number",
          array: "a list",
          object: "a group of settings",
          boolean: "true or false",
        }[issue.expected as string] ?? issue.expected
      );
    case "invalid_value":
      return `one of ${issue.values.join(", ")}`;
    case "too_small":
      return issue.origin === "array"
        ? "a list with at least one entry"
        : issue.origin === "string"
          ? "some text"
          : `${issue.minimum} or more`;
    case "too_big":
      return issue.origin === "string" ? `at most ${issue.maximum} characters` : `${issue.maximum} or less`;
    default:
      return issue.message;
  }
}

/** What has the shape, and is wrong all the same. */
export function explain({ problem, came }: Problem): string {
  switch (problem) {
    case "unknown-instance":
      return `expected the name of an instance of this file, came ${came}`;
    case "same-instance":
      return `expected another server than the store's other ones, came ${came} again`;
    case "two-stores":
      return `expected one store of each type on a pair of servers, came ${came} twice`;
    case "databases-missing":
      return "expected the names of the databases, as the type is Other, came none";
    case "databases-twice":
      return `expected each database once, came ${came} twice`;
    case "name-twice":
      return `expected a name of its own, came ${came} a second time`;
    case "port-or-name":
      return `expected either port or instance, came both (port ${came})`;
    case "domain":
      return "expected a domain, as the login is of type ntlm, came none";
  }
}

function at(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (inside, key) => (inside as Record<string | number, unknown> | undefined)?.[key],
    value,
  );
}

/** `pools[0].stores[1].primary` */
export function where(path: Path): string {
  return (
    path
      .map((key, index) => (typeof key === "number" ? `[${key}]` : index === 0 ? key : `.${key}`))
      .join("") || "the file"
  );
}

function shown(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "an empty value";
  if (typeof value === "object")
    return Array.isArray(value) ? (value.length === 0 ? "an empty list" : "a list") : "a group of settings";
  return typeof value === "string" ? `"${value}"` : String(value);
}
