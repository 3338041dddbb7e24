import { type DatabaseType, databaseTypes } from "#lib/mirroring/pool.ts";
import type { Asked, Scope } from "#lib/runbooks/plan.ts";
import type { RunState } from "#lib/runs/replay.ts";

/** What is asked for, as it stands in the wizard's address: a reload, or a link sent to somebody, keeps it. */
export interface Wish {
  stage: "what" | "readiness" | "plan";
  asked: Asked & { runbook: "manual-failover"; scope: WishedScope };
  reason: string;
  ticket: string;
}

/** Named sessions are what a run asks of itself, never a person. */
export type WishedScope = Exclude<Scope, { kind: "sessions" }>;

export function wishFrom(query: URLSearchParams, toward: Asked["toward"]): Wish {
  const stage = query.get("stage");
  const wanted = query.get("toward");
  return {
    stage: stage === "readiness" || stage === "plan" ? stage : "what",
    asked: {
      runbook: "manual-failover",
      scope: scopeFrom(query),
      toward: wanted === "Primary" || wanted === "Mirror" ? wanted : toward,
      options: { waitForRedo: query.get("redo") !== "as-it-is" },
    },
    reason: query.get("reason") ?? "",
    ticket: query.get("ticket") ?? "",
  };
}

export function queryOf({ stage, asked, reason, ticket }: Wish): URLSearchParams {
  const query = new URLSearchParams({ stage, toward: asked.toward });
  const { scope } = asked;
  if (scope.kind === "pool") for (const database of scope.leaveOut) query.append("stays", database);
  if (scope.kind === "type") query.set("type", scope.type);
  if (scope.kind === "database") {
    query.set("store", scope.storeId);
    query.set("database", scope.database);
  }
  if (!asked.options.waitForRedo) query.set("redo", "as-it-is");
  if (reason) query.set("reason", reason);
  if (ticket) query.set("ticket", ticket);
  return query;
}

/** The wizard with what this run was planned from: where its plan is made anew. */
export function againHref({ poolId, plan, reason, ticket }: Planned): string {
  return hrefOf(poolId, { ...plan, scope: wishable(plan.scope) }, "plan", reason, ticket);
}

/** The wizard with the way back. */
export function backHref({ poolId, plan, ticket }: Planned): string {
  const toward = plan.toward === "Mirror" ? "Primary" : "Mirror";
  return hrefOf(poolId, { ...plan, scope: wishable(plan.scope), toward }, "what", "", ticket);
}

type Planned = Pick<RunState, "poolId" | "plan" | "reason" | "ticket">;

function hrefOf(
  poolId: string,
  asked: Omit<Wish["asked"], "runbook">,
  stage: Wish["stage"],
  reason: string,
  ticket: string,
): string {
  const wish: Wish = { stage, asked: { ...asked, runbook: "manual-failover" }, reason, ticket };
  return `/pools/${encodeURIComponent(poolId)}/failover?${queryOf(wish)}`;
}

function wishable(scope: Scope): WishedScope {
  return scope.kind === "sessions" ? { kind: "pool", leaveOut: [] } : scope;
}

function scopeFrom(query: URLSearchParams): WishedScope {
  const [type, storeId, database] = [query.get("type"), query.get("store"), query.get("database")];
  if (storeId && database) return { kind: "database", storeId, database };
  if (isDatabaseType(type)) return { kind: "type", type };
  return { kind: "pool", leaveOut: query.getAll("stays") };
}

function isDatabaseType(word: string | null): word is DatabaseType {
  return databaseTypes.some((type) => type === word);
}
