"use client";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState, useTransition } from "react";
import { registerPool, testServer } from "#app/pools/new/actions.ts";
import { emptyForm } from "#components/register/form-state.ts";
import { RegisterForm } from "#components/register/register-form.tsx";
import { Page } from "#components/ui/page.tsx";
import type { Refusal } from "#lib/auth/refusal.ts";
import type { Registration } from "#lib/pools/draft.ts";

export function NewPool({ knownServers }: { knownServers: readonly string[] }) {
  const t = useTranslations("register");
  const router = useRouter();
  const [initial] = useState(emptyForm);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const [busy, start] = useTransition();

  function submit(registration: Registration) {
    start(async () => {
      const answer = await registerPool(registration);
      if (answer.ok) router.push(`/pools/${answer.value.id}`);
      else setRefusal(answer.refusal);
      if (!answer.ok) window.scrollTo({ top: 0, behavior: "smooth" });
    });
  }

  return (
    <Page title={t("newTitle")} description={t("newText")}>
      <RegisterForm
        initial={initial}
        knownServers={knownServers}
        refusal={refusal}
        busy={busy}
        submit={t("addPool")}
        onSubmit={submit}
        onTest={testServer}
      />
    </Page>
  );
}
