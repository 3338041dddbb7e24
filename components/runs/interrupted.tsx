"use client";
import { Search } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Findings } from "#components/runs/findings.tsx";
import { useSpoken } from "#components/runs/spoken.ts";
import { Alert } from "#components/ui/alert.tsx";
import { Button } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { ConfirmDialog } from "#components/ui/confirm-dialog.tsx";
import { Message } from "#components/ui/message.tsx";
import { useFormats } from "#lib/i18n/use-formats.ts";
import { findSession, type Situation } from "#lib/mirroring/checks.ts";
import { findingOf } from "#lib/mirroring/findings.ts";
import { names, type Message as Said } from "#lib/mirroring/message.ts";
import { nextStep, type RunState } from "#lib/runs/replay.ts";

/** A run whose process is gone: what is written down, what is not, and one verb: look, then continue. */
export function Interrupted({
  state,
  because,
  situation,
  mayContinue,
  busy,
  onContinue,
}: {
  state: RunState;
  because: Said | null;
  situation: Situation;
  mayContinue: boolean;
  busy: boolean;
  onContinue: () => void;
}) {
  const t = useTranslations("runs.interrupted");
  const [asking, setAsking] = useState(false);
  const unsettled = unsettledIn(state);
  const findings = unsettled.flatMap(({ change }) => {
    const session = findSession(situation.sessions, change.reaches.session);
    return session ? [findingOf(session, change.reaches.instanceId)] : [];
  });
  const servers = names([
    ...new Set(state.plan.stores.flatMap((store) => [store.primary.name, store.mirror.name])),
  ]);
  const next = state.steps.indexOf(nextStep(state)!) + 1;
  return (
    <Card title={t("title")} description={t("body")}>
      <div className="space-y-4">
        {because && (
          <Alert tone="warn">
            <Message of={because} />
          </Alert>
        )}
        <Known state={state} />
        <Unknown unsettled={unsettled} />
        {findings.length > 0 && (
          <div className="space-y-1.5">
            <h3 className="text-sm font-semibold">{t("now")}</h3>
            <Findings findings={findings} poolId={state.poolId} />
          </div>
        )}
        {mayContinue ? (
          <div className="flex flex-wrap items-center gap-3">
            <Button tone="brand" icon={Search} busy={busy} onClick={() => setAsking(true)}>
              {t("look")}
            </Button>
            <p className="max-w-prose text-xs text-ink-soft">{t("hint")}</p>
          </div>
        ) : (
          <Alert tone="info">{t("forOthers")}</Alert>
        )}
      </div>
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        title={t("ask")}
        action={t("look")}
        busy={busy}
        onConfirm={() => {
          setAsking(false);
          onContinue();
        }}
      >
        <p>{t("sentence", { servers, step: next })}</p>
      </ConfirmDialog>
    </Card>
  );
}

function Known({ state }: { state: RunState }) {
  const t = useTranslations("runs.interrupted");
  const spoken = useSpoken();
  const closed = state.steps.filter((step) => step.closedAt !== null);
  if (closed.length === 0) return null;
  return (
    <div className="text-sm">
      <h3 className="font-semibold">{t("known")}</h3>
      <ul className="mt-0.5 list-disc space-y-0.5 pl-5">
        {closed.map((step) => (
          <li key={step.step.id}>
            {spoken({ key: "runs.interrupted.closed", values: { step: step.step.id, verdict: step.state } })}
          </li>
        ))}
      </ul>
    </div>
  );
}

function Unknown({ unsettled }: { unsettled: Unsettled[] }) {
  const t = useTranslations("runs.interrupted");
  const { preciseMoment } = useFormats();
  return (
    <div className="text-sm">
      <h3 className="font-semibold">{t("unknown")}</h3>
      {unsettled.length === 0 ? (
        <p>{t("nothingOpen")}</p>
      ) : (
        <ul className="mt-0.5 list-disc space-y-0.5 pl-5">
          {unsettled.map(({ change, done }) => (
            <li key={change.id}>
              {t("sentUnsettled", {
                database: change.database,
                server: done.on ?? "?",
                at: preciseMoment(Date.parse(done.sentAt!)),
              })}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

type Unsettled = ReturnType<typeof unsettledIn>[number];

/** Sent, and not settled: the statements that may have been carried out. */
function unsettledIn(state: RunState) {
  return state.steps.flatMap((step) => {
    if (step.step.kind !== "act") return [];
    return step.step.changes.flatMap((change) => {
      const done = step.changes[change.id];
      return done?.sentAt && !done.verdict ? [{ change, done }] : [];
    });
  });
}
