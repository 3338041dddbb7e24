/** Why something asked for was not done: a message key with its values, never text. Fields name keys per form field. */
export type Refusal = {
  key: string;
  values: Record<string, string | number>;
  fields?: Record<string, string>;
};

export type Refused = { ok: false; refusal: Refusal };

/** What every server action answers. */
export type ActionResult<T> = { ok: true; value: T } | Refused;

/** What a verb returns, or throws, when it will not: `return refuse("runs.refusal.stale", { seq })`. */
export function refuse(key: string, values: Refusal["values"] = {}, fields?: Refusal["fields"]): Refused {
  return { ok: false, refusal: fields ? { key, values, fields } : { key, values } };
}

// By shape: the value may come from another bundle's copy of this module.
export function isRefused(value: unknown): value is Refused {
  if (typeof value !== "object" || value === null || !("ok" in value) || value.ok !== false) return false;
  return typeof (value as { refusal?: Refusal }).refusal?.key === "string";
}
