"use client";
import { useTranslations } from "next-intl";
import { Findings } from "#components/runs/findings.tsx";
import { SessionsToCut } from "#components/runs/sessions-to-cut.tsx";
import { Verdicts } from "#components/runs/verdicts.tsx";
import { Alert } from "#components/ui/alert.tsx";
import { Card } from "#components/ui/card.tsx";
import { useNow } from "#components/ui/clock.tsx";
import { type Situation, stillToMove, targetOf, type Verdict } from "#lib/mirroring/checks.ts";
import { staleAfterMs } from "#lib/mirroring/diagnose.ts";
import { type Finding, findingOf } from "#lib/mirroring/findings.ts";
import { isMirrored } from "#lib/mirroring/outlook.ts";
import { type Session, servingSide, sessionsOf, sides } from "#lib/mirroring/session.ts";
import type { Scope } from "#lib/runbooks/plan.ts";

/** Stage 2: every check as it is seen at this moment, who will be cut, and the way out where a server is silent. */
export function Readiness({
  situation,
  verdicts,
  scope,
}: {
  situation: Situation;
  verdicts: readonly Verdict[];
  scope: Scope;
}) {
  const t = useTranslations("wizard.readiness");
  const findings = findingsIn(situation, scope);
  return (
    <div className="space-y-6">
      <Card title={t("title")} description={t("description")}>
        <div className="space-y-5">
          <Summary verdicts={verdicts} />
          {/* Who is cut has a table of its own below. */}
          <Verdicts verdicts={verdicts.filter((verdict) => verdict.check !== "sessions-to-cut")} />
        </div>
      </Card>
      {findings.length > 0 && (
        <Card title={t("findings")} description={t("findingsDescription")}>
          <Findings findings={findings} poolId={situation.pool.id} />
        </Card>
      )}
      <Card title={t("sessions")} description={t("sessionsDescription")}>
        <SessionsToCut moving={stillToMove(situation)} />
      </Card>
    </div>
  );
}

function Summary({ verdicts }: { verdicts: readonly Verdict[] }) {
  const t = useTranslations("wizard.readiness");
  const now = useNow();
  const oldest = Math.min(...verdicts.flatMap((verdict) => verdict.at ?? []));
  if (now - oldest > staleAfterMs)
    return (
      <div role="status">
        <Alert tone="stale" title={t("stale")}>
          {t("staleBody")}
        </Alert>
      </div>
    );
  const stops = broken(verdicts, "hard");
  const warns = broken(verdicts, "soft");
  const tone = stops > 0 ? "bad" : warns > 0 ? "warn" : "ok";
  return (
    <div role="status">
      <Alert
        tone={tone}
        title={
          stops > 0
            ? t("notReady", { count: stops })
            : warns > 0
              ? t("readyWithWarnings", { count: warns })
              : t("ready")
        }
      >
        {stops > 0 && t("stillBlocked")}
      </Alert>
    </div>
  );
}

/** How many questions, not how many subjects of them. */
function broken(verdicts: readonly Verdict[], weight: Verdict["weight"]): number {
  return new Set(
    verdicts.filter((verdict) => !verdict.holds && verdict.weight === weight).map((verdict) => verdict.check),
  ).size;
}

/** Databases whose server is silent or which nobody serves; those too that no server names any more. */
function findingsIn(situation: Situation, scope: Scope): Finding[] {
  const silenced = sessionsOf(situation.pool, situation.observations).filter(
    (session) => !isMirrored(session) && isSilent(session) && declaredIn(session, scope),
  );
  const concerned = [
    ...situation.sessions.filter((session) => isSilent(session) || !servingSide(session)),
    ...silenced,
  ];
  return concerned.map((session) => findingOf(session, targetOf(session, situation.toward).id));
}

function isSilent(session: Session): boolean {
  return sides(session).some((side) => side.said === "nothing");
}

function declaredIn(session: Session, scope: Scope): boolean {
  if (scope.kind === "type") return session.store.type === scope.type;
  if (scope.kind === "database")
    return (
      session.store.id === scope.storeId && session.database.toLowerCase() === scope.database.toLowerCase()
    );
  return true;
}
