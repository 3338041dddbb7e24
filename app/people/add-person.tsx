"use client";
import { useTranslations } from "next-intl";
import { type FormEvent, useId, useState, useTransition } from "react";
import { addPerson } from "#app/people/actions.ts";
import { RoleChoice } from "#app/people/role-choice.tsx";
import { Button } from "#components/ui/button.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import { TextField } from "#components/ui/field.tsx";
import { RefusalAlert, useFieldErrors } from "#components/ui/refusal.tsx";
import type { Refusal } from "#lib/auth/refusal.ts";

type Invited = { name: string; path: string };

export function AddPersonDialog({
  onClose,
  onAdded,
}: {
  onClose: () => void;
  onAdded: (made: Invited) => void;
}) {
  const t = useTranslations();
  const form = useId();
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const [busy, start] = useTransition();
  const errorOf = useFieldErrors(refusal);

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const given = new FormData(event.currentTarget);
    start(async () => {
      const answer = await addPerson(given);
      if (answer.ok) onAdded(answer.value);
      else setRefusal(answer.refusal);
    });
  }

  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={t("people.add")}
      description={t("people.addText")}
      footer={
        <>
          <Button onClick={onClose}>{t("common.cancel")}</Button>
          <Button type="submit" form={form} tone="brand" busy={busy}>
            {t("people.addSubmit")}
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit} noValidate className="space-y-4">
        <RefusalAlert refusal={refusal} />
        <TextField name="name" label={t("people.name")} error={errorOf("name")} autoComplete="off" required />
        <TextField
          name="email"
          type="email"
          label={t("people.email")}
          error={errorOf("email")}
          autoComplete="off"
          required
        />
        <RoleChoice initial="oncall" error={errorOf("role")} />
      </form>
    </Dialog>
  );
}
