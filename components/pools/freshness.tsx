import { History } from "lucide-react";
import { useTranslations } from "next-intl";
import { classes } from "#components/ui/classes.ts";
import { Age } from "#components/ui/time.tsx";

/** How old a fact is, counting on; a fact too old to be believed is hatched, with a clock and the word. */
export function Freshness({
  at,
  stale,
  className,
}: {
  at: number | null;
  stale: boolean;
  className?: string;
}) {
  const t = useTranslations("pools.freshness");
  if (at === null) return <span className={classes("text-ink-faint", className)}>{t("notAsked")}</span>;
  if (!stale) return <Age at={at} className={classes("whitespace-nowrap text-ink-soft", className)} />;
  return (
    <span
      className={classes(
        "hatched-stale inline-flex items-center gap-1 rounded border border-dashed border-stale-line bg-stale-soft px-1.5 whitespace-nowrap text-stale",
        className,
      )}
    >
      <History aria-hidden className="size-3.5 shrink-0" />
      {t("stale")} <Age at={at} />
    </span>
  );
}
