import { useTranslations } from "next-intl";
import { Group } from "#components/pools/group.tsx";
import { Lane } from "#components/pools/lane.tsx";
import { LinkWord } from "#components/pools/link-word.tsx";
import { ServerCard } from "#components/pools/server-card.tsx";
import { WitnessLinks } from "#components/pools/witness-links.tsx";
import type { Instance } from "#lib/mirroring/pool.ts";
import type { Observations } from "#lib/mirroring/session.ts";
import { isStale, type Pair, partnerView } from "#lib/mirroring/view.ts";

/**
 * Two servers in their places, a lane for each database between them, the witness below. Names never move;
 * role badges and arrows do. On a phone the servers stay side by side and the lanes stand beneath them.
 */
export function Picture({
  pair,
  observations,
  now,
}: {
  pair: Pair;
  observations: Observations;
  now: number;
}) {
  const t = useTranslations("pools.picture");
  const server = (which: "primary" | "mirror") => (
    <ServerCard
      instance={pair[which]}
      position={which}
      pair={pair}
      observation={observations.get(pair[which].id)}
      now={now}
    />
  );
  const staleWord = (partner: Instance) => isStale(observations.get(partner.id)?.answeredAt ?? null, now);
  return (
    <Group
      label={t("pair", { primary: pair.primary.name, mirror: pair.mirror.name })}
      className="grid grid-cols-2 items-stretch gap-x-3 gap-y-4 md:grid-cols-[minmax(13rem,1fr)_minmax(0,2fr)_minmax(13rem,1fr)] md:gap-x-0"
    >
      {server("primary")}
      <div className="order-last col-span-2 self-center md:order-none md:col-span-1">
        <div className="mb-1 flex items-end justify-between gap-3 px-1 text-xs md:px-3">
          <LinkWord
            view={partnerView(pair, pair.primary.id)}
            from={pair.primary.name}
            to={pair.mirror.name}
            stale={staleWord(pair.primary)}
          />
          <div className="min-w-0 text-right">
            <LinkWord
              view={partnerView(pair, pair.mirror.id)}
              from={pair.mirror.name}
              to={pair.primary.name}
              stale={staleWord(pair.mirror)}
            />
          </div>
        </div>
        <ul aria-label={t("lanes")}>
          {pair.sessions.map((session) => (
            <Lane key={`${session.store.id} ${session.database}`} session={session} now={now} />
          ))}
        </ul>
      </div>
      {server("mirror")}
      {pair.witnesses.length === 0 ? (
        <p className="order-last col-span-2 text-center text-sm text-ink-soft md:col-span-3">
          {t("noWitness")}
        </p>
      ) : (
        pair.witnesses.map((witness) => (
          <WitnessLinks
            key={witness.id}
            witness={witness}
            pair={pair}
            observations={observations}
            now={now}
          />
        ))
      )}
    </Group>
  );
}
