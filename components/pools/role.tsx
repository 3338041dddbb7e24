import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { classes } from "#components/ui/classes.ts";

export type RoleWord = "principal" | "mirror" | "witness";

/** ● principal ○ mirror ◇ witness: the same three shapes everywhere. */
export function RoleMark({ of: role, className }: { of: RoleWord; className?: string }) {
  return (
    <svg viewBox="0 0 12 12" aria-hidden="true" className={classes("size-3 shrink-0", className)}>
      {role === "principal" && <circle cx="6" cy="6" r="5" fill="currentColor" />}
      {role === "mirror" && (
        <circle cx="6" cy="6" r="4.2" fill="none" stroke="currentColor" strokeWidth="1.6" />
      )}
      {role === "witness" && (
        <path
          d="M6 1 L11 6 L6 11 L1 6 Z"
          fill="none"
          stroke="currentColor"
          strokeWidth="1.5"
          strokeLinejoin="round"
        />
      )}
    </svg>
  );
}

/**
 * A role as a badge. Dashed: concluded from the partner, not said by the server itself.
 * `claimed`: two servers say it of themselves. `stale`: it was so when last heard.
 */
export function RoleBadge({
  of: role,
  inferred = false,
  claimed = false,
  stale = false,
  children,
}: {
  of: RoleWord;
  inferred?: boolean;
  claimed?: boolean;
  stale?: boolean;
  children?: ReactNode;
}) {
  const t = useTranslations("pools.role");
  return (
    <span
      className={classes(
        "inline-flex items-center gap-1.5 rounded-full border px-2 py-0.5 text-xs font-semibold whitespace-nowrap",
        stale ? staleLook : claimed ? "border-bad-line bg-bad-soft text-bad" : look[role],
        inferred && "border-dashed",
      )}
    >
      <RoleMark of={role} className="size-2.5" />
      {children ?? t(role)}
    </span>
  );
}

const staleLook = "border-dashed border-stale-line bg-stale-soft text-stale";

const look: Record<RoleWord, string> = {
  principal: "border-transparent bg-brand-fill text-on-brand",
  mirror: "border-brand bg-card text-brand",
  witness: "border-line-strong/60 bg-card text-ink-soft",
};
