"use client";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState, useTransition } from "react";
import { forgetPool, savePool } from "#app/pools/[pool]/settings/actions.ts";
import { testServer } from "#app/pools/new/actions.ts";
import { formOf } from "#components/register/form-state.ts";
import { RegisterForm } from "#components/register/register-form.tsx";
import { Alert } from "#components/ui/alert.tsx";
import { Button } from "#components/ui/button.tsx";
import { ConfirmDialog } from "#components/ui/confirm-dialog.tsx";
import { Page } from "#components/ui/page.tsx";
import type { Refusal } from "#lib/auth/refusal.ts";
import type { InstanceDraft, PoolDraft, Registration } from "#lib/pools/draft.ts";

type Known = { pool: PoolDraft; instances: InstanceDraft[]; origin: string };

export function PoolSettings({
  poolId,
  known,
  knownServers,
}: {
  poolId: string;
  known: Known;
  knownServers: readonly string[];
}) {
  const t = useTranslations("register");
  const router = useRouter();
  const [initial] = useState(() => formOf(known.pool, known.instances));
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const [asking, setAsking] = useState(false);
  const [busy, start] = useTransition();
  const title = known.pool.title || known.pool.name;

  function ask(work: () => Promise<{ ok: true } | { ok: false; refusal: Refusal }>, next: string) {
    start(async () => {
      const answer = await work();
      if (answer.ok) return router.push(next);
      setAsking(false);
      setRefusal(answer.refusal);
      window.scrollTo({ top: 0, behavior: "smooth" });
    });
  }
  const save = (registration: Registration) =>
    ask(() => savePool({ poolId, registration }), `/pools/${poolId}`);

  return (
    <Page
      title={t("settingsTitle")}
      above={
        <Link href={`/pools/${poolId}`} className="hover:underline">
          {title}
        </Link>
      }
      actions={<Button onClick={() => setAsking(true)}>{t("remove")}</Button>}
    >
      {known.origin !== "browser" && (
        <Alert tone="warn" title={t("fromFile", { file: known.origin })}>
          {t("fromFileText")}
        </Alert>
      )}
      <RegisterForm
        initial={initial}
        knownServers={knownServers}
        refusal={refusal}
        busy={busy}
        submit={t("savePool")}
        onSubmit={save}
        onTest={testServer}
      />
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        title={t("removeTitle", { pool: title })}
        action={t("removeAction", { pool: title })}
        danger
        busy={busy}
        typed={{ label: t("removeTyped", { pool: known.pool.name }), expected: known.pool.name }}
        onConfirm={() => ask(() => forgetPool({ poolId }), "/")}
      >
        <p>{t("removeText")}</p>
      </ConfirmDialog>
    </Page>
  );
}
