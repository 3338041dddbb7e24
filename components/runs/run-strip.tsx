import Link from "next/link";
import { useTranslations } from "next-intl";
import { PhaseBadge } from "#components/runs/phase.tsx";
import { routesText } from "#components/runs/route.tsx";
import { Moment } from "#components/ui/time.tsx";
import type { RunState } from "#lib/runs/replay.ts";

/** Runs in a few words each, the newest first: what it is called now, from where to where, and a way to its page. */
export function RunStrip({ runs }: { runs: readonly RunState[] }) {
  const t = useTranslations("runs");
  const runbooks = useTranslations("runbooks");
  return (
    <ul className="space-y-2">
      {runs.map((run) => (
        <li key={run.id} className="flex flex-wrap items-center gap-x-3 gap-y-1 text-sm">
          <PhaseBadge phase={run.phase} />
          <Link
            href={`/runs/${run.id}`}
            className="font-medium text-brand underline-offset-2 hover:underline"
          >
            {t("heading", {
              runbook: runbooks(`${run.plan.runbook}.title`),
              route: routesText(run.plan.found),
            })}
          </Link>
          <span className="text-ink-soft">
            <Moment at={Date.parse(run.startedAt ?? run.preparedAt)} /> ·{" "}
            {(run.startedBy ?? run.preparedBy).name}
          </span>
        </li>
      ))}
    </ul>
  );
}
