import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import { classes } from "#components/ui/classes.ts";
import { type Tone, toneIcon, toneSurface } from "#components/ui/tone.tsx";

/** One word on how something stands: shape, word and colour. Give `icon` where the field has its own shape. */
export function Badge({
  tone = "neutral",
  icon,
  size = "m",
  className,
  children,
}: {
  tone?: Tone;
  icon?: LucideIcon;
  size?: "m" | "l";
  className?: string;
  children: ReactNode;
}) {
  const Icon = icon ?? toneIcon[tone];
  return (
    <span
      className={classes(
        "inline-flex max-w-full items-center gap-1.5 rounded-full border font-medium whitespace-nowrap",
        size === "l" ? "px-3 py-1 text-sm" : "px-2 py-0.5 text-xs",
        toneSurface[tone],
        className,
      )}
    >
      <Icon aria-hidden className="size-[1.15em] shrink-0" strokeWidth={2.25} />
      <span className="truncate">{children}</span>
    </span>
  );
}
