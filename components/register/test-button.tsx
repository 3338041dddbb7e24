"use client";
import { PlugZap } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState, useTransition } from "react";
import { draftOf, type ServerForm } from "#components/register/form-state.ts";
import type { TestLogin } from "#components/register/register-form.tsx";
import { Badge } from "#components/ui/badge.tsx";
import { Button } from "#components/ui/button.tsx";
import { Message } from "#components/ui/message.tsx";
import { RefusalAlert, useFieldErrors } from "#components/ui/refusal.tsx";
import type { ActionResult } from "#lib/auth/refusal.ts";
import type { Finding } from "#lib/sqlserver/test-connection.ts";

type Answers = { which: "looking" | "acting"; answer: ActionResult<Finding[]> }[];

/** Tries both logins of a server, saved or not, and says how far each came: network, TLS, login, rights, a mirror's values. */
export function TestButton({ server, onTest }: { server: ServerForm; onTest: TestLogin }) {
  const t = useTranslations("register.test");
  const [answers, setAnswers] = useState<Answers | null>(null);
  const [busy, start] = useTransition();

  function test() {
    start(async () => {
      const instance = draftOf(server);
      const all: Answers = [];
      for (const which of instance.acting ? (["looking", "acting"] as const) : (["looking"] as const))
        all.push({ which, answer: await onTest({ instance, which }) });
      setAnswers(all);
    });
  }

  return (
    <div className="space-y-4">
      <Button icon={PlugZap} busy={busy} onClick={test}>
        {t("button", { name: server.name || server.server || "…" })}
      </Button>
      <div aria-live="polite" className="grid gap-4 lg:grid-cols-2">
        {answers?.map(({ which, answer }) => (
          <section
            key={which}
            aria-label={t(which)}
            className="rounded-lg border border-line bg-sunken/40 px-4 py-3"
          >
            <h4 className="mb-2 text-sm font-semibold">{t(which)}</h4>
            {answer.ok ? <Findings findings={answer.value} /> : <NotAsked answer={answer} />}
          </section>
        ))}
      </div>
    </div>
  );
}

function Findings({ findings }: { findings: readonly Finding[] }) {
  const t = useTranslations("register.test");
  return (
    <ol className="space-y-2">
      {findings.map((finding) => (
        <li
          key={finding.message.key}
          className="grid grid-cols-[auto_minmax(0,1fr)] items-start gap-3 text-sm"
        >
          <Badge tone={finding.verdict}>{t(`stage.${finding.stage}`)}</Badge>
          <span className="break-words">
            <Message of={finding.message} />
          </span>
        </li>
      ))}
    </ol>
  );
}

/** Nothing was sent: a field is missing. */
function NotAsked({ answer }: { answer: Extract<ActionResult<Finding[]>, { ok: false }> }) {
  const errorOf = useFieldErrors(answer.refusal);
  const fields = Object.keys(answer.refusal.fields ?? {});
  const t = useTranslations("register");
  return (
    <div className="space-y-2">
      <RefusalAlert refusal={answer.refusal} />
      <ul className="list-disc pl-5 text-sm">
        {fields.map((field) => (
          <li key={field}>
            {t(`field.${fieldKey(field)}`)}: {errorOf(field)}
          </li>
        ))}
      </ul>
    </div>
  );
}

/** `instance.looking.password` → `password` */
function fieldKey(path: string): string {
  return path.split(".").at(-1) ?? path;
}
