import {
  CircleCheck,
  CircleDashed,
  History,
  Info,
  type LucideIcon,
  OctagonX,
  TriangleAlert,
} from "lucide-react";

/** How something stands. A tone is always seen three times: colour, shape and word. */
export type Tone = "neutral" | "ok" | "info" | "warn" | "bad" | "stale";

export const toneIcon: Record<Tone, LucideIcon> = {
  neutral: CircleDashed,
  ok: CircleCheck,
  info: Info,
  warn: TriangleAlert,
  bad: OctagonX,
  stale: History,
};

/** Text on its own soft surface with its edge; a stale edge is dashed. */
export const toneSurface: Record<Tone, string> = {
  neutral: "bg-sunken text-ink-soft border-line",
  ok: "bg-ok-soft text-ok border-ok-line",
  info: "bg-info-soft text-info border-info-line",
  warn: "bg-warn-soft text-warn border-warn-line",
  bad: "bg-bad-soft text-bad border-bad-line",
  stale: "bg-stale-soft text-stale border-stale-line border-dashed",
};

export const toneText: Record<Tone, string> = {
  neutral: "text-ink-soft",
  ok: "text-ok",
  info: "text-info",
  warn: "text-warn",
  bad: "text-bad",
  stale: "text-stale",
};
