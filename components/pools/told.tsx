import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { classes } from "#components/ui/classes.ts";
import { Cell } from "#components/ui/table.tsx";
import { roleOf, type SeenSide, type Session, sides } from "#lib/mirroring/session.ts";
import type { Disagreement } from "#lib/mirroring/view.ts";

/**
 * A value that both sides tell. Told alike it is said once, by the principal where there is one; told differently the
 * cell is hatched and both say theirs.
 */
export function Told({
  session,
  of,
  span,
  label,
  differing,
  children,
}: {
  session: Session;
  of: Disagreement;
  /** How wide it is on a phone. */
  span: string;
  label: string;
  differing: ReadonlySet<Disagreement>;
  children: (side: SeenSide) => ReactNode;
}) {
  const t = useTranslations("pools.table");
  const seen = sides(session).filter((side): side is SeenSide => side.said === "seen");
  const speaker = seen.find((side) => roleOf(side) === "PRINCIPAL") ?? seen[0];
  if (!speaker)
    return (
      <Cell label={label} className={span}>
        <Unsaid />
      </Cell>
    );
  if (!differing.has(of))
    return (
      <Cell label={label} className={span}>
        {children(speaker)}
      </Cell>
    );
  return (
    <Cell label={label} className={classes(whole, hatched)}>
      <div className="text-left">
        <span className="block text-xs font-semibold text-warn">{t("disagree")}</span>
        {seen.map((side) => (
          <span key={side.instance.id} className="flex items-center gap-1.5 py-0.5">
            <span className="text-xs">{side.instance.name}:</span> {children(side)}
          </span>
        ))}
      </div>
    </Cell>
  );
}

/** In place of a value that no side tells. */
export function Unsaid() {
  const t = useTranslations("pools.table");
  return (
    <>
      <span aria-hidden className="text-ink-faint">
        –
      </span>
      <span className="sr-only">{t("unsaid")}</span>
    </>
  );
}

/** On a phone the cells of a row stand in a grid of six, each with its label above. */
export const stackedCell =
  "max-sm:flex-col max-sm:items-start! max-sm:justify-start! max-sm:gap-0! max-sm:pr-1";
const whole = `${stackedCell} max-sm:col-span-6`;
export const half = `${stackedCell} max-sm:col-span-3`;
export const third = `${stackedCell} max-sm:col-span-2`;

/** Where the two sides tell different things. */
export const hatched =
  "bg-[repeating-linear-gradient(-45deg,transparent_0_6px,color-mix(in_srgb,var(--warn-line)_40%,transparent)_6px_8px)]";
