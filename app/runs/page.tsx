import type { Metadata } from "next";
import Link from "next/link";
import { getTranslations } from "next-intl/server";
import { routesText } from "#components/runs/route.tsx";
import { type RunLine, RunList } from "#components/runs/run-list.tsx";
import { Page } from "#components/ui/page.tsx";
import { requireActor } from "#lib/auth/require-actor.ts";
import { poolById } from "#lib/pools/index.ts";
import { recentRuns } from "#lib/runs/journal.ts";
import type { RunState } from "#lib/runs/replay.ts";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("runs"))("title") };
}

/** The newest runs, of all pools or of one. */
export default async function RunsPage({
  searchParams,
}: {
  searchParams: Promise<{ pool?: string | string[] }>;
}) {
  await requireActor();
  const t = await getTranslations("runs");
  const wanted = (await searchParams).pool;
  const pool = typeof wanted === "string" ? await poolById(wanted) : null;
  const runs = await recentRuns({ ...(pool ? { poolId: pool.id } : {}), limit: 100 });
  const titles = await poolTitles(runs);
  return (
    <Page
      title={pool ? t("ofPool", { pool: pool.title || pool.name }) : t("title")}
      description={t("description")}
      actions={
        pool && (
          <Link href="/runs" className="text-sm font-medium text-brand underline underline-offset-2">
            {t("all")}
          </Link>
        )
      }
    >
      <RunList runs={runs.map((run) => lineOf(run, titles))} />
    </Page>
  );
}

async function poolTitles(runs: readonly RunState[]): Promise<Map<string, string>> {
  const ids = [...new Set(runs.map((run) => run.poolId))];
  const pools = await Promise.all(ids.map((id) => poolById(id)));
  return new Map(pools.flatMap((pool) => (pool ? [[pool.id, pool.title || pool.name]] : [])));
}

function lineOf(run: RunState, titles: ReadonlyMap<string, string>): RunLine {
  return {
    id: run.id,
    poolName: titles.get(run.poolId) ?? run.poolId,
    runbook: run.plan.runbook,
    route: routesText(run.plan.found),
    databases: run.plan.found.filter((entry) => entry.moves).length,
    phase: run.phase,
    preparedBy: run.preparedBy.name,
    preparedAt: run.preparedAt,
    startedAt: run.startedAt,
    endedAt: run.endedAt,
    reason: run.reason,
  };
}
