import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { Run } from "#app/runs/[run]/run.tsx";
import { may } from "#lib/auth/permissions.ts";
import { requireActor } from "#lib/auth/require-actor.ts";
import { monitor } from "#lib/monitor/index.ts";
import { poolById } from "#lib/pools/index.ts";
import { journalOf } from "#lib/runs/journal.ts";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("runs"))("title") };
}

/** One run, the same for everybody; what one may do here depends on the role. */
export default async function RunPage({ params }: { params: Promise<{ run: string }> }) {
  const actor = await requireActor();
  const runId = (await params).run;
  const journal = await journalOf(runId);
  if (!journal) notFound();
  const pool = await poolById(journal.poolId);
  return (
    <Run
      runId={runId}
      poolId={journal.poolId}
      poolName={pool?.title || pool?.name || journal.poolId}
      entries={journal.entries}
      observations={[...monitor().observations().values()]}
      reader={
        may(actor.role, "runs:operate") ? "operate" : may(actor.role, "runs:prepare") ? "prepare" : "read"
      }
    />
  );
}
