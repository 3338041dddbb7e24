import type { Metadata } from "next";
import { headers } from "next/headers";
import { getTranslations } from "next-intl/server";
import { AuditFilter, type AuditWish } from "#components/audit/audit-filter.tsx";
import { type AuditLine, AuditList } from "#components/audit/audit-list.tsx";
import { Alert } from "#components/ui/alert.tsx";
import { LinkButton } from "#components/ui/button.tsx";
import { Empty, Page } from "#components/ui/page.tsx";
import {
  type AuditPage as Entries,
  type AuditFilter as Filter,
  type Place,
  readAudit,
  recordReading,
} from "#lib/audit/read.ts";
import type { Role } from "#lib/auth/actor.ts";
import { may } from "#lib/auth/permissions.ts";
import { requireActor } from "#lib/auth/require-actor.ts";
import { type AuditEntry, appOwnsAuditLog, db } from "#lib/db/index.ts";
import type { Pool } from "#lib/mirroring/pool.ts";
import { poolsWithStores } from "#lib/pools/index.ts";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("audit"))("title") };
}

type Query = Record<string, string | string[] | undefined>;

/** What was done, refused or seen; opening this page is itself written down. */
export default async function AuditPage({ searchParams }: { searchParams: Promise<Query> }) {
  const actor = await requireActor();
  const all = may(actor.role, "audit:read");
  if (!all && !may(actor.role, "audit:read-own-runs")) return <NotForYou role={actor.role} />;
  const t = await getTranslations("audit");
  const query = await searchParams;
  const wish = wishFrom(query);
  const filter: Filter = {
    text: wish.text,
    poolId: wish.pool,
    actor: wish.actor,
    outcome: wish.outcome as Filter["outcome"],
  };
  const page = await readAudit(actor, filter, placeFrom(query));
  // A page that the browser only fetches ahead has not been read by anybody.
  if (!(await headers()).has("next-router-prefetch")) await recordReading(actor, filter);
  const pools = await poolsWithStores();
  return (
    <Page title={t("title")} description={all ? t("description") : t("ownRuns")}>
      {all && (await appOwnsAuditLog(db())) && <Alert tone="warn">{t("ownedByApp")}</Alert>}
      <AuditFilter
        wish={wish}
        pools={pools.map((pool) => ({ id: pool.id, title: pool.title || pool.name }))}
      />
      <AuditList lines={page.entries.map((entry) => lineOf(entry, pools))} />
      <Paging wish={wish} page={page} />
    </Page>
  );
}

async function NotForYou({ role }: { role: Role }) {
  const t = await getTranslations("audit");
  return (
    <Page title={t("title")} narrow>
      <Empty title={t("denied.title")} actions={<LinkButton href="/runs">{t("toRuns")}</LinkButton>}>
        {t("denied.body", { role: t(`role.${role}`) })}
      </Empty>
    </Page>
  );
}

async function Paging({ wish, page }: { wish: AuditWish; page: Entries }) {
  const t = await getTranslations("audit");
  const [newest, oldest] = [page.entries[0]?.seq, page.entries.at(-1)?.seq];
  const href = (place: Record<string, string>) =>
    `/audit?${new URLSearchParams({ ...givenOnly(wish), ...place })}`;
  if (newest === undefined || oldest === undefined) return null;
  return (
    <nav aria-label={t("title")} className="flex flex-wrap items-center justify-between gap-3">
      <p className="text-sm text-ink-soft">{t("shown", { from: String(newest), to: String(oldest) })}</p>
      <div className="flex gap-2">
        {page.newer !== null && (
          <LinkButton size="s" href={href({})}>
            {t("newest")}
          </LinkButton>
        )}
        {page.newer !== null && (
          <LinkButton size="s" href={href({ after: String(page.newer) })}>
            {t("newer")}
          </LinkButton>
        )}
        {page.older !== null && (
          <LinkButton size="s" href={href({ before: String(page.older) })}>
            {t("older")}
          </LinkButton>
        )}
      </div>
    </nav>
  );
}

function wishFrom(query: Query): AuditWish {
  const one = (name: string, longest: number) =>
    typeof query[name] === "string" ? query[name].trim().slice(0, longest) : "";
  const outcome = one("outcome", 10);
  return {
    text: one("text", 200),
    pool: one("pool", 200),
    actor: one("actor", 100),
    outcome: ["done", "refused", "failed"].includes(outcome) ? outcome : "",
  };
}

/** What is not a sequence number means the newest. */
function placeFrom({ before, after }: Query): Place {
  if (isSequence(before)) return { before: BigInt(before) };
  return isSequence(after) ? { after: BigInt(after) } : "newest";
}

function isSequence(text: string | string[] | undefined): text is string {
  return typeof text === "string" && /^\d{1,18}$/.test(text);
}

function givenOnly(wish: AuditWish): Record<string, string> {
  return Object.fromEntries(Object.entries(wish).filter(([, value]) => value));
}

function lineOf(entry: AuditEntry, pools: readonly Pool[]): AuditLine {
  const pool = pools.find((candidate) => candidate.id === entry.poolId);
  const { actor, role, origin, action, poolId, runId } = entry;
  return {
    seq: String(entry.seq),
    at: entry.at.getTime(),
    actor,
    role,
    origin,
    action,
    values: (entry.values ?? {}) as Record<string, unknown>,
    outcome: entry.outcome as AuditLine["outcome"],
    poolId,
    poolName: pool ? pool.title || pool.name : null,
    runId,
  };
}
