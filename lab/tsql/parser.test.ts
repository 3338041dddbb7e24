import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SqlError } from "#lab/mirroring/commands.ts";
import { RESERVED } from "#lab/tsql/cursor.ts";
import { parseBatch } from "#lab/tsql/parse.ts";

const words = fc.constantFrom(
  ...RESERVED,
  ..."( ) , . ; = <> < >= + - * / % @x @@SPID 1 2.5 0xAB 'text' N'ü' [a]]b] \"q\" #t sys.databases name THROW APPLY CAST( CONVERT(int, COUNT(*) -- /* */ PARTNER FAILOVER SAFETY".split(
    " ",
  ),
  "\n",
);
const soup = fc.array(words, { maxLength: 60 }).map((tokens) => tokens.join(" "));

/** Whatever it is given, the parser ends: with statements, or with an error of SQL Server. */
function parses(sql: string): boolean {
  try {
    return Array.isArray(parseBatch(sql, ["@x"]));
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    return error.number > 0 && error.severity >= 15;
  }
}

describe("the parser never hangs and never breaks", () => {
  it("on a soup of tokens", () => {
    fc.assert(fc.property(soup, parses), { numRuns: 3000 });
  });

  it("on any text", () => {
    fc.assert(fc.property(fc.string({ unit: "grapheme", maxLength: 80 }), parses), { numRuns: 1000 });
  });

  it("on statements cut anywhere", () => {
    const whole = `WITH c AS (SELECT TOP (5) a.name, ROW_NUMBER() OVER (PARTITION BY b.x ORDER BY y DESC) AS r FROM sys.databases a LEFT JOIN (SELECT 1 AS x) b ON a.z = b.x)
      SELECT CASE WHEN r IN (1, 2) THEN N'ä' ELSE CAST(r AS varchar(9)) END FROM c WHERE NOT EXISTS (SELECT * FROM c) BEGIN TRY ALTER DATABASE [x] SET PARTNER TIMEOUT 10 END TRY BEGIN CATCH PRINT 'x' END CATCH`;
    for (let end = 0; end <= whole.length; end++) expect(parses(whole.slice(0, end))).toBe(true);
  });

  it("on nesting without measure", () => {
    for (const piece of [
      "(",
      "SELECT(",
      "NOT ",
      "- ",
      "BEGIN ",
      "CASE WHEN ",
      "IF 1=1 ",
      "/*",
      "SELECT * FROM (",
      "a.",
      "SELECT 1 UNION ",
    ]) {
      expect(parses(`SELECT ${piece.repeat(20_000)}`)).toBe(true);
      expect(parses(piece.repeat(20_000))).toBe(true);
    }
  });
});

describe("a name is whatever its brackets say", () => {
  it.each(["a]b'; DROP--ü", "SELECT", "x.y", " ", "--", "/*", "\n", "]", "😀"])("%j", (name) => {
    const [statement] = parseBatch(`ALTER DATABASE [${name.replaceAll("]", "]]")}] SET PARTNER OFF`);
    expect(statement).toMatchObject({ kind: "alter-database", database: name });
  });
});

describe("ALTER DATABASE becomes a command", () => {
  const cases: [change: string, command: object][] = [
    ["SET PARTNER = 'TCP://b:5022'", { kind: "set-partner", address: "TCP://b:5022" }],
    ["SET PARTNER FAILOVER", { kind: "failover" }],
    ["SET PARTNER FORCE_SERVICE_ALLOW_DATA_LOSS", { kind: "force-service" }],
    ["SET PARTNER SUSPEND", { kind: "suspend" }],
    ["SET PARTNER RESUME", { kind: "resume" }],
    ["SET PARTNER OFF", { kind: "partner-off" }],
    ["SET PARTNER SAFETY FULL", { kind: "safety", level: "FULL" }],
    ["SET PARTNER SAFETY OFF", { kind: "safety", level: "OFF" }],
    ["SET PARTNER TIMEOUT 20", { kind: "timeout", seconds: 20 }],
    ["SET WITNESS = 'TCP://w:7022'", { kind: "set-witness", address: "TCP://w:7022" }],
    ["SET WITNESS OFF", { kind: "witness-off" }],
    ["SET RECOVERY BULK_LOGGED WITH NO_WAIT", { kind: "set-recovery", model: "BULK_LOGGED" }],
    ["SET OFFLINE WITH ROLLBACK IMMEDIATE", { kind: "set-offline" }],
    ["SET ONLINE", { kind: "set-online" }],
    ["MODIFY NAME = [new]", { kind: "rename", name: "new" }],
  ];
  it.each(cases)("%s", (change, command) => {
    expect(parseBatch(`alter database db ${change} select 1`)).toMatchObject([
      { change: { kind: "command", command } },
      { kind: "query" },
    ]);
  });
});
