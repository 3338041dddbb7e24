import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { NewPool } from "#app/pools/new/new-pool.tsx";
import { NotAllowed } from "#components/shell/not-allowed.tsx";
import { may } from "#lib/auth/permissions.ts";
import { requireActor } from "#lib/auth/require-actor.ts";
import { knownInstances } from "#lib/pools/index.ts";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("register"))("newTitle") };
}

/** Adding one's own pool, for admins. */
export default async function NewPoolPage() {
  const actor = await requireActor();
  if (!may(actor.role, "pools:change")) return <NotAllowed role={actor.role} />;
  return <NewPool knownServers={await knownInstances()} />;
}
