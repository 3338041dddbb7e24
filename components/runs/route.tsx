import { MoveRight } from "lucide-react";
import type { FoundSession, Plan } from "#lib/runbooks/plan.ts";

export interface Route {
  from: string;
  to: string;
}

/** From which server to which: one line for each pair that moves. */
export function routesOf(found: readonly FoundSession[]): Route[] {
  const moving = found.filter((entry) => entry.moves);
  const routes = moving.map((entry) => ({ from: entry.from?.name ?? "?", to: entry.to.name }));
  return [...new Map(routes.map((route) => [routeText(route), route])).values()];
}

export function targetsOf(plan: Pick<Plan, "found">): string[] {
  return [...new Set(plan.found.filter((entry) => entry.moves).map((entry) => entry.to.name))];
}

export function sourcesOf(plan: Pick<Plan, "found">): string[] {
  return [...new Set(plan.found.flatMap((entry) => (entry.moves && entry.from ? [entry.from.name] : [])))];
}

export function routeText({ from, to }: Route): string {
  return `${from} → ${to}`;
}

export function routesText(found: readonly FoundSession[]): string {
  return routesOf(found).map(routeText).join(", ");
}

/** Names large, the arrow between them: names do not move, roles do. */
export function RouteName({ from, to }: Route) {
  return (
    <span className="inline-flex flex-wrap items-center gap-x-1.5 font-semibold">
      <span className="break-all">{from}</span>
      <MoveRight aria-label="→" role="img" className="size-[1.1em] shrink-0 text-brand" strokeWidth={2.25} />
      <span className="break-all">{to}</span>
    </span>
  );
}
