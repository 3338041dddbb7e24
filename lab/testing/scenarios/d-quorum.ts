/** Quorum: who may serve when a witness is set, in every order of loss and return. */
import type { Row } from "#lab/testing/scenarios/row.ts";
import { cut, force, join, partnerOff, start, stop, wait, witnessOff } from "#lab/testing/scenarios/steps.ts";

const witnessGone = {
  A: "PRINCIPAL SYNCHRONIZED n FULL, W DISCONNECTED, ONLINE serves",
  B: "MIRROR SYNCHRONIZED n FULL, W DISCONNECTED, RESTORING 954",
  W: "gone",
};
const exposed = "PRINCIPAL DISCONNECTED n FULL, W CONNECTED, ONLINE serves";
const withoutQuorum = "PRINCIPAL DISCONNECTED n FULL, W DISCONNECTED, RECOVERING 955";
const allLost = { A: withoutQuorum, B: "MIRROR DISCONNECTED n FULL, W DISCONNECTED, RESTORING 954" };

export const quorum: Row[] = [
  {
    id: "D1",
    is: "the witness dies: served and SYNCHRONIZED, the witness DISCONNECTED on both",
    event: [stop("W"), wait(2)],
    after: witnessGone,
  },
  {
    id: "D2",
    is: "then B dies: A has lost its quorum though its process runs",
    given: [stop("W"), wait(2)],
    before: witnessGone,
    event: [stop("B"), wait(2)],
    after: { A: withoutQuorum, B: "gone" },
  },
  {
    id: "D2",
    is: "or the way between the partners is cut: neither serves",
    given: [stop("W"), wait(2)],
    before: witnessGone,
    event: [cut("A-B"), wait(2)],
    after: allLost,
  },
  {
    id: "D4",
    is: "WITNESS OFF before B dies: A goes on serving, exposed",
    given: [stop("W"), wait(2)],
    before: witnessGone,
    event: [witnessOff("A"), stop("B"), wait(2)],
    answers: ["done"],
    after: { A: "PRINCIPAL DISCONNECTED n FULL, no witness, ONLINE serves", B: "gone" },
  },
  {
    id: "D5",
    is: "B dies: A serves exposed with the witness",
    event: [stop("B"), wait(2)],
    after: { A: exposed, B: "gone", W: "A>B n FULL UNSYNCHRONIZED" },
  },
  {
    id: "D5",
    is: "B is back and resynchronizes",
    given: [stop("B"), wait(60)],
    before: { A: exposed, B: "gone", W: "A>B n FULL UNSYNCHRONIZED" },
    event: [start("B"), wait(3)],
    after: {
      A: "PRINCIPAL SYNCHRONIZED n FULL, W CONNECTED, ONLINE serves",
      B: "MIRROR SYNCHRONIZED n FULL, W CONNECTED, RESTORING 954",
      W: "A>B n FULL SYNCHRONIZED",
    },
  },
  {
    id: "D7",
    is: "(a) A alone: WITNESS OFF is refused",
    given: [stop("B"), wait(2), stop("W"), wait(2)],
    before: { A: withoutQuorum, B: "gone", W: "gone" },
    event: [witnessOff("A")],
    answers: [1431],
  },
  {
    id: "D7",
    is: "(a) as an option, it is accepted and A serves",
    options: { witnessOffAlone: "accepted" },
    given: [stop("B"), wait(2), stop("W"), wait(2)],
    before: { A: withoutQuorum, B: "gone", W: "gone" },
    event: [witnessOff("A")],
    answers: ["done"],
    after: { A: "PRINCIPAL DISCONNECTED n FULL, no witness, ONLINE serves" },
  },
  {
    id: "D7",
    is: "(b) PARTNER OFF brings A's database online, unmirrored",
    given: [stop("B"), wait(2), stop("W"), wait(2)],
    before: { A: withoutQuorum, B: "gone", W: "gone" },
    event: [partnerOff("A")],
    answers: ["done"],
    after: { A: "unmirrored, ONLINE serves" },
  },
  {
    id: "D8",
    is: "B took over and died; A sees the witness and may not serve: B owns the role",
    given: [stop("A"), wait(2), stop("B"), wait(2)],
    before: { A: "gone", B: "gone", W: "B>A n+1 FULL UNSYNCHRONIZED" },
    event: [start("A"), wait(60)],
    after: { A: "MIRROR DISCONNECTED n+1 FULL, W CONNECTED, RESTORING 954" },
  },
  {
    id: "D8",
    is: "B returns and serves",
    given: [stop("A"), wait(2), stop("B"), wait(2), start("A"), wait(60)],
    before: {
      A: "MIRROR DISCONNECTED n+1 FULL, W CONNECTED, RESTORING 954",
      B: "gone",
      W: "B>A n+1 FULL UNSYNCHRONIZED",
    },
    event: [start("B"), wait(3)],
    after: {
      A: "MIRROR SYNCHRONIZED n+1 FULL, W CONNECTED, RESTORING 954",
      B: "PRINCIPAL SYNCHRONIZED n+1 FULL, W CONNECTED, ONLINE serves",
      W: "B>A n+1 FULL SYNCHRONIZED",
    },
  },
  {
    id: "D10",
    is: "all links lost at once, then mirror and witness meet: still nobody serves",
    given: [cut("A-B", "A-W", "B-W"), wait(5)],
    before: allLost,
    event: [join("B-W"), wait(60)],
    after: { B: "MIRROR DISCONNECTED n FULL, W CONNECTED, RESTORING 954" },
  },
  {
    id: "D10",
    is: "service can be forced there",
    given: [cut("A-B", "A-W", "B-W"), wait(5), join("B-W"), wait(60)],
    before: { ...allLost, B: "MIRROR DISCONNECTED n FULL, W CONNECTED, RESTORING 954" },
    event: [force("B")],
    answers: ["done"],
    after: {
      B: "PRINCIPAL DISCONNECTED n+1 FULL, W CONNECTED, ONLINE serves",
      W: "B>A n+1 FULL UNSYNCHRONIZED SUSPENDED; suspended 2",
    },
  },
  {
    id: "D11",
    is: "all links lost at once, then A meets the witness: A serves again",
    given: [cut("A-B", "A-W", "B-W"), wait(5)],
    before: allLost,
    event: [join("A-W"), wait(2)],
    after: { A: exposed, W: "A>B n FULL UNSYNCHRONIZED" },
  },
  {
    id: "D11",
    is: "or meets B",
    given: [cut("A-B", "A-W", "B-W"), wait(5)],
    before: allLost,
    event: [join("A-B"), wait(3)],
    after: {
      A: "PRINCIPAL SYNCHRONIZED n FULL, W DISCONNECTED, ONLINE serves",
      B: "MIRROR SYNCHRONIZED n FULL, W DISCONNECTED, RESTORING 954",
    },
  },
  {
    id: "D13",
    is: "only the principal has lost the witness: the two views differ, A serves",
    event: [cut("A-W"), wait(60)],
    after: { A: "PRINCIPAL SYNCHRONIZED n FULL, W DISCONNECTED, ONLINE serves" },
  },
  {
    id: "D14",
    is: "then the partners lose each other: by default no failover",
    given: [cut("A-W"), wait(60)],
    before: { A: "PRINCIPAL SYNCHRONIZED n FULL, W DISCONNECTED, ONLINE serves" },
    event: [cut("A-B"), wait(60)],
    after: { A: withoutQuorum, B: "MIRROR DISCONNECTED n FULL, W CONNECTED, RESTORING 954" },
  },
  {
    id: "D14",
    is: "as an option, an automatic failover",
    options: { failoverAfterWitnessLinkLost: "automatic" },
    given: [cut("A-W"), wait(60)],
    before: { A: "PRINCIPAL SYNCHRONIZED n FULL, W DISCONNECTED, ONLINE serves" },
    event: [cut("A-B"), wait(60)],
    after: {
      A: withoutQuorum,
      B: "PRINCIPAL DISCONNECTED n+1 FULL, W CONNECTED, ONLINE serves",
      W: "B>A n+1 FULL UNSYNCHRONIZED",
    },
  },
  {
    id: "D16",
    is: "A restarts with nobody in reach: recovery is skipped, 1445 in the log, no access",
    given: [stop("B", "W"), wait(5)],
    before: { A: withoutQuorum, B: "gone", W: "gone" },
    event: [stop("A"), start("A"), wait(5)],
    shows: [
      [
        "A",
        `DECLARE @log TABLE (at datetime, source nvarchar(100), words nvarchar(4000))
         INSERT @log EXEC master.dbo.xp_readerrorlog 0, 1, N'Bypassing recovery' SELECT COUNT(*) AS lines FROM @log`,
        [{ lines: 1 }],
      ],
    ],
  },
  {
    id: "D17",
    is: "no witness, B dies: no quorum is asked for, A goes on serving",
    base: "base1",
    event: [stop("B"), wait(60)],
    after: { A: "PRINCIPAL DISCONNECTED n FULL, no witness, ONLINE serves", B: "gone" },
  },
  {
    id: "D17",
    is: "the same in high performance",
    base: "base2",
    event: [stop("B"), wait(60)],
    after: { A: "PRINCIPAL DISCONNECTED n OFF, no witness, ONLINE serves", B: "gone" },
  },
];
