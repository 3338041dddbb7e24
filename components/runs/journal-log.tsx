import { useTranslations } from "next-intl";
import { useSpoken } from "#components/runs/spoken.ts";
import { Card } from "#components/ui/card.tsx";
import { CodeBlock } from "#components/ui/code-block.tsx";
import { Moment } from "#components/ui/time.tsx";
import { auditOf } from "#lib/runs/audit-of.ts";
import type { JournalEntry } from "#lib/runs/events.ts";

/** Everything the run wrote down, word for word, oldest first. */
export function JournalLog({ entries }: { entries: readonly JournalEntry[] }) {
  const t = useTranslations("runs.journal");
  const spoken = useSpoken();
  return (
    <Card
      title={t("title")}
      description={t("description")}
      aside={<span className="text-sm text-ink-soft">{t("latest", { count: entries.length })}</span>}
      flush
    >
      <ol aria-label={t("title")} className="divide-y divide-line border-t border-line">
        {entries.map((entry) => {
          const { action, values } = auditOf(entry);
          return (
            <li
              key={entry.seq}
              className="grid gap-x-4 gap-y-0.5 px-4 py-2.5 text-sm sm:grid-cols-[3rem_15rem_minmax(0,1fr)] sm:px-5"
            >
              <span className="text-ink-faint max-sm:hidden" title={t("seq")}>
                {entry.seq}
              </span>
              <Moment at={Date.parse(entry.at)} precise className="text-xs text-ink-soft sm:text-sm" />
              <div className="min-w-0">
                <p className="break-words">
                  {spoken({
                    key: action,
                    values: entry.type === "interrupted" ? { because: spoken(entry.because) } : values,
                  })}
                </p>
                <p className="text-xs text-ink-faint">{"by" in entry ? entry.by.name : t("engine")}</p>
                {"because" in entry && entry.because && entry.type !== "interrupted" && (
                  <p className="text-ink-soft">{spoken(entry.because)}</p>
                )}
                {entry.type === "answered" && entry.outcome.kind === "refused" && (
                  <p className="text-ink-soft">{entry.outcome.message}</p>
                )}
                {entry.type === "answered" && entry.outcome.kind === "broken" && (
                  <p className="text-ink-soft">{entry.outcome.detail}</p>
                )}
                {entry.type === "sending" && (
                  <details className="mt-1">
                    <summary className="inline-block rounded text-xs font-medium text-brand">
                      {t("statement")}
                    </summary>
                    <div className="mt-1.5">
                      <CodeBlock
                        code={entry.sql}
                        title={entry.on}
                        label={`${t("statement")} ${entry.database}`}
                      />
                    </div>
                  </details>
                )}
              </div>
            </li>
          );
        })}
      </ol>
    </Card>
  );
}
