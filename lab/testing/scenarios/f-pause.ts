/** Pause, safety, time-out, and what becomes of the log. */
import type { Row } from "#lab/testing/scenarios/row.ts";
import {
  control,
  hang,
  load,
  partnerOff,
  resume,
  safetyOff,
  say,
  start,
  stop,
  suspend,
  timeout,
  wait,
} from "#lab/testing/scenarios/steps.ts";

const paused = {
  A: "PRINCIPAL SUSPENDED n FULL, W CONNECTED, ONLINE serves",
  B: "MIRROR SUSPENDED n FULL, W CONNECTED, RESTORING 954",
  W: "A>B n FULL UNSYNCHRONIZED SUSPENDED; suspended 2",
};
const resumed = {
  A: "PRINCIPAL SYNCHRONIZED n FULL, W CONNECTED, ONLINE serves",
  B: "MIRROR SYNCHRONIZED n FULL, W CONNECTED, RESTORING 954",
  W: "A>B n FULL SYNCHRONIZED; suspended 3",
};
const unsent = { ...paused, A: `${paused.A}; log beyond failover LSN` };
const logBackup = (name: string) =>
  say("A", `BACKUP LOG [db] TO DISK = N'C:\\backup\\${name}.trn' WITH INIT`);
const reuse =
  "SELECT log_reuse_wait AS wait, log_reuse_wait_desc AS what FROM sys.databases WHERE name = N'db'";
const counter = (name: string) =>
  `SELECT cntr_value AS kb FROM sys.dm_os_performance_counters WHERE object_name LIKE '%Database Mirroring%'
   AND counter_name = '${name}' AND instance_name = 'db'`;
const used = `SELECT CASE WHEN cntr_value >= 60000 THEN 'full' ELSE 'cut' END AS log FROM sys.dm_os_performance_counters
   WHERE counter_name = 'Log File(s) Used Size (KB)' AND instance_name = 'db'`;
/** Suspended, and ten minutes of writing with log backups between them. */
const grown = [
  suspend("A"),
  load({ workloadKbPerSecond: 100 }),
  wait(300),
  logBackup("one"),
  wait(300),
  logBackup("two"),
  load({ workloadKbPerSecond: 0 }),
];
const alert = (instance: string, id: number, threshold: number) =>
  say(instance, `EXEC msdb.dbo.sp_dbmmonitorchangealert N'db', ${id}, ${threshold}, 1`);
const raised = (words: string) =>
  `DECLARE @log TABLE (at datetime, source nvarchar(100), words nvarchar(4000))
   INSERT @log EXEC master.dbo.xp_readerrorlog 0, 1, N'${words}' SELECT CASE WHEN COUNT(*) > 0 THEN 1 ELSE 0 END AS raised FROM @log`;
const damage = (instance: string, repairable = true) =>
  control("POST", `/databases/db/pages?instance=${instance}`, { pageId: 4_711, repairable });
const pages = `SELECT error_type, CAST(page_status AS int) AS page_status FROM sys.dm_db_mirroring_auto_page_repair
   WHERE database_id = DB_ID(N'db') AND page_id = 4711`;
const read = "SELECT COUNT(*) AS rows_read FROM [db].dbo.lab_writes";

