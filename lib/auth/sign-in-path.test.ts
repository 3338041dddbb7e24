import { describe, expect, it } from "vitest";
import { safeNext, signInPath } from "#lib/auth/sign-in-path.ts";

describe("where one goes after sign-in", () => {
  it.each([
    ["/runs/17?step=2", "/runs/17?step=2"],
    ["//evil.test", "/"],
    ["/\\evil.test", "/"],
    ["/\t/evil.test", "/"],
    ["https://evil.test", "/"],
    ["javascript:alert(1)", "/"],
    [["/a", "/b"], "/"],
    [undefined, "/"],
  ])("%j leads to %s", (asked, path) => expect(safeNext(asked)).toBe(path));

  it("is kept in the address of the sign-in page", () => {
    expect(signInPath("/runs/17?step=2")).toBe("/sign-in?next=%2Fruns%2F17%3Fstep%3D2");
    expect(signInPath("/")).toBe("/sign-in");
    expect(signInPath(null)).toBe("/sign-in");
  });
});
