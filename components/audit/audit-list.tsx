"use client";
import { CircleCheck, CircleX, type LucideIcon, ShieldBan } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { useSpoken } from "#components/runs/spoken.ts";
import { Badge } from "#components/ui/badge.tsx";
import { CodeBlock } from "#components/ui/code-block.tsx";
import { Empty } from "#components/ui/page.tsx";
import { Cell, HeadCell, Row, Table, TableBody, TableHead } from "#components/ui/table.tsx";
import { Moment } from "#components/ui/time.tsx";
import type { Tone } from "#components/ui/tone.tsx";

/** One entry as the browser gets it: numbers as text, since sequences may outgrow a double. */
export interface AuditLine {
  seq: string;
  at: number;
  actor: string;
  role: string;
  origin: string;
  action: string;
  values: Record<string, unknown>;
  outcome: "done" | "refused" | "failed";
  poolName: string | null;
  poolId: string | null;
  runId: string | null;
}

/** The log, newest first: when, who, what in the reader's words, with what outcome. */
export function AuditList({ lines }: { lines: readonly AuditLine[] }) {
  const t = useTranslations("audit");
  if (lines.length === 0) return <Empty title={t("empty.title")}>{t("empty.body")}</Empty>;
  return (
    <div className="overflow-hidden rounded-xl border border-line bg-card shadow-panel">
      <Table caption={t("table.caption")} stacked>
        <TableHead stacked>
          <HeadCell number>{t("table.seq")}</HeadCell>
          <HeadCell>{t("table.at")}</HeadCell>
          <HeadCell>{t("table.actor")}</HeadCell>
          <HeadCell>{t("table.action")}</HeadCell>
          <HeadCell>{t("table.pool")}</HeadCell>
          <HeadCell>{t("table.outcome")}</HeadCell>
        </TableHead>
        <TableBody stacked>
          {lines.map((line) => (
            <Line key={line.seq} line={line} />
          ))}
        </TableBody>
      </Table>
    </div>
  );
}

function Line({ line }: { line: AuditLine }) {
  const t = useTranslations("audit");
  const word = (key: string, otherwise: string) => (t.has(key) ? t(key) : otherwise);
  return (
    <Row stacked className="align-top [&>*]:align-top">
      <Cell label={t("table.seq")} number className="text-ink-faint">
        {line.seq}
      </Cell>
      <Cell label={t("table.at")} className="whitespace-nowrap">
        <Moment at={line.at} precise />
      </Cell>
      <Cell label={t("table.actor")} className="sm:min-w-40">
        <span className="font-medium">{line.actor || t("nobody")}</span>
        <span className="block text-xs text-ink-soft">
          {word(`role.${line.role}`, line.role)} · {word(`origin.${line.origin}`, line.origin)}
        </span>
      </Cell>
      <Cell className="max-sm:block sm:min-w-72">
        <What line={line} />
      </Cell>
      <Cell label={t("table.pool")}>
        {line.poolId ? (
          <Link href={`/pools/${line.poolId}`} className="text-brand underline-offset-2 hover:underline">
            {line.poolName ?? line.poolId}
          </Link>
        ) : (
          "–"
        )}
      </Cell>
      <Cell label={t("table.outcome")}>
        <Badge tone={looks[line.outcome].tone} icon={looks[line.outcome].icon}>
          {t(`outcome.${line.outcome}`)}
        </Badge>
      </Cell>
    </Row>
  );
}

function What({ line }: { line: AuditLine }) {
  const t = useTranslations("audit");
  const spoken = useSpoken();
  const values = useSentenceValues(line);
  const sql = typeof line.values.sql === "string" ? line.values.sql : null;
  return (
    <div className="space-y-1 break-words">
      <p>{spoken({ key: line.action, values })}</p>
      {line.runId && (
        <Link
          href={`/runs/${line.runId}`}
          className="text-xs font-medium text-brand underline underline-offset-2"
        >
          {t("openRun")}
        </Link>
      )}
      {sql && (
        <details>
          <summary className="inline-block rounded text-xs font-medium text-brand">{t("statement")}</summary>
          <div className="mt-1.5">
            <CodeBlock code={sql} title={String(line.values.on ?? "")} label={t("statement")} />
          </div>
        </details>
      )}
    </div>
  );
}

/** `because` is kept as the key of another sentence, and `given` as that sentence's values. */
function useSentenceValues({ values }: AuditLine): Record<string, string | number> {
  const spoken = useSpoken();
  const plain = plainValues(values);
  if (typeof values.because !== "string") return plain;
  const given =
    typeof values.given === "object" && values.given !== null
      ? plainValues(values.given as Record<string, unknown>)
      : {};
  return { ...plain, because: spoken({ key: values.because, values: given }) };
}

function plainValues(values: Record<string, unknown>): Record<string, string | number> {
  const plain = Object.entries(values).filter(
    (entry): entry is [string, string | number] =>
      typeof entry[1] === "string" || typeof entry[1] === "number",
  );
  return Object.fromEntries(plain);
}

const looks: Record<AuditLine["outcome"], { tone: Tone; icon: LucideIcon }> = {
  done: { tone: "ok", icon: CircleCheck },
  refused: { tone: "warn", icon: ShieldBan },
  failed: { tone: "bad", icon: CircleX },
};
