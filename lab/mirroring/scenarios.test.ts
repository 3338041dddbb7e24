import { describe, expect, it } from "vitest";
import { instanceNamed } from "#lab/mirroring/find.ts";
import type { LabOptions } from "#lab/mirroring/model.ts";
import { type Base, type Story, story } from "#lab/mirroring/story.ts";

interface Row {
  /** The id of the documented scenario, and what it says. */
  is: string;
  base?: Base;
  options?: Partial<LabOptions>;
  /** Returns what the last statement answered, where one was said. */
  tell(s: Story): unknown;
  answer?: unknown;
  A?: string;
  B?: string;
  serving?: string;
}

const failover = { kind: "failover" } as const;
const force = { kind: "force-service" } as const;
const suspend = { kind: "suspend" } as const;
const resume = { kind: "resume" } as const;
const off = { kind: "partner-off" } as const;
const witnessOff = { kind: "witness-off" } as const;
const full = { kind: "safety", level: "FULL" } as const;
const async_ = { kind: "safety", level: "OFF" } as const;
const restore = { kind: "restore-with-recovery" } as const;
/** Things said one after the other; the last answer counts. */
const last = (...said: unknown[]) => said.at(-1);
const afterForce = (s: Story) => {
  s.power("stop", "A").after(1).sql("B", force);
  return s.power("start", "A").after(3);
};

const untouched = {
  A: "PRINCIPAL SYNCHRONIZED n ONLINE serving, witness CONNECTED",
  B: "MIRROR SYNCHRONIZED n RESTORING, witness CONNECTED",
};
const untouchedAlone = {
  A: "PRINCIPAL SYNCHRONIZED n ONLINE serving, no witness",
  B: "MIRROR SYNCHRONIZED n RESTORING, no witness",
};

