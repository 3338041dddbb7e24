import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { PoolSettings } from "#app/pools/[pool]/settings/pool-settings.tsx";
import { NotAllowed } from "#components/shell/not-allowed.tsx";
import { may } from "#lib/auth/permissions.ts";
import { requireActor } from "#lib/auth/require-actor.ts";
import { editable, knownInstances } from "#lib/pools/index.ts";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("register"))("settingsTitle") };
}

/** Changing what is declared of a pool, for admins. */
export default async function PoolSettingsPage({ params }: { params: Promise<{ pool: string }> }) {
  const actor = await requireActor();
  if (!may(actor.role, "pools:change")) return <NotAllowed role={actor.role} />;
  const { pool: poolId } = await params;
  const known = await editable(poolId);
  if (!known) notFound();
  return <PoolSettings poolId={poolId} known={known} knownServers={await knownInstances()} />;
}
