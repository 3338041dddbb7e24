/** Forced service, and the return of the former principal. */
import { expect } from "vitest";
import type { LabOptions } from "#lab/mirroring/model.ts";
import type { Row } from "#lab/testing/scenarios/row.ts";
import {
  B,
  C,
  cut,
  force,
  join,
  load,
  partner,
  partnerOff,
  resume,
  say,
  start,
  stop,
  suspend,
  wait,
} from "#lab/testing/scenarios/steps.ts";

const alone = { A: "gone", B: "MIRROR DISCONNECTED n FULL, no witness, RESTORING 954" };
const forced = [stop("A"), wait(2), force("B"), start("A"), wait(3)];
const returned = {
  A: "MIRROR SUSPENDED n+1 FULL, no witness, RECOVERING 954",
  B: "PRINCIPAL SUSPENDED n+1 FULL, no witness, ONLINE serves",
};
const together = {
  A: "MIRROR SYNCHRONIZED n+1 FULL, no witness, RESTORING 954",
  B: "PRINCIPAL SYNCHRONIZED n+1 FULL, no witness, ONLINE serves",
};
const endOfLog =
  "SELECT mirroring_end_of_log_lsn AS lsn FROM sys.database_mirroring WHERE database_id = DB_ID(N'db')";

export const forcedService: Row[] = [
  {
    id: "E1",
    is: "A is down: B is principal at once, and reads DISCONNECTED while A is away",
    base: "base1",
    given: [stop("A"), wait(2)],
    before: alone,
    event: [force("B")],
    answers: ["done"],
    after: { B: "PRINCIPAL DISCONNECTED n+1 FULL, no witness, ONLINE serves" },
  },
  {
    id: "E1",
    is: "as an option, it reads SUSPENDED",
    base: "base1",
    options: { suspendedWhileAway: "suspended" },
    given: [stop("A"), wait(2)],
    before: alone,
    event: [force("B")],
    answers: ["done"],
    after: { B: "PRINCIPAL SUSPENDED n+1 FULL, no witness, ONLINE serves" },
  },
  {
    id: "E1",
    is: "the same in high performance",
    base: "base2",
    given: [stop("A"), wait(2)],
    before: { A: "gone", B: "MIRROR DISCONNECTED n OFF, no witness, RESTORING 954" },
    event: [force("B")],
    answers: ["done"],
    after: { B: "PRINCIPAL DISCONNECTED n+1 OFF, no witness, ONLINE serves" },
  },
  {
    id: "E2",
    is: "with all connected it is refused, and nothing changes",
    event: [force("B")],
    answers: [1455],
  },
  {
    id: "E2",
    is: "without a witness too",
    base: "base1",
    event: [force("B")],
    answers: [1455],
  },
  {
    id: "E4",
    is: "B sees neither A nor the witness: refused",
    given: [stop("A", "W"), wait(2)],
    before: { A: "gone", B: "MIRROR DISCONNECTED n FULL, W DISCONNECTED, RESTORING 954", W: "gone" },
    event: [force("B")],
    answers: [1431],
  },
  {
    id: "E4",
    is: "the ways out: the witness back",
    given: [stop("A", "W"), wait(2)],
    before: { A: "gone", B: "MIRROR DISCONNECTED n FULL, W DISCONNECTED, RESTORING 954", W: "gone" },
    event: [start("W"), wait(3), force("B")],
    answers: ["done"],
    after: {
      B: "PRINCIPAL DISCONNECTED n+1 FULL, W CONNECTED, ONLINE serves",
      W: "B>A n+1 FULL UNSYNCHRONIZED SUSPENDED; suspended 2",
    },
  },
  {
    id: "E4",
    is: "or PARTNER OFF and RESTORE WITH RECOVERY",
    given: [stop("A", "W"), wait(2)],
    before: { A: "gone", B: "MIRROR DISCONNECTED n FULL, W DISCONNECTED, RESTORING 954", W: "gone" },
    event: [partnerOff("B"), say("B", "RESTORE DATABASE [db] WITH RECOVERY")],
    answers: ["done", "done"],
    after: { B: "unmirrored, ONLINE serves" },
  },
  ...(["allowed", "refused"] as const).map(
    (forceWithWitness): Row => ({
      id: "E5",
      is: `A is lost while it was not synchronized, B and the witness see each other: ${forceWithWitness}`,
      options: { forceWithWitness },
      given: [suspend("A"), stop("A"), wait(5)],
      before: {
        A: "gone",
        B: "MIRROR DISCONNECTED n FULL, W CONNECTED, RESTORING 954",
        W: "A>B n FULL UNSYNCHRONIZED SUSPENDED; suspended 2",
      },
      event: [force("B")],
      answers: [forceWithWitness === "allowed" ? "done" : 1455],
      after:
        forceWithWitness === "allowed"
          ? {
              B: "PRINCIPAL DISCONNECTED n+1 FULL, W CONNECTED, ONLINE serves",
              W: "B>A n+1 FULL UNSYNCHRONIZED SUSPENDED; suspended 2",
            }
          : {},
    }),
  ),
  {
    id: "E7",
    is: "A is back as a suspended mirror, and nothing is rolled back yet",
    base: "base1",
    given: [stop("A"), wait(2), force("B")],
    before: { A: "gone", B: "PRINCIPAL DISCONNECTED n+1 FULL, no witness, ONLINE serves" },
    event: [start("A"), wait(3)],
    after: returned,
  },
  {
    id: "E7",
    is: "RESUME rolls it back and synchronizes",
    base: "base1",
    given: forced,
    before: returned,
    event: [resume("B"), wait(1)],
    answers: ["done"],
    after: together,
  },
  {
    id: "E8",
    is: "PARTNER OFF instead: B stays online, A's copy is RESTORING and can be recovered to salvage from",
    base: "base1",
    given: forced,
    before: returned,
    event: [partnerOff("B"), wait(2)],
    answers: ["done"],
    after: { A: "unmirrored, RESTORING 927", B: "unmirrored, ONLINE serves" },
  },
  {
    id: "E8",
    is: "the salvage: A's copy is recovered with what it had alone",
    base: "base1",
    given: [...forced, partnerOff("B")],
    before: { A: "unmirrored, RESTORING 927", B: "unmirrored, ONLINE serves" },
    event: [say("A", "RESTORE DATABASE [db] WITH RECOVERY")],
    answers: ["done"],
    after: { A: "unmirrored, ONLINE serves" },
  },
  {
    id: "E10",
    is: "A is alive and only cut off: after the forced service both serve",
    base: "base1",
    given: [cut("A-B"), wait(2)],
    before: {
      A: "PRINCIPAL DISCONNECTED n FULL, no witness, ONLINE serves",
      B: "MIRROR DISCONNECTED n FULL, no witness, RESTORING 954",
    },
    event: [force("B")],
    answers: ["done"],
    after: { B: "PRINCIPAL DISCONNECTED n+1 FULL, no witness, ONLINE serves" },
  },
  {
    id: "E10",
    is: "the way is back: A becomes a suspended mirror and still holds what it wrote alone",
    base: "base1",
    given: [
      load({ workloadKbPerSecond: 100 }),
      cut("A-B"),
      wait(2),
      force("B"),
      load({ workloadKbPerSecond: 0 }),
    ],
    before: {
      A: "PRINCIPAL DISCONNECTED n FULL, no witness, ONLINE serves; log beyond failover LSN",
      B: "PRINCIPAL DISCONNECTED n+1 FULL, no witness, ONLINE serves",
    },
    event: [join("A-B"), wait(2)],
    after: { ...returned, A: `${returned.A}; log beyond failover LSN` },
  },
  {
    id: "E10",
    is: "and gives it up on RESUME",
    base: "base1",
    given: [
      load({ workloadKbPerSecond: 100 }),
      cut("A-B"),
      wait(2),
      force("B"),
      load({ workloadKbPerSecond: 0 }),
      join("A-B"),
      wait(2),
    ],
    before: { ...returned, A: `${returned.A}; log beyond failover LSN` },
    event: [resume("B"), wait(1)],
    answers: ["done"],
    after: together,
  },
  {
    id: "E11",
    is: "FULL and SYNCHRONIZED until the end: nothing that was acknowledged is missing",
    base: "base1",
    given: [load({ workloadKbPerSecond: 0 }), stop("A"), wait(2)],
    before: alone,
    event: [force("B")],
    answers: ["done"],
    after: { B: "PRINCIPAL DISCONNECTED n+1 FULL, no witness, ONLINE serves" },
    shows: [["B", `${endOfLog} AND mirroring_failover_lsn < mirroring_end_of_log_lsn`, []]],
  },
  {
    id: "E13",
    is: "a copy whose own tail was never rolled back cannot be forced safely",
    base: "base1",
    given: [...forced, stop("B"), wait(2)],
    before: { A: "MIRROR DISCONNECTED n+1 FULL, no witness, RECOVERING 954", B: "gone" },
    event: [force("A")],
    answers: [1406],
  },
  ...repaired("online-after-second-restart", "RECOVERING 955", "ONLINE serves"),
  ...repaired("inaccessible", "RECOVERING 955", "RECOVERING 955"),
  ...repaired("online", "ONLINE serves", "ONLINE serves"),
];

