"use client";
import { useTranslations } from "next-intl";
import { useState, useTransition } from "react";
import { changeRole } from "#app/people/actions.ts";
import type { ListedPerson } from "#app/people/people.tsx";
import { RoleChoice } from "#app/people/role-choice.tsx";
import { ConfirmDialog } from "#components/ui/confirm-dialog.tsx";
import { RefusalAlert } from "#components/ui/refusal.tsx";
import type { Refusal } from "#lib/auth/refusal.ts";

export function ChangeRoleDialog({ person, onClose }: { person: ListedPerson; onClose: () => void }) {
  const t = useTranslations("people");
  const [role, setRole] = useState(person.role);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const [busy, start] = useTransition();

  const submit = () =>
    start(async () => {
      const answer = await changeRole({ personId: person.id, role });
      if (answer.ok) onClose();
      else setRefusal(answer.refusal);
    });

  return (
    <ConfirmDialog
      open
      onOpenChange={onClose}
      title={t("changeRoleOf", { name: person.name })}
      action={t("changeRoleSubmit", { name: person.name, role })}
      disabled={role === person.role}
      busy={busy}
      onConfirm={submit}
    >
      <RefusalAlert refusal={refusal} />
      <RoleChoice value={role} onValue={setRole} />
    </ConfirmDialog>
  );
}
