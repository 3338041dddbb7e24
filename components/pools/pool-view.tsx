import { Database, Share2 } from "lucide-react";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { DatabaseTable } from "#components/pools/database-table.tsx";
import { Outlook } from "#components/pools/outlook.tsx";
import { Picture } from "#components/pools/picture.tsx";
import { VerdictBanner } from "#components/pools/verdict.tsx";
import { Alert } from "#components/ui/alert.tsx";
import { Card } from "#components/ui/card.tsx";
import { diagnose } from "#lib/mirroring/diagnose.ts";
import { names } from "#lib/mirroring/message.ts";
import type { Pool } from "#lib/mirroring/pool.ts";
import {
  type Observations,
  type Session,
  servingSide,
  sessionsOf,
  unclaimedSessions,
} from "#lib/mirroring/session.ts";
import { centralManagement, isStale, oldestOf, type Pair, pairsOf } from "#lib/mirroring/view.ts";

/** One pool: its situation, the two standing answers, and for each pair of servers the picture and the databases. */
export function PoolView({
  pool,
  observations,
  now,
  runs,
}: {
  pool: Pool;
  observations: Observations;
  now: number;
  /** What was last done here, and what is under way. */
  runs?: ReactNode;
}) {
  const t = useTranslations("pools");
  const unclaimed = unclaimedSessions(pool, observations);
  const stale = isStale(oldestOf(pool, observations), now);
  const sessions = [...sessionsOf(pool, observations), ...unclaimed];
  return (
    <div className="space-y-6">
      <div className="grid items-start gap-4 lg:grid-cols-[3fr_2fr]">
        <div className="space-y-4">
          <VerdictBanner diagnosis={diagnose(pool, observations, now)} />
          <Hosting sessions={sessions} stale={stale} />
          <SharedStores pool={pool} />
        </div>
        <Card title={t("outlook.title")}>
          <Outlook
            pool={pool}
            observations={observations}
            stale={isStale(oldestOf(pool, observations), now)}
            full
          />
        </Card>
      </div>
      {unclaimed.length > 0 && (
        <Alert tone="warn" title={t("unclaimed.title")}>
          {t("unclaimed.text", { databases: names(unclaimed.map((session) => session.database)) })}
        </Alert>
      )}
      {pool.stores.length === 0 && <Alert tone="info">{t("noStores")}</Alert>}
      {pairsOf(sessions).map((pair) => (
        <Card
          key={pair.key}
          flush
          title={names(typesOf(pair, unclaimed).map((type) => t(`table.type.${type}`)))}
        >
          <div className="px-4 pb-6 sm:px-5">
            <Picture pair={pair} observations={observations} now={now} />
          </div>
          <DatabaseTable pair={pair} unclaimed={new Set(unclaimed)} now={now} />
        </Card>
      ))}
      {runs && <Card title={t("runs.title")}>{runs}</Card>}
    </div>
  );
}

/** A pair is headed by what it is for; its servers' names stand large below. */
function typesOf(pair: Pair, unclaimed: readonly Session[]): string[] {
  return [
    ...new Set(
      pair.sessions.map((session) => (unclaimed.includes(session) ? "unclaimed" : session.store.type)),
    ),
  ];
}

/** Whoever switches this pool moves the Central Management store of the whole deployment. */
function Hosting({ sessions, stale }: { sessions: readonly Session[]; stale: boolean }) {
  const t = useTranslations("pools.hosting");
  const store = centralManagement(sessions);
  if (store.length === 0) return null;
  const servers = new Set(store.flatMap((session) => servingSide(session)?.instance.name ?? []));
  const databases = names(store.map((session) => session.database));
  return (
    <p className="flex gap-2 text-sm">
      <Database aria-hidden className="mt-0.5 size-4 shrink-0 text-brand" />
      <span>
        <strong className="font-semibold">{t("title")}</strong>{" "}
        {servers.size > 0
          ? t(stale ? "lastServedBy" : "servedBy", { databases, servers: names([...servers]) })
          : t("notServed", { databases })}
      </span>
    </p>
  );
}

function SharedStores({ pool }: { pool: Pool }) {
  const t = useTranslations("pools");
  const shared = pool.stores.filter((store) => store.sharedWith.length > 0);
  if (shared.length === 0) return null;
  return (
    <ul className="space-y-1 text-sm">
      {shared.map((store) => (
        <li key={store.id} className="flex gap-2">
          <Share2 aria-hidden className="mt-0.5 size-4 shrink-0 text-brand" />
          {t("shared", { type: store.type, pools: names(store.sharedWith.map((other) => other.title)) })}
        </li>
      ))}
    </ul>
  );
}
