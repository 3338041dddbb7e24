import { describe, expect, it } from "vitest";
import { type LogStory, logStory } from "#lab/mirroring/log-story.ts";

interface Row {
  /** The id of the documented scenario, and what it says. */
  is: string;
  tell(s: LogStory): unknown;
  answer?: unknown;
  A?: string;
  used?: [instance: string, database: string, says: string];
}

const SUSPEND = { kind: "suspend", database: "db" } as const;
const RESUME = { kind: "resume", database: "db" } as const;
const OFF = { kind: "partner-off", database: "db" } as const;
const BAK = "D:\\b\\db.bak";
const trn = (n: number) => `D:\\b\\db${n}.trn`;
const last = (...said: unknown[]) => said.at(-1);
const bounded = (s: LogStory) => s.sql("A", { kind: "set-witness", database: "db", address: "x" });

const rows: Row[] = [
  {
    is: "log that nobody has backed up stays: LOG_BACKUP",
    tell: (s) => s.after(60),
    A: "60000 KB used, LOG_BACKUP",
  },
  {
    is: "BACKUP LOG frees it: NOTHING",
    tell: (s) => s.after(60).backup("A", "db", trn(1)),
    answer: "answered",
    A: "1 KB used, NOTHING",
  },
  {
    is: "a copy-only log backup frees nothing",
    tell: (s) => s.after(60).backup("A", "db", trn(1), { copyOnly: true }),
    A: "60001 KB used, LOG_BACKUP",
  },
  {
    is: "a full backup frees nothing",
    tell: (s) => s.after(60).backup("A", "db", BAK),
    A: "60001 KB used, LOG_BACKUP",
  },
  {
    is: "F6: while SUSPENDED log backups cut nothing past what the mirror has: DATABASE_MIRRORING",
    tell: (s) =>
      last(s.sql("A", SUSPEND), s.after(60).backup("A", "db", trn(1)), s.after(60).backup("A", "db", trn(2))),
    answer: "answered",
    A: "120002 KB used, DATABASE_MIRRORING",
  },
  {
    is: "F7: the same while DISCONNECTED",
    tell: (s) => last(s.cut("A", "B").after(60).backup("A", "db", trn(1)), s.after(60)),
    A: "119901 KB used, DATABASE_MIRRORING",
  },
  {
    is: "F8: after RESUME the log is cut at checkpoints, as the mirror acknowledges",
    tell: (s) =>
      last(s.sql("A", SUSPEND), s.after(600).backup("A", "db", trn(1)), s.sql("A", RESUME), s.after(60)),
    A: "60000 KB used, LOG_BACKUP",
  },
  {
    is: "F9: SET PARTNER OFF, and the next log backup cuts the log",
    tell: (s) => last(s.sql("A", SUSPEND), s.after(60).sql("A", OFF), s.backup("A", "db", trn(1))),
    answer: "answered",
    A: "0 KB used, NOTHING",
  },
  {
    is: "F6: the log grows to its limit and takes no more",
    tell: (s) => last(s.sql("A", SUSPEND), s.after(3_600)),
    A: "1000000 KB used, DATABASE_MIRRORING",
  },
  {
    is: "F8: and RESUME lets the writers go on at the next checkpoint after a log backup",
    tell: (s) => {
      s.sql("A", SUSPEND);
      s.after(3_600).backup("A", "db", trn(1));
      s.sql("A", RESUME);
      s.after(120);
      return s.database("A", "db").log?.full;
    },
    answer: undefined,
  },
  {
    is: "an open transaction keeps the log from its BEGIN on: ACTIVE_TRANSACTION",
    tell: (s) => {
      const { endOfLogKb, openTransactions } = s.database("A", "db");
      openTransactions.push({ sinceMs: s.fleet.now, host: "FE1", spid: 70, beganKb: endOfLogKb });
      return s.after(60).backup("A", "db", trn(1));
    },
    answer: "answered",
    A: "60001 KB used, ACTIVE_TRANSACTION",
  },
  {
    is: "without a chain of backups a checkpoint is enough",
    tell: (s) =>
      last(
        s.sql("A", OFF),
        s.sql("A", { kind: "set-recovery", database: "db", model: "SIMPLE" }),
        s.after(60),
      ),
    A: "0 KB used, NOTHING",
  },
  {
    is: "under SIMPLE there is no log backup: 4208",
    tell: (s) => last(simple(s), s.backup("A", "db", trn(1))),
    answer: 4208,
  },
  {
    is: "back in FULL there is none before a full backup: 4214",
    tell: (s) => last(simple(s), full(s), s.backup("A", "db", trn(1))),
    answer: 4214,
  },
  {
    is: "a full backup begins the chain anew",
    tell: (s) => last(simple(s), full(s), s.backup("A", "db", BAK), s.backup("A", "db", trn(1))),
    answer: "answered",
  },
  { is: "BACKUP on the mirror: 3059", tell: (s) => s.backup("B", "db", trn(1)), answer: 3059 },
  {
    is: "the tail of a mirrored principal is not for BACKUP: 1468",
    tell: (s) => s.backup("A", "db", trn(1), { norecovery: true }),
    answer: 1468,
  },
  {
    is: "a share that this instance may not write: 3201",
    tell: (s) => s.backup("A", "db", "\\\\fs1.contoso.com\\closed\\x.trn"),
    answer: 3201,
  },
  {
    is: "a server that is not there: 3201",
    tell: (s) => s.backup("A", "db", "\\\\nowhere\\x\\x.trn"),
    answer: 3201,
  },
  {
    is: "a witness that cannot be reached changes nothing of the log",
    tell: bounded,
    answer: 1449,
    A: "0 KB used, NOTHING",
  },
];

