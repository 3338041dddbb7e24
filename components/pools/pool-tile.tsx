import Link from "next/link";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { Freshness } from "#components/pools/freshness.tsx";
import { Miniature } from "#components/pools/miniature.tsx";
import { Outlook } from "#components/pools/outlook.tsx";
import { Verdict } from "#components/pools/verdict.tsx";
import { classes } from "#components/ui/classes.ts";
import { Message } from "#components/ui/message.tsx";
import { useFormats } from "#lib/i18n/use-formats.ts";
import type { Diagnosis } from "#lib/mirroring/diagnose.ts";
import type { Pool } from "#lib/mirroring/pool.ts";
import { type Observations, sessionsOf } from "#lib/mirroring/session.ts";
import { isStale, oldestOf, pairsOf, synchronizedOf, worstQueue } from "#lib/mirroring/view.ts";

/** One pool at a glance. `run` is what is under way on it now. */
export function PoolTile({
  pool,
  diagnosis,
  observations,
  now,
  run,
}: {
  pool: Pool;
  diagnosis: Diagnosis;
  observations: Observations;
  now: number;
  run?: ReactNode;
}) {
  const sessions = sessionsOf(pool, observations);
  const oldest = oldestOf(pool, observations);
  const stale = isStale(oldest, now);
  const title = `pool-${pool.id}`;
  return (
    <article
      aria-labelledby={title}
      className={classes(
        "relative grid gap-x-8 gap-y-4 rounded-xl border border-l-4 bg-card px-4 py-4 shadow-panel sm:px-5",
        "transition-colors focus-within:border-brand hover:border-line-strong md:grid-cols-2 xl:grid-cols-[5fr_4fr_4fr]",
        edge[diagnosis.tone],
      )}
    >
      <div className="min-w-0 space-y-2 md:col-span-2 xl:col-span-1">
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1.5">
          <Verdict diagnosis={diagnosis} size="l" />
          <h2 id={title} className="text-lg font-semibold">
            {/* The whole tile is the target of a pointer; keyboard and screen reader meet one link. */}
            <Link
              href={`/pools/${pool.id}`}
              data-pool-link
              className="after:absolute after:inset-0 after:rounded-xl"
            >
              {pool.title || pool.name}
            </Link>
          </h2>
        </div>
        <p className="text-sm break-words">
          <Message of={diagnosis.because} />
        </p>
        <p className="text-xs break-words text-ink-faint">
          {[pool.name, pool.product].filter(Boolean).join(" · ")}
        </p>
        {run && <div className="relative">{run}</div>}
      </div>
      <div className="min-w-0 space-y-3">
        {pairsOf(sessions).map((pair) => (
          <Miniature key={pair.key} pair={pair} observations={observations} now={now} />
        ))}
        <Figures pool={pool} observations={observations} oldest={oldest} stale={stale} />
      </div>
      <div className="min-w-0">
        <Outlook pool={pool} observations={observations} stale={stale} />
      </div>
    </article>
  );
}

function Figures({
  pool,
  observations,
  oldest,
  stale,
}: {
  pool: Pool;
  observations: Observations;
  oldest: number | null;
  stale: boolean;
}) {
  const t = useTranslations("pools.tile");
  const { kilobytes } = useFormats();
  const sessions = sessionsOf(pool, observations);
  const synchronized = synchronizedOf(sessions);
  const worst = worstQueue(sessions);
  return (
    <dl className={classes("flex flex-wrap gap-x-6 gap-y-2 text-sm", stale && "text-stale")}>
      <Figure name={t("databases")} value={t("synchronized", synchronized)} />
      <Figure
        name={t("worstQueue")}
        value={
          worst === null
            ? t("noQueue")
            : worst.kb === 0
              ? t("queuesEmpty")
              : t(`queue.${worst.kind}`, { amount: kilobytes(worst.kb), database: worst.database })
        }
      />
      <Figure name={t("oldestFact")} value={<Freshness at={oldest} stale={stale} />} />
    </dl>
  );
}

function Figure({ name, value }: { name: string; value: ReactNode }) {
  return (
    <div>
      <dt className="text-xs font-medium text-ink-faint">{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

const edge: Record<Diagnosis["tone"], string> = {
  bad: "border-line border-l-bad",
  warn: "border-line border-l-warn-line",
  stale: "border-dashed border-stale-line border-l-stale",
  info: "border-line border-l-info",
  ok: "border-line border-l-ok-line",
};
