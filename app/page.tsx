import { Plus } from "lucide-react";
import { getTranslations } from "next-intl/server";
import { LiveFleet } from "#app/live-fleet.tsx";
import { LinkButton } from "#components/ui/button.tsx";
import { Page } from "#components/ui/page.tsx";
import { may } from "#lib/auth/permissions.ts";
import { requireActor } from "#lib/auth/require-actor.ts";
import { monitor } from "#lib/monitor/index.ts";
import { poolsWithStores } from "#lib/pools/index.ts";
import { openJournals } from "#lib/runs/journal.ts";

/** All pools at a glance. Its title is the layout's own: a template counts for the pages below only. */
export default async function PoolsPage() {
  const actor = await requireActor();
  const t = await getTranslations("pools");
  const pools = await poolsWithStores();
  const mayAdd = may(actor.role, "pools:change");
  return (
    <Page
      title={t("title")}
      description={t("description")}
      actions={
        mayAdd &&
        pools.length > 0 && (
          <LinkButton icon={Plus} href="/pools/new">
            {t("actions.add")}
          </LinkButton>
        )
      }
    >
      <LiveFleet
        pools={pools}
        initial={[...monitor().observations().values()]}
        mayAdd={mayAdd}
        journals={await openJournals()}
      />
    </Page>
  );
}
