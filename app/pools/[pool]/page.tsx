import { ArrowLeft, ArrowLeftRight, Settings } from "lucide-react";
import type { Metadata } from "next";
import Link from "next/link";
import { notFound } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { LivePool } from "#app/pools/[pool]/live-pool.tsx";
import { Alert } from "#components/ui/alert.tsx";
import { LinkButton } from "#components/ui/button.tsx";
import { Page } from "#components/ui/page.tsx";
import type { Role } from "#lib/auth/actor.ts";
import { may } from "#lib/auth/permissions.ts";
import { requireActor } from "#lib/auth/require-actor.ts";
import { instancesOf } from "#lib/mirroring/pool.ts";
import { monitor } from "#lib/monitor/index.ts";
import { poolById } from "#lib/pools/index.ts";
import { recentJournals } from "#lib/runs/journal.ts";

type Props = { params: Promise<{ pool: string }> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  await requireActor();
  const pool = await poolById((await params).pool);
  return { title: pool?.title || pool?.name };
}

/** One pool: its situation, its servers and its databases, live. */
export default async function PoolPage({ params }: Props) {
  const actor = await requireActor();
  const pool = await poolById((await params).pool);
  if (!pool) notFound();
  const t = await getTranslations("pools");
  const latest = monitor().observations();
  return (
    <Page
      above={
        <Link href="/" className="inline-flex items-center gap-1 text-brand hover:underline">
          <ArrowLeft aria-hidden className="size-4" /> {t("crumb")}
        </Link>
      }
      title={pool.title || pool.name}
      description={[pool.name, pool.product].filter(Boolean).join(" · ")}
      actions={!pool.removed && <Actions id={pool.id} role={actor.role} />}
    >
      {pool.removed ? (
        <Alert tone="info">{t("removed")}</Alert>
      ) : (
        <LivePool
          pool={pool}
          initial={instancesOf(pool).flatMap(({ id }) => latest.get(id) ?? [])}
          journals={await recentJournals({ poolId: pool.id, limit: 5 })}
        />
      )}
    </Page>
  );
}

/** Who may operate plans a failover; who may only prepare hands the plan to somebody who may. */
async function Actions({ id, role }: { id: string; role: Role }) {
  const t = await getTranslations("pools.actions");
  return (
    <>
      {may(role, "pools:change") && (
        <LinkButton icon={Settings} href={`/pools/${id}/settings`}>
          {t("settings")}
        </LinkButton>
      )}
      {may(role, "runs:prepare") && (
        <LinkButton tone="brand" icon={ArrowLeftRight} href={`/pools/${id}/failover`}>
          {may(role, "runs:operate") ? t("plan") : t("prepare")}
        </LinkButton>
      )}
    </>
  );
}
