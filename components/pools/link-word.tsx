import { useTranslations } from "next-intl";
import { classes } from "#components/ui/classes.ts";
import type { LinkView } from "#lib/mirroring/view.ts";

export type LinkState = keyof LinkView | "mixed";

/** One word for what a partner says of a connection over all its databases. */
export function linkState(view: LinkView): LinkState {
  const told = (["connected", "lost", "unknown", "none"] as const).filter((word) => view[word].length > 0);
  if (told.length === 0) return view.hidden.length > 0 ? "hidden" : "unsaid";
  return told.length === 1 ? told[0]! : "mixed";
}

/** "BE1 sees BE2", as this partner tells it itself; its partner may tell otherwise. */
export function LinkWord({
  view,
  from,
  to,
  stale,
}: {
  view: LinkView;
  from: string;
  to: string;
  stale: boolean;
}) {
  const t = useTranslations("pools.link");
  const state = linkState(view);
  const missing = [...view.lost, ...view.unknown, ...view.none];
  return (
    <p className={classes("min-w-0 break-words", stale ? "text-stale" : look[state])}>
      <span aria-hidden>{mark[state]} </span>
      {t(state, { from, to, databases: missing.join(", ") })}
    </p>
  );
}

const look: Record<LinkState, string> = {
  connected: "text-ok",
  lost: "font-semibold text-bad",
  mixed: "font-semibold text-warn",
  unknown: "font-semibold text-warn",
  none: "text-ink-soft",
  hidden: "text-stale italic",
  unsaid: "text-stale italic",
};

const mark: Record<LinkState, string> = {
  connected: "✓",
  lost: "✕",
  mixed: "≠",
  unknown: "?",
  none: "–",
  hidden: "?",
  unsaid: "…",
};
