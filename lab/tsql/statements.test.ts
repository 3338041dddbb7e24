import { describe, expect, it } from "vitest";
import type { Answer } from "#lab/tds/contract.ts";
import { testFleet } from "#lab/tsql/test-fleet.ts";

const { ask, connect, running } = testFleet();

describe("batches come without semicolons", () => {
  it("declares, loops and selects", async () => {
    const { rows, counts } = await ask(`
      DECLARE @i int = 0, @text varchar(20) SET @text = ''
      WHILE 1 = 1
      BEGIN
        SET @i += 1
        IF @i = 2 CONTINUE
        IF @i > 4 BREAK
        SELECT @text = @text + CAST(@i AS varchar(3)) + ';'
      END
      SELECT @text AS collected, @i AS last`);
    expect(rows).toEqual([["1;3;4;", 5]]);
    expect(counts).toEqual([1]);
  });

  it("fills a temporary table, changes it, and reads it back", async () => {
    const { rows, counts, columns, errors } = await ask(`
      IF OBJECT_ID('tempdb..#t') IS NOT NULL DROP TABLE #t
      CREATE TABLE #t (id int IDENTITY(1,1) PRIMARY KEY, name sysname NOT NULL, size decimal(9,2) NULL DEFAULT 1.5)
      INSERT INTO #t (name) SELECT name FROM sys.databases WHERE database_id <= 4
      INSERT #t (name, size) VALUES (N'x', DEFAULT), ('y', 2)
      UPDATE #t SET size = size * 2 WHERE name IN ('x', 'y')
      DELETE FROM #t WHERE name = 'model'
      SELECT * FROM #t ORDER BY id DESC
      DROP TABLE #t`);
    expect(errors).toEqual([]);
    expect(columns).toEqual(["id int not null", "name nvarchar(128) not null", "size numeric(9,2)"]);
    expect(counts).toEqual([4, 2, 2, 1, 5]);
    expect(rows.slice(0, 2)).toEqual([
      [6, "y", 400n],
      [5, "x", 300n],
    ]);
  });

  it("joins a table variable to what a procedure answers", async () => {
    const { rows, errors } = await ask(`
      DECLARE @names TABLE (name sysname, size int, remarks varchar(254))
      INSERT INTO @names EXEC sp_databases
      UPDATE n SET size = 0 FROM @names n JOIN sys.databases d ON d.name = n.name WHERE d.database_id > 4
      SELECT COUNT(*), SUM(size) FROM @names WHERE name LIKE 'rtc%'`);
    expect(errors).toEqual([]);
    expect(rows).toEqual([[2, 0]]);
  });

  it("catches an error, tells about it, and goes on", async () => {
    const { rows, errors, said } = await ask(`
      BEGIN TRY
        PRINT 'before'
        SELECT 1 / 0
        PRINT 'never'
      END TRY
      BEGIN CATCH
        SELECT ERROR_NUMBER() AS n, ERROR_SEVERITY() AS s, ERROR_LINE() AS line, @@ERROR AS e, @@TRANCOUNT AS t
        PRINT N'caught ' + CAST(ERROR_NUMBER() AS nvarchar(10))
      END CATCH
      PRINT 'after'`);
    expect(errors).toEqual([]);
    expect(said).toEqual(["before", "caught 8134", "after"]);
    expect(rows).toEqual([[8134, 16, 4, 8134, 0]]);
  });

  it("runs text with parameters, in and out", async () => {
    const { rows, errors } = await ask(`
      DECLARE @sql nvarchar(200) = N'SELECT @count = COUNT(*) FROM sys.databases WHERE database_id > @least', @found int, @status int
      EXEC @status = sp_executesql @sql, N'@least int, @count int OUTPUT', @least = 2, @count = @found OUTPUT
      EXEC ('DECLARE @x int = 3 SELECT @x AS x')
      SELECT @found, @status`);
    expect(errors).toEqual([]);
    expect(rows).toEqual([[8, 0]]);
  });

  it("walks through rows with a cursor, and keeps a table variable through its loop", async () => {
    const { rows, errors, said } = await ask(`
      DECLARE @db sysname, @id int
      DECLARE each CURSOR LOCAL FAST_FORWARD FOR SELECT name, database_id FROM sys.databases WHERE name LIKE 'rtc%' ORDER BY name
      OPEN each
      FETCH NEXT FROM each INTO @db, @id
      WHILE @@FETCH_STATUS = 0
      BEGIN
        DECLARE @seen TABLE (name sysname)
        INSERT @seen VALUES (@db)
        PRINT @db
        FETCH NEXT FROM each INTO @db, @id
      END
      CLOSE each
      DEALLOCATE each
      SELECT COUNT(*) FROM @seen
      FETCH NEXT FROM each`);
    expect(said).toEqual(["rtcab", "rtcxds"]);
    expect(rows).toEqual([[2]]);
    expect(errors).toEqual([16916]);
  });

  it("guards a failover, and refuses by RAISERROR where the guard fails", async () => {
    const guarded = (sequence: number) => `
      IF EXISTS (SELECT 1 FROM sys.database_mirroring WHERE database_id = DB_ID(N'a]b''; DROP--ü') AND mirroring_role = 1
                 AND mirroring_role_sequence = ${sequence})
        ALTER DATABASE [a]]b'; DROP--ü] SET PARTNER FAILOVER
      ELSE
        RAISERROR(N'Nothing was changed on %s', 16, 1, @@SERVERNAME)`;
    expect((await ask(guarded(2))).errors).toEqual([50000]);
    const switching = ask(guarded(3));
    await running.advance(10_000);
    const { errors, counts } = await switching;
    expect(errors).toEqual([]);
    expect(counts).toEqual([]);
    const { rows } = await ask(
      "SELECT mirroring_role_desc, mirroring_role_sequence FROM sys.database_mirroring WHERE DB_NAME(database_id) LIKE 'a]b%'",
      { on: "BE2\\rtc" },
    );
    expect(rows).toEqual([["PRINCIPAL", 4]]);
  });
});

