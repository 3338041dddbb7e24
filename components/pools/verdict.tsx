import {
  ArrowLeftRight,
  CircleCheck,
  CircleHelp,
  CircleOff,
  Columns2,
  EyeOff,
  History,
  LoaderCircle,
  type LucideIcon,
  OctagonX,
  Pause,
  ShieldAlert,
  Split,
  Timer,
  Unlink,
} from "lucide-react";
import { useTranslations } from "next-intl";
import { Badge } from "#components/ui/badge.tsx";
import { classes } from "#components/ui/classes.ts";
import { Message } from "#components/ui/message.tsx";
import { toneSurface, toneText } from "#components/ui/tone.tsx";
import type { Diagnosis, DiagnosisWord } from "#lib/mirroring/diagnose.ts";

/** The name of a pool's situation: shape, word and colour. */
export function Verdict({ diagnosis, size = "m" }: { diagnosis: Diagnosis; size?: "m" | "l" }) {
  const t = useTranslations("pools.verdict");
  return (
    <Badge tone={diagnosis.tone} icon={shapes[diagnosis.word]} size={size} className="tracking-wide">
      {t(diagnosis.word)}
    </Badge>
  );
}

/** The same in full: the word, because of what, and every way out. Read aloud when it changes. */
export function VerdictBanner({ diagnosis }: { diagnosis: Diagnosis }) {
  const t = useTranslations("pools");
  const Shape = shapes[diagnosis.word] ?? CircleHelp;
  return (
    <section
      aria-label={t("situation")}
      className={classes("rounded-xl border px-4 py-4 sm:px-5", toneSurface[diagnosis.tone])}
    >
      <div className="flex gap-3 sm:gap-4">
        <Shape
          aria-hidden
          className={classes("mt-0.5 size-7 shrink-0", toneText[diagnosis.tone])}
          strokeWidth={2.25}
        />
        <div className="min-w-0 space-y-2">
          <div role="status">
            <p className="text-xl font-bold tracking-wide">{t(`verdict.${diagnosis.word}`)}</p>
            <p className="max-w-prose break-words text-ink">
              <Message of={diagnosis.because} />
            </p>
          </div>
          {diagnosis.waysOut.length > 0 && (
            <div className="text-sm text-ink">
              <p className="font-semibold">{t("waysOut")}</p>
              <ul className="mt-0.5 max-w-prose list-disc space-y-0.5 pl-5">
                {diagnosis.waysOut.map((way) => (
                  <li key={way.key}>
                    <Message of={way} />
                  </li>
                ))}
              </ul>
            </div>
          )}
        </div>
      </div>
    </section>
  );
}

/** Each situation its own shape, so that it is known without its colour. */
const shapes: Partial<Record<DiagnosisWord, LucideIcon>> = {
  "SPLIT-BRAIN": Split,
  "NOT-SERVED": OctagonX,
  DECIDE: CircleHelp,
  SPLIT: Columns2,
  EXPOSED: ShieldAlert,
  SUSPENDED: Pause,
  UNSEEN: EyeOff,
  STALE: History,
  SYNCING: LoaderCircle,
  ASYNCHRONOUS: Timer,
  "WITNESS-LOST": Unlink,
  "NOT-MIRRORED": CircleOff,
  SWITCHING: ArrowLeftRight,
  OK: CircleCheck,
};
