import { describe, expect, it } from "vitest";
import { placeholdersOf } from "#lib/i18n/placeholders.ts";

describe("what a message must be given", () => {
  it.each([
    ["Plain.", []],
    ["{name} on {server}, {name}", ["name", "server"]],
    ["{n, plural, one {# row of {name}} other {# rows}}", ["n plural", "name"]],
    ["{at, date, short} <b>bold</b>", ["<b>", "at date"]],
    ["It''s '{'not'}' one", []],
    ["Lync's {pool}", ["pool"]],
  ])("%s", (message, values) => expect(placeholdersOf(message)).toEqual(values));

  it.each(["{name", "name}", "{n, plural, one {# row} other {# rows}", "{}"])(
    "does not read %s",
    (message) => {
      expect(() => placeholdersOf(message)).toThrow();
    },
  );
});
