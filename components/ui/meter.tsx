import { classes } from "#components/ui/classes.ts";
import type { Tone } from "#components/ui/tone.tsx";

/** How much of something there is, with its words: the bar never stands alone. */
export function Meter({
  label,
  value,
  max,
  text,
  tone = "neutral",
  hideLabel = false,
}: {
  label: string;
  value: number;
  max: number;
  text: string;
  tone?: Tone;
  hideLabel?: boolean;
}) {
  const share = max > 0 ? Math.min(1, Math.max(0, value / max)) : 0;
  return (
    <div className="min-w-24 text-sm">
      <div className="flex justify-between gap-3">
        {!hideLabel && (
          <span aria-hidden className="text-ink-soft">
            {label}
          </span>
        )}
        <span>{text}</span>
      </div>
      <meter aria-label={label} min={0} max={max} value={value} className="sr-only">
        {text}
      </meter>
      <div aria-hidden className="mt-1 h-2 overflow-hidden rounded-full border border-line bg-sunken">
        <div
          className={classes("h-full transition-[width]", fill[tone])}
          style={{ width: `${share * 100}%` }}
        />
      </div>
    </div>
  );
}

const fill: Record<Tone, string> = {
  neutral: "bg-line-strong",
  ok: "bg-ok",
  info: "bg-info",
  warn: "bg-warn",
  bad: "bg-bad",
  stale: "bg-stale hatched-stale",
};
