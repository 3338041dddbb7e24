import { useTranslations } from "next-intl";
import { Freshness } from "#components/pools/freshness.tsx";
import { Group } from "#components/pools/group.tsx";
import { type LinkState, LinkWord, linkState } from "#components/pools/link-word.tsx";
import { RoleMark } from "#components/pools/role.tsx";
import { ServerName } from "#components/pools/server-name.tsx";
import { classes } from "#components/ui/classes.ts";
import type { Instance } from "#lib/mirroring/pool.ts";
import type { Observations } from "#lib/mirroring/session.ts";
import { isStale, type Pair, witnessView } from "#lib/mirroring/view.ts";

/** The witness below the pair, and how each partner sees it: they may tell it differently, so both are shown. */
export function WitnessLinks({
  witness,
  pair,
  observations,
  now,
}: {
  witness: Instance;
  pair: Pair;
  observations: Observations;
  now: number;
}) {
  const t = useTranslations("pools.server");
  const observation = observations.get(witness.id);
  const at = observation?.answeredAt ?? null;
  const stale = isStale(at, now);
  const silent = observation?.reachable === false;
  return (
    <div className="order-last col-span-2 grid grid-cols-2 gap-x-3 gap-y-2 md:col-span-3 md:grid-cols-[1fr_auto_1fr] md:gap-0">
      <Edge
        witness={witness}
        partner={pair.primary}
        pair={pair}
        observations={observations}
        now={now}
        lean="right"
      />
      <Group
        label={witness.name}
        className={classes(
          "order-last col-span-2 flex min-w-44 flex-col items-center gap-1 justify-self-center rounded-xl border-2 px-4 py-2.5 text-center md:order-none md:col-span-1 md:mt-5",
          stale
            ? "hatched-stale border-dashed border-stale-line"
            : silent
              ? "border-bad-line bg-bad-soft"
              : "border-line-strong/60 bg-card",
        )}
      >
        <p className="flex items-center gap-1.5 text-xs text-ink-soft">
          <RoleMark of="witness" className="size-2.5" /> {t("witness")}
        </p>
        <p className="text-xl font-bold wrap-anywhere">
          <ServerName name={witness.name} />
        </p>
        {observation?.reachable === false && (
          <p className="text-sm font-semibold text-bad">{t(`silence.${observation.reason.kind}`)}</p>
        )}
        <p className="text-xs">
          <span className="sr-only">{t("heard")} </span>
          <Freshness at={at} stale={stale} />
        </p>
      </Group>
      <Edge
        witness={witness}
        partner={pair.mirror}
        pair={pair}
        observations={observations}
        now={now}
        lean="left"
      />
    </div>
  );
}

/** One side of the triangle: from the partner above, down to the witness, as that partner tells it. */
function Edge({
  witness,
  partner,
  pair,
  observations,
  now,
  lean,
}: {
  witness: Instance;
  partner: Instance;
  pair: Pair;
  observations: Observations;
  now: number;
  lean: "left" | "right";
}) {
  const view = witnessView(pair, partner.id, witness.id);
  const state = linkState(view);
  const stale = isStale(observations.get(partner.id)?.answeredAt ?? null, now);
  const [from, to] = lean === "right" ? ["25%", "100%"] : ["75%", "0%"];
  return (
    <div className="relative min-w-0">
      <svg
        aria-hidden="true"
        className={classes(
          "absolute inset-0 hidden size-full overflow-visible md:block",
          stroke[stale ? "unsaid" : state],
        )}
      >
        <line
          x1={from}
          y1="-16"
          x2={to}
          y2="55%"
          stroke="currentColor"
          strokeWidth="2"
          strokeDasharray={dash[state]}
          strokeLinecap="round"
        />
      </svg>
      <div
        className={classes(
          "text-xs md:absolute md:bottom-1 md:max-w-[60%]",
          lean === "right" ? "md:right-4 md:text-right" : "text-right md:left-4 md:text-left",
        )}
      >
        <LinkWord view={view} from={partner.name} to={witness.name} stale={stale} />
      </div>
    </div>
  );
}

const stroke: Record<LinkState, string> = {
  connected: "text-ok",
  lost: "text-bad",
  mixed: "text-warn",
  unknown: "text-warn",
  none: "text-stale-line",
  hidden: "text-stale-line",
  unsaid: "text-stale-line",
};

const dash: Record<LinkState, string | undefined> = {
  connected: undefined,
  lost: "2 8",
  mixed: "10 6",
  unknown: "6 6",
  none: "1 12",
  hidden: "1 7",
  unsaid: "1 7",
};
