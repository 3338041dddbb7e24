"use client";
import { useTranslations } from "next-intl";
import { RadioCards } from "#components/ui/choice.tsx";
import { type Role, roles } from "#lib/auth/actor.ts";

/** The three roles, each with what it may do. */
export function RoleChoice({
  initial,
  value,
  onValue,
  error,
}: {
  initial?: Role;
  value?: Role;
  onValue?: (role: Role) => void;
  error?: string | undefined;
}) {
  const t = useTranslations();
  return (
    <RadioCards
      name="role"
      legend={t("people.role")}
      options={roles.map((role) => ({
        value: role,
        label: t(`common.role.${role}`),
        hint: t(`people.roleHint.${role}`),
      }))}
      {...(value === undefined ? {} : { value })}
      {...(initial === undefined ? {} : { defaultValue: initial })}
      onValue={(chosen) => onValue?.(chosen as Role)}
      error={error}
    />
  );
}
