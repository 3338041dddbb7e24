import type { ReactNode } from "react";
import { classes } from "#components/ui/classes.ts";
import { type Tone, toneIcon, toneSurface, toneText } from "#components/ui/tone.tsx";

/** A sentence that must be seen. `live` reads it aloud when it appears: for the answer to what one just did. */
export function Alert({
  tone = "info",
  title,
  live = false,
  actions,
  className,
  children,
}: {
  tone?: Tone;
  title?: ReactNode;
  live?: boolean;
  actions?: ReactNode;
  className?: string;
  children?: ReactNode;
}) {
  const Icon = toneIcon[tone];
  return (
    <div
      role={live ? (tone === "bad" || tone === "warn" ? "alert" : "status") : undefined}
      className={classes("flex gap-3 rounded-lg border px-4 py-3 text-sm", toneSurface[tone], className)}
    >
      <Icon aria-hidden className={classes("mt-0.5 size-4.5 shrink-0", toneText[tone])} strokeWidth={2.25} />
      <div className="min-w-0 flex-1 space-y-1">
        {title && <p className="font-semibold">{title}</p>}
        {children && <div className="break-words text-ink">{children}</div>}
        {actions && <div className="flex flex-wrap gap-2 pt-2">{actions}</div>}
      </div>
    </div>
  );
}
