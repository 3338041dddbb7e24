"use client";
import { CircleStop, MoveRight, Undo2 } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Findings } from "#components/runs/findings.tsx";
import { sourcesOf, targetsOf } from "#components/runs/route.tsx";
import { Alert } from "#components/ui/alert.tsx";
import { Button } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { ConfirmDialog } from "#components/ui/confirm-dialog.tsx";
import { findSession, type Situation } from "#lib/mirroring/checks.ts";
import { findingOf } from "#lib/mirroring/findings.ts";
import { names } from "#lib/mirroring/message.ts";
import type { FoundSession } from "#lib/runbooks/plan.ts";
import type { Choice } from "#lib/runs/events.ts";
import type { RunState } from "#lib/runs/replay.ts";

/** A run that stopped half-way: where each database stands now, and the three ways on. */
export function Stopped({
  state,
  situation,
  mayDecide,
  busy,
  onDecide,
}: {
  state: RunState;
  situation: Situation;
  mayDecide: boolean;
  busy: boolean;
  onDecide: (choice: Choice) => void;
}) {
  const t = useTranslations("runs.stopped");
  const findings = movingOf(state).flatMap((entry) => {
    const session = findSession(situation.sessions, entry);
    return session ? [findingOf(session, entry.to.id)] : [];
  });
  const there = findings.filter((finding) => finding.kind === "switched").length;
  return (
    <Card title={t("title")} description={t("body")}>
      <div className="space-y-4">
        <Findings findings={findings} poolId={state.poolId} />
        <p className="text-xs text-ink-faint">{t("live")}</p>
        {mayDecide ? (
          <Choices state={state} there={there} busy={busy} onDecide={onDecide} />
        ) : (
          <Alert tone="info">{t("forOthers")}</Alert>
        )}
      </div>
    </Card>
  );
}

function Choices({
  state,
  there,
  busy,
  onDecide,
}: {
  state: RunState;
  there: number;
  busy: boolean;
  onDecide: (choice: Choice) => void;
}) {
  const t = useTranslations("runs.stopped");
  const [asked, setAsked] = useState<Choice | null>(null);
  const of = movingOf(state).length;
  const targets = names(targetsOf(state.plan));
  const sources = names(sourcesOf(state.plan));
  const words = {
    finish: of > there ? t("finish", { count: of - there, targets }) : t("finishNothing"),
    return: there > 0 ? t("return", { count: there, sources }) : t("returnNothing"),
    stop: t("stop"),
  };
  const sentence = {
    finish: t("finishHint"),
    return: t("returnHint"),
    stop: t("stopSentence", { there, of, targets }),
  };
  const question = { finish: t("askFinish"), return: t("askReturn"), stop: t("askStop") };
  const icon = { finish: MoveRight, return: Undo2, stop: CircleStop };
  const hint = { finish: t("finishHint"), return: t("returnHint"), stop: t("stopHint") };
  return (
    <section aria-label={t("choices")} className="space-y-3">
      <h3 className="text-sm font-semibold">{t("choices")}</h3>
      <ul className="grid gap-3 lg:grid-cols-3">
        {(["finish", "return", "stop"] as const).map((choice) => (
          <li key={choice} className="flex flex-col gap-2 rounded-lg border border-line px-4 py-3">
            <Button
              icon={icon[choice]}
              busy={busy}
              disabled={choice === "return" && there === 0}
              onClick={() => setAsked(choice)}
            >
              {words[choice]}
            </Button>
            <p className="text-xs text-ink-soft">{hint[choice]}</p>
          </li>
        ))}
      </ul>
      {asked && (
        <ConfirmDialog
          open
          onOpenChange={() => setAsked(null)}
          title={question[asked]}
          action={words[asked]}
          busy={busy}
          onConfirm={() => {
            setAsked(null);
            onDecide(asked);
          }}
        >
          <p>{sentence[asked]}</p>
        </ConfirmDialog>
      )}
    </section>
  );
}

function movingOf(state: RunState): FoundSession[] {
  return state.plan.found.filter((entry) => entry.moves);
}
