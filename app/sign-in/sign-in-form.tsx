"use client";
import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { type SignInTrouble, signIn } from "#app/sign-in/sign-in.ts";
import { PasswordField } from "#components/shell/password-field.tsx";
import { Alert } from "#components/ui/alert.tsx";
import { Button } from "#components/ui/button.tsx";
import { TextField } from "#components/ui/field.tsx";
import type { Role } from "#lib/auth/actor.ts";

type DemoSignIn = { role: Role; email: string; password: string };

/** E-mail and password; in a demonstration also one button per role. */
export function SignInForm({ next, demo }: { next: string; demo: readonly DemoSignIn[] }) {
  const t = useTranslations("auth.signIn");
  const [trouble, setTrouble] = useState<SignInTrouble>();
  const [busy, setBusy] = useState<string>();

  async function enter(who: string, form: { email: string; password: string }) {
    setBusy(who);
    setTrouble(undefined);
    const wrong = await signIn(form);
    // A whole new page: nothing of who was here before may stay in memory.
    if (!wrong) return window.location.assign(next);
    setTrouble(wrong);
    setBusy(undefined);
  }

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    enter("form", { email: String(form.get("email")).trim(), password: String(form.get("password")) });
  }

  return (
    <>
      <form onSubmit={submit} className="space-y-4">
        {trouble && (
          <Alert tone="bad" live>
            {t(trouble, { origin: window.location.origin })}
          </Alert>
        )}
        <TextField name="email" type="email" label={t("email")} autoComplete="username" required />
        <PasswordField name="password" label={t("password")} autoComplete="current-password" />
        <Button type="submit" tone="brand" size="l" busy={busy === "form"} className="w-full">
          {t("submit")}
        </Button>
      </form>
      {demo.length > 0 && (
        <DemoSignIns demo={demo} busy={busy} onChoose={(person) => enter(person.role, person)} />
      )}
    </>
  );
}

type Choosing = {
  demo: readonly DemoSignIn[];
  busy: string | undefined;
  onChoose: (person: DemoSignIn) => void;
};

function DemoSignIns({ demo, busy, onChoose }: Choosing) {
  const t = useTranslations();
  return (
    <section aria-labelledby="demo-sign-ins" className="space-y-2 border-t border-line pt-5">
      <h2 id="demo-sign-ins" className="text-sm font-medium">
        {t("auth.signIn.demo")}
      </h2>
      <div className="grid grid-cols-3 gap-2">
        {demo.map((person) => (
          <Button
            key={person.role}
            busy={busy === person.role}
            className="px-2!"
            onClick={() => onChoose(person)}
          >
            {t(`common.role.${person.role}`)}
          </Button>
        ))}
      </div>
      <p className="text-xs text-ink-faint">{t("auth.signIn.demoText")}</p>
    </section>
  );
}
