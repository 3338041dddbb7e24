import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { Age } from "#components/ui/time.tsx";
import { useFormats } from "#lib/i18n/use-formats.ts";
import { type SeenSide, type Session, type Side, servingSide, sides } from "#lib/mirroring/session.ts";
import { disagreements } from "#lib/mirroring/view.ts";

/** Everything else that is known of one database: each side's own words, the witness's row, who is connected. */
export function DatabaseDetail({ session }: { session: Session }) {
  const t = useTranslations("pools.detail");
  const differing = disagreements(session);
  return (
    // Where the table is wider than the screen the detail stays in sight.
    <div className="sticky left-5 max-w-[calc(100vw-6rem)] space-y-4 text-sm">
      {differing.length > 0 && (
        <ul className="list-disc pl-5 font-medium text-warn">
          {differing.map((what) => (
            <li key={what}>{t(`differ.${what}`)}</li>
          ))}
        </ul>
      )}
      <div className="grid gap-x-8 gap-y-4 md:grid-cols-2 xl:grid-cols-3">
        {sides(session).map((side) => (
          <SideFacts key={side.instance.id} side={side} />
        ))}
        <div className="space-y-4">
          <Users session={session} />
          <Witness session={session} />
        </div>
      </div>
    </div>
  );
}

function SideFacts({ side }: { side: Side }) {
  const t = useTranslations("pools.detail");
  if (!("fact" in side)) return <Block title={side.instance.name}>{t("nothingKnown")}</Block>;
  const { fact } = side;
  return (
    <Block title={side.instance.name}>
      <dl className="grid grid-cols-[minmax(0,11rem)_minmax(0,1fr)] gap-x-3 gap-y-0.5">
        <Fact name={t("databaseState")}>{fact.state}</Fact>
        <Fact name={t("recoveryModel")}>{fact.recoveryModel}</Fact>
        <Fact name={t("logReuseWait")}>{fact.logReuseWait}</Fact>
        {side.said === "inferred" && <Fact name={t("roleSequence")}>{side.roleSequence}</Fact>}
        {side.said === "seen" && <MirroringFacts side={side} />}
      </dl>
    </Block>
  );
}

function MirroringFacts({ side }: { side: SeenSide }) {
  const t = useTranslations("pools.detail");
  const { duration, kilobytes } = useFormats();
  const { mirroring, fact } = side;
  return (
    <>
      <Fact name={t("roleSequence")}>{mirroring.roleSequence}</Fact>
      <Fact name={t("roleSince")}>
        <Age at={fact.roleFirstHeardAt} />
      </Fact>
      <Fact name={t("safetySequence")}>{mirroring.safetySequence}</Fact>
      <Fact name={t("partner")}>{mirroring.partnerName}</Fact>
      <Fact name={t("witness")}>{mirroring.witnessName ?? t("none")}</Fact>
      {mirroring.timeoutSeconds !== null && (
        <Fact name={t("timeout")}>{duration(mirroring.timeoutSeconds * 1000)}</Fact>
      )}
      {fact.sendKbPerSecond !== null && <Fact name={t("sendRate")}>{kilobytes(fact.sendKbPerSecond)}/s</Fact>}
      {fact.redoKbPerSecond !== null && <Fact name={t("redoRate")}>{kilobytes(fact.redoKbPerSecond)}/s</Fact>}
      <Fact name={t("failoverLsn")}>{mirroring.failoverLsn ?? t("none")}</Fact>
      <Fact name={t("endOfLogLsn")}>{mirroring.endOfLogLsn ?? t("none")}</Fact>
      <Fact name={t("guid")}>{mirroring.guid}</Fact>
    </>
  );
}

function Users({ session }: { session: Session }) {
  const t = useTranslations("pools.detail");
  const serving = servingSide(session);
  const users = serving?.fact.sessions;
  return (
    <Block title={t("sessions")}>
      {!serving
        ? t("notServed")
        : !users
          ? t("sessionsHidden")
          : users.length === 0
            ? t("noSessions", { server: serving.instance.name })
            : null}
      <ul>
        {users?.map((user) => (
          <li key={`${user.host} ${user.program}`} className="break-words">
            <span className="font-medium">{user.host}</span>{" "}
            <span className="text-ink-soft">{user.program}</span>:{" "}
            {t("sessionCount", { count: user.count, open: user.openTransactions })}
          </li>
        ))}
      </ul>
    </Block>
  );
}

function Witness({ session }: { session: Session }) {
  const t = useTranslations("pools.detail");
  if (!session.witness) return null;
  const { instance, row, reachable } = session.witness;
  return (
    <Block title={t("witnessSays", { witness: instance.name })}>
      {row
        ? t("witnessRow", {
            sequence: row.roleSequence,
            synchronized: row.synchronized === null ? "unknown" : String(row.synchronized),
            suspended: String(row.suspended),
          })
        : t(reachable ? "witnessNoRow" : reachable === null ? "witnessNotAsked" : "witnessSilent")}
    </Block>
  );
}

function Block({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section>
      <h3 className="mb-1 font-semibold">{title}</h3>
      {children}
    </section>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-ink-faint">{name}</dt>
      <dd className="min-w-0 break-all">{children}</dd>
    </>
  );
}