/** A returns, twice, after B was paired with C: what its own copy is then. */
function repaired(repairedAway: LabOptions["repairedAway"], first: string, second: string): Row[] {
  const away = "PRINCIPAL SYNCHRONIZED n FULL, no witness, ONLINE serves; B is with C";
  const row: Row = {
    id: "E14",
    is: `A returns after B was paired with C (${repairedAway}): rejected, ${first}`,
    base: "base1",
    options: { repairedAway },
    fleet: (scenario) => {
      scenario.instances[3].databases = [{ name: "db", state: "RESTORING", family: "A,B db" }];
    },
    given: [
      stop("A"),
      wait(2),
      partnerOff("B"),
      say("B", "RESTORE DATABASE [db] WITH RECOVERY"),
      partner("C", B),
      partner("B", C),
      wait(2),
    ],
    before: { A: "gone", B: away },
    event: [start("A"), wait(5)],
    after: { A: `PRINCIPAL DISCONNECTED n FULL, no witness, ${first}`, B: `${away}; session 2` },
    shows: [["A", `EXEC master.dbo.xp_readerrorlog 0, 1, N'rejected configure'`, [expect.anything()]]],
  };
  const again: Row = {
    ...row,
    is: `and restarts once more (${repairedAway}): ${second}`,
    event: [start("A"), wait(5), stop("A"), wait(2), start("A"), wait(5)],
    after: { ...row.after, A: `PRINCIPAL DISCONNECTED n FULL, no witness, ${second}` },
    shows: [],
  };
  return [row, again];
}
