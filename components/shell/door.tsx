import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { LanguageSwitch } from "#components/shell/language-switch.tsx";
import { Mark } from "#components/shell/mark.tsx";

/** The frame of the pages before sign-in: one panel, and the language. */
export function Door({ title, lead, children }: { title: ReactNode; lead: ReactNode; children: ReactNode }) {
  const t = useTranslations("common");
  return (
    <div className="relative grid min-h-[calc(100dvh-2rem)] place-items-center overflow-hidden px-4 py-10">
      <Reflection />
      <div className="relative w-full max-w-md">
        <div className="mb-5 flex items-center justify-between">
          <p className="flex items-center gap-2.5 text-lg font-semibold tracking-tight">
            <Mark className="size-8" />
            {t("product")}
          </p>
          <LanguageSwitch />
        </div>
        <div className="space-y-6 rounded-2xl border border-line bg-card p-6 shadow-raised sm:p-8">
          <header>
            <h1 className="text-2xl font-semibold">{title}</h1>
            <p className="mt-1.5 text-sm text-ink-soft">{lead}</p>
          </header>
          {children}
        </div>
      </div>
    </div>
  );
}

/** Behind the panel: log records crossing from one side to the other, faint enough to be read over. */
function Reflection() {
  const lanes = [-150, -90, -30, 30, 90, 150];
  return (
    <svg
      aria-hidden="true"
      viewBox="-600 -300 1200 600"
      preserveAspectRatio="xMidYMid slice"
      className="absolute inset-0 size-full text-brand opacity-25"
    >
      <g fill="none" stroke="currentColor">
        <path d="M0-300v600" strokeDasharray="2 10" />
        {lanes.map((y, lane) => (
          <g key={y}>
            <path
              d={`M-430 ${y * 1.6}C-250 ${y * 1.6} -160 ${y} 0 ${y}S250 ${y * 1.6} 430 ${y * 1.6}`}
              strokeOpacity="0.45"
            />
            <circle cx={-430} cy={y * 1.6} r={lane % 2 ? 5 : 7} fill="currentColor" stroke="none" />
            <circle cx={430} cy={y * 1.6} r={lane % 2 ? 5 : 7} />
          </g>
        ))}
      </g>
    </svg>
  );
}