describe("an error ends its statement, its text or its batch", () => {
  const cases: [name: string, sql: string, errors: number[], rows: unknown[][]][] = [
    ["a division by zero ends its statement", "SELECT 1 / 0 SELECT 2", [8134], [[2]]],
    ["a missing procedure ends its statement", "EXEC nothing SELECT 2", [2812], [[2]]],
    ["RAISERROR ends nothing", "RAISERROR('no', 16, 1) SELECT 2", [50000], [[2]]],
    ["a failed conversion ends the batch", "SELECT CAST('x' AS int) SELECT 2", [245], []],
    ["a missing table ends the batch", "SELECT * FROM nothing SELECT 2", [208], []],
    ["what came before a missing table has run", "SELECT 1 SELECT * FROM nothing", [208], [[1]]],
    ["a missing column refuses the whole batch", "SELECT 1 SELECT nothing FROM sys.databases", [207], []],
    [
      "so it does in a branch that is not taken",
      "SELECT 1 IF 1 = 2 SELECT database_id FROM sys.dm_exec_sessions",
      [207],
      [],
    ],
    ["a syntax error refuses the whole batch", "SELECT 1 SELECT FROM", [156], []],
    ["text that does not compile ends only itself", "EXEC('SELECT FROM') SELECT 2", [156], [[2]]],
    [
      "a failed conversion in such text ends everything",
      "EXEC('SELECT CAST(''x'' AS int)') SELECT 2",
      [245],
      [],
    ],
    ["XACT_ABORT makes any error end the batch", "SET XACT_ABORT ON SELECT 1 / 0 SELECT 2", [8134], []],
    ["but not RAISERROR", "SET XACT_ABORT ON RAISERROR('no', 16, 1) SELECT 2", [50000], [[2]]],
    [
      "a TRY does not catch its own missing table",
      "BEGIN TRY SELECT * FROM nothing END TRY BEGIN CATCH SELECT 2 END CATCH",
      [208],
      [],
    ],
    [
      "it does when EXEC brought the text",
      "BEGIN TRY EXEC('SELECT * FROM nothing') END TRY BEGIN CATCH SELECT ERROR_NUMBER() END CATCH",
      [],
      [[208]],
    ],
    [
      "an error may be raised again",
      "BEGIN TRY SELECT 1 / 0 END TRY BEGIN CATCH DECLARE @m nvarchar(400) = ERROR_MESSAGE() RAISERROR(@m, 16, 1) END CATCH",
      [50000],
      [],
    ],
    ["RETURN ends the batch", "SELECT 1 RETURN SELECT 2", [], [[1]]],
    ["@@ERROR lives for one statement", "SELECT 1 / 0 SELECT @@ERROR SELECT @@ERROR", [8134], [[0]]],
  ];
  it.each(cases)("%s", async (_, sql, errors, rows) => {
    const reply = await ask(sql);
    expect(reply.errors).toEqual(errors);
    expect(reply.rows).toEqual(rows);
  });

  it("THROW ends the batch and keeps number and text, where the version knows it", async () => {
    const { errors, rows } = await ask(
      "BEGIN TRY THROW 50123, N'so', 2 END TRY BEGIN CATCH SELECT ERROR_NUMBER(), ERROR_STATE(), ERROR_MESSAGE(); THROW END CATCH SELECT 2",
      {
        on: "SQL19",
      },
    );
    expect(rows).toEqual([[50123, 2, "so"]]);
    expect(errors).toEqual([50123]);
  });
});

