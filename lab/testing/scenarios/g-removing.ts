/** Removing mirroring, what is refused while mirrored, and who may see it. */
import type { Row } from "#lab/testing/scenarios/row.ts";
import {
  A,
  B,
  cut,
  failover,
  force,
  join,
  load,
  partner,
  partnerOff,
  resume,
  say,
  start,
  stop,
  wait,
} from "#lab/testing/scenarios/steps.ts";

const parted = { A: "unmirrored, ONLINE serves", B: "unmirrored, RESTORING 927", W: "none" };
/** A is back from a forced service with what it wrote alone, and RESUME has begun to take it back. */
const undoing = [
  load({ workloadKbPerSecond: 100, redoKbPerSecond: 10 }),
  cut("A-B"),
  wait(30),
  force("B"),
  load({ workloadKbPerSecond: 0 }),
  join("A-B"),
  wait(2),
  resume("B"),
  wait(1),
];
const inUndo = {
  A: "MIRROR SYNCHRONIZING n+1 FULL, no witness, RESTORING 954",
  B: "PRINCIPAL SYNCHRONIZING n+1 FULL, no witness, ONLINE serves",
};
const told =
  "SELECT mirroring_guid AS guid, mirroring_role AS role FROM sys.database_mirroring WHERE database_id = DB_ID(N'db')";
const stored = "EXEC msdb.dbo.sp_dbmmonitorresults N'db', 0, 1";

