import { Server, ServerOff } from "lucide-react";
import { useTranslations } from "next-intl";
import { Freshness } from "#components/pools/freshness.tsx";
import { Group } from "#components/pools/group.tsx";
import { RoleBadge } from "#components/pools/role.tsx";
import { ServerName } from "#components/pools/server-name.tsx";
import { classes } from "#components/ui/classes.ts";
import { useFormats } from "#lib/i18n/use-formats.ts";
import type { InstanceAnswer, InstanceObservation, InstanceSilence } from "#lib/mirroring/observation.ts";
import type { Instance } from "#lib/mirroring/pool.ts";
import { isStale, type Pair, rolesOn } from "#lib/mirroring/view.ts";

/** A partner by its name; position and build in small print; how many databases it is principal and mirror of. */
export function ServerCard({
  instance,
  position,
  pair,
  observation,
  now,
}: {
  instance: Instance;
  position: "primary" | "mirror";
  pair: Pair;
  observation: InstanceObservation | undefined;
  now: number;
}) {
  const t = useTranslations("pools.server");
  const at = observation?.answeredAt ?? null;
  const silent = observation?.reachable === false;
  const stale = isStale(at, now);
  const Icon = silent ? ServerOff : Server;
  return (
    <Group
      label={instance.name}
      className={classes("flex flex-col gap-1.5 rounded-xl border-2 px-3 py-3 sm:px-4", edge(silent, stale))}
    >
      <p className="text-xs text-ink-faint">{t(`position.${position}`)}</p>
      <p className="flex items-center gap-2">
        <Icon
          aria-hidden
          className={classes("size-5 shrink-0 max-sm:hidden", silent ? "text-bad" : "text-ink-faint")}
        />
        <span
          className={classes(
            "min-w-0 leading-tight font-bold wrap-anywhere",
            instance.name.length > 9 ? "text-lg sm:text-xl" : "text-2xl sm:text-3xl",
          )}
        >
          <ServerName name={instance.name} />
        </span>
      </p>
      {observation?.reachable && <Roles pair={pair} instance={instance} stale={stale} />}
      {observation?.reachable && <Build answer={observation} />}
      {observation?.reachable === false && <Silent silence={observation} />}
      <p className="mt-auto pt-1 text-xs">
        <span className="sr-only">{t("heard")} </span>
        <Freshness at={at} stale={stale} />
      </p>
    </Group>
  );
}

function Roles({ pair, instance, stale }: { pair: Pair; instance: Instance; stale: boolean }) {
  const t = useTranslations("pools.server");
  const roles = rolesOn(pair.sessions, instance.id);
  return (
    <p className="flex flex-wrap gap-1.5">
      {roles.principal > 0 && (
        <RoleBadge of="principal" stale={stale}>
          {t("principalOf", { count: roles.principal })}
        </RoleBadge>
      )}
      {roles.mirror > 0 && (
        <RoleBadge of="mirror" stale={stale} inferred={roles.inferred}>
          {t("mirrorOf", { count: roles.mirror })}
        </RoleBadge>
      )}
      {roles.principal + roles.mirror === 0 && <span className="text-sm text-ink-soft">{t("noRole")}</span>}
    </p>
  );
}

function Build({ answer }: { answer: InstanceAnswer }) {
  const t = useTranslations("pools.server");
  const endpoint = answer.endpoint;
  return (
    <div className="space-y-0.5 text-xs text-ink-soft">
      <p>
        {productOf(answer.version)} <span className="whitespace-nowrap">{answer.version}</span>
      </p>
      <p>{answer.edition}</p>
      {endpoint && endpoint.state !== "STARTED" && (
        <p className="font-semibold text-bad">
          {t("endpoint", { name: endpoint.name, state: endpoint.state })}
        </p>
      )}
      {!answer.sysadmin && <p>{t("noSysadmin")}</p>}
      {!answer.viewServerState && <p>{t("noViewServerState")}</p>}
    </div>
  );
}

function Silent({ silence }: { silence: InstanceSilence }) {
  const t = useTranslations("pools.server");
  const { moment } = useFormats();
  return (
    <div className="space-y-0.5 text-sm">
      <p className="font-semibold text-bad">{t(`silence.${silence.reason.kind}`)}</p>
      <p className="text-xs break-words text-ink-soft">{silence.reason.detail}</p>
      <p className="text-xs text-ink-soft">
        {t("since", { time: moment(silence.silentSince ?? silence.startedAt) })}
      </p>
    </div>
  );
}

function edge(silent: boolean, stale: boolean): string {
  if (stale) return "hatched-stale border-dashed border-stale-line";
  return silent ? "border-bad-line bg-bad-soft" : "border-line-strong/60 bg-card";
}

/** The name a version goes by; the number stands beside it. */
function productOf(version: string): string {
  const name = Object.entries(products).find(([prefix]) => version.startsWith(prefix))?.[1];
  return name ? `SQL Server ${name}` : "SQL Server";
}

const products = {
  "9.": "2005",
  "10.50.": "2008 R2",
  "10.": "2008",
  "11.": "2012",
  "12.": "2014",
  "13.": "2016",
  "14.": "2017",
  "15.": "2019",
  "16.": "2022",
  "17.": "2025",
};
