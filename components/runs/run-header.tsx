"use client";
import Link from "next/link";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { PhaseBadge } from "#components/runs/phase.tsx";
import { RouteName, routesOf } from "#components/runs/route.tsx";
import { useNow } from "#components/ui/clock.tsx";
import { useFormats } from "#lib/i18n/use-formats.ts";
import { isEnded, type RunState } from "#lib/runs/replay.ts";

/** What a run is, in one look: state, from where to where, how long, which step, who. */
export function RunHeader({ state, poolName }: { state: RunState; poolName: string }) {
  const t = useTranslations("runs.header");
  const { moment } = useFormats();
  return (
    <section aria-label={t("label")} className="rounded-xl border border-line bg-card shadow-panel">
      <div className="flex flex-wrap items-center gap-x-5 gap-y-2 px-4 pt-4 sm:px-5">
        <div role="status">
          <PhaseBadge phase={state.phase} size="l" />
        </div>
        <ul aria-label={t("direction")} className="text-lg">
          {routesOf(state.plan.found).map((route) => (
            <li key={`${route.from}/${route.to}`}>
              <RouteName {...route} />
            </li>
          ))}
        </ul>
      </div>
      <dl className="grid grid-cols-2 gap-x-5 gap-y-3 px-4 py-4 text-sm sm:grid-cols-3 sm:px-5 xl:grid-cols-6">
        <Fact name={t("pool")}>
          <Link href={`/pools/${state.poolId}`} className="text-brand underline underline-offset-2">
            {poolName}
          </Link>
        </Fact>
        <Fact name={isEnded(state) ? t("took") : t("elapsed")}>
          <Elapsed state={state} />
        </Fact>
        <Fact name={t("step")}>{t("stepOf", stepOf(state))}</Fact>
        <Fact name={t("prepared")} title={moment(Date.parse(state.preparedAt))}>
          {state.preparedBy.name}
        </Fact>
        <Fact name={t("helm")}>{state.operator?.name ?? t("nobody")}</Fact>
        <Fact name={t("ticket")}>{state.ticket || "–"}</Fact>
        <Fact name={t("reason")} wide>
          {state.reason}
        </Fact>
        <Fact name={t("hash")} title={state.planHash}>
          <code className="font-mono text-xs">{state.planHash.slice(0, 12)}</code>
        </Fact>
      </dl>
    </section>
  );
}

function Fact({
  name,
  title,
  wide = false,
  children,
}: {
  name: string;
  title?: string;
  wide?: boolean;
  children: ReactNode;
}) {
  return (
    <div className={wide ? "col-span-2 min-w-0 sm:col-span-3 xl:col-span-5" : "min-w-0"} title={title}>
      <dt className="text-xs text-ink-faint">{name}</dt>
      <dd className="break-words font-medium">{children}</dd>
    </div>
  );
}

/** Counts on while the run lives; stands still once it ended. */
function Elapsed({ state }: { state: RunState }) {
  const t = useTranslations("runs.header");
  const now = useNow();
  const { duration } = useFormats();
  if (!state.startedAt) return t("ready");
  const until = state.endedAt ? Date.parse(state.endedAt) : now;
  return duration(Math.max(0, until - Date.parse(state.startedAt)));
}

/** Steps that were put aside by a decision are not counted. */
function stepOf(state: RunState): { step: number; of: number } {
  const counted = state.steps.filter((step) => step.state !== "superseded");
  const done = counted.filter((step) => step.state !== "pending" && step.state !== "open").length;
  const open = counted.some((step) => step.state === "open") ? 1 : 0;
  return { step: Math.min(counted.length, done + open), of: counted.length };
}
