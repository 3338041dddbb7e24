"use client";
import { PlayCircle } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { MovedList } from "#components/runs/moved.tsx";
import { interruptionOf } from "#components/runs/prediction.tsx";
import { routesText, targetsOf } from "#components/runs/route.tsx";
import { Alert } from "#components/ui/alert.tsx";
import { Button, LinkButton } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { ConfirmDialog } from "#components/ui/confirm-dialog.tsx";
import { useFormats } from "#lib/i18n/use-formats.ts";
import { names } from "#lib/mirroring/message.ts";
import type { movedSince, Plan } from "#lib/runbooks/plan.ts";
import type { RunState } from "#lib/runs/replay.ts";

/**
 * Stage 4: a sentence with names and seconds, and a button that carries the verb and its target.
 * When the ground has moved since the plan was made, there is no button but the way to a new plan.
 */
export function Approval({
  state,
  moved,
  reader,
  rebuildHref,
  busy,
  onStart,
}: {
  state: RunState;
  moved: ReturnType<typeof movedSince>;
  /** operate: may start it · prepare: may not, and is told who may · read: only reads. */
  reader: "operate" | "prepare" | "read";
  rebuildHref: string;
  busy: boolean;
  onStart: () => void;
}) {
  const t = useTranslations("runs.approval");
  const [asking, setAsking] = useState(false);
  const target = { count: movingOf(state.plan).length, targets: names(targetsOf(state.plan)) };
  return (
    <Card title={t("title")} description={t("preparedBy", { name: state.preparedBy.name })}>
      <div className="space-y-4">
        <Sentence plan={state.plan} />
        {moved.length > 0 ? (
          <Alert
            tone="warn"
            live
            title={t("moved")}
            actions={
              reader !== "read" && (
                <LinkButton size="s" href={rebuildHref}>
                  {t("rebuild")}
                </LinkButton>
              )
            }
          >
            <p>{t("movedBody")}</p>
            <MovedList moved={moved} />
          </Alert>
        ) : (
          <p className="text-sm text-ink-soft">{t("held")}</p>
        )}
        {reader === "operate" && moved.length === 0 && (
          <Button tone="brand" size="l" icon={PlayCircle} busy={busy} onClick={() => setAsking(true)}>
            {t("start", target)}
          </Button>
        )}
        {reader === "prepare" && <Alert tone="info">{t("forAdmins")}</Alert>}
        {reader === "read" && <p className="text-sm text-ink-soft">{t("forReaders")}</p>}
      </div>
      <ConfirmDialog
        open={asking && moved.length === 0}
        onOpenChange={setAsking}
        title={t("ask", target)}
        action={t("start", target)}
        busy={busy}
        onConfirm={() => {
          setAsking(false);
          onStart();
        }}
      >
        <Sentence plan={state.plan} />
      </ConfirmDialog>
    </Card>
  );
}

/** "5 databases move BE1 → BE2: …. Each is away for about 1 s to 3 s; 42 sessions will be cut. No data is lost." */
function Sentence({ plan }: { plan: Plan }) {
  const t = useTranslations("runs.approval");
  const { duration } = useFormats();
  const moving = movingOf(plan).map((entry) => entry.database);
  const { shortestMs, longestMs, slowest, unpredictable } = interruptionOf(plan.predicted);
  const [shortest, longest] = [shortestMs, longestMs].map((ms) => (ms === null ? "" : duration(ms))) as [
    string,
    string,
  ];
  return (
    <div className="max-w-prose space-y-1 text-base">
      <p>
        {t("sentence", { count: moving.length, route: routesText(plan.found), databases: names(moving) })}{" "}
        {longestMs !== null &&
          (shortest === longest
            ? t("predicted", { span: longest })
            : t("predictedRange", { shortest, longest, slowest }))}{" "}
        {unpredictable.length > 0 && t("unpredictable", { databases: names(unpredictable) })}{" "}
        {t("cut", { count: sessionsCut(plan) })} {plan.runbook === "manual-failover" && t("noLoss")}
      </p>
      <p className="text-sm text-ink-soft">{t("cannotRecall")}</p>
    </div>
  );
}

function movingOf(plan: Plan) {
  return plan.found.filter((entry) => entry.moves);
}

/** As seen when the plan was made. */
function sessionsCut(plan: Plan): number {
  return plan.verdicts
    .filter((verdict) => verdict.check === "sessions-to-cut")
    .reduce((sum, verdict) => sum + Number(verdict.seen.values.count ?? 0), 0);
}
