import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { Wizard } from "#app/pools/[pool]/failover/wizard.tsx";
import { NoPlanning } from "#components/runs/no-planning.tsx";
import { may } from "#lib/auth/permissions.ts";
import { requireActor } from "#lib/auth/require-actor.ts";
import { monitor } from "#lib/monitor/index.ts";
import { instancesWithActingLogin } from "#lib/pools/acting-logins.ts";
import { poolById } from "#lib/pools/index.ts";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("wizard"))("title") };
}

/** From the question to a prepared plan: what and why, readiness, plan. */
export default async function FailoverPage({ params }: { params: Promise<{ pool: string }> }) {
  const actor = await requireActor();
  const pool = await poolById((await params).pool);
  if (!pool || pool.removed) notFound();
  if (!may(actor.role, "runs:prepare")) return <NoPlanning poolId={pool.id} />;
  return (
    <Wizard
      pool={pool}
      acting={[...(await instancesWithActingLogin())]}
      observations={[...monitor().observations().values()]}
      mayStart={may(actor.role, "runs:operate")}
    />
  );
}
