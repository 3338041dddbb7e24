import { describe, expect, it } from "vitest";
import { may, type Permission, permissions } from "#lib/auth/permissions.ts";

// As agreed for the three roles: on-call, admin, auditor.
const agreed: Record<Permission, [boolean, boolean, boolean]> = {
  "state:see": [true, true, true],
  "runs:see": [true, true, true],
  "alerts:acknowledge": [true, true, false],
  "runs:rehearse": [true, true, false],
  "runs:prepare": [true, true, false],
  "runs:operate": [false, true, false],
  "runs:approve": [false, true, false],
  "pools:change": [false, true, false],
  "instances:change": [false, true, false],
  "audit:read": [false, false, true],
  "audit:read-own-runs": [false, true, false],
  "audit:export": [false, false, true],
  "people:change": [false, true, false],
  "settings:change": [false, true, false],
};

describe("who may do what", () => {
  it.each(Object.entries(agreed))("%s", (permission, [oncall, admin, auditor]) => {
    expect(may("oncall", permission as Permission)).toBe(oncall);
    expect(may("admin", permission as Permission)).toBe(admin);
    expect(may("auditor", permission as Permission)).toBe(auditor);
  });

  it("says something about every permission there is", () => {
    expect(permissions.toSorted()).toEqual(Object.keys(agreed).toSorted());
  });
});
