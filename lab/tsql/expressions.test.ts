import { describe, expect, it } from "vitest";
import { testFleet } from "#lab/tsql/test-fleet.ts";
import type { SqlValue } from "#lab/tsql/values.ts";

const { ask } = testFleet();
const onNew = { on: "SQL19" };

describe("an expression has the value and the type that SQL Server gives it", () => {
  const cases: [expression: string, value: SqlValue, column: string][] = [
    ["1", 1, "int not null"],
    ["2147483648", 2147483648n, "numeric(10,0) not null"],
    ["-2147483648", -2147483648, "int not null"],
    ["1.50", 150n, "numeric(3,2) not null"],
    ["1e3", 1000, "float not null"],
    ["'ab'", "ab", "varchar(2) not null"],
    ["N'ab'", "ab", "nvarchar(2) not null"],
    ["''", "", "varchar(1) not null"],
    ["'it''s'", "it's", "varchar(4) not null"],
    ["NULL", null, "int"],
    ["7 / 2", 3, "int not null"],
    ["-7 / 2", -3, "int not null"],
    ["-7 % 3", -1, "int not null"],
    ["7 / 2.0", 3500000n, "numeric(8,6) not null"],
    ["1.0 / 3", 333333n, "numeric(7,6) not null"],
    ["1.0 / CAST(3 AS int)", 333333333333n, "numeric(13,12) not null"],
    ["2 + 1.5", 35n, "numeric(3,1) not null"],
    ["10.25 * 2", 2050n, "numeric(6,2) not null"],
    ["CAST(1 AS bigint) + 1", 2n, "bigint not null"],
    ["5 & 6 | 8", 12, "int not null"],
    ["~ 5", -6, "int not null"],
    ["'1' + 2", 3, "int not null"],
    ["'a' + N'b'", "ab", "nvarchar(2) not null"],
    ["'a' + NULL", null, "varchar(2)"],
    ["N'ü' + 'ß'", "üß", "nvarchar(2) not null"],
    ["CAST(N'→ü' AS varchar(10))", "?ü", "varchar(10) not null"],
    ["CAST(12345 AS varchar(3))", "*", "varchar(3) not null"],
    ["CAST('12.345' AS decimal(9,2))", 1235n, "numeric(9,2) not null"],
    ["CAST(2.5 AS int)", 2, "int not null"],
    ["CAST(0.1 AS float) + 0.2", 0.1 + 0.2, "float not null"],
    ["CAST(1234567.891 AS varchar(30))", "1234567.891", "varchar(30) not null"],
    ["CAST(CAST(1234567.891 AS float) AS varchar(30))", "1.23457e+006", "varchar(30) not null"],
    ["CAST('true' AS bit)", true, "bit not null"],
    [
      "CONVERT(varchar(20), CAST('2026-03-02 09:30:01.234' AS datetime), 121)",
      "2026-03-02 09:30:01.",
      "varchar(20) not null",
    ],
    [
      "CONVERT(varchar(30), CAST('2026-03-02 09:30:01.234' AS datetime), 121)",
      "2026-03-02 09:30:01.233",
      "varchar(30) not null",
    ],
    ["CONVERT(varchar, CAST('20260302 09:30' AS datetime))", "Mar  2 2026  9:30AM", "varchar(30) not null"],
    ["CONVERT(char(10), CAST('2026-03-02' AS datetime), 104)", "02.03.2026", "char(10) not null"],
    ["CONVERT(varchar(8), CAST('2026-03-02T17:05:09' AS datetime), 108)", "17:05:09", "varchar(8) not null"],
    ["CONVERT(varchar(10), 0xAB01, 1)", "0xAB01", "varchar(10) not null"],
    ["CONVERT(varbinary(4), 258)", Uint8Array.of(0, 0, 1, 2), "varbinary(4) not null"],
    ["DATEDIFF(hour, '2026-01-01 10:59', '2026-01-01 11:00')", 1, "int"],
    ["DATEDIFF(ms, '2026-01-01', '2026-01-01 00:00:01')", 1000, "int"],
    ["DATEADD(month, 1, CAST('2026-01-31' AS date))", new Date(Date.UTC(2026, 1, 28)), "date"],
    ["DATEPART(weekday, '2026-03-02')", 2, "int"],
    ["DATENAME(month, '2026-03-02')", "March", "nvarchar(30)"],
    ["GETDATE()", new Date(Date.UTC(2026, 2, 2, 9, 30, 2)), "datetime"],
    ["GETDATE() - 1", new Date(Date.UTC(2026, 2, 1, 9, 30, 2)), "datetime"],
    ["LEN('ab  ')", 2, "int"],
    ["DATALENGTH(N'ab')", 4, "int"],
    ["LEFT('abcdef', 3)", "abc", "varchar(3)"],
    ["RIGHT(N'abcdef', 2)", "ef", "nvarchar(6)"],
    ["SUBSTRING('abcdef', 2, 3)", "bcd", "varchar(3)"],
    ["REPLACE('aXbx', 'x', '-')", "a-b-", "varchar(8000)"],
    ["STUFF(',a,b', 1, 1, '')", "a,b", "varchar(8000)"],
    ["CHARINDEX('\\', 'BE1\\rtc')", 4, "int"],
    ["PATINDEX('%[0-9]%', 'ab3')", 3, "int"],
    ["QUOTENAME('a]b')", "[a]]b]", "nvarchar(258)"],
    ["PARSENAME('10.50.6000.34', 4)", "10", "nvarchar(128)"],
    ["UPPER('aB') + LOWER('Cd') + LTRIM(RTRIM('  e '))", "ABcde", "varchar(8)"],
    ["ISNULL(NULL, 'x')", "x", "varchar(1) not null"],
    ["ISNULL(CAST(NULL AS varchar(2)), 'xyz')", "xy", "varchar(2) not null"],
    ["COALESCE(NULL, 1, 2.5)", 10n, "numeric(11,1) not null"],
    ["NULLIF(1, 1)", null, "int"],
    ["CASE WHEN 1 = 2 THEN 'a' ELSE N'bcd' END", "bcd", "nvarchar(3) not null"],
    ["CASE 3 WHEN 3 THEN 1 END", 1, "int"],
    ["ROUND(12.345, 2)", 12350n, "numeric(5,3)"],
    ["CEILING(1.2)", 2n, "numeric(2,0)"],
    ["FLOOR(-1.2)", -2n, "numeric(2,0)"],
    ["ABS(-5)", 5, "int"],
    ["POWER(2, 10)", 1024, "int"],
    ["ISNUMERIC('12e3')", 1, "int not null"],
    [
      "CAST('0e984c4d-3e1b-4d2a-9c8f-1f2e3d4c5b6a' AS uniqueidentifier)",
      "0E984C4D-3E1B-4D2A-9C8F-1F2E3D4C5B6A",
      "uniqueidentifier not null",
    ],
    ["CAST(SERVERPROPERTY('InstanceName') AS nvarchar(128))", "RTC", "nvarchar(128)"],
    ["SERVERPROPERTY('EngineEdition')", { base: { name: "int" }, value: 3 }, "sql_variant"],
    ["@@SERVERNAME", "BE1\\rtc", "nvarchar(128)"],
    ["DB_NAME()", "master", "nvarchar(128)"],
    ["SUSER_SNAME(0x01)", "sa", "nvarchar(128)"],
    ["HOST_NAME() + '/' + APP_NAME()", "DESK/test", "nvarchar(257)"],
  ];
  it.each(cases)("%s", async (expression, value, column) => {
    const { rows, columns, errors } = await ask(`SELECT ${expression}`);
    expect(errors).toEqual([]);
    expect(rows).toEqual([[value]]);
    expect(columns).toEqual([column]);
  });
});

