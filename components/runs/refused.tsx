"use client";
import { useTranslations } from "next-intl";
import { useEffect, useRef } from "react";
import { MovedList } from "#components/runs/moved.tsx";
import { useSpoken } from "#components/runs/spoken.ts";
import { Alert } from "#components/ui/alert.tsx";
import { LinkButton } from "#components/ui/button.tsx";
import type { Refusal } from "#lib/auth/refusal.ts";
import { auditOf } from "#lib/runs/audit-of.ts";
import type { JournalEntry } from "#lib/runs/events.ts";

/**
 * Why something asked for was not done, in its place, with the focus on it. A stale click is told what happened
 * meanwhile; a busy pool, which run holds it.
 */
export function Refused({
  refusal,
  entries = [],
}: {
  refusal: Refusal | null;
  entries?: readonly JournalEntry[];
}) {
  const t = useTranslations("runs");
  const spoken = useSpoken();
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (refusal) place.current?.focus();
  }, [refusal]);
  if (!refusal) return null;
  const seen = refusal.key === "runs.refusal.stale" ? Number(refusal.values.seen) : Number.POSITIVE_INFINITY;
  const meanwhile = entries.filter((entry) => entry.seq > seen).slice(-4);
  const holder = refusal.key === "runs.refusal.busy" ? String(refusal.values.runId) : null;
  return (
    <div ref={place} tabIndex={-1} className="rounded-lg">
      <Alert
        tone="bad"
        live
        title={t("refused.title")}
        actions={
          holder && (
            <LinkButton size="s" href={`/runs/${holder}`}>
              {t("refused.openRun")}
            </LinkButton>
          )
        }
      >
        <p>{spoken({ key: refusal.key, values: said(refusal, t) })}</p>
        {refusal.key === "runs.refusal.planMoved" && <MovedList moved={[movedIn(refusal)]} />}
        {meanwhile.length > 0 && (
          <>
            <p className="mt-2 font-medium">{t("refused.meanwhile")}</p>
            <ul className="list-disc pl-5">
              {meanwhile.map((entry) => (
                <li key={entry.seq}>
                  {spoken({ key: auditOf(entry).action, values: auditOf(entry).values })}
                </li>
              ))}
            </ul>
            <p className="mt-2">{t("refused.again")}</p>
          </>
        )}
      </Alert>
    </div>
  );
}

function movedIn({ values }: Refusal): { database: string; was: string; is: string } {
  return { database: String(values.database), was: String(values.was), is: String(values.is) };
}

/** A lease's key as people say it: `pool:munich` is the pool munich. */
function said({ key, values }: Refusal, t: ReturnType<typeof useTranslations>): Refusal["values"] {
  const [kind, ...rest] = String(values.key ?? "").split(":");
  if (key !== "runs.refusal.busy" || (kind !== "pool" && kind !== "instance")) return values;
  return { ...values, key: t(`lease.${kind}`, { name: rest.join(":") }) };
}
