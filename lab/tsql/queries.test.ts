import { describe, expect, it } from "vitest";
import { testFleet } from "#lab/tsql/test-fleet.ts";
import type { SqlValue } from "#lab/tsql/values.ts";

const { ask } = testFleet();
const numbers = "(VALUES (1, 'a'), (2, 'b'), (2, 'c'), (NULL, 'd')) t(n, s)";

describe("a query answers these rows", () => {
  const cases: [sql: string, rows: SqlValue[][]][] = [
    [
      `SELECT * FROM ${numbers} WHERE n > 1`,
      [
        [2, "b"],
        [2, "c"],
      ],
    ],
    [
      `SELECT n, COUNT(*), MAX(s) FROM ${numbers} GROUP BY n ORDER BY n`,
      [
        [null, 1, "d"],
        [1, 1, "a"],
        [2, 2, "c"],
      ],
    ],
    [
      `SELECT COUNT(*), COUNT(n), COUNT(DISTINCT n), SUM(n), AVG(n), MIN(s) FROM ${numbers}`,
      [[4, 3, 2, 5, 1, "a"]],
    ],
    [`SELECT AVG(n * 1.0) FROM ${numbers}`, [[1666666n]]],
    [`SELECT COUNT(*), SUM(n) FROM ${numbers} WHERE 1 = 2`, [[0, null]]],
    [`SELECT n FROM ${numbers} GROUP BY n HAVING COUNT(*) > 1`, [[2]]],
    [`SELECT n + 1 AS m FROM ${numbers} GROUP BY n + 1 ORDER BY m DESC`, [[3], [2], [null]]],
    [`SELECT DISTINCT n FROM ${numbers} ORDER BY n DESC`, [[2], [1], [null]]],
    [`SELECT TOP 1 s FROM ${numbers} ORDER BY n DESC, s DESC`, [["c"]]],
    [`SELECT TOP (1) WITH TIES s FROM ${numbers} ORDER BY n DESC`, [["b"], ["c"]]],
    [`SELECT TOP 50 PERCENT s FROM ${numbers} ORDER BY s`, [["a"], ["b"]]],
    [
      "SELECT a.n, b.n FROM (VALUES (1), (2)) a(n) LEFT JOIN (VALUES (2), (3)) b(n) ON a.n = b.n",
      [
        [1, null],
        [2, 2],
      ],
    ],
    [
      "SELECT a.n, b.n FROM (VALUES (1), (2)) a(n) RIGHT JOIN (VALUES (2), (3)) b(n) ON a.n = b.n",
      [
        [2, 2],
        [null, 3],
      ],
    ],
    [
      "SELECT a.n, b.n FROM (VALUES (1), (2)) a(n) FULL OUTER JOIN (VALUES (2), (3)) b(n) ON a.n = b.n",
      [
        [1, null],
        [2, 2],
        [null, 3],
      ],
    ],
    [
      "SELECT a.n, b.n FROM (VALUES (1), (2)) a(n), (VALUES (3)) b(n)",
      [
        [1, 3],
        [2, 3],
      ],
    ],
    [
      "SELECT a.n, c.n FROM (VALUES (1)) a(n) JOIN (VALUES (1)) b(n) JOIN (VALUES (1)) c(n) ON b.n = c.n ON a.n = b.n",
      [[1, 1]],
    ],
    [
      "SELECT a.n, x.m FROM (VALUES (1), (2)) a(n) CROSS APPLY (SELECT a.n * 10 AS m WHERE a.n > 1) x",
      [[2, 20]],
    ],
    [
      "SELECT a.n, x.m FROM (VALUES (1), (2)) a(n) OUTER APPLY (SELECT a.n * 10 AS m WHERE a.n > 1) x ORDER BY 1",
      [
        [1, null],
        [2, 20],
      ],
    ],
    [
      "SELECT a.n FROM (VALUES (1), (2)) a(n) WHERE EXISTS (SELECT * FROM (VALUES (2)) b(n) WHERE b.n = a.n)",
      [[2]],
    ],
    [
      "SELECT a.n, (SELECT COUNT(*) FROM (VALUES (1), (2)) b(n) WHERE b.n <= a.n) FROM (VALUES (1), (2)) a(n)",
      [
        [1, 1],
        [2, 2],
      ],
    ],
    ["SELECT 1 UNION ALL SELECT 1 UNION SELECT 2", [[1], [2]]],
    ["SELECT 1 UNION SELECT 2 EXCEPT SELECT 1", [[2]]],
    ["SELECT n FROM (VALUES (1), (2)) a(n) INTERSECT SELECT 2", [[2]]],
    ["SELECT 'b' AS x UNION SELECT N'a' ORDER BY x", [["a"], ["b"]]],
    [
      "WITH a AS (SELECT 1 AS n), b(m) AS (SELECT n + 1 FROM a) SELECT a.n, b.m FROM a CROSS JOIN b",
      [[1, 2]],
    ],
    ["WITH c AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM c WHERE n < 4) SELECT SUM(n) FROM c", [[10]]],
    [
      `SELECT s, ROW_NUMBER() OVER (PARTITION BY n ORDER BY s DESC) FROM ${numbers} WHERE n = 2`,
      [
        ["b", 2n],
        ["c", 1n],
      ],
    ],
    [
      `SELECT s, RANK() OVER (ORDER BY n), DENSE_RANK() OVER (ORDER BY n) FROM ${numbers} ORDER BY s`,
      [
        ["a", 2n, 2n],
        ["b", 3n, 3n],
        ["c", 3n, 3n],
        ["d", 1n, 1n],
      ],
    ],
    [
      `SELECT s, SUM(n) OVER (PARTITION BY n) FROM ${numbers} WHERE n = 2`,
      [
        ["b", 4],
        ["c", 4],
      ],
    ],
    [
      `SELECT n, SUM(COUNT(*)) OVER () FROM ${numbers} GROUP BY n ORDER BY n`,
      [
        [null, 4],
        [1, 4],
        [2, 4],
      ],
    ],
    [
      `SELECT [1], [2], [3] FROM (SELECT n, s FROM ${numbers}) x PIVOT (COUNT(s) FOR n IN ([1], [2], [3])) p`,
      [[1, 2, 0]],
    ],
    [
      "SELECT k, v FROM (SELECT 1 AS a, 2 AS b) x UNPIVOT (v FOR k IN (a, b)) u",
      [
        ["a", 1],
        ["b", 2],
      ],
    ],
    [
      `SELECT STUFF((SELECT ', ' + s FROM ${numbers} ORDER BY s DESC FOR XML PATH('')), 1, 2, '')`,
      [["d, c, b, a"]],
    ],
    ["SELECT (SELECT '<' + 'a&b' FOR XML PATH(''), TYPE).value('.', 'nvarchar(max)')", [["<a&b"]]],
    ["SELECT name = 'x', 1 AS [a b], 2 'c'", [["x", 1, 2]]],
    ["SELECT d.* FROM (SELECT 1 AS a) d", [[1]]],
    ["SELECT CASE WHEN GROUPED = 1 THEN 'one' END FROM (SELECT 1 AS grouped) x GROUP BY grouped", [["one"]]],
  ];
  it.each(cases)("%s", async (sql, rows) => {
    const reply = await ask(sql);
    expect(reply.errors).toEqual([]);
    expect(reply.rows).toEqual(rows);
  });
});

it("collects a list in the order asked for", async () => {
  const { rows } = await ask(
    "DECLARE @l varchar(99) = '' SELECT @l = @l + x FROM (VALUES ('b'), ('a'), ('c')) t(x) ORDER BY x DESC SELECT @l",
  );
  expect(rows).toEqual([["cba"]]);
});

it("pages with OFFSET and FETCH where the version has them", async () => {
  const { rows } = await ask(
    "SELECT n FROM (VALUES (1), (2), (3), (4)) t(n) ORDER BY n DESC OFFSET 1 ROWS FETCH NEXT 2 ROWS ONLY",
    { on: "SQL19" },
  );
  expect(rows).toEqual([[3], [2]]);
});

it("ends a query that would join everything with everything", async () => {
  const { errors } = await ask(
    "SELECT COUNT(*) FROM sys.all_columns a, sys.all_columns b, sys.all_columns c",
  );
  expect(errors).toEqual([701]);
});
