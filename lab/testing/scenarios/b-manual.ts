/** Manual failover. */
import type { Row } from "#lab/testing/scenarios/row.ts";
import {
  cut,
  ended,
  failover,
  load,
  safetyFull,
  safetyOff,
  say,
  suspend,
  wait,
} from "#lab/testing/scenarios/steps.ts";

export const manual: Row[] = [
  {
    id: "B2",
    is: "FAILOVER said on the mirror is refused and changes nothing",
    event: [failover("B")],
    answers: [1470],
  },
  {
    id: "B3",
    is: "FAILOVER needs SAFETY FULL",
    base: "base2",
    event: [failover("A")],
    answers: [1477],
  },
  {
    id: "B5",
    is: "FAILOVER of a suspended session is refused: its mirror is not caught up",
    base: "base1",
    given: [suspend("A")],
    before: {
      A: "PRINCIPAL SUSPENDED n FULL, no witness, ONLINE serves",
      B: "MIRROR SUSPENDED n FULL, no witness, RESTORING 954",
    },
    event: [failover("A")],
    answers: [1422],
  },
  {
    id: "B6",
    is: "FAILOVER without a partner in reach is refused, and the principal goes on serving",
    base: "base1",
    given: [cut("A-B"), wait(2)],
    before: {
      A: "PRINCIPAL DISCONNECTED n FULL, no witness, ONLINE serves",
      B: "MIRROR DISCONNECTED n FULL, no witness, RESTORING 954",
    },
    event: [failover("A")],
    answers: [1447],
  },
  {
    id: "B8",
    is: "from high performance: FULL, wait, FAILOVER, and OFF on the new principal; the old one may no longer say it",
    base: "base2",
    event: [safetyFull("A"), wait(1), failover("A"), wait(1), safetyOff("B"), safetyOff("A")],
    answers: ["done", "done", "done", 1470],
    after: {
      A: "MIRROR SYNCHRONIZED n+1 OFF, no witness, RESTORING 954; safety 3",
      B: "PRINCIPAL SYNCHRONIZED n+1 OFF, no witness, ONLINE serves; safety 3",
    },
  },
  {
    id: "B9",
    is: "FAILOVER straight after SAFETY FULL comes while it still synchronizes",
    base: "base2",
    given: [safetyFull("A")],
    before: {
      A: "PRINCIPAL SYNCHRONIZING n FULL, no witness, ONLINE serves; safety 2",
      B: "MIRROR SYNCHRONIZING n FULL, no witness, RESTORING 954; safety 2",
    },
    event: [failover("A")],
    answers: [1422],
  },
  {
    id: "B11",
    is: "FAILOVER works while only the principal has lost the witness: the partners are a quorum",
    given: [cut("A-W"), wait(2)],
    before: { A: "PRINCIPAL SYNCHRONIZED n FULL, W DISCONNECTED, ONLINE serves" },
    event: [failover("A"), wait(1)],
    answers: ["done"],
    after: {
      A: "MIRROR SYNCHRONIZED n+1 FULL, W DISCONNECTED, RESTORING 954",
      B: "PRINCIPAL SYNCHRONIZED n+1 FULL, W CONNECTED, ONLINE serves",
      W: "B>A n+1 FULL SYNCHRONIZED",
    },
  },
  {
    id: "B12",
    is: "until the redo queue is empty nobody is served",
    given: [load({ redoQueueKb: 50_000 })],
    event: [failover("A"), wait(4.9), ended],
    answers: ["waiting", "waiting"],
    after: { A: "PRINCIPAL PENDING_FAILOVER n FULL, W CONNECTED, RECOVERING 952" },
  },
  {
    id: "B12",
    is: "the outage is the redo queue over its rate",
    given: [load({ redoQueueKb: 50_000 })],
    event: [failover("A"), wait(5), ended],
    answers: ["waiting", "done"],
    after: {
      A: "MIRROR SYNCHRONIZING n+1 FULL, W CONNECTED, RESTORING 954",
      B: "PRINCIPAL SYNCHRONIZING n+1 FULL, W CONNECTED, ONLINE serves",
      W: "B>A n+1 FULL UNSYNCHRONIZED",
    },
  },
  {
    id: "B14",
    is: "a mirror that was never principal has TRUSTWORTHY off, whatever the principal had",
    given: [say("A", "ALTER DATABASE [db] SET TRUSTWORTHY ON")],
    event: [failover("A"), wait(1)],
    answers: ["done"],
    after: {
      A: "MIRROR SYNCHRONIZED n+1 FULL, W CONNECTED, RESTORING 954",
      B: "PRINCIPAL SYNCHRONIZED n+1 FULL, W CONNECTED, ONLINE serves",
      W: "B>A n+1 FULL SYNCHRONIZED",
    },
    shows: [
      ["A", "SELECT is_trustworthy_on AS t FROM sys.databases WHERE name = N'db'", [{ t: true }]],
      ["B", "SELECT is_trustworthy_on AS t FROM sys.databases WHERE name = N'db'", [{ t: false }]],
    ],
  },
  {
    id: "B15",
    is: "a SQL login that only A has: B serves, the login fails there, and the user is an orphan",
    fleet: (scenario) => {
      scenario.logins.push({ name: "app", password: "Lab-2026!", on: ["A"] });
      scenario.sessions[0].users = [{ name: "app", roles: ["db_datareader"] }];
    },
    given: [say("A", "SELECT 1", { login: "app", database: "db" })],
    event: [failover("A"), wait(1), say("B", "SELECT 1", { login: "app", database: "db" })],
    answers: ["done", 18456],
    after: {
      A: "MIRROR SYNCHRONIZED n+1 FULL, W CONNECTED, RESTORING 954",
      B: "PRINCIPAL SYNCHRONIZED n+1 FULL, W CONNECTED, ONLINE serves",
      W: "B>A n+1 FULL SYNCHRONIZED",
    },
    shows: [
      [
        "B",
        `USE [db] SELECT dp.name FROM sys.database_principals dp LEFT JOIN sys.server_principals sp ON dp.sid = sp.sid
         WHERE dp.type = 'S' AND dp.principal_id > 4 AND sp.sid IS NULL`,
        [{ name: "app" }],
      ],
    ],
  },
];
