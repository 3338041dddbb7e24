import type { RunEvent } from "#lib/runs/events.ts";

/** How an event reads in the audit log: a key, its values, and whether it was done, refused or failed. */
export function auditOf(event: RunEvent): {
  action: string;
  values: Record<string, string | number>;
  outcome: "done" | "refused" | "failed";
} {
  return { action: `audit.run.${event.type}`, values: valuesOf(event), outcome: outcomeOf(event) };
}

function valuesOf(event: RunEvent): Record<string, string | number> {
  switch (event.type) {
    case "planned":
      return {
        runbook: event.plan.runbook,
        databases: event.plan.found
          .filter((found) => found.moves)
          .map((found) => found.database)
          .join(", "),
        reason: event.reason,
        ticket: event.ticket,
        planHash: event.planHash,
      };
    case "started":
    case "continued":
      return { by: event.by.name };
    case "step-opened":
      return { step: event.step, attempt: event.attempt };
    case "sending":
      return { step: event.step, database: event.database, on: event.on, sql: event.sql };
    case "answered":
      return {
        step: event.step,
        change: event.change,
        outcome: event.outcome.kind,
        ms: Math.round(event.outcome.ms),
        number: event.outcome.kind === "refused" ? event.outcome.number : 0,
      };
    case "change-closed":
      return { step: event.step, database: event.database, verdict: event.verdict };
    case "step-closed":
      return { step: event.step, verdict: event.verdict };
    case "confirmed":
      return { step: event.step, by: event.by.name, holds: event.holds ? "yes" : "no", note: event.note };
    case "interrupted":
      return { because: event.because.key };
    case "decided":
      return { by: event.by.name, choice: event.choice };
    case "ended":
      return { outcome: event.outcome, there: event.result.there.length, found: event.result.found };
  }
}

function outcomeOf(event: RunEvent): "done" | "refused" | "failed" {
  if (event.type === "answered")
    return event.outcome.kind === "answered"
      ? "done"
      : event.outcome.kind === "refused"
        ? "refused"
        : "failed";
  if (event.type === "change-closed")
    return event.verdict === "reached" || event.verdict === "already" ? "done" : "failed";
  if (event.type === "step-closed") return event.verdict === "reached" ? "done" : "failed";
  if (event.type === "ended") return event.outcome === "completed" ? "done" : "failed";
  return event.type === "interrupted" ? "failed" : "done";
}
