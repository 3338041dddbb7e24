import { Radio, Unplug } from "lucide-react";
import { useTranslations } from "next-intl";
import { Age } from "#components/ui/time.tsx";

/** Whether the page hears the server; when not, since when, so that nobody takes what stands there for now. */
export function StreamWord({ lostSince }: { lostSince: number | null }) {
  const t = useTranslations("shell");
  const lost = lostSince !== null;
  return (
    <p
      role="status"
      className={
        lost
          ? "inline-flex items-center gap-1.5 rounded-full bg-bad-soft px-2.5 py-1 text-sm font-medium text-bad"
          : "inline-flex items-center gap-1.5 text-sm text-ink-soft"
      }
    >
      {lost ? <Unplug aria-hidden className="size-4" /> : <Radio aria-hidden className="size-4 text-ok" />}
      {lost ? (
        <>
          {t("streamLost")} <Age at={lostSince} />
        </>
      ) : (
        t("streamLive")
      )}
    </p>
  );
}