const rows: Record<string, Row[]> = {
  "manual failover": [
    {
      is: "Base0 stands: A principal, B mirror, W witness, SYNCHRONIZED",
      tell: (s) => s.after(3600),
      ...untouched,
    },
    {
      is: "a failover with empty queues is over at once, then synchronizes for a moment",
      tell: (s) => s.sql("A", failover),
      answer: "answered",
      A: "MIRROR SYNCHRONIZING n+1 RESTORING, witness CONNECTED",
      B: "PRINCIPAL SYNCHRONIZING n+1 ONLINE serving, witness CONNECTED",
    },
    {
      is: "and is SYNCHRONIZED again one second later, roles exchanged",
      tell: (s) => last(s.sql("A", failover), s.after(1)),
      A: "MIRROR SYNCHRONIZED n+1 RESTORING, witness CONNECTED",
      B: "PRINCIPAL SYNCHRONIZED n+1 ONLINE serving, witness CONNECTED",
    },
    {
      is: "B2: FAILOVER on the mirror is refused and changes nothing",
      tell: (s) => s.sql("B", failover),
      answer: 1470,
      ...untouched,
    },
    {
      is: "B3: FAILOVER needs SAFETY FULL",
      base: "base2",
      tell: (s) => s.sql("A", failover),
      answer: 1477,
      ...untouchedAlone,
    },
    {
      is: "B5: FAILOVER of a suspended session is refused",
      base: "base1",
      tell: (s) => last(s.sql("A", suspend), s.sql("A", failover)),
      answer: 1422,
      A: "PRINCIPAL SUSPENDED n ONLINE serving, no witness",
      B: "MIRROR SUSPENDED n RESTORING, no witness",
    },
    {
      is: "B6: FAILOVER without a partner is refused, A keeps serving",
      base: "base1",
      tell: (s) => s.power("stop", "B").after(2).sql("A", failover),
      answer: 1447,
      A: "PRINCIPAL DISCONNECTED n ONLINE serving, no witness",
    },
    {
      is: "B8: from high performance: SAFETY FULL, wait, FAILOVER, SAFETY OFF on the new principal",
      base: "base2",
      tell: (s) => [
        s.sql("A", full),
        s.after(1).sql("A", failover),
        s.after(1).sql("B", async_),
        s.sql("A", async_),
      ],
      answer: ["answered", "answered", "answered", 1470],
      A: "MIRROR SYNCHRONIZED n+1 RESTORING, no witness",
      B: "PRINCIPAL SYNCHRONIZED n+1 ONLINE serving, no witness",
    },
    {
      is: "B9: FAILOVER straight after SAFETY FULL comes too early",
      base: "base2",
      tell: (s) => last(s.sql("A", full), s.sql("A", failover)),
      answer: 1422,
      A: "PRINCIPAL SYNCHRONIZING n ONLINE serving, no witness",
    },
    {
      is: "B11: FAILOVER is allowed while only the principal has lost the witness",
      tell: (s) => s.cut("A-W").after(1).sql("A", failover),
      answer: "answered",
      A: "MIRROR SYNCHRONIZING n+1 RESTORING, witness DISCONNECTED",
      B: "PRINCIPAL SYNCHRONIZING n+1 ONLINE serving, witness CONNECTED",
    },
    {
      is: "B12: the switch takes redo queue / redo rate, and nobody serves meanwhile",
      tell: (s) => last(s.load({ redoQueueKb: 50_000 }), [s.sql("A", failover), s.after(4.999).ended()]),
      answer: ["waiting", "waiting"],
      A: "PRINCIPAL PENDING_FAILOVER n RECOVERING, witness CONNECTED",
      B: "MIRROR SYNCHRONIZED n RESTORING, witness CONNECTED",
      serving: "nobody",
    },
    {
      is: "B12: and is over to the millisecond",
      tell: (s) => last(s.load({ redoQueueKb: 50_000 }), [s.sql("A", failover), s.after(5).ended()]),
      answer: ["waiting", "answered"],
      serving: "B",
    },
    {
      is: "FAILOVER must be said in master",
      tell: (s) => s.sql("A", failover, "db"),
      answer: 5001,
      ...untouched,
    },
    {
      is: "a second FAILOVER during the first is refused: the mirror is busy",
      tell: (s) => last(s.load({ redoQueueKb: 50_000 }), s.sql("A", failover), s.sql("A", failover)),
      answer: 1404,
    },
    {
      is: "a link cut in mid-switch holds it: nobody serves",
      tell: (s) =>
        last(s.load({ redoQueueKb: 50_000 }), s.sql("A", failover), s.cut("A-B").after(60).ended()),
      answer: "waiting",
      A: "PRINCIPAL PENDING_FAILOVER n RECOVERING, witness CONNECTED",
      B: "MIRROR DISCONNECTED n RESTORING, witness CONNECTED",
      serving: "nobody",
    },
    {
      is: "and the switch is completed when the link is back",
      tell: (s) =>
        last(
          s.load({ redoQueueKb: 50_000 }),
          s.sql("A", failover),
          s.cut("A-B").after(60).join("A-B").after(1).ended(),
        ),
      answer: "answered",
      A: "MIRROR SYNCHRONIZING n+1 RESTORING, witness CONNECTED",
      B: "PRINCIPAL SYNCHRONIZING n+1 ONLINE serving, witness CONNECTED",
    },
    {
      is: "cutDuringFailover aborts: the principal serves again, exposed",
      options: { cutDuringFailover: "aborts" },
      tell: (s) =>
        last(s.load({ redoQueueKb: 50_000 }), s.sql("A", failover), s.cut("A-B").after(60).ended()),
      answer: 1413,
      A: "PRINCIPAL DISCONNECTED n ONLINE serving, witness CONNECTED",
      B: "MIRROR DISCONNECTED n RESTORING, witness CONNECTED",
    },
    {
      is: "a principal that dies in a held switch is taken over by its caught-up mirror",
      tell: (s) =>
        last(s.load({ redoQueueKb: 50_000 }), s.sql("A", failover), s.power("stop", "A").after(10)),
      B: "PRINCIPAL DISCONNECTED n+1 ONLINE serving, witness CONNECTED",
    },
  ],
  "automatic failover": [
    {
      is: "C1: A dies, B takes over without waiting for the time-out",
      tell: (s) => s.power("stop", "A").after(1),
      B: "PRINCIPAL DISCONNECTED n+1 ONLINE serving, witness CONNECTED",
      serving: "B",
    },
    {
      is: "C1: A returns as mirror by itself, not suspended",
      tell: (s) => s.power("stop", "A").after(1).power("start", "A").after(2),
      A: "MIRROR SYNCHRONIZED n+1 RESTORING, witness CONNECTED",
      B: "PRINCIPAL SYNCHRONIZED n+1 ONLINE serving, witness CONNECTED",
    },
    {
      is: "C2: A hangs: nothing for ten seconds and a ping",
      tell: (s) => s.power("hang", "A").after(10.9),
      B: untouched.B,
    },
    {
      is: "C2: then B takes over",
      tell: (s) => s.power("hang", "A").after(11.5),
      B: "PRINCIPAL DISCONNECTED n+1 ONLINE serving, witness CONNECTED",
    },
    {
      is: "C2: the hung principal wakes up as mirror and never serves again",
      tell: (s) => s.power("hang", "A").after(12).power("wake", "A").serving(),
      answer: "B",
    },
    {
      is: "C4: no failover while SYNCHRONIZING",
      tell: (s) =>
        s
          .load({ workloadKbPerSecond: 900, sendKbPerSecond: 100, sendQueueKb: 500 })
          .after(1)
          .power("stop", "A")
          .after(60),
      B: "MIRROR DISCONNECTED n RESTORING, witness CONNECTED",
      serving: "nobody",
    },
    {
      is: "C5: no failover without the witness, and force is refused too",
      tell: (s) => s.power("stop", "W").after(1).power("stop", "A").after(60).sql("B", force),
      answer: 1431,
      B: "MIRROR DISCONNECTED n RESTORING, witness DISCONNECTED",
      serving: "nobody",
    },
    {
      is: "C7: no failover of a suspended session",
      tell: (s) => last(s.sql("A", suspend), s.power("stop", "A").after(60)),
      B: "MIRROR DISCONNECTED n RESTORING, witness CONNECTED",
      serving: "nobody",
    },
    {
      is: "C8: no automatic failover with SAFETY OFF and a witness, force works",
      tell: (s) => last(s.sql("A", async_), s.power("stop", "A").after(60), [s.serving(), s.sql("B", force)]),
      answer: ["nobody", "answered"],
      serving: "B",
    },
    {
      is: "C10: P isolated from both: A stops serving, B takes over, exactly one serves",
      tell: (s) => s.cut("A-B", "A-W").after(1),
      A: "PRINCIPAL DISCONNECTED n RECOVERING, witness DISCONNECTED",
      B: "PRINCIPAL DISCONNECTED n+1 ONLINE serving, witness CONNECTED",
      serving: "B",
    },
    {
      is: "C13: another database on A does not matter: nothing fails over while A serves",
      tell: (s) => s.after(86_400),
      ...untouched,
    },
    {
      is: "an automatic failover waits for the redo queue",
      tell: (s) => last(s.load({ redoQueueKb: 100_000 }), s.power("stop", "A").after(9.9).serving()),
      answer: "nobody",
      B: "PRINCIPAL DISCONNECTED n+1 RECOVERING, witness CONNECTED",
    },
  ],
  quorum: [
    {
      is: "D1: W dies: served, SYNCHRONIZED, witness DISCONNECTED on both",
      tell: (s) => s.power("stop", "W").after(1),
      A: "PRINCIPAL SYNCHRONIZED n ONLINE serving, witness DISCONNECTED",
      B: "MIRROR SYNCHRONIZED n RESTORING, witness DISCONNECTED",
    },
    {
      is: "D2: then B dies: A has no quorum",
      tell: (s) => s.power("stop", "W").after(1).power("stop", "B").after(1),
      A: "PRINCIPAL DISCONNECTED n RECOVERING, witness DISCONNECTED",
      serving: "nobody",
    },
    {
      is: "D4: WITNESS OFF before B dies keeps A serving",
      tell: (s) => last(s.power("stop", "W").after(1).sql("A", witnessOff), s.power("stop", "B").after(1)),
      A: "PRINCIPAL DISCONNECTED n ONLINE serving, no witness",
    },
    {
      is: "D5: B dies: A serves exposed with W",
      tell: (s) => s.power("stop", "B").after(1),
      A: "PRINCIPAL DISCONNECTED n ONLINE serving, witness CONNECTED",
    },
    {
      is: "D5: B is back and resynchronizes",
      tell: (s) => s.power("stop", "B").after(1).power("start", "B").after(2),
      ...untouched,
    },
    {
      is: "D7a: A alone: WITNESS OFF is refused",
      tell: (s) => s.power("stop", "B").after(1).power("stop", "W").after(1).sql("A", witnessOff),
      answer: 1431,
      serving: "nobody",
    },
    {
      is: "D7b: A alone: PARTNER OFF brings the database online, unmirrored",
      tell: (s) => s.power("stop", "B").after(1).power("stop", "W").after(1).sql("A", off),
      answer: "answered",
      A: "unmirrored ONLINE",
      serving: "A",
    },
    {
      is: "D8: B took over and died; A reconnects to W and may not serve",
      tell: (s) =>
        s.power("stop", "A").after(1).power("stop", "B").after(1).power("start", "A").after(60).serving(),
      answer: "nobody",
      A: "MIRROR DISCONNECTED n+1 RESTORING, witness CONNECTED",
    },
    {
      is: "D8: B returns and serves",
      tell: (s) =>
        s
          .power("stop", "A")
          .after(1)
          .power("stop", "B")
          .after(1)
          .power("start", "A")
          .after(60)
          .power("start", "B")
          .after(3),
      A: "MIRROR SYNCHRONIZED n+1 RESTORING, witness CONNECTED",
      B: "PRINCIPAL SYNCHRONIZED n+1 ONLINE serving, witness CONNECTED",
    },
    {
      is: "D10: all links lost, M and W reconnect: no automatic failover, but force is possible",
      tell: (s) => {
        s.cut("A-B", "A-W", "B-W").after(5).join("B-W").after(60);
        return [s.serving(), s.says("B"), s.sql("B", force)];
      },
      answer: ["nobody", "MIRROR DISCONNECTED n RESTORING, witness CONNECTED", "answered"],
      serving: "B",
    },
    {
      is: "D11: all links lost, A reconnects to W: A serves again",
      tell: (s) => s.cut("A-B", "A-W", "B-W").after(5).join("A-W").after(2),
      A: "PRINCIPAL DISCONNECTED n ONLINE serving, witness CONNECTED",
    },
    {
      is: "D13: P–W cut only: the two views of the witness differ",
      tell: (s) => s.cut("A-W").after(60),
      A: "PRINCIPAL SYNCHRONIZED n ONLINE serving, witness DISCONNECTED",
      B: untouched.B,
    },
    {
      is: "D14: then P–M cut: by default no failover, nobody serves",
      tell: (s) => s.cut("A-W").after(60).cut("A-B").after(60),
      B: "MIRROR DISCONNECTED n RESTORING, witness CONNECTED",
      serving: "nobody",
    },
    {
      is: "D14: as an option, an automatic failover",
      options: { failoverAfterWitnessLinkLost: "automatic" },
      tell: (s) => s.cut("A-W").after(60).cut("A-B").after(60),
      serving: "B",
    },
    {
      is: "P–M cut only: A serves exposed, no failover, and none later when A dies",
      tell: (s) => s.cut("A-B").after(5).power("stop", "A").after(60),
      B: "MIRROR DISCONNECTED n RESTORING, witness CONNECTED",
      serving: "nobody",
    },
    {
      is: "W hangs, then P–M is cut: A's clients wait for an answer",
      tell: (s) => s.power("hang", "W").cut("A-B").after(5),
      A: "PRINCIPAL DISCONNECTED n ONLINE serving, witness CONNECTED",
    },
    {
      is: "W hangs on: A loses its quorum when W's time-out is over",
      tell: (s) => s.power("hang", "W").cut("A-B").after(12),
      A: "PRINCIPAL DISCONNECTED n RECOVERING, witness DISCONNECTED",
      serving: "nobody",
    },
    {
      is: "after a manual failover the new principal is cut off: it fails back by itself",
      tell: (s) => last(s.sql("A", failover), s.after(2).cut("A-B", "B-W").after(1)),
      A: "PRINCIPAL DISCONNECTED n+2 ONLINE serving, witness CONNECTED",
      B: "PRINCIPAL DISCONNECTED n+1 RECOVERING, witness DISCONNECTED",
      serving: "A",
    },
    {
      is: "a witness that was removed meanwhile does not help the mirror to force service",
      tell: (s) =>
        last(s.cut("A-B", "B-W").after(1).sql("A", witnessOff), s.join("B-W").after(5).sql("B", force)),
      answer: 1431,
      serving: "A",
    },
    {
      is: "D16: a restart without anybody in reach: 1445, no access",
      tell: (s) => {
        s.power("stop", "B", "W").after(5).power("stop", "A").power("start", "A").after(5);
        return instanceNamed(s.fleet, "A").errorLog.filter(({ number }) => number === 1445).length;
      },
      answer: 1,
      A: "PRINCIPAL DISCONNECTED n RECOVERING, witness DISCONNECTED",
      serving: "nobody",
    },
    {
      is: "D17: no witness, M dies: A keeps serving",
      base: "base1",
      tell: (s) => s.power("stop", "B").after(60),
      A: "PRINCIPAL DISCONNECTED n ONLINE serving, no witness",
    },
  ],
  "forced service": [
    {
      is: "E1: A down, FORCE on B: principal at once, DISCONNECTED while A is away",
      base: "base1",
      tell: (s) => s.power("stop", "A").after(1).sql("B", force),
      answer: "answered",
      B: "PRINCIPAL DISCONNECTED n+1 ONLINE serving, no witness",
    },
    {
      is: "E1: suspendedWhileAway shows SUSPENDED instead",
      base: "base1",
      options: { suspendedWhileAway: "suspended" },
      tell: (s) => s.power("stop", "A").after(1).sql("B", force),
      B: "PRINCIPAL SUSPENDED n+1 ONLINE serving, no witness",
    },
    {
      is: "E2: FORCE with all connected is refused",
      tell: (s) => s.sql("B", force),
      answer: 1455,
      ...untouched,
    },
    {
      is: "E2: FORCE on the principal is refused",
      tell: (s) => s.sql("A", force),
      answer: 1455,
      ...untouched,
    },
    {
      is: "E5: was SYNCHRONIZING, M–W connected: FORCE is allowed",
      tell: (s) => last(s.sql("A", suspend), s.power("stop", "A").after(5).sql("B", force)),
      answer: "answered",
      serving: "B",
    },
    {
      is: "E5: as an option, refused",
      options: { forceWithWitness: "refused" },
      tell: (s) => last(s.sql("A", suspend), s.power("stop", "A").after(5).sql("B", force)),
      answer: 1455,
      serving: "nobody",
    },
    {
      is: "E7: A is back as suspended mirror, nothing rolled back yet",
      base: "base1",
      tell: afterForce,
      A: "MIRROR SUSPENDED n+1 RECOVERING, no witness",
      B: "PRINCIPAL SUSPENDED n+1 ONLINE serving, no witness",
    },
    {
      is: "E7: RESUME rolls it back and synchronizes",
      base: "base1",
      tell: (s) => last(afterForce(s).sql("B", resume), s.after(1)),
      A: "MIRROR SYNCHRONIZED n+1 RESTORING, no witness",
      B: "PRINCIPAL SYNCHRONIZED n+1 ONLINE serving, no witness",
    },
    {
      is: "E8: PARTNER OFF instead leaves B online and A's copy RESTORING",
      base: "base1",
      tell: (s) => afterForce(s).sql("B", off),
      answer: "answered",
      A: "unmirrored RESTORING",
      B: "unmirrored ONLINE",
    },
    {
      is: "E10: A alive but cut off, service forced on B: both serve",
      base: "base1",
      tell: (s) => last(s.cut("A-B").after(1).sql("B", force), s.serving()),
      answer: "A+B",
    },
    {
      is: "E10: the link is back: A becomes a suspended mirror and loses what it wrote alone only on RESUME",
      base: "base1",
      tell: (s) => {
        s.load({ workloadKbPerSecond: 100 }).cut("A-B").after(1).sql("B", force);
        s.after(9).join("A-B").after(1);
        const a = instanceNamed(s.fleet, "A").databases[0]!;
        const alone = a.endOfLogKb - (a.mirroring?.forcedAtKb ?? 0);
        s.sql("B", resume);
        return [Math.round(alone), s.says("A")];
      },
      // Eleven seconds, but for the tenth in which commits still waited for the mirror.
      answer: [1090, "MIRROR SYNCHRONIZING n+1 RESTORING, no witness"],
    },
  ],
  "pause, safety, time-out": [
    {
      is: "F2: SUSPENDED outlives a restart of both",
      tell: (s) =>
        last(s.sql("A", suspend), s.power("stop", "A", "B").after(5).power("start", "A", "B").after(10)),
      A: "PRINCIPAL SUSPENDED n ONLINE serving, witness CONNECTED",
      B: "MIRROR SUSPENDED n RESTORING, witness CONNECTED",
    },
    {
      is: "F3: RESUME on A",
      tell: (s) => last(s.sql("B", suspend), s.sql("A", resume), s.after(1)),
      ...untouched,
    },
    {
      is: "RESUME on the mirror is refused",
      tell: (s) => last(s.sql("A", suspend), s.sql("B", resume)),
      answer: 1470,
    },
    {
      is: "RESUME on the mirror is an option",
      options: { resumeOnMirror: "accepted" },
      tell: (s) => last(s.sql("A", suspend), s.sql("B", resume)),
      answer: "answered",
    },
    {
      is: "F5: RESUME of a session that is not suspended is a harmless error",
      tell: (s) => s.sql("A", resume),
      answer: 1415,
      ...untouched,
    },
    {
      is: "F6: while suspended the send queue grows with the workload",
      tell: (s) => {
        s.load({ workloadKbPerSecond: 100 }).sql("A", suspend);
        return s.after(600).fleet.instances[0]?.databases[0]?.mirroring?.sendQueueKb;
      },
      answer: 60_000,
    },
    {
      is: "F11: SAFETY OFF on the mirror is refused",
      tell: (s) => s.sql("B", async_),
      answer: 1470,
      ...untouched,
    },
    {
      is: "F12: SAFETY OFF needs an edition that has it",
      tell: (s) => {
        for (const instance of s.fleet.instances) instance.edition = "Standard Edition (64-bit)";
        return s.sql("A", async_);
      },
      answer: 1473,
      ...untouched,
    },
    {
      is: "F14: TIMEOUT 40000 is refused",
      tell: (s) => s.sql("A", { kind: "timeout", seconds: 40_000 }),
      answer: 1476,
      ...untouched,
    },
    {
      is: "TIMEOUT 3 is stored as 5",
      tell: (s) =>
        last(
          s.sql("A", { kind: "timeout", seconds: 3 }),
          s.fleet.instances.map((one) => one.databases[0]?.mirroring?.timeoutSeconds),
        ),
      answer: [5, 5, undefined],
    },
    {
      is: "F15: in high performance the time-out is always ten seconds",
      base: "base2",
      tell: (s) => [
        s.sql("A", { kind: "timeout", seconds: 60 }),
        s.fleet.instances[0]?.databases[0]?.mirroring?.timeoutSeconds,
        s.power("hang", "B").after(10).says("A"),
      ],
      answer: ["answered", 10, untouchedAlone.A],
    },
    {
      is: "F15: and a hiccup of twelve seconds is a failure",
      base: "base2",
      tell: (s) => s.power("hang", "B").after(12),
      A: "PRINCIPAL DISCONNECTED n ONLINE serving, no witness",
    },
    {
      is: "F17: redo slower than what arrives: the redo queue rises",
      tell: (s) =>
        s.load({ workloadKbPerSecond: 300, redoKbPerSecond: 100 }).after(10).fleet.instances[1]?.databases[0]
          ?.mirroring?.redoQueueKb,
      answer: 2_000,
    },
  ],
  "removing, restore, access": [
    {
      is: "G2: PARTNER OFF while cut off: A is free at once, B still believes",
      base: "base1",
      tell: (s) => s.cut("A-B").after(1).sql("A", off),
      A: "unmirrored ONLINE",
      B: "MIRROR DISCONNECTED n RESTORING, no witness",
    },
    {
      is: "G2: B learns of it on reconnect",
      base: "base1",
      tell: (s) => last(s.cut("A-B").after(1).sql("A", off), s.join("A-B").after(2)),
      B: "unmirrored RESTORING",
    },
    {
      is: "G3: A dead for good: PARTNER OFF and RESTORE WITH RECOVERY on B",
      base: "base1",
      tell: (s) => [s.power("stop", "A").after(5).sql("B", restore), s.sql("B", off), s.sql("B", restore)],
      answer: [3104, "answered", "answered"],
      B: "unmirrored ONLINE",
    },
    {
      is: "G8: a mirrored database keeps its name",
      tell: (s) => s.sql("A", { kind: "rename", name: "other" }),
      answer: 957,
      ...untouched,
    },
    {
      is: "G9: and its recovery model",
      tell: (s) => s.sql("A", { kind: "set-recovery", model: "SIMPLE" }),
      answer: 1468,
      ...untouched,
    },
    {
      is: "OFFLINE is no fence while it is mirrored",
      tell: (s) => s.sql("A", { kind: "set-offline" }),
      answer: 1468,
      ...untouched,
    },
    {
      is: "what is not mirrored answers 1416",
      tell: (s) => last(s.sql("A", off), s.sql("A", failover)),
      answer: 1416,
    },
    {
      is: "a database that is not there answers 5011",
      tell: (s) => s.sql("A", { ...failover, database: "nope" }),
      answer: 5011,
    },
    {
      is: "KILL of a session that is not there answers 6106",
      tell: (s) => s.sql("A", { kind: "kill", spid: 9999 }),
      answer: 6106,
    },
    { is: "KILL of oneself answers 6104", tell: (s) => s.sql("A", { kind: "kill", spid: 51 }), answer: 6104 },
    {
      is: "WITNESS OFF without a witness answers 1439",
      base: "base1",
      tell: (s) => s.sql("A", witnessOff),
      answer: 1439,
    },
  ],
  "setting up": [
    {
      is: "A1: first on the mirror, then on the principal",
      base: "base1",
      tell: (s) => {
        s.sql("A", off);
        return [
          s.sql("B", { kind: "set-partner", address: "TCP://a.contoso.com:5022" }),
          s.sql("A", { kind: "set-partner", address: "TCP://b.contoso.com:5022" }),
          s.says("A"),
          s.after(1).says("A"),
        ];
      },
      answer: [
        "answered",
        "answered",
        "PRINCIPAL SYNCHRONIZING n ONLINE serving, no witness",
        "PRINCIPAL SYNCHRONIZED n ONLINE serving, no witness",
      ],
      B: "MIRROR SYNCHRONIZED n RESTORING, no witness",
    },
    {
      is: "A2: the principal first: nothing is configured",
      base: "base1",
      tell: (s) =>
        last(s.sql("A", off), s.sql("A", { kind: "set-partner", address: "TCP://b.contoso.com:5022" })),
      answer: 1416,
      A: "unmirrored ONLINE",
      B: "unmirrored RESTORING",
    },
    {
      is: "A5: encryption DISABLED cannot talk to REQUIRED",
      base: "base1",
      tell: (s) => {
        s.sql("A", off);
        s.sql("B", { kind: "set-partner", address: "TCP://a.contoso.com:5022" });
        instanceNamed(s.fleet, "A").endpoint!.encryption = "DISABLED";
        return s.sql("A", { kind: "set-partner", address: "TCP://b.contoso.com:5022" });
      },
      answer: 1418,
    },
    {
      is: "A7: a database in SIMPLE recovery cannot be mirrored",
      base: "base1",
      tell: (s) => {
        s.sql("A", off);
        s.sql("A", { kind: "set-recovery", model: "SIMPLE" });
        return s.sql("A", { kind: "set-partner", address: "TCP://b.contoso.com:5022" });
      },
      answer: 1465,
    },
    {
      is: "A8: the copy on B is ONLINE",
      base: "base1",
      tell: (s) => {
        s.sql("A", off);
        s.sql("B", restore);
        return s.sql("A", { kind: "set-partner", address: "TCP://b.contoso.com:5022" });
      },
      answer: 1464,
    },
    {
      is: "A10: already mirrored",
      tell: (s) => s.sql("A", { kind: "set-partner", address: "TCP://b.contoso.com:5022" }),
      answer: 1405,
      ...untouched,
    },
    {
      is: "A11: its own address, and no address at all",
      base: "base1",
      tell: (s) => {
        s.sql("A", off);
        return ["TCP://a.contoso.com:5022", "b.contoso.com"].map((address) =>
          s.sql("A", { kind: "set-partner", address }),
        );
      },
      answer: [1452, 1449],
    },
    {
      is: "A13: SET WITNESS on the principal",
      base: "base1",
      tell: (s) => [
        s.sql("A", { kind: "set-witness", address: "TCP://w.contoso.com:7022" }),
        instanceNamed(s.fleet, "W").witnessed.length,
      ],
      answer: ["answered", 1],
      ...untouched,
    },
    {
      is: "A14: SET WITNESS needs a mirror that is caught up",
      base: "base1",
      tell: (s) =>
        last(s.sql("A", suspend), s.sql("A", { kind: "set-witness", address: "TCP://w.contoso.com:7022" })),
      answer: 1426,
    },
    {
      is: "A16: an endpoint that is no witness's",
      base: "base1",
      tell: (s) => {
        instanceNamed(s.fleet, "W").endpoint!.role = "PARTNER";
        return s.sql("A", { kind: "set-witness", address: "TCP://w.contoso.com:7022" });
      },
      answer: 1427,
      ...untouchedAlone,
    },
    {
      is: "A17: SET WITNESS on the mirror",
      base: "base1",
      tell: (s) => s.sql("B", { kind: "set-witness", address: "TCP://w.contoso.com:7022" }),
      answer: 1470,
      ...untouchedAlone,
    },
  ],
};

describe.each(Object.entries(rows))("%s", (_, table) => {
  it.each(table)("$is", ({ base, options, tell, answer, A, B, serving }) => {
    const s = story(base, options);
    const said = tell(s);
    if (answer !== undefined) expect(said).toEqual(answer);
    if (A !== undefined) expect(s.says("A")).toBe(A);
    if (B !== undefined) expect(s.says("B")).toBe(B);
    if (serving !== undefined) expect(s.serving()).toBe(serving);
  });
});
