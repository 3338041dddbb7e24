/** Log shipping, and moving a database of a second site by its backups. */
import type { Row, ScenarioFile } from "#lab/testing/scenarios/row.ts";
import { failover, hold, partnerOff, say, wait } from "#lab/testing/scenarios/steps.ts";

const share = (scenario: ScenarioFile): void => {
  scenario.shares = [{ path: "\\\\fs1\\ship" }];
};
/** C restores what the primaries ship. */
const ships =
  (...primaries: string[]) =>
  (scenario: ScenarioFile): void => {
    share(scenario);
    scenario.logShipping = [{ database: "db", primaries, secondary: "C", share: "\\\\fs1\\ship" }];
  };
const file = (name: string) => `N'\\\\fs1\\ship\\${name}'`;
const backup = (name: string) => say("A", `BACKUP LOG [db] TO DISK = ${file(name)}`);
const restore = (name: string, how = "NORECOVERY") =>
  say("B", `RESTORE LOG [db] FROM DISK = ${file(name)} WITH ${how}`);
const recover = say("B", "RESTORE DATABASE [db] WITH RECOVERY");
const shipped = [backup("1.trn"), wait(60), backup("2.trn"), wait(60), backup("3.trn")];
const remove = "EXEC sp_delete_log_shipping_secondary_database N'db'";
const configured = "SELECT COUNT(*) AS n FROM msdb.dbo.log_shipping_secondary_databases";
const switched = {
  A: "MIRROR SYNCHRONIZED n+1 FULL, W CONNECTED, RESTORING 954",
  B: "PRINCIPAL SYNCHRONIZED n+1 FULL, W CONNECTED, ONLINE serves",
  W: "B>A n+1 FULL SYNCHRONIZED",
};
const age = `SELECT CASE WHEN last_backup_date > DATEADD(MINUTE, -20, GETDATE()) THEN 'young' ELSE 'old' END AS backup_is
   FROM msdb.dbo.log_shipping_primary_databases`;

export const shipping: Row[] = [
  ...(
    [
      ["said in another database", "C", { database: "tempdb" }, 5001],
      ["said on the primary", "A", {}, 32_014],
      ["said by a login that is not sysadmin", "C", { login: "looker" }, 21_089],
    ] as const
  ).map(
    ([how, instance, as, number]): Row => ({
      id: "I2",
      is: `the secondary's removal fails ${how}`,
      fleet: ships("A"),
      event: [say(instance, remove, as)],
      answers: [number],
      shows: [["C", configured, [{ n: 1 }]]],
    }),
  ),
  {
    id: "I2",
    is: "it returns 1, and 0 where it works",
    fleet: ships("A"),
    event: [
      say(
        "A",
        `DECLARE @code int EXEC @code = sp_delete_log_shipping_secondary_database N'db' IF @code = 0 PRINT 'worked'`,
      ),
      say("C", remove),
    ],
    answers: [32_014, "done"],
    shows: [["C", configured, [{ n: 0 }]]],
  },
  {
    id: "I3",
    is: "a log backup is missing in the chain: RESTORE LOG stops at the gap, and nothing is recovered yet",
    base: "unmirrored",
    fleet: share,
    given: shipped,
    event: [restore("1.trn"), restore("3.trn")],
    answers: ["done", 4305],
  },
  {
    id: "I3",
    is: "the missing one closes it",
    base: "unmirrored",
    fleet: share,
    given: [...shipped, restore("1.trn")],
    event: [restore("2.trn"), restore("3.trn")],
    answers: ["done", "done"],
  },
  {
    id: "I5",
    is: "sessions in the database: RESTORE is refused; they are killed, and it works",
    base: "unmirrored",
    fleet: share,
    given: [...shipped, restore("1.trn", "STANDBY = N'C:\\backup\\undo.bak'"), hold("B", "db")],
    before: { B: "unmirrored, ONLINE serves" },
    event: [
      recover,
      say(
        "B",
        `DECLARE @kill nvarchar(50) SELECT @kill = N'KILL ' + CAST(spid AS nvarchar(10)) FROM master..sysprocesses
        WHERE dbid = DB_ID(N'db') AND spid > 50 EXEC (@kill)`,
      ),
      recover,
    ],
    answers: [3101, "done", "done"],
  },
  {
    id: "I6",
    is: "recovered: ONLINE, and no further log can be restored",
    base: "unmirrored",
    fleet: share,
    given: [...shipped, restore("1.trn"), restore("2.trn")],
    event: [recover, restore("3.trn")],
    answers: ["done", 3117],
    after: { B: "unmirrored, ONLINE serves" },
  },
  {
    id: "I11",
    is: "a mirrored database is not restored over",
    fleet: share,
    given: [say("A", `BACKUP DATABASE [db] TO DISK = ${file("db.bak")}`), wait(1)],
    event: [say("A", `RESTORE DATABASE [db] FROM DISK = ${file("db.bak")} WITH REPLACE`)],
    answers: [3104],
  },
  {
    id: "I11",
    is: "after PARTNER OFF it is",
    fleet: share,
    given: [say("A", `BACKUP DATABASE [db] TO DISK = ${file("db.bak")}`), wait(1)],
    event: [partnerOff("A"), say("A", `RESTORE DATABASE [db] FROM DISK = ${file("db.bak")} WITH REPLACE`)],
    answers: ["done", "done"],
    after: { A: "unmirrored, ONLINE serves", B: "unmirrored, RESTORING 927", W: "none" },
  },
  {
    id: "I14",
    is: "the backup job on the partner that is mirror succeeds, and makes no backup",
    fleet: ships("A", "B"),
    event: [wait(3_600)],
    shows: [
      ["A", age, [{ backup_is: "young" }]],
      ["B", "SELECT last_backup_file AS made FROM msdb.dbo.log_shipping_primary_databases", [{ made: null }]],
      [
        "B",
        `SELECT DISTINCT h.run_status AS status FROM msdb.dbo.sysjobhistory h JOIN msdb.dbo.sysjobs j ON j.job_id = h.job_id
         WHERE j.name = N'LSBackup_db'`,
        [{ status: 1 }],
      ],
    ],
  },
  {
    id: "I15",
    is: "configured on A alone: after a switch no further log reaches the share",
    fleet: ships("A"),
    given: [wait(1_800)],
    event: [failover("A"), wait(3_600)],
    answers: ["done"],
    after: switched,
    shows: [
      ["A", age, [{ backup_is: "old" }]],
      ["B", age, []],
    ],
  },
  {
    id: "I15",
    is: "configured on both, it goes on",
    fleet: ships("A", "B"),
    given: [wait(1_800)],
    event: [failover("A"), wait(3_600)],
    answers: ["done"],
    after: switched,
    shows: [["B", age, [{ backup_is: "young" }]]],
  },
];
