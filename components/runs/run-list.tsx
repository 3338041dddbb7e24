"use client";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { PhaseBadge } from "#components/runs/phase.tsx";
import { LinkButton } from "#components/ui/button.tsx";
import { Empty } from "#components/ui/page.tsx";
import { Cell, HeadCell, Row, Table, TableBody, TableHead } from "#components/ui/table.tsx";
import { Moment } from "#components/ui/time.tsx";
import { useFormats } from "#lib/i18n/use-formats.ts";
import type { Phase } from "#lib/runs/replay.ts";

/** One run in a list: what its fold says, and nothing of its steps. */
export interface RunLine {
  id: string;
  poolName: string;
  runbook: string;
  route: string;
  databases: number;
  phase: Phase;
  preparedBy: string;
  preparedAt: string;
  startedAt: string | null;
  endedAt: string | null;
  reason: string;
}

export function RunList({ runs }: { runs: readonly RunLine[] }) {
  const t = useTranslations("runs");
  const runbooks = useTranslations("runbooks");
  if (runs.length === 0)
    return (
      <Empty title={t("empty.title")} actions={<LinkButton href="/">{t("toPools")}</LinkButton>}>
        {t("empty.body")}
      </Empty>
    );
  return (
    <div className="overflow-hidden rounded-xl border border-line bg-card shadow-panel">
      <Table caption={t("title")} stacked>
        <TableHead stacked>
          <HeadCell>{t("table.run")}</HeadCell>
          <HeadCell>{t("table.phase")}</HeadCell>
          <HeadCell>{t("table.pool")}</HeadCell>
          <HeadCell number>{t("table.moves")}</HeadCell>
          <HeadCell>{t("table.prepared")}</HeadCell>
          <HeadCell number>{t("table.took")}</HeadCell>
        </TableHead>
        <TableBody stacked>
          {runs.map((run) => (
            <Row key={run.id} stacked className="hover:bg-sunken/50">
              <Cell heading>
                <Link href={`/runs/${run.id}`} className="text-brand underline-offset-2 hover:underline">
                  {t("heading", { runbook: runbooks(`${run.runbook}.title`), route: run.route })}
                </Link>
                <span className="block max-w-md truncate text-xs font-normal text-ink-soft">
                  {run.reason}
                </span>
              </Cell>
              <Cell label={t("table.phase")}>
                <PhaseBadge phase={run.phase} />
              </Cell>
              <Cell label={t("table.pool")}>{run.poolName}</Cell>
              <Cell label={t("table.moves")} number>
                {run.databases}
              </Cell>
              <Cell label={t("table.prepared")}>
                <Moment at={Date.parse(run.preparedAt)} />
                <span className="block text-xs text-ink-soft">{run.preparedBy}</span>
              </Cell>
              <Cell label={t("table.took")} number>
                <Took run={run} />
              </Cell>
            </Row>
          ))}
        </TableBody>
      </Table>
    </div>
  );
}

function Took({ run }: { run: RunLine }) {
  const { duration } = useFormats();
  if (!run.startedAt || !run.endedAt) return "–";
  return duration(Date.parse(run.endedAt) - Date.parse(run.startedAt));
}
