"use client";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { Alert } from "#components/ui/alert.tsx";
import type { Refusal } from "#lib/auth/refusal.ts";

/** The answer to an action that was refused: why, in words, read aloud when it appears. */
export function RefusalAlert({ refusal, actions }: { refusal: Refusal | null; actions?: ReactNode }) {
  const t = useTranslations();
  if (!refusal) return null;
  return (
    <Alert tone="bad" live actions={actions}>
      {t(refusal.key, refusal.values)}
    </Alert>
  );
}

/** What is wrong with one field: `error("email")` for a control named email, undefined when nothing is. */
export function useFieldErrors(refusal: Refusal | null): (name: string) => string | undefined {
  const t = useTranslations();
  return (name) => {
    const key = refusal?.fields?.[name];
    return key === undefined ? undefined : t(key, refusal?.values);
  };
}
