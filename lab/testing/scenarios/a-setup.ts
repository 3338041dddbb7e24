/** Setting up a session, and its witness. */
import type { Row, ScenarioFile } from "#lab/testing/scenarios/row.ts";
import {
  A,
  B,
  C,
  cut,
  join,
  load,
  partner,
  partnerOff,
  say,
  stop,
  suspend,
  wait,
  witness,
} from "#lab/testing/scenarios/steps.ts";

const began = {
  A: "PRINCIPAL SYNCHRONIZING n FULL, no witness, ONLINE serves",
  B: "MIRROR SYNCHRONIZING n FULL, no witness, RESTORING 954",
};
const stands = {
  A: "PRINCIPAL SYNCHRONIZED n FULL, no witness, ONLINE serves",
  B: "MIRROR SYNCHRONIZED n FULL, no witness, RESTORING 954",
};
const endpoint =
  (at: number, values: Record<string, unknown>) =>
  (scenario: ScenarioFile): void => {
    Object.assign(scenario.instances[at].endpoint, values);
  };
/** Two accounts: A knows the one of B, B does not know the one of A. */
const strangeAccount = (scenario: ScenarioFile): void => {
  scenario.logins.push({ name: "CONTOSO\\sql-b", password: "-" });
  Object.assign(scenario.instances[0], { serviceAccount: "CONTOSO\\sql-a" });
  Object.assign(scenario.instances[1], { serviceAccount: "CONTOSO\\sql-b" });
  scenario.instances[0].endpoint.connect = ["CONTOSO\\sql-b"];
};
const logged = (number: number) =>
  `DECLARE @log TABLE (at datetime, source nvarchar(100), words nvarchar(4000)) INSERT @log EXEC master.dbo.xp_readerrorlog 0, 1, N'${number === 1440 ? "as the principal copy" : "as the mirror copy"}' SELECT COUNT(*) AS lines FROM @log`;