describe("a condition is true, false or unknown", () => {
  const cases: [condition: string, holds: boolean][] = [
    ["'ABC' = 'abc  '", true],
    ["'ABC' = 'abc' COLLATE Latin1_General_BIN", false],
    ["'ü' = 'u'", false],
    ["NULL = NULL", false],
    ["NOT (NULL = 1)", false],
    ["1 IN (2, NULL)", false],
    ["1 NOT IN (2, NULL)", false],
    ["'10' = 10", true],
    ["'rtc_x' LIKE 'rtc[_]%'", true],
    ["'50%' LIKE '50!%' ESCAPE '!'", true],
    ["'abc' NOT LIKE '_b'", true],
    ["5 BETWEEN 1 AND 5", true],
    ["GETDATE() > '20260101'", true],
    ["(1 = 1 OR 1 / 0 = 1)", true],
    ["((1)) = ((1))", true],
    ["EXISTS (SELECT 1 WHERE 1 = 2)", false],
    ["3 > ALL (SELECT 1 UNION SELECT 2)", true],
    ["3 = ANY (SELECT 1 UNION SELECT 2)", false],
    ["SERVERPROPERTY('IsClustered') = 0", true],
    ["N'10.50' = LEFT(CAST(SERVERPROPERTY('ProductVersion') AS nvarchar(20)), 5)", true],
  ];
  it.each(cases)("%s is %s", async (condition, holds) => {
    const { rows, errors } = await ask(`SELECT CASE WHEN ${condition} THEN 1 ELSE 0 END`);
    expect(errors).toEqual([]);
    expect(rows).toEqual([[holds ? 1 : 0]]);
  });
});

