"use client";
import { ArrowLeft, ArrowRight, ClipboardCheck } from "lucide-react";
import Link from "next/link";
import { useRouter, useSearchParams } from "next/navigation";
import { useTranslations } from "next-intl";
import { type ReactNode, type RefObject, useEffect, useMemo, useRef, useState, useTransition } from "react";
import { useObservations } from "#app/live.tsx";
import { prepareFailover } from "#app/pools/[pool]/failover/actions.ts";
import { PlanStage } from "#components/runs/plan-stage.tsx";
import { Preview } from "#components/runs/preview.tsx";
import { Readiness } from "#components/runs/readiness.tsx";
import { Refused } from "#components/runs/refused.tsx";
import { StageRail } from "#components/runs/stage-rail.tsx";
import { WhatAndWhy } from "#components/runs/what-and-why.tsx";
import { queryOf, type Wish, wishFrom } from "#components/runs/wish.ts";
import { Button } from "#components/ui/button.tsx";
import { Page } from "#components/ui/page.tsx";
import type { Refusal } from "#lib/auth/refusal.ts";
import type { InstanceObservation } from "#lib/mirroring/observation.ts";
import type { Pool } from "#lib/mirroring/pool.ts";
import { type Observations, servingSide } from "#lib/mirroring/session.ts";
import { manualFailover } from "#lib/runbooks/manual-failover.ts";
import { type Asked, layOut, mirroredSessions, situationOf } from "#lib/runbooks/plan.ts";

/** The first three stages. What is asked stands in the address; what is answered follows the servers. */
export function Wizard({
  pool,
  acting,
  observations: initial,
  mayStart,
}: {
  pool: Pool;
  acting: string[];
  observations: InstanceObservation[];
  mayStart: boolean;
}) {
  const t = useTranslations("wizard");
  const purpose = useTranslations("runbooks.manual-failover");
  const observations = useObservations(initial);
  const [wish, setWish, writeNow] = useWish(pool, observations);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const [reasonMissing, setReasonMissing] = useState(false);
  const [preparing, startPreparing] = useTransition();
  const router = useRouter();
  const heading = useRef<HTMLDivElement>(null);

  const logins = useMemo(() => new Set(acting), [acting]);
  const situation = situationOf(pool, wish.asked, observations, logins);
  const plan = layOut(manualFailover, situation, wish.asked);
  const ready = plan.steps.length > 0;

  function go(stage: Wish["stage"]): void {
    if (stage !== "what" && wish.reason.trim() === "") {
      setReasonMissing(true);
      document.querySelector<HTMLElement>('[name="reason"]')?.focus();
      return;
    }
    setWish({ ...wish, stage });
    setRefusal(null);
    window.scrollTo({ top: 0 });
    heading.current?.focus({ preventScroll: true });
  }

  function prepare(): void {
    // Written later, the address would take the place of the one that is gone to.
    writeNow();
    startPreparing(async () => {
      const { asked, reason, ticket } = wish;
      const answer = await prepareFailover({ poolId: pool.id, asked, reason, ticket });
      if (answer.ok) router.push(`/runs/${answer.value.runId}`);
      else setRefusal(answer.refusal);
    });
  }

  const query = (stage: Wish["stage"]) => `?${queryOf({ ...wish, stage })}`;
  return (
    <Page
      title={mayStart ? t("plan") : t("prepare")}
      description={purpose("purpose")}
      above={
        <Link href={`/pools/${pool.id}`} className="hover:underline">
          {pool.title || pool.name}
        </Link>
      }
    >
      <div className="grid gap-6 lg:grid-cols-[11rem_minmax(0,1fr)]">
        <StageRail
          current={wish.stage}
          hrefs={
            wish.reason.trim()
              ? { what: query("what"), readiness: query("readiness"), plan: query("plan") }
              : { what: query("what") }
          }
        />
        <div ref={heading} tabIndex={-1} className="min-w-0 space-y-6 outline-none">
          {wish.stage === "what" && (
            <div className="grid gap-6 xl:grid-cols-[minmax(0,1fr)_18rem]">
              <WhatAndWhy
                pool={pool}
                observations={observations}
                wish={wish}
                onWish={setWish}
                error={(field) =>
                  field === "reason" && reasonMissing && wish.reason.trim() === ""
                    ? t("what.reasonMissing")
                    : undefined
                }
              />
              <Preview plan={plan} />
            </div>
          )}
          {wish.stage === "readiness" && (
            <Readiness situation={situation} verdicts={plan.verdicts} scope={wish.asked.scope} />
          )}
          {wish.stage === "plan" && <PlanStage plan={plan} />}
          <Refused refusal={refusal} />
          <Steps
            hint={
              wish.stage === "plan" && ready
                ? t("preparedHint")
                : wish.stage === "readiness"
                  ? t("live")
                  : null
            }
          >
            {wish.stage !== "what" && (
              <Button icon={ArrowLeft} onClick={() => go(wish.stage === "plan" ? "readiness" : "what")}>
                {t("back")}
              </Button>
            )}
            {wish.stage === "what" && (
              <Button tone="brand" icon={ArrowRight} onClick={() => go("readiness")}>
                {t("toReadiness")}
              </Button>
            )}
            {wish.stage === "readiness" && (
              <Button tone="brand" icon={ArrowRight} disabled={!ready} onClick={() => go("plan")}>
                {t("toPlan")}
              </Button>
            )}
            {wish.stage === "plan" && (
              <Button tone="brand" icon={ClipboardCheck} busy={preparing} disabled={!ready} onClick={prepare}>
                {preparing ? t("preparing") : t("preparePlan")}
              </Button>
            )}
          </Steps>
        </div>
      </div>
    </Page>
  );
}

function Steps({ hint, children }: { hint: string | null; children: ReactNode }) {
  return (
    <div className="flex flex-wrap items-center justify-end gap-3">
      {hint && <p className="mr-auto max-w-prose text-sm text-ink-soft">{hint}</p>}
      {children}
    </div>
  );
}

/** The wish is read from the address and written back to it a moment after the last change. */
function useWish(
  pool: Pool,
  observations: Observations,
): [wish: Wish, setWish: (wish: Wish) => void, writeNow: () => void] {
  const query = useSearchParams();
  const asRead = query.toString();
  const [wish, setWish] = useState(() =>
    wishFrom(new URLSearchParams(asRead), usualDirection(pool, observations)),
  );
  const written = useRef(asRead);

  // A link of the rail, or the browser's way back, changed the address: it wins.
  useEffect(() => {
    if (asRead === written.current) return;
    written.current = asRead;
    setWish((was) => wishFrom(new URLSearchParams(asRead), was.asked.toward));
  }, [asRead]);

  const next = queryOf(wish).toString();
  useEffect(() => {
    const timer = setTimeout(() => write(next, written), 250);
    return () => clearTimeout(timer);
  }, [next]);

  return [wish, setWish, () => write(next, written)];
}

function write(query: string, written: RefObject<string>): void {
  if (query === written.current) return;
  written.current = query;
  window.history.replaceState(null, "", `?${query}`);
}

/** Away from where most of the pool is served. */
function usualDirection(pool: Pool, observations: Observations): Asked["toward"] {
  const sessions = mirroredSessions(pool, observations);
  const onMirror = sessions.filter(
    (session) => servingSide(session)?.instance.id === session.mirror.instance.id,
  );
  return onMirror.length * 2 > sessions.length ? "Primary" : "Mirror";
}
