import { Check, CircleHelp, X } from "lucide-react";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { classes } from "#components/ui/classes.ts";
import { Message } from "#components/ui/message.tsx";
import { names, type Message as Sentence } from "#lib/mirroring/message.ts";
import { type Fate, fateSentence, fatesOf, readyForFailover } from "#lib/mirroring/outlook.ts";
import type { Pool } from "#lib/mirroring/pool.ts";
import type { Observations } from "#lib/mirroring/session.ts";

/**
 * The two answers that always stand: could one fail over by hand now, and what happens if a server dies now.
 * From old facts neither is given. `full` names every reason, and every partner.
 */
export function Outlook({
  pool,
  observations,
  stale,
  full = false,
}: {
  pool: Pool;
  observations: Observations;
  stale: boolean;
  full?: boolean;
}) {
  const t = useTranslations("pools.outlook");
  if (stale)
    return (
      <dl className="space-y-2 text-sm">
        <Question is={t("ready")}>
          <Answer tone="unknown">{t("unknown")}</Answer>
        </Question>
        <Question is={t("dies")}>
          <Answer tone="unknown">{t("unknown")}</Answer>
        </Question>
      </dl>
    );
  const { ready, reasons } = readyForFailover(pool, observations);
  const fates = fatesOf(pool, observations).filter(
    (fate) =>
      observations.get(fate.instance.id)?.reachable &&
      (principalOfSome(fate) || (full && fate.exposed.length > 0)),
  );
  return (
    <dl className="space-y-2 text-sm">
      <Question is={t("ready")}>
        <Answer tone={ready ? "yes" : "no"}>
          {ready ? t("yes") : reasons.length === 0 ? t("nothing") : t("no", { count: reasons.length })}
          {full && <Reasons reasons={reasons} />}
        </Answer>
      </Question>
      <Question is={t("dies")}>
        {fates.length === 0 && <Answer tone="unknown">{t("noPrincipal")}</Answer>}
        {fates.map((fate) => (
          <Answer key={fate.instance.id} tone={toneOf(fate)}>
            <Message of={fateSentence(fate)} />
            {full && <Stays fate={fate} />}
          </Answer>
        ))}
      </Question>
    </dl>
  );
}

/** One line for what several databases have in common. */
function Reasons({ reasons }: { reasons: readonly Sentence[] }) {
  return (
    <ul className="mt-1 list-disc space-y-0.5 pl-5 text-ink-soft">
      {together(reasons).map((reason) => (
        <li key={`${reason.key} ${reason.values.database}`} className="break-words">
          <Message of={reason} />
        </li>
      ))}
    </ul>
  );
}

function Stays({ fate }: { fate: Fate }) {
  const sentences = fate.stays.map(({ database, because }) => ({
    ...because,
    values: { ...because.values, database },
  }));
  return (
    <ul className="mt-1 list-disc space-y-0.5 pl-5 text-ink-soft">
      {together(sentences).map((stay) => (
        <li key={`${stay.key} ${stay.values.database}`} className="break-words">
          <span className="font-medium text-ink">{stay.values.database}</span>: <Message of={stay} />
        </li>
      ))}
    </ul>
  );
}

/** Sentences that differ only in the database become one that names them all. */
function together(sentences: readonly Sentence[]): Sentence[] {
  const groups = Map.groupBy(sentences, ({ key, values }) =>
    JSON.stringify([key, { ...values, database: "" }]),
  );
  return [...groups.values()].map((group) => ({
    key: group[0]!.key,
    values: {
      ...group[0]!.values,
      database: names(group.map((sentence) => String(sentence.values.database))),
    },
  }));
}

function Question({ is, children }: { is: string; children: ReactNode }) {
  return (
    <div>
      <dt className="text-xs font-medium text-ink-faint">{is}</dt>
      {children}
    </div>
  );
}

function Answer({ tone, children }: { tone: keyof typeof marks; children: ReactNode }) {
  const { Icon, look } = marks[tone];
  return (
    <dd className="flex gap-1.5 not-first:mt-1">
      <Icon aria-hidden className={classes("mt-0.5 size-4 shrink-0", look)} strokeWidth={2.5} />
      <div className="min-w-0">{children}</div>
    </dd>
  );
}

const marks = {
  yes: { Icon: Check, look: "text-ok" },
  no: { Icon: X, look: "text-warn" },
  unknown: { Icon: CircleHelp, look: "text-stale" },
} as const;

function principalOfSome(fate: Fate): boolean {
  return fate.automatic.length + fate.notGuaranteed.length + fate.stays.length > 0;
}

function toneOf(fate: Fate): keyof typeof marks {
  if (fate.stays.length > 0) return "no";
  return fate.notGuaranteed.length > 0 ? "unknown" : "yes";
}
