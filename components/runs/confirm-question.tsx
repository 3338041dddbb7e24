"use client";
import { Check, X } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { explanationOf } from "#components/runs/plan-steps.tsx";
import { Button } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { TextAreaField } from "#components/ui/field.tsx";
import { Message } from "#components/ui/message.tsx";
import type { ConfirmStep } from "#lib/runbooks/kit.ts";

/** A step that a person answers: yes or no, with a note. A no without a note helps nobody. */
export function ConfirmQuestion({
  step,
  mayAnswer,
  busy,
  onAnswer,
}: {
  step: ConfirmStep;
  mayAnswer: boolean;
  busy: boolean;
  onAnswer: (holds: boolean, note: string) => void;
}) {
  const t = useTranslations("runs.confirm");
  const [note, setNote] = useState("");
  const [missing, setMissing] = useState(false);
  return (
    <Card
      title={<Message of={step.title} />}
      description={<Message of={explanationOf(step)} />}
      className="border-brand"
    >
      {mayAnswer ? (
        <div className="max-w-2xl space-y-3">
          <TextAreaField
            label={t("note")}
            hint={t("noteHint")}
            optional={t("optional")}
            error={missing && note.trim() === "" ? t("noNeedsNote") : undefined}
            rows={2}
            maxLength={1000}
            value={note}
            onChange={(event) => setNote(event.target.value)}
          />
          <div className="flex flex-wrap gap-2">
            <Button tone="brand" icon={Check} busy={busy} onClick={() => onAnswer(true, note.trim())}>
              {t("yes")}
            </Button>
            <Button
              icon={X}
              busy={busy}
              onClick={() => (note.trim() === "" ? setMissing(true) : onAnswer(false, note.trim()))}
            >
              {t("no")}
            </Button>
          </div>
        </div>
      ) : (
        <p className="text-sm text-ink-soft">{t("waits")}</p>
      )}
    </Card>
  );
}
