import { expect, it } from "vitest";
import { outcomeOf } from "#lib/sqlserver/outcome.ts";
import { newTrail, type Trail } from "#lib/sqlserver/trail.ts";

const loggedIn: Trail = { ...newTrail(), reached: "login" };
const said = (number: number, severity: number, message: string) =>
  Object.assign(new Error(message), { name: "RequestError", code: "EREQUEST", number, class: severity });

it.each<[string, unknown, Trail, object]>([
  [
    "the first error says why, 5069 only that it failed",
    Object.assign(said(5069, 16, "ALTER DATABASE statement failed."), {
      precedingErrors: [said(1422, 16, "The mirror is not ready.")],
    }),
    loggedIn,
    { kind: "refused", number: 1422, severity: 16, message: "The mirror is not ready." },
  ],
  [
    "our own guard's no",
    said(50_000, 16, "Nothing was changed."),
    loggedIn,
    { kind: "refused", number: 50_000 },
  ],
  [
    "the server ends the connection in the middle",
    said(596, 21, "Cannot continue the execution because the session is in the kill state."),
    loggedIn,
    { kind: "broken", sent: true },
  ],
  [
    "an error, and then the link breaks",
    Object.assign(new Error("Connection lost - read ECONNRESET"), {
      name: "RequestError",
      code: "EREQUEST",
      number: "ECONNRESET",
      precedingErrors: [said(1413, 16, "Communications failed.")],
    }),
    loggedIn,
    { kind: "broken", sent: true },
  ],
  [
    "the limit is over",
    Object.assign(new Error("Timeout: Request failed to complete in 300ms"), {
      name: "RequestError",
      code: "ETIMEOUT",
      number: "ETIMEOUT",
    }),
    loggedIn,
    { kind: "timeout" },
  ],
  [
    "no connection could be made",
    Object.assign(new Error("Failed to connect"), { name: "ConnectionError", code: "ESOCKET" }),
    newTrail(),
    { kind: "broken", sent: false },
  ],
  [
    "the login was refused",
    Object.assign(new Error("Login failed."), { name: "ConnectionError", code: "ELOGIN" }),
    {
      ...newTrail(),
      reached: "tls",
      said: [{ number: 18_456, severity: 14, message: "Login failed for user 'x'." }],
    },
    { kind: "broken", sent: false, detail: "Login failed for user 'x'." },
  ],
  [
    "a connection that hung on its way",
    Object.assign(new Error("No answer within 6 s"), { code: "ETIMEOUT" }),
    newTrail(),
    { kind: "broken", sent: false },
  ],
])("what became of a statement: %s", (_what, error, trail, outcome) => {
  expect(outcomeOf(error, 12, trail)).toMatchObject({ ...outcome, ms: 12 });
});