describe("the log over virtual time", () => {
  it.each(rows)("$is", ({ tell, answer, A }) => {
    const s = logStory();
    const said = tell(s);
    if (answer !== undefined) expect(said).toBe(answer);
    if (A !== undefined) expect(s.log("A")).toBe(A);
  });

  it("a full log is told once in the error log, and its writers stop", () => {
    const s = logStory();
    s.sql("A", SUSPEND);
    const stopped = s.after(1_000).database("A", "db").endOfLogKb;
    expect(s.after(3_600).database("A", "db").endOfLogKb).toBe(stopped);
    const [a] = s.fleet.instances;
    expect(a!.errorLog.filter(({ number }) => number === 9002).map(({ text }) => text)).toEqual([
      "The transaction log for database 'db' is full due to 'DATABASE_MIRRORING'.",
    ]);
  });

  it("one long advance equals many short ones, backups, copies and restores included", () => {
    const long = logStory().after(7_200).fleet;
    const short = logStory();
    for (let n = 0; n < 720; n++) short.after(10);
    expect(JSON.stringify(short.fleet)).toBe(JSON.stringify(long));
  });
});

interface ChainRow {
  is: string;
  tell(s: LogStory): unknown;
  answer: unknown;
}

/** A full backup and three log backups of mgc, a minute apart; then nothing runs by itself any more. */
function backedUp(s: LogStory): LogStory {
  for (const { agent } of s.fleet.instances) if (agent) agent.running = false;
  s.backup("PC1", "mgc", "\\\\fs1.contoso.com\\ship\\mgc.bak");
  for (const n of [1, 2, 3]) s.after(60).backup("PC1", "mgc", file(n));
  return s;
}
const file = (n: number) => `\\\\fs1.contoso.com\\ship\\mgc${n}.trn`;
const whole = (s: LogStory) => s.restore("A", "mgc", "\\\\fs1.contoso.com\\ship\\mgc.bak");
const rolled = (s: LogStory, ...files: number[]) =>
  last(whole(s), ...files.map((n) => s.restore("A", "mgc", file(n))));
const recovery = { kind: "restore-with-recovery", database: "mgc" } as const;

