import { useTranslations } from "next-intl";
import { Cell, HeadCell, Row, Table, TableBody, TableHead } from "#components/ui/table.tsx";
import { names } from "#lib/mirroring/message.ts";
import { type Session, servingSide } from "#lib/mirroring/session.ts";

/** User sessions of the databases that move, by client machine and program: each of them will be cut. */
export function SessionsToCut({ moving }: { moving: readonly Session[] }) {
  const t = useTranslations("wizard.readiness");
  const { clients, unread } = clientsOf(moving);
  return (
    <div className="space-y-3">
      {unread.length > 0 && (
        <p className="text-sm text-warn">{t("sessionsUnread", { servers: names(unread) })}</p>
      )}
      {clients.length === 0 ? (
        <p className="text-sm text-ink-soft">{unread.length === 0 && t("noSessions")}</p>
      ) : (
        <div className="overflow-hidden rounded-lg border border-line">
          <Table caption={t("sessions")} stacked>
            <TableHead stacked>
              <HeadCell>{t("host")}</HeadCell>
              <HeadCell>{t("program")}</HeadCell>
              <HeadCell>{t("databases")}</HeadCell>
              <HeadCell number>{t("count")}</HeadCell>
              <HeadCell number>{t("open")}</HeadCell>
            </TableHead>
            <TableBody stacked>
              {clients.map((client) => (
                <Row key={`${client.host}/${client.program}`} stacked>
                  <Cell heading>{client.host || t("unknownHost")}</Cell>
                  <Cell label={t("program")}>{client.program || "–"}</Cell>
                  <Cell label={t("databases")}>{names(client.databases)}</Cell>
                  <Cell label={t("count")} number>
                    {client.count}
                  </Cell>
                  <Cell label={t("open")} number>
                    {client.open}
                  </Cell>
                </Row>
              ))}
            </TableBody>
          </Table>
        </div>
      )}
    </div>
  );
}

interface Client {
  host: string;
  program: string;
  databases: string[];
  count: number;
  open: number;
}

/** `unread`: serving instances whose sessions the login may not see. */
export function clientsOf(moving: readonly Session[]): { clients: Client[]; unread: string[] } {
  const clients = new Map<string, Client>();
  const unread = new Set<string>();
  for (const session of moving) {
    const serving = servingSide(session);
    if (serving && serving.fact.sessions === null) unread.add(serving.instance.name);
    for (const { host, program, count, openTransactions } of serving?.fact.sessions ?? []) {
      const key = `${host}\n${program}`;
      const known = clients.get(key) ?? { host, program, databases: [], count: 0, open: 0 };
      const databases = [...known.databases, session.database];
      clients.set(key, {
        ...known,
        databases,
        count: known.count + count,
        open: known.open + openTransactions,
      });
    }
  }
  return { clients: [...clients.values()].sort((a, b) => b.count - a.count), unread: [...unread] };
}
