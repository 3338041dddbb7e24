import { describe, expect, it } from "vitest";
import { carryForward, type InstanceAnswer } from "#lib/mirroring/observation.ts";
import {
  answers,
  heard,
  mirror,
  now,
  poolOf,
  principal,
  silent,
  userStore,
} from "#lib/mirroring/observed.fixture.ts";
import {
  claimOf,
  fuse,
  roleOf,
  type Side,
  servingSide,
  sessionsOf,
  unclaimedSessions,
} from "#lib/mirroring/session.ts";

const store = userStore(["rtcxds"]);
const session = (...observations: Parameters<typeof heard>) => fuse(store, "rtcxds", heard(...observations));

describe("what a side said", () => {
  const rows: [string, Parameters<typeof heard>, Side["said"]][] = [
    ["it told its own columns", [answers("be1", [principal()]), answers("be2", [mirror()])], "seen"],
    [
      "a login without sysadmin sees NULLs beside a principal that names it",
      [answers("be1", [principal()]), answers("be2", [mirror({ nothing: true })], { sysadmin: false })],
      "inferred",
    ],
    [
      "NULLs without sysadmin and no partner that tells",
      [silent("be1"), answers("be2", [mirror({ nothing: true })], { sysadmin: false })],
      "hidden",
    ],
    [
      "NULLs for a sysadmin mean that it is not mirrored",
      [answers("be1", [principal()]), answers("be2", [mirror({ nothing: true })])],
      "not-mirrored",
    ],
    [
      "NULLs on an ONLINE database mean that it is not mirrored, whoever asks",
      [
        answers("be1", [principal()]),
        answers("be2", [mirror({ nothing: true, db: "ONLINE" })], { sysadmin: false }),
      ],
      "not-mirrored",
    ],
    ["the database is not there", [answers("be1", [principal()]), answers("be2", [])], "absent"],
    ["the instance said nothing", [answers("be1", [principal()]), silent("be2")], "nothing"],
    ["nobody has asked it yet", [answers("be1", [principal()])], "not-asked"],
  ];
  it.each(rows)("%s", (_, observations, said) => {
    expect(session(...observations).mirror.said).toBe(said);
  });

  it("compares names without case, as SQL Server does", () => {
    expect(session(answers("be1", [principal({ name: "RtcXds" })])).primary.said).toBe("seen");
  });

  it("infers role and state of a hidden mirror from its principal", () => {
    const hidden = session(
      answers("be1", [principal({ state: "SYNCHRONIZING" })]),
      answers("be2", [mirror({ nothing: true })], { sysadmin: false }),
    );
    expect([roleOf(hidden.mirror), hidden.mirror.said === "inferred" && hidden.mirror.state]).toEqual([
      "MIRROR",
      "SYNCHRONIZING",
    ]);
  });
});

it("a hidden mirror is not inferred to be pending: only the principal shows that", () => {
  const { mirror: side } = session(
    answers("be1", [principal({ state: "PENDING_FAILOVER" })]),
    answers("be2", [mirror({ nothing: true })], { sysadmin: false }),
  );
  expect(side.said === "inferred" && side.state).toBe("SYNCHRONIZED");
});

describe("two claimants of the principal role", () => {
  const both = (startedAt: number) => {
    const round = { startedAt, answeredAt: startedAt + 10 };
    return session(
      answers("be1", [principal({ heardAt: now - 5_000 })], round),
      answers("be2", [principal({ roleSequence: 4, heardAt: now - 2_000 })], round),
    );
  };

  it("are a switch under way until rounds begun after both first claims confirm them", () => {
    expect(claimOf(both(now - 2_010)).kind).toBe("switching");
    expect(claimOf(both(now - 1_000)).kind).toBe("two");
  });

  it("keep the time they were first heard from round to round, and lose it when role or sequence changes", () => {
    const first = answers("be1", [principal({ heardAt: 1 })]);
    const same = carryForward(first, answers("be1", [principal({ heardAt: 2 })]));
    const switched = carryForward(same, answers("be1", [principal({ heardAt: 3, roleSequence: 9 })]));
    const afterSilence = carryForward(silent("be1"), answers("be1", [principal({ heardAt: 4 })]));
    expect(
      [same, switched, afterSilence].map((answer: InstanceAnswer) => answer.databases[0]!.roleFirstHeardAt),
    ).toEqual([1, 3, 4]);
  });
});

describe("who serves", () => {
  const rows: [string, Parameters<typeof heard>, string | null][] = [
    ["the principal that is ONLINE", [answers("be1", [principal()]), answers("be2", [mirror()])], "BE1"],
    [
      "nobody while the failover is pending",
      [answers("be1", [principal({ state: "PENDING_FAILOVER" })]), answers("be2", [mirror()])],
      null,
    ],
    [
      "nobody when the principal has neither partner nor witness",
      [answers("be1", [principal({ state: "DISCONNECTED", witnessState: "DISCONNECTED" })]), silent("be2")],
      null,
    ],
    [
      "the principal alone where no witness is set",
      [
        answers("be1", [principal({ state: "DISCONNECTED", witnessName: null, witnessState: null })]),
        silent("be2"),
      ],
      "BE1",
    ],
    [
      "nobody while the principal recovers",
      [answers("be1", [principal({ db: "RECOVERING" })]), answers("be2", [mirror()])],
      null,
    ],
  ];
  it.each(rows)("%s", (_, observations, server) => {
    expect(servingSide(session(...observations))?.instance.name ?? null).toBe(server);
  });
});

describe("the sessions of a pool", () => {
  it("are its declared databases, and what is mirrored on its pairs without being claimed", () => {
    const pool = poolOf(userStore(["rtcxds"]));
    const observations = heard(
      answers("be1", [principal(), principal({ name: "extra" })]),
      answers("be2", [mirror(), mirror({ name: "extra" })]),
    );
    expect(sessionsOf(pool, observations).map((one) => one.database)).toEqual(["rtcxds"]);
    expect(unclaimedSessions(pool, observations).map((one) => [one.database, one.store.type])).toEqual([
      ["extra", "Other"],
    ]);
  });

  it("do not include a database that is mirrored with somebody else", () => {
    const observations = heard(
      answers("be1", [principal({ name: "extra" })]),
      answers("be2", [mirror({ name: "extra", guid: "another" })]),
    );
    expect(unclaimedSessions(poolOf(), observations)).toEqual([]);
  });
});