const chain: ChainRow[] = [
  { is: "a full backup and all logs in order", tell: (s) => rolled(s, 1, 2, 3), answer: "answered" },
  { is: "I3: one log backup is missing: 4305", tell: (s) => rolled(s, 1, 3), answer: 4305 },
  {
    is: "I3: it is found, and the rest follows",
    tell: (s) => last(rolled(s, 1, 3), rolled2(s, 2, 3)),
    answer: "answered",
  },
  { is: "a log that is too early: 4326", tell: (s) => rolled(s, 1, 2, 1), answer: 4326 },
  { is: "the last one again does no harm", tell: (s) => rolled(s, 1, 1), answer: "answered" },
  { is: "a log without its database: 3118", tell: (s) => s.restore("A", "mgc", file(1)), answer: 3118 },
  {
    is: "I6: recovered, the last chance has passed: 3117",
    tell: (s) => last(rolled(s, 1), s.sql("A", recovery), s.restore("A", "mgc", file(2))),
    answer: 3117,
  },
  {
    is: "recovered twice: 3153",
    tell: (s) => last(rolled(s, 1), s.sql("A", recovery), s.sql("A", recovery)),
    answer: 3153,
  },
  {
    is: "another database's file: 3154",
    tell: (s) => last(s.backup("A", "db", BAK), whole(s), s.restore("A", "mgc", BAK)),
    answer: 3154,
  },
  {
    is: "over a database with an unsaved tail: 3159",
    tell: (s) => last(rolled(s, 1), s.sql("A", recovery), wrote(s), whole(s)),
    answer: 3159,
  },
  {
    is: "WITH REPLACE all the same",
    tell: (s) =>
      last(
        rolled(s, 1),
        s.sql("A", recovery),
        wrote(s),
        s.restore("A", "mgc", "\\\\fs1.contoso.com\\ship\\mgc.bak", { replace: true }),
      ),
    answer: "answered",
  },
  {
    is: "I11: over a mirrored database: 3104",
    tell: (s) => s.restore("PC1", "mgc", "\\\\fs1.contoso.com\\ship\\mgc.bak", { replace: true }),
    answer: 3104,
  },
  {
    is: "on an older server: 3169",
    tell: (s) => s.restore("OLD", "mgc", "\\\\fs1.contoso.com\\ship\\mgc.bak"),
    answer: 3169,
  },
  {
    is: "MOVE of a file that is not in it: 3234",
    tell: (s) =>
      s.restore("A", "mgc", "\\\\fs1.contoso.com\\ship\\mgc.bak", {
        moves: [{ logical: "nope", to: "D:\\x.mdf" }],
      }),
    answer: 3234,
  },
  {
    is: "MOVE to where no folder is: 3156",
    tell: (s) =>
      s.restore("A", "mgc", "\\\\fs1.contoso.com\\ship\\mgc.bak", {
        moves: [{ logical: "mgc", to: "Z:\\x.mdf" }],
      }),
    answer: 3156,
  },
  {
    is: "a log as a database: 3135",
    tell: (s) => s.restore("A", "mgc", file(1), { log: false }),
    answer: 3135,
  },
  {
    is: "a set that the file does not hold: 4038",
    tell: (s) => s.restore("A", "mgc", "\\\\fs1.contoso.com\\ship\\mgc.bak", { position: 2 }),
    answer: 4038,
  },
  { is: "a log from another recovery path: 4330", tell: otherPath, answer: 4330 },
  {
    is: "WITH STANDBY it can be read, and the next log still fits",
    tell: standby,
    answer: "ONLINE answered",
  },
];

/** Something was written on A that no backup holds. */
function wrote(s: LogStory): void {
  s.database("A", "mgc").endOfLogKb += 5;
}

function rolled2(s: LogStory, ...files: number[]): unknown {
  return last(...files.map((n) => s.restore("A", "mgc", file(n))));
}

/** A copy was recovered on A and lived on; its log does not fit a copy that followed PC1. */
function otherPath(s: LogStory): unknown {
  rolled(s, 1);
  s.sql("A", recovery);
  s.database("A", "mgc").endOfLogKb += 50_000;
  s.backup("A", "mgc", "\\\\a\\backup\\fork.trn");
  s.restore("B", "mgc", "\\\\fs1.contoso.com\\ship\\mgc.bak");
  for (const n of [1, 2]) s.restore("B", "mgc", file(n));
  return s.restore("B", "mgc", "\\\\a\\backup\\fork.trn");
}

function standby(s: LogStory): unknown {
  whole(s);
  s.restore("A", "mgc", file(1), { end: "standby", standbyFile: "D:\\mgc.tuf" });
  const { state } = s.database("A", "mgc");
  return `${state} ${s.restore("A", "mgc", file(2))}`;
}

describe("chains of backups", () => {
  it.each(chain)("$is", ({ tell, answer }) => {
    const said = tell(backedUp(logStory()));
    expect(said).toBe(answer);
  });

  it("G6: log backups taken after SET PARTNER OFF must be restored before the two can be partners again", () => {
    const s = logStory();
    for (const instance of ["A", "B"]) s.sql(instance, OFF);
    const pair = (mirror = "B") => {
      s.sql(mirror, { kind: "set-partner", database: "db", address: "TCP://a.contoso.com:5022" });
      return s.sql("A", { kind: "set-partner", database: "db", address: "TCP://b.contoso.com:5022" });
    };
    s.after(30).backup("A", "db", "\\\\a\\backup\\db1.trn");
    s.after(30).backup("A", "db", "\\\\a\\backup\\db2.trn");
    expect(pair()).toBe(1412);
    expect(s.restore("B", "db", "\\\\a\\backup\\db2.trn")).toBe(4305);
    expect(s.restore("B", "db", "\\\\a\\backup\\db1.trn")).toBe("answered");
    expect(s.restore("B", "db", "\\\\a\\backup\\db2.trn")).toBe("answered");
    expect(pair()).toBe("answered");
    expect(s.after(5).database("B", "db").mirroring?.state).toBe("SYNCHRONIZED");
  });

  it("1478: with the full backup alone the mirror lacks the log that the chain needs", () => {
    const s = logStory();
    for (const instance of ["A", "B"]) s.sql(instance, OFF);
    s.sql("B", { kind: "drop-database", database: "db" });
    s.backup("A", "db", "\\\\a\\backup\\db1.trn");
    s.backup("A", "db", "\\\\a\\backup\\db.bak");
    s.restore("B", "db", "\\\\a\\backup\\db.bak");
    s.sql("B", { kind: "set-partner", database: "db", address: "TCP://a.contoso.com:5022" });
    expect(s.sql("A", { kind: "set-partner", database: "db", address: "TCP://b.contoso.com:5022" })).toBe(
      1478,
    );
  });
});

