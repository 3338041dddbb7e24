"use client";
import { useTranslations } from "next-intl";
import { useState, useTransition } from "react";
import { makeLink, removePerson } from "#app/people/actions.ts";
import type { ListedPerson } from "#app/people/people.tsx";
import { ConfirmDialog } from "#components/ui/confirm-dialog.tsx";
import { RefusalAlert } from "#components/ui/refusal.tsx";
import type { Refusal } from "#lib/auth/refusal.ts";

type About = { person: ListedPerson; onClose: () => void };

export function NewLinkDialog({
  person,
  onClose,
  onMade,
}: About & { onMade: (made: { name: string; path: string }) => void }) {
  const t = useTranslations("people");
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const [busy, start] = useTransition();
  const submit = () =>
    start(async () => {
      const answer = await makeLink({ personId: person.id });
      if (answer.ok) onMade(answer.value);
      else setRefusal(answer.refusal);
    });
  return (
    <ConfirmDialog
      open
      onOpenChange={onClose}
      title={t("newLinkOf", { name: person.name })}
      action={t("newLinkSubmit", { name: person.name })}
      busy={busy}
      onConfirm={submit}
    >
      <RefusalAlert refusal={refusal} />
      <p>{t("newLinkText", { name: person.name })}</p>
    </ConfirmDialog>
  );
}

export function RemoveDialog({ person, onClose }: About) {
  const t = useTranslations("people");
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const [busy, start] = useTransition();
  const submit = () =>
    start(async () => {
      const answer = await removePerson({ personId: person.id });
      if (answer.ok) onClose();
      else setRefusal(answer.refusal);
    });
  return (
    <ConfirmDialog
      open
      onOpenChange={onClose}
      title={t("removeOf", { name: person.name })}
      action={t("removeSubmit", { name: person.name })}
      danger
      busy={busy}
      onConfirm={submit}
    >
      <RefusalAlert refusal={refusal} />
      <p>{t("removeText", { name: person.name })}</p>
    </ConfirmDialog>
  );
}
