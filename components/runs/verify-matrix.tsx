import { useTranslations } from "next-intl";
import { Badge } from "#components/ui/badge.tsx";
import { Card } from "#components/ui/card.tsx";
import { Cell, HeadCell, Row, Table, TableBody, TableHead } from "#components/ui/table.tsx";
import { Age } from "#components/ui/time.tsx";
import { findSession, type Situation } from "#lib/mirroring/checks.ts";
import {
  oldestFact,
  otherSide,
  roleOf,
  type Session,
  type Side,
  servingSide,
  sides,
  stateOf,
} from "#lib/mirroring/session.ts";
import type { FoundSession, Plan, SnapshotRow } from "#lib/runbooks/plan.ts";
import type { RunState } from "#lib/runs/replay.ts";

/** Stage 6: roles as both sides tell them, the role sequence before and now, and who is back on the new principal. */
export function VerifyMatrix({ state, situation }: { state: RunState; situation: Situation }) {
  const t = useTranslations("runs.verify");
  const { result, plan } = state;
  return (
    <Card title={t("title")} description={result ? t("atEnd") : t("live")} flush>
      {result ? (
        <Recorded plan={plan} after={result.after} there={result.there} />
      ) : (
        <Live plan={plan} situation={situation} />
      )}
    </Card>
  );
}

function Live({ plan, situation }: { plan: Plan; situation: Situation }) {
  const t = useTranslations("runs.verify");
  return (
    <Table caption={t("title")} stacked>
      <TableHead stacked>
        <HeadCell>{t("database")}</HeadCell>
        <HeadCell>{t("here")}</HeadCell>
        <HeadCell>{t("rolePair")}</HeadCell>
        <HeadCell>{t("state")}</HeadCell>
        <HeadCell>{t("sequence")}</HeadCell>
        <HeadCell number>{t("sessions")}</HeadCell>
        <HeadCell number>{t("age")}</HeadCell>
      </TableHead>
      <TableBody stacked>
        {plan.found.map((entry) => {
          const session = findSession(situation.sessions, entry);
          return (
            session && (
              <LiveRow
                key={keyOf(entry)}
                entry={entry}
                session={session}
                was={sequenceIn(plan.snapshot, entry)}
              />
            )
          );
        })}
      </TableBody>
    </Table>
  );
}

function LiveRow({ entry, session, was }: { entry: FoundSession; session: Session; was: number | null }) {
  const t = useTranslations("runs.verify");
  const serving = servingSide(session);
  const arrived =
    serving?.instance.id === entry.to.id && roleOf(otherSide(session, entry.to.id)) === "MIRROR";
  const heard = oldestFact(session);
  const count = serving?.fact.sessions?.reduce((sum, one) => sum + one.count, 0);
  const is = serving?.mirroring.roleSequence ?? null;
  return (
    <Row stacked>
      <Cell heading className="font-mono">
        {entry.database}
      </Cell>
      <Cell label={t("here")}>
        <Arrival arrived={arrived} />
      </Cell>
      <Cell label={t("rolePair")} className="sm:whitespace-nowrap">
        <ul>
          {sides(session).map((side) => (
            <li key={side.instance.id}>{sideText(side, t("unseen"))}</li>
          ))}
        </ul>
      </Cell>
      <Cell label={t("state")}>
        {[...new Set(sides(session).map((side) => stateOf(side) ?? t("unseen")))].join(" / ")}
      </Cell>
      <Cell label={t("sequence")}>{sequenceText(was, is)}</Cell>
      <Cell label={t("sessions")} number>
        {count === undefined ? "–" : t("sessionsCount", { count })}
      </Cell>
      <Cell label={t("age")} number className="whitespace-nowrap">
        {heard === null ? "–" : <Age at={heard} />}
      </Cell>
    </Row>
  );
}

/** What the run wrote down at its end: it must not change when the pool does. */
function Recorded({
  plan,
  after,
  there,
}: {
  plan: Plan;
  after: readonly SnapshotRow[];
  there: readonly string[];
}) {
  const t = useTranslations("runs.verify");
  return (
    <Table caption={t("title")} stacked>
      <TableHead stacked>
        <HeadCell>{t("database")}</HeadCell>
        <HeadCell>{t("here")}</HeadCell>
        <HeadCell>{t("principal")}</HeadCell>
        <HeadCell>{t("state")}</HeadCell>
        <HeadCell>{t("sequence")}</HeadCell>
      </TableHead>
      <TableBody stacked>
        {plan.found.map((entry) => {
          const row = after.find((one) => keyOf(one) === keyOf(entry));
          const before = plan.snapshot.find((one) => keyOf(one) === keyOf(entry));
          return (
            <Row key={keyOf(entry)} stacked>
              <Cell heading className="font-mono">
                {entry.database}
              </Cell>
              <Cell label={t("here")}>
                <Arrival arrived={there.includes(entry.database)} />
              </Cell>
              <Cell label={t("principal")}>
                {changed(before?.principal ?? "–", row?.principal ?? t("unseen"))}
              </Cell>
              <Cell label={t("state")}>
                {[...new Set((row?.states ?? [null]).map((state) => state ?? t("unseen")))].join(" / ")}
              </Cell>
              <Cell label={t("sequence")}>
                {sequenceText(before?.roleSequence ?? null, row?.roleSequence ?? null)}
              </Cell>
            </Row>
          );
        })}
      </TableBody>
    </Table>
  );
}

function Arrival({ arrived }: { arrived: boolean }) {
  const t = useTranslations("runs.verify");
  return <Badge tone={arrived ? "ok" : "neutral"}>{arrived ? t("arrived") : t("notArrived")}</Badge>;
}

/** `BE2: PRINCIPAL`, as SQL Server words it. */
function sideText(side: Side, unseen: string): string {
  return `${side.instance.name}: ${roleOf(side) ?? unseen}`;
}

function sequenceIn(snapshot: readonly SnapshotRow[], entry: FoundSession): number | null {
  return snapshot.find((row) => keyOf(row) === keyOf(entry))?.roleSequence ?? null;
}

function sequenceText(was: number | null, is: number | null): string {
  return changed(String(was ?? "–"), String(is ?? "–"));
}

function changed(was: string, is: string): string {
  return was === is ? is : `${was} → ${is}`;
}

function keyOf({ storeId, database }: Pick<SnapshotRow, "storeId" | "database">): string {
  return `${storeId}/${database}`;
}