describe("log shipping by the clock", () => {
  const shipped = (s: LogStory) =>
    s.fleet.instances.find(({ name }) => name === "PC2")!.logShipping!.secondaries[0]!;
  const jobs = (s: LogStory, instance: string, job: string) =>
    s.fleet.instances
      .find(({ name }) => name === instance)!
      .agent!.jobs.find(({ name }) => name.startsWith(job))!
      .history.map(({ succeeded }) => succeeded);

  it("backs up every five minutes, copies them, restores them", () => {
    const s = logStory().after(3_600);
    expect(s.database("PC2", "mgc").state).toBe("RESTORING");
    expect(shipped(s).lastCopiedFile).toBe("D:\\LogShip\\mgc_20260105090000.trn");
    expect(shipped(s).lastRestoredFile).toBe("D:\\LogShip\\mgc_20260105090000.trn");
    expect(s.database("PC2", "mgc").endOfLogKb).toBe(s.database("PC1", "mgc").endOfLogKb);
  });

  it("I3: a file that is lost on the way stops the restore job at the gap, and nothing is recovered", () => {
    const s = logStory().after(320);
    s.fleet.files = s.fleet.files!.filter(({ path }) => !path.includes("mgc_20260105080500"));
    s.after(1_500);
    expect(jobs(s, "PC2", "LSRestore").at(-1)).toBe(false);
    expect(s.database("PC2", "mgc").state).toBe("RESTORING");
  });

  it("I14: on the partner that is mirror now the backup job succeeds without making a backup", () => {
    const s = logStory().after(305);
    s.sql("PC1", { kind: "failover", database: "mgc" });
    s.after(10);
    const before = s.fleet.files!.length;
    const made = s.fleet.instances.find(({ name }) => name === "PC1")!.logShipping!.primaries[0]!.lastAt;
    s.after(1_800);
    const primary = s.fleet.instances.find(({ name }) => name === "PC1")!.logShipping!.primaries[0]!;
    expect(jobs(s, "PC1", "LSBackup").slice(-3)).toEqual([true, true, true]);
    expect(primary.lastAt).toBe(made);
    // I15: and PC1m, where nothing is configured, ships nothing either.
    expect(s.fleet.files!.filter(({ place }) => place.startsWith("\\\\")).length).toBeLessThanOrEqual(before);
  });

  it("I14: the age of the last backup is told by the alert job: 14420", () => {
    const s = logStory();
    s.sql("PC1", { kind: "failover", database: "mgc" });
    s.after(3_600 + 300);
    const [, , pc1] = s.fleet.instances;
    expect(pc1!.errorLog.filter(({ number }) => number === 14_420)).toHaveLength(1);
    expect(jobs(s, "PC1", "LSAlert").at(-1)).toBe(false);
    expect(s.fleet.instances[4]!.errorLog.map(({ number }) => number)).toContain(14_421);
    s.sql("PC1m", { kind: "failover", database: "mgc" });
    s.after(720);
    expect(jobs(s, "PC1", "LSAlert").at(-1)).toBe(true);
  });

  it("a share that is down fails the jobs, and they go on where they stood", () => {
    const s = logStory().after(600);
    s.fleet.shares![0]!.down = true;
    s.after(600);
    expect(jobs(s, "PC1", "LSBackup").at(-1)).toBe(false);
    s.fleet.shares![0]!.down = false;
    s.after(1_200);
    expect(jobs(s, "PC2", "LSRestore").at(-1)).toBe(true);
    expect(shipped(s).lastRestoredFile).toContain("20260105084000");
  });
});

function simple(s: LogStory): void {
  s.sql("A", OFF);
  s.sql("A", { kind: "set-recovery", database: "db", model: "SIMPLE" });
}

function full(s: LogStory): void {
  s.sql("A", { kind: "set-recovery", database: "db", model: "FULL" });
}
