import { describe, expect, it } from "vitest";
import { failover, quoteName, quoteString } from "#lib/mirroring/statements.ts";

describe("names in T-SQL", () => {
  it.each([
    ["rtcxds", "[rtcxds]", "N'rtcxds'"],
    ["a]b'; DROP--ü", "[a]]b'; DROP--ü]", "N'a]b''; DROP--ü'"],
    ["]]", "[]]]]]", "N']]'"],
  ])("%s", (name, quoted, string) => {
    expect([quoteName(name), quoteString(name)]).toEqual([quoted, string]);
  });
});

it("a failover guards itself by guid, role, role sequence, safety and state", () => {
  const { sql, level, on } = failover({ instanceId: "be1", database: "a]b'", guid: "G-1", roleSequence: 7 });
  expect(sql).toContain("DB_ID(N'a]b''')");
  expect(sql).toContain("mirroring_guid = N'G-1'");
  expect(sql).toContain("mirroring_role_sequence = 7");
  expect(sql).toContain("ALTER DATABASE [a]]b'] SET PARTNER FAILOVER\nELSE\n  RAISERROR");
  expect([level, on]).toEqual([2, "be1"]);
});
