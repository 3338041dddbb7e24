import { useTranslations } from "next-intl";
import { Cell, HeadCell, Row, Table, TableBody, TableHead } from "#components/ui/table.tsx";
import type { Formats } from "#lib/i18n/formats.ts";
import { useFormats } from "#lib/i18n/use-formats.ts";
import type { Prediction } from "#lib/runbooks/plan.ts";

/** How long each database is expected to be away, with the arithmetic. */
export function PredictionTable({ predicted }: { predicted: readonly Prediction[] }) {
  const t = useTranslations("wizard.steps");
  const formats = useFormats();
  return (
    <div className="overflow-hidden rounded-lg border border-line">
      <Table caption={t("interruption")} stacked>
        <TableHead stacked>
          <HeadCell>{t("database")}</HeadCell>
          <HeadCell number>{t("unsent")}</HeadCell>
          <HeadCell number>{t("redo")}</HeadCell>
          <HeadCell>{t("arithmetic")}</HeadCell>
          <HeadCell number>{t("seconds")}</HeadCell>
        </TableHead>
        <TableBody stacked>
          {predicted.map((one) => (
            <Row key={one.database} stacked>
              <Cell heading className="font-mono">
                {one.database}
              </Cell>
              <Cell label={t("unsent")} number>
                {queue(one.unsentKb, formats, t("notKnown"))}
              </Cell>
              <Cell label={t("redo")} number>
                {queue(one.redoKb, formats, t("notKnown"))}
              </Cell>
              <Cell label={t("arithmetic")} className="text-ink-soft">
                {[
                  term(one.unsentKb, one.sendKbPerSecond, formats, t),
                  term(one.redoKb, one.redoKbPerSecond, formats, t),
                  formats.duration(1000),
                ].join(" + ")}
              </Cell>
              <Cell label={t("seconds")} number className="font-semibold">
                {one.seconds === null ? t("notPredictable") : formats.duration(one.seconds * 1000)}
              </Cell>
            </Row>
          ))}
        </TableBody>
      </Table>
    </div>
  );
}

export interface Interruption {
  shortestMs: number | null;
  longestMs: number | null;
  slowest: string;
  unpredictable: string[];
}

export function interruptionOf(predicted: readonly Prediction[]): Interruption {
  const known = predicted.filter((one) => one.seconds !== null).toSorted((a, b) => a.seconds! - b.seconds!);
  return {
    shortestMs: known.length > 0 ? known[0]!.seconds! * 1000 : null,
    longestMs: known.length > 0 ? known.at(-1)!.seconds! * 1000 : null,
    slowest: known.at(-1)?.database ?? "",
    unpredictable: predicted.filter((one) => one.seconds === null).map((one) => one.database),
  };
}

function queue(kb: number | null, formats: Formats, unknown: string): string {
  return kb === null ? unknown : formats.kilobytes(kb);
}

/** A queue shorter than this drains at once, whatever the rate; the same bound as the prediction's. */
const almostEmptyKb = 64;

function term(
  kb: number | null,
  rate: number | null,
  formats: Formats,
  t: ReturnType<typeof useTranslations<"wizard.steps">>,
): string {
  if (kb === null) return t("notKnown");
  if (kb < almostEmptyKb) return formats.number(0);
  return `${formats.kilobytes(kb)} ÷ ${rate ? `${formats.kilobytes(rate)}/s` : t("notKnown")}`;
}