export const setup: Row[] = [
  {
    id: "A1",
    is: "the mirror first contacts nobody",
    base: "unmirrored",
    given: [stop("A")],
    before: { A: "gone" },
    event: [partner("B", A)],
    answers: ["done"],
  },
  {
    id: "A1",
    is: "the principal then starts the session",
    base: "unmirrored",
    given: [partner("B", A)],
    event: [partner("A", B)],
    answers: ["done"],
    after: began,
  },
  {
    id: "A1",
    is: "and a moment later both are SYNCHRONIZED, with a line in each error log",
    base: "unmirrored",
    given: [partner("B", A)],
    event: [partner("A", B), wait(1)],
    answers: ["done"],
    after: stands,
    shows: [
      ["A", logged(1440), [{ lines: 1 }]],
      ["B", logged(1441), [{ lines: 1 }]],
    ],
  },
  ...(["1416", "1418"] as const).map(
    (unpreparedMirror): Row => ({
      id: "A2",
      is: `the principal first: refused with ${unpreparedMirror}, nothing is configured`,
      base: "unmirrored",
      options: { unpreparedMirror },
      event: [partner("A", B)],
      answers: [Number(unpreparedMirror)],
    }),
  ),
  {
    id: "A4",
    is: "an account that may not connect to the other's endpoint: 1418, B drops it without an answer",
    base: "unmirrored",
    fleet: strangeAccount,
    given: [partner("B", A)],
    event: [partner("A", B)],
    answers: [1418],
  },
  {
    id: "A4",
    is: "with a login and CONNECT over there it works",
    base: "unmirrored",
    fleet: strangeAccount,
    given: [
      partner("B", A),
      say("B", "CREATE LOGIN [CONTOSO\\sql-a] FROM WINDOWS"),
      say("B", "GRANT CONNECT ON ENDPOINT::[Mirroring] TO [CONTOSO\\sql-a]"),
    ],
    event: [partner("A", B), wait(1)],
    answers: ["done"],
    after: stands,
  },
  {
    id: "A5",
    is: "encryption DISABLED cannot talk to REQUIRED",
    base: "unmirrored",
    fleet: endpoint(0, { encryption: "DISABLED" }),
    given: [partner("B", A)],
    event: [partner("A", B)],
    answers: [1418],
  },
  {
    id: "A5",
    is: "DISABLED talks to SUPPORTED",
    base: "unmirrored",
    fleet: (scenario) => {
      endpoint(0, { encryption: "DISABLED" })(scenario);
      endpoint(1, { encryption: "SUPPORTED" })(scenario);
    },
    given: [partner("B", A)],
    event: [partner("A", B), wait(1)],
    answers: ["done"],
    after: stands,
  },
  {
    id: "A5",
    is: "SUPPORTED talks to REQUIRED",
    base: "unmirrored",
    fleet: endpoint(0, { encryption: "SUPPORTED" }),
    given: [partner("B", A)],
    event: [partner("A", B), wait(1)],
    answers: ["done"],
    after: stands,
  },
  ...["SIMPLE", "BULK_LOGGED"].map(
    (model): Row => ({
      id: "A7",
      is: `a database in ${model} recovery cannot be mirrored`,
      base: "unmirrored",
      given: [partner("B", A), say("A", `ALTER DATABASE [db] SET RECOVERY ${model}`)],
      event: [partner("A", B)],
      answers: [1465],
    }),
  ),
  {
    id: "A7",
    is: "FULL again, but what was written in bulk is in no log backup yet",
    base: "unmirrored",
    fleet: (scenario) => {
      scenario.instances[0].databases.at(-1).workloadKbPerSecond = 100;
    },
    given: [
      partner("B", A),
      say("A", "ALTER DATABASE [db] SET RECOVERY BULK_LOGGED"),
      wait(10),
      say("A", "ALTER DATABASE [db] SET RECOVERY FULL"),
    ],
    event: [partner("A", B)],
    answers: [1475],
  },
  {
    id: "A8",
    is: "the copy on B is ONLINE instead of RESTORING",
    base: "unmirrored",
    given: [say("B", "RESTORE DATABASE [db] WITH RECOVERY")],
    before: { B: "unmirrored, ONLINE serves" },
    event: [partner("A", B)],
    answers: [1464],
  },
  {
    id: "A10",
    is: "already mirrored here",
    event: [partner("A", B)],
    answers: [1405],
  },
  {
    id: "A10",
    is: "already mirrored there, with this instance's former self",
    base: "base1",
    given: [cut("A-B"), wait(1), partnerOff("A"), join("A-B")],
    before: {
      A: "unmirrored, ONLINE serves",
      B: "MIRROR DISCONNECTED n FULL, no witness, RESTORING 954",
    },
    event: [partner("A", B)],
    answers: [1410],
  },
  {
    id: "A10",
    is: "the other copy is mirrored with another server",
    base: "unmirrored",
    fleet: (scenario) => {
      scenario.instances[3].databases = [{ name: "db" }];
    },
    given: [partner("B", C), partner("C", B), wait(1)],
    before: { B: "MIRROR SYNCHRONIZED n FULL, no witness, RESTORING 954; B is with C" },
    event: [partner("A", B)],
    answers: [1460],
  },
  ...(
    [
      ["its own address", A, 1452],
      ["an address without a port", "TCP://b.contoso.com", 1449],
      ["an address of another kind", "HTTP://b.contoso.com:5022", 1449],
      ["nothing", "", 1449],
    ] as const
  ).map(
    ([what, address, number]): Row => ({
      id: "A11",
      is: `SET PARTNER to ${what} is refused`,
      base: "unmirrored",
      given: [partner("B", A)],
      event: [partner("A", address)],
      answers: [number],
    }),
  ),
  {
    id: "A13",
    is: "SET WITNESS on the principal: both are CONNECTED, and the witness has its row",
    base: "base1",
    event: [witness("A")],
    answers: ["done"],
    after: {
      A: "PRINCIPAL SYNCHRONIZED n FULL, W CONNECTED, ONLINE serves",
      B: "MIRROR SYNCHRONIZED n FULL, W CONNECTED, RESTORING 954",
      W: "A>B n FULL SYNCHRONIZED",
    },
  },
  {
    id: "A14",
    is: "SET WITNESS while the mirror is away",
    base: "base1",
    given: [stop("B"), wait(2)],
    before: { A: "PRINCIPAL DISCONNECTED n FULL, no witness, ONLINE serves", B: "gone" },
    event: [witness("A")],
    answers: [1426],
  },
  {
    id: "A14",
    is: "SET WITNESS while the mirror is behind",
    base: "base1",
    given: [load({ sendKbPerSecond: 10, sendQueueKb: 500 })],
    before: {
      A: "PRINCIPAL SYNCHRONIZING n FULL, no witness, ONLINE serves; log beyond failover LSN",
      B: "MIRROR SYNCHRONIZING n FULL, no witness, RESTORING 954",
    },
    event: [witness("A")],
    answers: [1426],
  },
  {
    id: "A14",
    is: "SET WITNESS of a suspended session",
    base: "base1",
    given: [suspend("A")],
    before: {
      A: "PRINCIPAL SUSPENDED n FULL, no witness, ONLINE serves",
      B: "MIRROR SUSPENDED n FULL, no witness, RESTORING 954",
    },
    event: [witness("A")],
    answers: [1426],
  },
  {
    id: "A16",
    is: "an endpoint whose role is PARTNER cannot act as witness",
    base: "base1",
    fleet: endpoint(2, { role: "PARTNER" }),
    event: [witness("A")],
    answers: [1427],
  },
  ...(["1456", "1418"] as const).map(
    (unreachableWitness): Row => ({
      id: "A16",
      is: `an endpoint that is STOPPED is not reached: refused with ${unreachableWitness}, nothing is changed`,
      base: "base1",
      options: { unreachableWitness },
      fleet: endpoint(2, { state: "STOPPED" }),
      event: [witness("A")],
      answers: [Number(unreachableWitness)],
    }),
  ),
  {
    id: "A17",
    is: "SET WITNESS on the mirror",
    base: "base1",
    event: [witness("B")],
    answers: [1470],
  },
];
