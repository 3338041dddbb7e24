/** Automatic failover, and everything that must not cause one. */
import type { Row } from "#lab/testing/scenarios/row.ts";
import {
  control,
  cut,
  force,
  hang,
  load,
  safetyOff,
  say,
  start,
  stop,
  suspend,
  wait,
  wake,
} from "#lab/testing/scenarios/steps.ts";

const tookOver = {
  A: "gone",
  B: "PRINCIPAL DISCONNECTED n+1 FULL, W CONNECTED, ONLINE serves",
  W: "B>A n+1 FULL UNSYNCHRONIZED",
};
const stays = { A: "gone", B: "MIRROR DISCONNECTED n FULL, W CONNECTED, RESTORING 954" };
const failedBack = {
  A: "MIRROR SYNCHRONIZED n+1 FULL, W CONNECTED, RESTORING 954",
  B: "PRINCIPAL SYNCHRONIZED n+1 FULL, W CONNECTED, ONLINE serves",
  W: "B>A n+1 FULL SYNCHRONIZED",
};

export const automatic: Row[] = [
  {
    id: "C1",
    is: "A's process dies: B serves within a second, long before the time-out",
    event: [stop("A"), wait(1)],
    after: tookOver,
    shows: [["B", errorLog("changing roles"), [{ lines: 1 }]]],
  },
  {
    id: "C1",
    is: "and A comes back as its mirror by itself",
    event: [stop("A"), wait(1), start("A"), wait(3)],
    after: failedBack,
  },
  {
    id: "C2",
    is: "A hangs: until the time-out and one more ping nothing happens",
    event: [hang("A"), wait(10.9)],
    after: { A: "gone" },
  },
  {
    id: "C2",
    is: "then B takes over",
    event: [hang("A"), wait(11.5)],
    after: tookOver,
  },
  {
    id: "C4",
    is: "no failover to a mirror that is SYNCHRONIZING: the database is served by nobody",
    given: [load({ workloadKbPerSecond: 900, sendKbPerSecond: 100, sendQueueKb: 500 }), wait(1)],
    before: {
      A: "PRINCIPAL SYNCHRONIZING n FULL, W CONNECTED, ONLINE serves; log beyond failover LSN",
      B: "MIRROR SYNCHRONIZING n FULL, W CONNECTED, RESTORING 954",
      W: "A>B n FULL UNSYNCHRONIZED",
    },
    event: [stop("A"), wait(60)],
    after: stays,
  },
  {
    id: "C5",
    is: "no failover without the witness, and no forced service while it is out of reach",
    given: [stop("W"), wait(2)],
    before: {
      A: "PRINCIPAL SYNCHRONIZED n FULL, W DISCONNECTED, ONLINE serves",
      B: "MIRROR SYNCHRONIZED n FULL, W DISCONNECTED, RESTORING 954",
      W: "gone",
    },
    event: [stop("A"), wait(60), force("B")],
    answers: [1431],
    after: { A: "gone", B: "MIRROR DISCONNECTED n FULL, W DISCONNECTED, RESTORING 954" },
  },
  {
    id: "C7",
    is: "no failover of a suspended session",
    given: [suspend("A")],
    before: {
      A: "PRINCIPAL SUSPENDED n FULL, W CONNECTED, ONLINE serves",
      B: "MIRROR SUSPENDED n FULL, W CONNECTED, RESTORING 954",
      W: "A>B n FULL UNSYNCHRONIZED SUSPENDED; suspended 2",
    },
    event: [stop("A"), wait(60)],
    after: stays,
  },
  {
    id: "C8",
    is: "no automatic failover with SAFETY OFF, witness or not",
    given: [safetyOff("A")],
    before: {
      A: "PRINCIPAL SYNCHRONIZED n OFF, W CONNECTED, ONLINE serves; safety 2",
      B: "MIRROR SYNCHRONIZED n OFF, W CONNECTED, RESTORING 954; safety 2",
      W: "A>B n OFF SYNCHRONIZED; safety 2",
    },
    event: [stop("A"), wait(60)],
    after: { A: "gone", B: "MIRROR DISCONNECTED n OFF, W CONNECTED, RESTORING 954; safety 2" },
  },
  {
    id: "C8",
    is: "force works there while mirror and witness are connected",
    given: [safetyOff("A"), stop("A"), wait(60)],
    before: {
      A: "gone",
      B: "MIRROR DISCONNECTED n OFF, W CONNECTED, RESTORING 954; safety 2",
      W: "A>B n OFF SYNCHRONIZED; safety 2",
    },
    event: [force("B")],
    answers: ["done"],
    after: {
      B: "PRINCIPAL DISCONNECTED n+1 OFF, W CONNECTED, ONLINE serves; safety 2",
      W: "B>A n+1 OFF UNSYNCHRONIZED SUSPENDED; safety 2; suspended 2",
    },
  },
  {
    id: "C10",
    is: "A cut off from both, its process alive: it stops serving, B takes over, exactly one serves",
    event: [cut("A-B", "A-W"), wait(1)],
    after: { ...tookOver, A: "PRINCIPAL DISCONNECTED n FULL, W DISCONNECTED, RECOVERING 955" },
  },
  {
    id: "C11",
    is: "A's endpoint is stopped under a witness: it looks like a failure and costs a failover",
    event: [say("A", "ALTER ENDPOINT [Mirroring] STATE = STOPPED"), wait(2)],
    answers: ["done"],
    after: { ...tookOver, A: "PRINCIPAL DISCONNECTED n FULL, W DISCONNECTED, RECOVERING 955" },
  },
  {
    id: "C11",
    is: "a change that restarts it looks like a failure too: by default it costs a failover, and A comes back as mirror",
    event: [say("A", "ALTER ENDPOINT [Mirroring] AS TCP (LISTENER_PORT = 5022)"), wait(4)],
    answers: ["done"],
    after: failedBack,
  },
  {
    id: "C11",
    is: "as an option nobody notices",
    options: { endpointChange: "unnoticed" },
    event: [say("A", "ALTER ENDPOINT [Mirroring] AS TCP (LISTENER_PORT = 5022)"), wait(4)],
    answers: ["done"],
  },
  {
    id: "C13",
    is: "another, unmirrored database on A fails",
    event: [say("A", "ALTER DATABASE [other] SET OFFLINE"), wait(60)],
    answers: ["done"],
    shows: [["A", "SELECT state_desc FROM sys.databases WHERE name = N'other'", [{ state_desc: "OFFLINE" }]]],
  },
  {
    id: "C14",
    is: "it answers its clients until the others have decided: then it serves no longer",
    event: [control("POST", "/instances/A/overload"), wait(12)],
    after: { ...tookOver, A: "PRINCIPAL DISCONNECTED n FULL, W DISCONNECTED, RECOVERING 955" },
  },
  {
    id: "C14",
    is: "an A that was too busy to ping has lost its role for nothing",
    event: [
      control("POST", "/instances/A/overload"),
      wait(12),
      control("POST", "/instances/A/relax"),
      wait(3),
    ],
    after: failedBack,
    shows: [["B", errorLog("after 10 seconds"), [{ lines: 1 }]]],
  },
  {
    id: "C14",
    is: "an A that is too busy to ping loses its role for nothing; the error names time-out and partner",
    event: [hang("A"), wait(12), wake("A"), wait(3)],
    after: failedBack,
    shows: [["B", errorLog("after 10 seconds"), [{ lines: 1 }]]],
  },
];

function errorLog(words: string): string {
  return `DECLARE @log TABLE (at datetime, source nvarchar(100), words nvarchar(4000))
    INSERT @log EXEC master.dbo.xp_readerrorlog 0, 1, N'${words}' SELECT COUNT(*) AS lines FROM @log WHERE words LIKE N'%db%' OR words LIKE N'%"A"%'`;
}
