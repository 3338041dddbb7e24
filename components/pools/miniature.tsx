import { useTranslations } from "next-intl";
import { Group } from "#components/pools/group.tsx";
import { RoleMark } from "#components/pools/role.tsx";
import { classes } from "#components/ui/classes.ts";
import type { Instance } from "#lib/mirroring/pool.ts";
import type { Observations } from "#lib/mirroring/session.ts";
import { flowOf, isStale, type Pair, rolesOn } from "#lib/mirroring/view.ts";

/** A pair in small: names in their places, how many databases are principal and mirror on each, the log's direction. */
export function Miniature({
  pair,
  observations,
  now,
}: {
  pair: Pair;
  observations: Observations;
  now: number;
}) {
  const t = useTranslations("pools.picture");
  return (
    <Group
      label={t("pair", { primary: pair.primary.name, mirror: pair.mirror.name })}
      className="flex flex-wrap items-center gap-x-1.5 gap-y-1 text-sm"
    >
      <Server instance={pair.primary} pair={pair} observations={observations} now={now} />
      <Direction pair={pair} />
      <Server instance={pair.mirror} pair={pair} observations={observations} now={now} />
      {pair.witnesses.map((witness) => (
        <span key={witness.id} className={classes(chip, lookOf(witness, observations, now))}>
          <RoleMark of="witness" className="text-ink-soft" />
          <span className="sr-only">{t("witness")}: </span>
          {witness.name}
        </span>
      ))}
    </Group>
  );
}

function Server({
  instance,
  pair,
  observations,
  now,
}: {
  instance: Instance;
  pair: Pair;
  observations: Observations;
  now: number;
}) {
  const t = useTranslations("pools.picture");
  const roles = rolesOn(pair.sessions, instance.id);
  const silent = observations.get(instance.id)?.reachable === false;
  return (
    <span className={classes(chip, lookOf(instance, observations, now))}>
      <span className="font-semibold break-all">{instance.name}</span>
      <span className="sr-only">
        : {silent ? t("noAnswer") : t("roles", { principal: roles.principal, mirror: roles.mirror })}
      </span>
      <span aria-hidden className="inline-flex items-center gap-1.5 text-xs">
        {silent && <span className="font-semibold">{t("noAnswer")}</span>}
        {roles.principal > 0 && (
          <span className="inline-flex items-center gap-0.5">
            <RoleMark of="principal" /> {roles.principal}
          </span>
        )}
        {roles.mirror > 0 && (
          <span className="inline-flex items-center gap-0.5">
            <RoleMark of="mirror" /> {roles.mirror}
          </span>
        )}
      </span>
    </span>
  );
}

/** → when every log goes right, ← left, ⇄ when the pair is split, a broken line when nothing is known to flow. */
function Direction({ pair }: { pair: Pair }) {
  const ways = new Set(pair.sessions.flatMap((session) => flowOf(session)?.toward ?? []));
  const right = ways.has("mirror");
  const left = ways.has("primary");
  return (
    <svg
      viewBox="0 0 28 12"
      aria-hidden="true"
      className={classes("h-3 w-7 shrink-0", right || left ? "text-brand" : "text-ink-faint")}
    >
      <g fill="none" stroke="currentColor" strokeWidth="1.8" strokeLinecap="round" strokeLinejoin="round">
        <path d="M2 6 H26" strokeDasharray={right || left ? undefined : "2 4"} />
        {right && <path d="M21 2 L26 6 L21 10" />}
        {left && <path d="M7 2 L2 6 L7 10" />}
      </g>
    </svg>
  );
}

function lookOf(instance: Instance, observations: Observations, now: number): string {
  const observation = observations.get(instance.id);
  if (!observation || isStale(observation.answeredAt, now))
    return "hatched-stale border-dashed border-stale-line text-stale";
  return observation.reachable ? "border-line bg-sunken" : "border-bad-line bg-bad-soft text-bad";
}

const chip = "inline-flex items-center gap-1.5 rounded-md border px-2 py-0.5";
