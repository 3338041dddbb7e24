import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { RoleBadge } from "#components/pools/role.tsx";
import { useSideWords } from "#components/pools/side-words.ts";
import { useFormats } from "#lib/i18n/use-formats.ts";
import { type Claim, roleOf, type Side } from "#lib/mirroring/session.ts";
import { isStale } from "#lib/mirroring/view.ts";

/**
 * What one server is of one database. Seen, inferred, hidden, not mirrored, absent, no answer and not asked are
 * seven different things, each with its own look and its own words.
 */
export function SideCell({
  side,
  partner,
  claim,
  now,
}: {
  side: Side;
  partner: string;
  claim: Claim;
  now: number;
}) {
  const t = useTranslations("pools.side");
  const words = useSideWords();
  const role = roleOf(side);
  const stale = side.said !== "not-asked" && side.said !== "nothing" && isStale(side.at, now);
  const note = useNote(side, partner, claim);
  const { timeOfDay } = useFormats();
  return (
    <span className="inline-flex flex-col items-start gap-0.5 text-left">
      {role ? (
        <RoleBadge
          of={role === "PRINCIPAL" ? "principal" : "mirror"}
          inferred={side.said === "inferred"}
          stale={stale}
          claimed={role === "PRINCIPAL" && claim.kind === "two"}
        >
          {words(side, claim)}
        </RoleBadge>
      ) : (
        <span className={look[side.said]}>{words(side, claim)}</span>
      )}
      {note && <span className="max-w-56 text-xs text-ink-soft">{note}</span>}
      {side.said === "nothing" && (
        <span className="text-xs text-ink-soft">
          {t(`reason.${side.silence.reason.kind}`)},{" "}
          {t("since", { time: timeOfDay(side.silence.silentSince ?? side.startedAt) })}
        </span>
      )}
    </span>
  );
}

/** What must be said beside the word; nothing when all is as it should be. */
function useNote(side: Side, partner: string, claim: Claim): ReactNode {
  const t = useTranslations("pools.side");
  if (side.said === "inferred") return t("inferredNote", { partner });
  if (side.said === "hidden") return t("hiddenNote", { state: side.fact.state });
  if (side.said === "not-mirrored") return side.fact.state;
  if (side.said !== "seen") return null;
  if (side.mirroring.role === "PRINCIPAL") {
    if (claim.kind === "two") return t("twoNote");
    if (side.fact.state !== "ONLINE") return side.fact.state;
  }
  // A mirror is RESTORING; anything else there is worth a word.
  return side.mirroring.role === "MIRROR" && side.fact.state !== "RESTORING" ? side.fact.state : null;
}

const look: Partial<Record<Side["said"], string>> = {
  hidden:
    "rounded border border-dashed border-line-strong px-2 py-0.5 text-xs font-medium text-ink-soft italic",
  "not-mirrored": "text-sm font-medium text-ink-soft",
  absent: "text-sm font-medium text-warn",
  nothing: "rounded-full border border-bad-line bg-bad-soft px-2 py-0.5 text-xs font-semibold text-bad",
  "not-asked": "text-sm text-ink-faint",
};