export const removing: Row[] = [
  {
    id: "G2",
    is: "PARTNER OFF while cut off: A is free at once, B still believes to be a mirror",
    base: "base1",
    given: [cut("A-B"), wait(2)],
    before: {
      A: "PRINCIPAL DISCONNECTED n FULL, no witness, ONLINE serves",
      B: "MIRROR DISCONNECTED n FULL, no witness, RESTORING 954",
    },
    event: [partnerOff("A"), wait(60)],
    answers: ["done"],
    after: { A: "unmirrored, ONLINE serves" },
  },
  {
    id: "G2",
    is: "B learns of it when they meet",
    base: "base1",
    given: [cut("A-B"), wait(2), partnerOff("A")],
    before: {
      A: "unmirrored, ONLINE serves",
      B: "MIRROR DISCONNECTED n FULL, no witness, RESTORING 954",
    },
    event: [join("A-B"), wait(3)],
    after: { B: "unmirrored, RESTORING 927" },
  },
  {
    id: "G3",
    is: "A dead for good: RESTORE is refused until PARTNER OFF was said on B, then B is online",
    base: "base1",
    given: [stop("A"), wait(2)],
    before: { A: "gone", B: "MIRROR DISCONNECTED n FULL, no witness, RESTORING 954" },
    event: [
      say("B", "RESTORE DATABASE [db] WITH RECOVERY"),
      partnerOff("B"),
      say("B", "RESTORE DATABASE [db] WITH RECOVERY"),
    ],
    answers: [3104, "done", "done"],
    after: { B: "unmirrored, ONLINE serves" },
  },
  {
    id: "G3",
    is: "and if A returns all the same, there are two copies that both serve",
    base: "base1",
    given: [stop("A"), wait(2), partnerOff("B"), say("B", "RESTORE DATABASE [db] WITH RECOVERY")],
    before: { A: "gone", B: "unmirrored, ONLINE serves" },
    event: [start("A"), wait(10)],
    after: { A: "unmirrored, ONLINE serves" },
  },
  {
    id: "G5",
    is: "PARTNER OFF in the middle of the undo is refused with 1457",
    base: "base1",
    given: undoing,
    before: inUndo,
    event: [partnerOff("B")],
    answers: [1457],
  },
  {
    id: "G5",
    is: "as an option it is accepted, and the copy cannot be used",
    base: "base1",
    options: { offDuringUndo: "accepted" },
    given: undoing,
    before: inUndo,
    event: [partnerOff("B")],
    answers: ["done"],
    after: { A: "unmirrored, RESTORING 927", B: "unmirrored, ONLINE serves" },
  },
  {
    id: "G6",
    is: "a log backup taken after the removal must be restored before mirroring begins again",
    given: [
      partnerOff("A"),
      say("A", "BACKUP LOG [db] TO DISK = N'C:\\backup\\before.trn'"),
      say("A", "BACKUP LOG [db] TO DISK = N'C:\\backup\\after.trn'"),
      partner("B", A),
    ],
    before: parted,
    event: [partner("A", B)],
    answers: [1412],
  },
  {
    id: "G6",
    is: "a copy from the full backup alone is not enough: its log is insufficient for the principal's chain",
    base: "unmirrored",
    fleet: (scenario) => {
      scenario.shares = [{ path: "\\\\fs1\\share" }];
    },
    given: [
      say("A", "BACKUP DATABASE [db] TO DISK = N'\\\\fs1\\share\\db.bak'"),
      say("B", "RESTORE DATABASE [db] FROM DISK = N'\\\\fs1\\share\\db.bak' WITH NORECOVERY, REPLACE"),
      partner("B", A),
    ],
    event: [partner("A", B)],
    answers: [1478],
  },
  {
    id: "G6",
    is: "with every log backup since, it begins again",
    base: "unmirrored",
    fleet: (scenario) => {
      scenario.shares = [{ path: "\\\\fs1\\share" }];
    },
    given: [
      say("A", "BACKUP DATABASE [db] TO DISK = N'\\\\fs1\\share\\db.bak'"),
      say("A", "BACKUP LOG [db] TO DISK = N'\\\\fs1\\share\\db.trn'"),
      say("B", "RESTORE DATABASE [db] FROM DISK = N'\\\\fs1\\share\\db.bak' WITH NORECOVERY, REPLACE"),
      say("B", "RESTORE LOG [db] FROM DISK = N'\\\\fs1\\share\\db.trn' WITH NORECOVERY"),
      partner("B", A),
    ],
    event: [partner("A", B), wait(1)],
    answers: ["done"],
    after: {
      A: "PRINCIPAL SYNCHRONIZED n FULL, no witness, ONLINE serves",
      B: "MIRROR SYNCHRONIZED n FULL, no witness, RESTORING 954",
    },
  },
  {
    id: "G8",
    is: "a mirrored database keeps its name",
    event: [say("A", "ALTER DATABASE [db] MODIFY NAME = [other name]")],
    answers: [957],
  },
  {
    id: "G9",
    is: "and its recovery model",
    event: [say("A", "ALTER DATABASE [db] SET RECOVERY SIMPLE")],
    answers: [1468],
  },
  {
    id: "G11",
    is: "to a login that is not sysadmin the mirror looks unmirrored",
    event: [
      say("B", `IF EXISTS (${told} AND mirroring_guid IS NULL) RAISERROR('nothing told', 16, 1)`, {
        login: "looker",
      }),
    ],
    answers: [50_000],
  },
  {
    id: "G11",
    is: "and the principal does not",
    event: [
      say("A", `IF EXISTS (${told} AND mirroring_role = 1) RAISERROR('told', 16, 1)`, { login: "looker" }),
    ],
    answers: [50_000],
  },
  {
    id: "G12",
    is: "dbm_monitor reads the stored row; the refresh it asks for is left out without a word",
    given: [wait(30)],
    event: [say("A", stored, { login: "looker" })],
    answers: ["done"],
    shows: [["A", rowsStored(), [{ n: 1 }]]],
  },
  {
    id: "G14",
    is: "the Agent of A stands still and the role switches: the monitor's tables show the same role on both",
    fleet: (scenario) => {
      scenario.instances[0].agent = { running: false };
    },
    event: [failover("A"), wait(120)],
    answers: ["done"],
    after: {
      A: "MIRROR SYNCHRONIZED n+1 FULL, W CONNECTED, RESTORING 954",
      B: "PRINCIPAL SYNCHRONIZED n+1 FULL, W CONNECTED, ONLINE serves",
      W: "B>A n+1 FULL SYNCHRONIZED",
    },
    shows: [
      ["A", newest(), [{ role: 1 }]],
      ["B", newest(), [{ role: 1 }]],
    ],
  },
  {
    id: "G15",
    is: "the endpoint's owner was changed: the grants are gone, and after a restart the partners do not find each other",
    base: "base1",
    fleet: (scenario) => {
      scenario.logins.push(
        { name: "CONTOSO\\sql-b", password: "-" },
        { name: "CONTOSO\\owner", password: "-" },
      );
      scenario.logins.push({ name: "CONTOSO\\sql-a", password: "-" });
      scenario.instances[0].serviceAccount = "CONTOSO\\sql-a";
      scenario.instances[1].serviceAccount = "CONTOSO\\sql-b";
      scenario.instances[0].endpoint.connect = ["CONTOSO\\sql-b"];
      scenario.instances[1].endpoint.connect = ["CONTOSO\\sql-a"];
    },
    event: [
      say("A", "ALTER AUTHORIZATION ON ENDPOINT::[Mirroring] TO [CONTOSO\\owner]"),
      stop("A"),
      wait(2),
      start("A"),
      wait(10),
    ],
    answers: ["done"],
    after: {
      A: "PRINCIPAL DISCONNECTED n FULL, no witness, ONLINE serves",
      B: "MIRROR DISCONNECTED n FULL, no witness, RESTORING 954",
    },
  },
];

function newest(): string {
  return "SELECT TOP (1) CAST(role AS int) AS role FROM msdb.dbo.dbm_monitor_data WHERE database_id = DB_ID(N'db') ORDER BY local_time DESC";
}

function rowsStored(): string {
  return "SELECT COUNT(*) AS n FROM msdb.dbo.dbm_monitor_data WHERE database_id = DB_ID(N'db')";
}