describe("RAISERROR", () => {
  const cases: [call: string, said: string][] = [
    ["RAISERROR('%s has %d of %i', 10, 1, N'rtcxds', 3, 4) WITH NOWAIT", "rtcxds has 3 of 4"],
    ["RAISERROR('%-6s|%6s|%06d|%x', 0, 1, 'ab', 'cd', 42, 255)", "ab    |    cd|000042|ff"],
    ["RAISERROR('%s', 0, 1, NULL)", "(null)"],
    ["RAISERROR('100%%', 0, 1)", "100%"],
    ["RAISERROR('%.2s%*d', 0, 1, 'abc', 5, 7)", "ab    7"],
  ];
  it.each(cases)("%s", async (call, said) => {
    expect((await ask(call)).said).toEqual([said]);
  });

  it("refuses arguments that do not fit and severities that are too high", async () => {
    expect((await ask("RAISERROR('%d', 16, 1, 'x')")).errors).toEqual([2786]);
    expect((await ask("RAISERROR('x', 20, 1)")).errors).toEqual([2754]);
  });
});

describe("transactions", () => {
  it("roll temporary tables back, but not table variables", async () => {
    const { rows } = await ask(`
      CREATE TABLE #t (n int) DECLARE @v TABLE (n int)
      BEGIN TRAN
      INSERT #t VALUES (1) INSERT @v VALUES (1)
      ROLLBACK
      SELECT (SELECT COUNT(*) FROM #t), (SELECT COUNT(*) FROM @v), @@TRANCOUNT`);
    expect(rows).toEqual([[0, 1, 0]]);
  });

  it("are seen by others while they are open, and no longer", async () => {
    const session = await connect({ database: "rtcxds" });
    const open = `SELECT open_tran FROM sys.sysprocesses WHERE spid = ${session.wire.spid}`;
    await session.ask("BEGIN TRAN BEGIN TRAN");
    expect((await ask(open)).rows).toEqual([[1]]);
    expect((await session.ask("SELECT @@TRANCOUNT, XACT_STATE()")).rows).toEqual([[2, 1]]);
    await session.ask({ kind: "transaction", action: "rollback", name: "" });
    expect((await ask(open)).rows).toEqual([[0]]);
    session.wire.close();
    expect((await ask(open)).rows).toEqual([]);
  });

  it("do not contain ALTER DATABASE", async () => {
    expect((await ask("BEGIN TRAN ALTER DATABASE rtcxds SET PARTNER SUSPEND")).errors).toEqual([226]);
  });

  it("are doomed by an error under XACT_ABORT", async () => {
    const { rows, errors } = await ask(
      "SET XACT_ABORT ON BEGIN TRAN BEGIN TRY SELECT 1 / 0 END TRY BEGIN CATCH SELECT XACT_STATE() COMMIT END CATCH",
    );
    expect(rows).toEqual([[-1]]);
    expect(errors).toEqual([3930]);
  });
});

describe("a session", () => {
  it("keeps temporary tables and options between batches, until it is reset", async () => {
    const { wire, ask: say } = await connect();
    await say("SET NOCOUNT ON USE msdb SELECT 1 AS n INTO #kept");
    const kept = await say("SELECT DB_NAME(), n FROM #kept");
    expect(kept.rows).toEqual([["msdb", 1]]);
    expect(kept.counts).toEqual([]);
    expect(wire.reset()).toBe("master");
    expect((await say("SELECT * FROM #kept")).errors).toEqual([208]);
    expect((await say("SELECT DB_NAME()")).counts).toEqual([1]);
  });

  it("tells the wire when its database changes", async () => {
    const { answers } = await ask("USE msdb");
    const change: Answer = { kind: "database", from: "master", to: "msdb" };
    expect(answers).toContainEqual(change);
  });

  it("answers sp_executesql with its return status and its outputs", async () => {
    const { ask: say } = await connect();
    const text = (value: string) => ({
      name: "",
      type: { name: "nvarchar", length: 4000 } as const,
      value,
      output: false,
    });
    const { answers, rows } = await say({
      kind: "rpc",
      procedure: "sp_executesql",
      parameters: [
        text("SELECT @a + 1 AS next SET @b = N'out ' + @b"),
        text("@a bigint, @b nvarchar(20) OUTPUT"),
        { name: "@a", type: { name: "bigint" }, value: 41n, output: false },
        { name: "@b", type: { name: "nvarchar", length: 20 }, value: "x", output: true },
      ],
    });
    expect(rows).toEqual([[42n]]);
    expect(answers.slice(-2)).toEqual([
      { kind: "return-status", status: 0 },
      {
        kind: "return-value",
        name: "@b",
        ordinal: 3,
        type: { name: "nvarchar", length: 20 },
        value: "out x",
      },
    ]);
  });

  it("stops at an ATTENTION in WAITFOR and in a loop without end", async () => {
    for (const sql of ["WAITFOR DELAY '01:00:00' SELECT 1", "WHILE 1 = 1 SET NOCOUNT ON"]) {
      const { ask: say } = await connect();
      const attention = new AbortController();
      const asked = say(sql, attention.signal);
      setImmediate(() => attention.abort());
      expect((await asked).rows).toEqual([]);
    }
  });

  it("waits in the fleet's time", async () => {
    const { ask: say } = await connect();
    const asked = say("WAITFOR DELAY '00:00:05' SELECT GETDATE() AS then_");
    await running.advance(4_000);
    await running.advance(1_500);
    expect((await asked).rows).toHaveLength(1);
  });
});
