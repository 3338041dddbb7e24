"use client";
import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { signIn } from "#app/sign-in/sign-in.ts";
import { PasswordField } from "#components/shell/password-field.tsx";
import { Button } from "#components/ui/button.tsx";
import { TextField } from "#components/ui/field.tsx";
import { RefusalAlert, useFieldErrors } from "#components/ui/refusal.tsx";
import { passwordLength } from "#lib/auth/password.ts";
import { type ActionResult, type Refusal, refuse } from "#lib/auth/refusal.ts";
import type { Language } from "#lib/i18n/languages.ts";

type Given = { token: string; person: { name: string; email: string } | null; language: Language };

/** Who one is, as far as the link does not say so, and the password; then one is signed in. */
export function WelcomeForm({ token, person, language }: Given) {
  const t = useTranslations("auth.welcome");
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const [busy, setBusy] = useState(false);
  const errorOf = useFieldErrors(refusal);

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = Object.fromEntries(new FormData(event.currentTarget)) as Record<string, string>;
    setBusy(true);
    const answer = await accept(token, { ...form, language });
    if (!answer.ok) {
      setRefusal(answer.refusal);
      setBusy(false);
      return;
    }
    const trouble = await signIn({ email: answer.value.email, password: form.password ?? "" });
    window.location.assign(trouble ? "/sign-in" : "/");
  }

  return (
    <form onSubmit={submit} noValidate className="space-y-4">
      <RefusalAlert refusal={refusal} />
      {person ? (
        // For password managers: whose password this is.
        <input type="hidden" autoComplete="username" value={person.email} readOnly />
      ) : (
        <>
          <TextField
            name="name"
            label={t("name")}
            hint={t("nameHint")}
            error={errorOf("name")}
            autoComplete="name"
            required
          />
          <TextField
            name="email"
            type="email"
            label={t("email")}
            error={errorOf("email")}
            autoComplete="username"
            required
          />
        </>
      )}
      <PasswordField
        name="password"
        label={t("password")}
        hint={t("passwordHint", { minimum: passwordLength.min })}
        error={errorOf("password")}
        autoComplete="new-password"
      />
      <Button type="submit" tone="brand" size="l" busy={busy} className="w-full">
        {person ? t("submitPassword") : t("submitFirst")}
      </Button>
    </form>
  );
}

async function accept(token: string, form: object): Promise<ActionResult<{ email: string }>> {
  const answer = await fetch(`/welcome/${encodeURIComponent(token)}/accept`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(form),
  }).catch(() => null);
  return (await answer?.json().catch(() => null)) ?? refuse("auth.signIn.unreachable");
}
