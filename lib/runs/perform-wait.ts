import { ask } from "#lib/mirroring/checks.ts";
import type { WaitStep } from "#lib/runbooks/kit.ts";
import { type Closing, type Tools, until } from "#lib/runs/tools.ts";

/** How often a wait looks: its state moves in seconds, not in statements. */
const waitingPaceMs = 1_000;

/** Looks until the question holds or its time is over; sends nothing. */
export async function performWait(step: WaitStep, tools: Tools): Promise<Closing> {
  const deadline = tools.now() + step.atMostMs;
  let closing: Closing | null = null;
  await until(
    tools,
    async () => {
      const situation = await tools.look();
      const open = ask(step.until, situation).find((verdict) => !verdict.holds);
      if (!open) closing = { verdict: "reached", because: null };
      else if (tools.now() >= deadline) closing = { verdict: "not-reached", because: open.seen };
      return closing !== null;
    },
    waitingPaceMs,
  );
  return closing!;
}
