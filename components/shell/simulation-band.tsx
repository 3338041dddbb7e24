import { FlaskConical } from "lucide-react";
import { useTranslations } from "next-intl";

/** On every page of a demonstration, so that nobody takes it for the real thing, or the real thing for it. */
export function SimulationBand() {
  const t = useTranslations("shell");
  return (
    <aside
      aria-label={t("simulation")}
      className="stripes-simulation flex justify-center border-b border-warn-line px-3 py-0.5"
    >
      <p className="flex items-center gap-2 rounded-full bg-warn-soft px-3 py-px text-xs text-warn">
        <FlaskConical aria-hidden className="size-3.5 shrink-0" />
        <strong className="tracking-[0.14em]">{t("simulation")}</strong>
        <span className="max-sm:hidden">{t("simulationText")}</span>
      </p>
    </aside>
  );
}