export const pause: Row[] = [
  {
    id: "F2",
    is: "SUSPENDED outlives a restart of both",
    given: [suspend("A")],
    before: paused,
    event: [stop("A", "B"), wait(5), start("A", "B"), wait(10)],
  },
  {
    id: "F3",
    is: "RESUME on the principal: it synchronizes",
    given: [suspend("B")],
    before: paused,
    event: [resume("A"), wait(1)],
    answers: ["done"],
    after: resumed,
  },
  ...(["refused", "accepted"] as const).map(
    (resumeOnMirror): Row => ({
      id: "F3",
      is: `RESUME on the mirror is ${resumeOnMirror}`,
      options: { resumeOnMirror },
      given: [suspend("A")],
      before: paused,
      event: [resume("B"), wait(1)],
      answers: [resumeOnMirror === "accepted" ? "done" : 1470],
      after: resumeOnMirror === "accepted" ? resumed : {},
    }),
  ),
  {
    id: "F5",
    is: "RESUME of a session that is not suspended is a harmless error",
    event: [resume("A")],
    answers: [1415],
  },
  {
    id: "F6",
    is: "while suspended no log backup frees the log: it waits for mirroring, and the queue grows",
    event: grown,
    answers: ["done", "done", "done"],
    after: unsent,
    shows: [
      ["A", reuse, [{ wait: 5, what: "DATABASE_MIRRORING" }]],
      ["A", used, [{ log: "full" }]],
    ],
  },
  {
    id: "F8",
    is: "RESUME: once the mirror has the log, a log backup frees it",
    given: grown,
    before: unsent,
    event: [resume("A"), wait(60), logBackup("three"), wait(1)],
    answers: ["done", "done"],
    after: resumed,
    shows: [
      ["A", counter("Log Send Queue KB"), [{ kb: "0" }]],
      ["A", used, [{ log: "cut" }]],
    ],
  },
  {
    id: "F9",
    is: "PARTNER OFF: the next log backup frees it",
    given: grown,
    before: unsent,
    event: [partnerOff("A"), logBackup("three")],
    answers: ["done", "done"],
    after: { A: "unmirrored, ONLINE serves", B: "unmirrored, RESTORING 927", W: "none" },
    shows: [["A", used, [{ log: "cut" }]]],
  },
  {
    id: "F11",
    is: "SAFETY OFF said on the mirror",
    event: [safetyOff("B")],
    answers: [1470],
  },
  {
    id: "F12",
    is: "an edition without high performance mode",
    fleet: (scenario) => {
      for (const one of scenario.instances) one.edition = "Standard Edition (64-bit)";
    },
    event: [safetyOff("A")],
    answers: [1473],
  },
  {
    id: "F14",
    is: "a time-out beyond the largest",
    event: [timeout("A", 40_000)],
    answers: [1476],
  },
  {
    id: "F14",
    is: "below five seconds it is stored as five",
    event: [timeout("A", 3)],
    answers: ["done"],
    after: {
      A: "PRINCIPAL SYNCHRONIZED n FULL, W CONNECTED, ONLINE serves; time-out 5",
      B: "MIRROR SYNCHRONIZED n FULL, W CONNECTED, RESTORING 954; time-out 5",
    },
  },
  {
    id: "F15",
    is: "in high performance it is always ten seconds: a mirror silent for that long is not missed yet",
    base: "base2",
    event: [timeout("A", 60), hang("B"), wait(10.9)],
    answers: ["done"],
    after: { B: "gone" },
  },
  {
    id: "F15",
    is: "a hiccup of twelve seconds is a failure",
    base: "base2",
    event: [hang("B"), wait(12)],
    after: { A: "PRINCIPAL DISCONNECTED n OFF, no witness, ONLINE serves", B: "gone" },
  },
  {
    id: "F17",
    is: "redo slower than what arrives: unrestored log rises on the mirror and passes its threshold there (32043)",
    given: [alert("B", 3, 1_000)],
    event: [
      load({ workloadKbPerSecond: 300, redoKbPerSecond: 100 }),
      wait(120),
      load({ workloadKbPerSecond: 0 }),
    ],
    shows: [
      ["B", counter("Redo Queue KB"), [{ kb: "24000" }]],
      ["B", raised("unrestored log"), [{ raised: 1 }]],
    ],
  },
  {
    id: "F18",
    is: "commits wait for the mirror longer than the threshold: told on the principal (32044)",
    given: [alert("A", 4, 1)],
    event: [load({ workloadKbPerSecond: 300 }), wait(120), load({ workloadKbPerSecond: 0 }), wait(1)],
    shows: [["A", raised("mirror commit overhead"), [{ raised: 1 }]]],
  },
  {
    id: "F20",
    is: "a page on the principal has a bad checksum: it is asked of the mirror and repaired, nothing stops",
    event: [damage("A"), wait(2)],
    shows: [["A", pages, [{ error_type: 2, page_status: 5 }]]],
  },
  {
    id: "F20",
    is: "meanwhile whoever reads it gets 829, and afterwards the rows",
    event: [damage("A"), say("A", read), wait(2), say("A", read)],
    answers: [829, "done"],
  },
  {
    id: "F20",
    is: "not while the session is paused: repair needs a mirror that is SYNCHRONIZED",
    given: [suspend("A")],
    before: paused,
    event: [damage("A"), wait(2)],
    shows: [["A", pages, [{ error_type: 2, page_status: 6 }]]],
  },
  {
    id: "F21",
    is: "redo on the mirror meets a page it cannot read: SUSPENDED",
    event: [damage("B")],
    after: paused,
    shows: [["B", pages, [{ error_type: 2, page_status: 3 }]]],
  },
  {
    id: "F21",
    is: "the page has come from the principal: it goes on by itself",
    event: [damage("B"), wait(3)],
    after: resumed,
    shows: [["B", pages, [{ error_type: 2, page_status: 5 }]]],
  },
  {
    id: "F21",
    is: "it does not come: SUSPENDED it stays",
    event: [damage("B", false), wait(600)],
    after: paused,
    shows: [["B", pages, [{ error_type: 2, page_status: 6 }]]],
  },
];
