import { Plus } from "lucide-react";
import { useTranslations } from "next-intl";
import { type ReactNode, useRef } from "react";
import { PoolTile } from "#components/pools/pool-tile.tsx";
import { useFleetKeys } from "#components/pools/use-fleet-keys.ts";
import { LinkButton } from "#components/ui/button.tsx";
import { Input } from "#components/ui/field.tsx";
import { Empty } from "#components/ui/page.tsx";
import { type Diagnosis, diagnose } from "#lib/mirroring/diagnose.ts";
import { instancesOf, type Pool } from "#lib/mirroring/pool.ts";
import type { Observations } from "#lib/mirroring/session.ts";
import { severity } from "#lib/mirroring/view.ts";

/** Every pool, the worst first. `/` goes to the filter, j and k from pool to pool. */
export function Fleet({
  pools,
  observations,
  now,
  filter,
  onFilter,
  mayAdd,
  runs = {},
}: {
  pools: readonly Pool[];
  observations: Observations;
  now: number;
  filter: string;
  onFilter: (filter: string) => void;
  mayAdd: boolean;
  /** By pool id: what is under way on it now. */
  runs?: Record<string, ReactNode>;
}) {
  const t = useTranslations("pools");
  const box = useRef<HTMLInputElement>(null);
  const list = useRef<HTMLUListElement>(null);
  useFleetKeys(box, list);
  if (pools.length === 0) return <NoPools mayAdd={mayAdd} />;
  const told = pools.map((pool) => ({ pool, diagnosis: diagnose(pool, observations, now) }));
  const shown = told
    .filter((each) => matches(each.pool, each.diagnosis, t(`verdict.${each.diagnosis.word}`), filter))
    .sort(worstFirst);
  return (
    <div className="space-y-4">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <search className="w-full sm:w-80">
          <Input
            ref={box}
            type="search"
            aria-label={t("fleet.filter")}
            aria-keyshortcuts="/"
            placeholder={t("fleet.filterPlaceholder")}
            value={filter}
            onChange={(event) => onFilter(event.target.value)}
            onKeyDown={(event) => event.key === "Escape" && onFilter("")}
          />
        </search>
        <p role="status" className="text-sm text-ink-soft">
          {filter
            ? t("fleet.filtered", { shown: shown.length, of: pools.length })
            : t("fleet.count", { count: pools.length })}
        </p>
        <p aria-hidden className="ml-auto hidden text-xs text-ink-faint lg:block">
          {t.rich("fleet.keys", {
            kbd: (key) => <kbd className="rounded border border-line bg-card px-1.5 font-mono">{key}</kbd>,
          })}
        </p>
      </div>
      {shown.length === 0 && <Empty title={t("fleet.noMatch", { filter })} />}
      <ul ref={list} aria-label={t("fleet.title")} className="space-y-3">
        {shown.map(({ pool, diagnosis }) => (
          <li key={pool.id}>
            <PoolTile
              pool={pool}
              diagnosis={diagnosis}
              observations={observations}
              now={now}
              run={runs[pool.id]}
            />
          </li>
        ))}
      </ul>
    </div>
  );
}

function NoPools({ mayAdd }: { mayAdd: boolean }) {
  const t = useTranslations("pools.empty");
  return (
    <Empty
      title={t("title")}
      actions={
        mayAdd && (
          <LinkButton tone="brand" icon={Plus} href="/pools/new">
            {t("add")}
          </LinkButton>
        )
      }
    >
      {mayAdd ? t("forAdmin") : t("forOthers")}
    </Empty>
  );
}

type Told = { pool: Pool; diagnosis: Diagnosis };

function worstFirst(a: Told, b: Told): number {
  return (
    severity(a.diagnosis.word) - severity(b.diagnosis.word) || nameOf(a.pool).localeCompare(nameOf(b.pool))
  );
}

function nameOf(pool: Pool): string {
  return pool.title || pool.name;
}

/** Every word of the filter is found somewhere: in the pool's names, servers, databases or verdict. */
function matches(pool: Pool, diagnosis: Diagnosis, verdict: string, filter: string): boolean {
  const named = [
    pool.title,
    pool.name,
    pool.product,
    verdict,
    diagnosis.word,
    ...instancesOf(pool).map((instance) => instance.name),
    ...pool.stores.flatMap((store) => [store.type, ...store.databases]),
  ];
  const text = named.join("\n").toLowerCase();
  return filter
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}
