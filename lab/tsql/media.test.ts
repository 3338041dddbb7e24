import { describe, expect, it } from "vitest";
import { testFleet } from "#lab/tsql/test-fleet.ts";

const { ask } = testFleet();

describe("BACKUP and RESTORE as statements", () => {
  it("answer with messages, a header, the list of files and the label", async () => {
    const backup = await ask(
      "BACKUP DATABASE local TO DISK = N'D:\\b\\local.bak' WITH INIT, STATS = 10, NAME = N'first'",
    );
    expect(backup.errors).toEqual([]);
    expect(backup.said[1]).toContain("BACKUP DATABASE successfully processed");
    const again = await ask("DECLARE @to nvarchar(200) = N'D:\\b\\local.bak' BACKUP LOG local TO DISK = @to");
    expect(again.errors).toEqual([]);
    const header = await ask("RESTORE HEADERONLY FROM DISK = N'D:\\b\\local.bak'");
    expect(header.rows.map((row) => [row[0], row[2], row[5]])).toEqual([
      ["first", 1, 1],
      [null, 2, 2],
    ]);
    expect(header.columns.slice(0, 3)).toEqual([
      "BackupName nvarchar(128)",
      "BackupDescription nvarchar(255)",
      "BackupType smallint",
    ]);
    const files = await ask("RESTORE FILELISTONLY FROM DISK = N'D:\\b\\local.bak'");
    expect(files.rows.map((row) => row.slice(0, 3))).toEqual([
      ["local", "C:\\CsData\\local.mdf", "D"],
      ["local_log", "C:\\CsData\\local_log.ldf", "L"],
    ]);
    expect((await ask("RESTORE LABELONLY FROM DISK = N'D:\\b\\local.bak'")).rows).toHaveLength(1);
    expect((await ask("RESTORE VERIFYONLY FROM DISK = N'D:\\b\\local.bak'")).said).toEqual([
      "The backup set on file 1 is valid.",
    ]);
  });

  it.each<[sql: string, errors: number[], as?: string]>([
    ["BACKUP DATABASE nowhere TO DISK = N'D:\\x.bak'", [911, 3013]],
    ["BACKUP DATABASE local TO DISK = N'D:\\x.bak'", [262, 3013], "look"],
    ["BACKUP DATABASE tempdb TO DISK = N'D:\\x.bak'", [3147, 3013]],
    ["BACKUP LOG master TO DISK = N'D:\\x.bak'", [4212, 3013]],
    ["BEGIN TRAN BACKUP DATABASE local TO DISK = N'D:\\x.bak'", [3021, 3013]],
    ["BACKUP DATABASE shipped TO DISK = N'D:\\x.bak'", [927, 3013]],
    ["BACKUP DATABASE resting TO DISK = N'D:\\x.bak'", [942, 3013]],
    ["BACKUP DATABASE local TO DISK = N'Z:\\x.bak'", [3201, 3013]],
    ["BACKUP DATABASE local TO DISK = N'\\\\nowhere\\share\\x.bak'", [3201, 3013]],
    ["BACKUP DATABASE local TO tape1", [3206, 3013]],
    ["BACKUP DATABASE local TO DISK = N''", [3044, 3013]],
    ["BACKUP LOG local WITH TRUNCATE_ONLY", [155]],
    ["BACKUP DATABASE local TO DISK = N'D:\\x.bak' WITH NORECOVERY", [3032, 3013]],
    ["BACKUP LOG rtcxds TO DISK = N'D:\\x.trn' WITH NORECOVERY", [1468, 3013]],
    ["RESTORE DATABASE local FROM DISK = N'D:\\none.bak'", [3201, 3013]],
    ["RESTORE DATABASE rtcxds FROM DISK = N'D:\\none.bak' WITH REPLACE", [3104, 3013]],
    ["RESTORE LOG rtcxds FROM DISK = N'D:\\none.trn'", [3104, 3013]],
    ["RESTORE LOG nowhere FROM DISK = N'D:\\none.trn'", [3118, 3013]],
    ["RESTORE LOG local FROM DISK = N'D:\\none.trn'", [3117, 3013]],
    ["USE local RESTORE DATABASE local FROM DISK = N'D:\\none.bak'", [3102, 3013]],
    ["RESTORE DATABASE local WITH RECOVERY", [3153, 3013]],
    ["RESTORE DATABASE local FROM DISK = N'D:\\x.bak'", [3110, 3013], "look"],
    ["RESTORE HEADERONLY FROM DISK = N'D:\\none.bak'", [3201, 3013]],
    ["RESTORE HEADERONLY FROM DISK = N'D:\\none.bak'", [262, 3013], "nobody"],
    ["RESTORE DATABASE local FROM DISK = N'D:\\x.bak' WITH RECOVERY, NORECOVERY", [3031, 3013]],
    ["DROP DATABASE rtcxds", [3743]],
    ["USE local DROP DATABASE local", [3702]],
    ["DROP DATABASE local", [3701], "look"],
  ])("%s", async (sql, errors, as) => {
    expect((await ask(sql, as ? { as } : undefined)).errors).toEqual(errors);
  });
});
