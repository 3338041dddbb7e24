"use client";
import { ChevronRight } from "lucide-react";
import { useTranslations } from "next-intl";
import { useId, useState } from "react";
import { DatabaseDetail } from "#components/pools/database-detail.tsx";
import { Freshness } from "#components/pools/freshness.tsx";
import { SideCell } from "#components/pools/side-cell.tsx";
import { StateBadge } from "#components/pools/state-badge.tsx";
import { half, hatched, stackedCell, Told, third, Unsaid } from "#components/pools/told.tsx";
import { classes } from "#components/ui/classes.ts";
import { Cell, Row } from "#components/ui/table.tsx";
import { useFormats } from "#lib/i18n/use-formats.ts";
import {
  claimOf,
  oldestFact,
  otherSide,
  type SeenSide,
  type Session,
  servingSide,
  sides,
} from "#lib/mirroring/session.ts";
import { disagreements, isStale, queuesOf } from "#lib/mirroring/view.ts";

/** How many cells a row of the table has. */
export const columns = 10;

/** One database, with a line of detail below on demand. */
export function DatabaseRow({ session, now }: { session: Session; now: number }) {
  const t = useTranslations("pools.table");
  const { kilobytes, number } = useFormats();
  const [open, setOpen] = useState(false);
  const detail = useId();
  const at = oldestFact(session);
  const stale = isStale(at, now);
  const differing = new Set(disagreements(session));
  const { unsentKb, redoKb } = queuesOf(session);
  const users = servingSide(session)?.fact.sessions;
  return (
    <>
      <Row stacked className={classes("max-sm:grid! max-sm:grid-cols-6", stale && "text-stale")}>
        <Cell heading className="max-sm:col-span-6 max-sm:py-1.5">
          <button
            type="button"
            aria-expanded={open}
            aria-controls={detail}
            onClick={() => setOpen(!open)}
            className="-ml-1 inline-flex items-center gap-1 rounded text-left font-semibold max-sm:wrap-anywhere sm:whitespace-nowrap"
          >
            <ChevronRight
              aria-hidden
              className={classes("size-4 shrink-0 text-ink-faint transition-transform", open && "rotate-90")}
            />
            {session.database}
          </button>
        </Cell>
        {sides(session).map((side) => (
          <Cell
            key={side.instance.id}
            label={side.instance.name}
            className={classes(half, differing.has("role") && hatched)}
          >
            <SideCell
              side={side}
              partner={otherSide(session, side.instance.id).instance.name}
              claim={claimOf(session)}
              now={now}
            />
          </Cell>
        ))}
        <Told session={session} of="state" span={half} label={t("state")} differing={differing}>
          {(side) => <StateBadge state={side.mirroring.state} stale={stale} />}
        </Told>
        <Told session={session} of="witness" span={half} label={t("witness")} differing={differing}>
          {(side) => <WitnessWord side={side} />}
        </Told>
        <Told session={session} of="safety" span={third} label={t("safety")} differing={differing}>
          {(side) => side.mirroring.safety}
        </Told>
        <Cell number label={t("unsent")} className={third}>
          {unsentKb === null ? <Unsaid /> : kilobytes(unsentKb)}
        </Cell>
        <Cell number label={t("redo")} className={third}>
          {redoKb === null ? <Unsaid /> : kilobytes(redoKb)}
        </Cell>
        <Cell number label={t("sessions")} className={third}>
          {users ? number(users.reduce((sum, user) => sum + user.count, 0)) : <Unsaid />}
        </Cell>
        <Cell label={t("age")} className={classes(stackedCell, "max-sm:col-span-4")}>
          <Freshness at={at} stale={stale} />
        </Cell>
      </Row>
      <tr id={detail} hidden={!open} className="max-sm:not-[[hidden]]:block">
        <td colSpan={columns} className="bg-sunken/40 px-4 py-4 max-sm:block sm:px-5">
          {open && <DatabaseDetail session={session} />}
        </td>
      </tr>
    </>
  );
}

function WitnessWord({ side }: { side: SeenSide }) {
  const t = useTranslations("pools.table");
  const { witnessName, witnessState } = side.mirroring;
  if (witnessName === null) return <span className="text-ink-soft">{t("noWitness")}</span>;
  return (
    <span className={classes(witnessState !== "CONNECTED" && "font-semibold text-warn")}>
      {witnessState ?? "UNKNOWN"}
    </span>
  );
}
