import { useTranslations } from "next-intl";
import { columns, DatabaseRow } from "#components/pools/database-row.tsx";
import { HeadCell, Table, TableHead } from "#components/ui/table.tsx";
import { type DatabaseType, databaseTypes, type Instance } from "#lib/mirroring/pool.ts";
import type { Session } from "#lib/mirroring/session.ts";
import type { Pair } from "#lib/mirroring/view.ts";

/** The databases of a pair by DatabaseType: what each side is and says, how far behind, how old. */
export function DatabaseTable({
  pair,
  unclaimed,
  now,
}: {
  pair: Pair;
  unclaimed: ReadonlySet<Session>;
  now: number;
}) {
  const t = useTranslations("pools.table");
  return (
    <Table
      stacked
      className={dense}
      caption={t("caption", { primary: pair.primary.name, mirror: pair.mirror.name })}
    >
      <TableHead stacked>
        <HeadCell>{t("database")}</HeadCell>
        <ServerHead instance={pair.primary} position="primary" />
        <ServerHead instance={pair.mirror} position="mirror" />
        <HeadCell>{t("state")}</HeadCell>
        <HeadCell>{t("witness")}</HeadCell>
        <HeadCell>{t("safety")}</HeadCell>
        <HeadCell number>{t("unsent")}</HeadCell>
        <HeadCell number>{t("redo")}</HeadCell>
        <HeadCell number>{t("sessions")}</HeadCell>
        <HeadCell>{t("age")}</HeadCell>
      </TableHead>
      {groupsOf(pair, unclaimed).map(({ type, sessions }) => (
        <tbody key={type} className="divide-y divide-line border-b border-line max-sm:block">
          <tr className="max-sm:block">
            <th
              scope="rowgroup"
              colSpan={columns}
              className="bg-sunken/40 px-4 py-1.5 text-left text-xs font-semibold text-ink-soft max-sm:block sm:px-5"
            >
              {t(`type.${type}`)}
            </th>
          </tr>
          {sessions.map((session) => (
            <DatabaseRow key={`${session.store.id} ${session.database}`} session={session} now={now} />
          ))}
        </tbody>
      ))}
    </Table>
  );
}

function ServerHead({ instance, position }: { instance: Instance; position: "primary" | "mirror" }) {
  const t = useTranslations("pools.server");
  return (
    <HeadCell className="whitespace-nowrap">
      <span className="text-sm font-bold text-ink">{instance.name}</span>
      <span className="block font-normal">{t(`position.${position}`)}</span>
    </HeadCell>
  );
}

/** Ten columns stand closer than a table's usual few; the outer edges stay in line with the card. */
const dense =
  "sm:[&_td]:px-3! sm:[&_td:first-child]:pl-5! sm:[&_td:last-child]:pr-5! sm:[&_th]:px-3! sm:[&_th:first-child]:pl-5! sm:[&_th:last-child]:pr-5!";

type Group = { type: DatabaseType | "unclaimed"; sessions: Session[] };

function groupsOf(pair: Pair, unclaimed: ReadonlySet<Session>): Group[] {
  const claimed = pair.sessions.filter((session) => !unclaimed.has(session));
  const groups: Group[] = databaseTypes.map((type) => ({
    type,
    sessions: claimed.filter((session) => session.store.type === type),
  }));
  groups.push({ type: "unclaimed", sessions: pair.sessions.filter((session) => unclaimed.has(session)) });
  return groups.filter((group) => group.sessions.length > 0);
}