describe("what is wrong has SQL Server's number", () => {
  const cases: [sql: string, numbers: number[]][] = [
    ["SELECT 1 )", [102]],
    ["SELECT FROM sys.databases", [156]],
    ["SELECT 1 +", [102]],
    ["SELECT 'open", [105]],
    ["SELECT 1 /* open", [113]],
    ["SELECT @x", [137]],
    ["DECLARE @x int DECLARE @x int", [134]],
    ["SELECT nothing FROM sys.databases", [207]],
    ["SELECT d.nothing FROM sys.databases d", [207]],
    ["SELECT x.name FROM sys.databases d", [4104]],
    ["SELECT name FROM sys.databases a, sys.databases b", [209]],
    ["SELECT * FROM sys.nothing", [208]],
    ["SELECT * FROM #none", [208]],
    ["EXEC sp_nothing", [2812]],
    ["USE nowhere", [911]],
    ["SELECT * FROM nowhere.sys.objects", [911]],
    ["SELECT 1 / 0", [8134]],
    ["SELECT 2147483647 + 1", [8115]],
    ["SELECT CAST(300 AS tinyint)", [220]],
    ["SELECT CAST('x' AS int)", [245]],
    ["SELECT CAST('x' AS decimal(5,2))", [8114]],
    ["SELECT CAST('x' AS datetime)", [241]],
    ["SELECT CAST('x' AS uniqueidentifier)", [8169]],
    ["SELECT CAST(GETDATE() AS uniqueidentifier)", [529]],
    ["SELECT CAST(1 AS time)", [243]],
    ["SELECT GETDATE() + GETDATE() WHERE 1", [4145]],
    ["SELECT 1 = 1", [102]],
    ["SELECT nofunction(1)", [195]],
    ["SELECT LEN()", [174]],
    ["SELECT dbo.f(1)", [4121]],
    ["SELECT LEFT(SERVERPROPERTY('Edition'), 3)", [8116]],
    ["SELECT name FROM sys.databases GROUP BY state", [8120]],
    ["SELECT name FROM sys.databases WHERE COUNT(*) > 1", [147]],
    ["SELECT (SELECT name FROM sys.databases)", [512]],
    ["SELECT (SELECT name, state FROM sys.databases WHERE database_id = 1)", [116]],
    ["SELECT 1 UNION SELECT 1, 2", [205]],
    ["SELECT SUM(name) FROM sys.databases", [8117]],
    ["SELECT name FROM sys.databases ORDER BY 3", [108]],
    ["SELECT DISTINCT name FROM sys.databases ORDER BY state", [145]],
    ["UPDATE sys.databases SET name = 'x'", [259]],
    ["COMMIT", [3902]],
    ["ROLLBACK", [3903]],
    ["SET NOTHING ON", [195]],
    ["CREATE PROCEDURE p AS SELECT 1", [40510]],
    ["SELECT IIF(1 = 1, 1, 2)", [195]],
    ["SELECT CONCAT('a', 'b')", [195]],
    ["SELECT FORMAT(1, 'N0')", [195]],
    ["SELECT TRY_CONVERT(int, 'x')", [195]],
    ["SELECT STRING_AGG(name, ',') FROM sys.databases", [195]],
    ["SELECT database_id FROM sys.dm_exec_sessions", [207]],
    ["SELECT open_transaction_count FROM sys.dm_exec_sessions", [207]],
    ["SELECT name FROM sys.databases ORDER BY name OFFSET 1 ROWS", [102]],
  ];
  it.each(cases)("%s", async (sql, numbers) => {
    expect((await ask(sql)).errors).toEqual(numbers);
  });
});

describe("a newer server knows more", () => {
  const cases: [expression: string, value: SqlValue][] = [
    ["IIF(1 = 1, 'yes', 'no')", "yes"],
    ["CONCAT('a', NULL, 1)", "a1"],
    ["FORMAT(1234.5, 'N1')", "1,234.5"],
    ["TRY_CONVERT(int, 'x')", null],
    ["TRY_CAST('5' AS int)", 5],
    ["CHOOSE(2, 'a', 'b')", "b"],
    [
      "(SELECT STRING_AGG(value, '+') WITHIN GROUP (ORDER BY value DESC) FROM STRING_SPLIT('a,b', ','))",
      "b+a",
    ],
    [
      "(SELECT COUNT(*) FROM sys.dm_exec_sessions WHERE database_id = 1 AND open_transaction_count = 0 AND is_user_process = 1)",
      1,
    ],
  ];
  it.each(cases)("%s", async (expression, value) => {
    const { rows, errors } = await ask(`SELECT ${expression}`, onNew);
    expect(errors).toEqual([]);
    expect(rows).toEqual([[value]]);
  });
});
