import { ArrowLeftRight, CircleCheck, CircleHelp, CircleX } from "lucide-react";
import { useTranslations } from "next-intl";
import { targetsOf } from "#components/runs/route.tsx";
import { useSpoken } from "#components/runs/spoken.ts";
import { Alert } from "#components/ui/alert.tsx";
import { Badge } from "#components/ui/badge.tsx";
import { LinkButton } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import { Cell, HeadCell, Row, Table, TableBody, TableHead } from "#components/ui/table.tsx";
import { Moment } from "#components/ui/time.tsx";
import type { Tone } from "#components/ui/tone.tsx";
import { useFormats } from "#lib/i18n/use-formats.ts";
import { names } from "#lib/mirroring/message.ts";
import type { Result } from "#lib/runs/events.ts";
import type { RunState } from "#lib/runs/replay.ts";

/** Stage 7: what moved, whether the old server can be switched off, what was not as planned. It stays until one leaves. */
export function ResultPanel({
  state,
  result,
  backHref,
}: {
  state: RunState;
  result: Result;
  backHref: string | null;
}) {
  const t = useTranslations("runs.result");
  const spoken = useSpoken();
  // A run that went back is judged by where its databases came from: the last look names who serves them.
  const serving = result.after.filter((row) => result.there.includes(row.database));
  const targets = names([...new Set(serving.map((row) => row.principal ?? "?"))]);
  const all = result.there.length === result.found;
  return (
    <Card
      title={t("title")}
      aside={
        state.endedAt && (
          <p className="text-sm text-ink-soft">
            {t.rich("ended", { at: () => <Moment at={Date.parse(state.endedAt!)} /> })}
          </p>
        )
      }
    >
      <div className="space-y-5">
        <Alert
          tone={all ? "ok" : "warn"}
          live
          title={
            all
              ? t("allMoved", { found: result.found })
              : t("moved", { there: result.there.length, found: result.found })
          }
        >
          {result.there.length > 0
            ? t("there", { targets, databases: names(result.there) })
            : t("nothingThere", { targets: names(targetsOf(state.plan)) })}
        </Alert>
        {result.elsewhere.length > 0 && (
          <section aria-label={t("elsewhere")} className="text-sm">
            <h3 className="font-semibold">{t("elsewhere")}</h3>
            <ul className="mt-0.5 list-disc space-y-0.5 pl-5">
              {result.elsewhere.map((one) => (
                <li key={one.database}>{spoken(one.because)}</li>
              ))}
            </ul>
          </section>
        )}
        {result.switchOff.map((server) => (
          <SwitchOff key={server.instance} server={server} />
        ))}
        <section aria-label={t("exceptions")} className="text-sm">
          <h3 className="font-semibold">{t("exceptions")}</h3>
          {state.exceptions.length === 0 ? (
            <p className="text-ink-soft">{t("noExceptions")}</p>
          ) : (
            <ul className="mt-0.5 list-disc space-y-0.5 pl-5">
              {state.exceptions.map((exception, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: the journal's order never changes
                <li key={index}>{spoken(exception)}</li>
              ))}
            </ul>
          )}
        </section>
        <Measured state={state} />
        <div className="flex flex-wrap gap-2">
          {backHref && (
            <LinkButton icon={ArrowLeftRight} href={backHref}>
              {t("failBack")}
            </LinkButton>
          )}
          <LinkButton href={`/pools/${state.poolId}`}>{t("toPool")}</LinkButton>
        </div>
      </div>
    </Card>
  );
}

/** May the server that was left be switched off: yes, no because, or not known. */
function SwitchOff({ server }: { server: Result["switchOff"][number] }) {
  const t = useTranslations("runs.result");
  const answer = !server.answered
    ? "notKnown"
    : server.stillPrincipal.length > 0 || server.witnesses.length > 0
      ? "no"
      : "yes";
  const looks = {
    yes: ["ok", CircleCheck],
    no: ["bad", CircleX],
    notKnown: ["stale", CircleHelp],
  } as const satisfies Record<string, readonly [Tone, unknown]>;
  return (
    <section
      aria-label={t("switchOff", { server: server.instance })}
      className="rounded-lg border border-line px-4 py-3 text-sm"
    >
      <div className="flex flex-wrap items-center gap-3">
        <h3 className="font-semibold">{t("switchOff", { server: server.instance })}</h3>
        <Badge tone={looks[answer][0]} icon={looks[answer][1]}>
          {t(answer)}
        </Badge>
      </div>
      <ul className="mt-1 space-y-0.5">
        {answer === "yes" && <li>{t("yesBecause", { server: server.instance })}</li>}
        {answer === "notKnown" && <li>{t("unanswered", { server: server.instance })}</li>}
        {server.stillPrincipal.length > 0 && (
          <li>{t("stillPrincipal", { databases: names(server.stillPrincipal) })}</li>
        )}
        {server.witnesses.length > 0 && <li>{t("witnesses", { databases: names(server.witnesses) })}</li>}
      </ul>
    </section>
  );
}

/** Predicted against measured: from the sending of the statement until both sides were seen in their new roles. */
function Measured({ state }: { state: RunState }) {
  const t = useTranslations("runs.result");
  const columns = useTranslations("wizard.steps");
  const { duration } = useFormats();
  const took = new Map(
    state.steps
      .slice(0, state.plan.steps.length)
      .flatMap(({ step, changes }) =>
        step.kind === "act"
          ? step.changes.flatMap((change) =>
              changes[change.id]?.tookMs != null
                ? [[change.database, changes[change.id]!.tookMs!] as const]
                : [],
            )
          : [],
      ),
  );
  if (state.plan.predicted.length === 0) return null;
  return (
    <div className="space-y-1.5">
      <h3 className="text-sm font-semibold">{t("measured")}</h3>
      <div className="max-w-xl overflow-hidden rounded-lg border border-line">
        <Table caption={t("measured")} stacked>
          <TableHead stacked>
            <HeadCell>{columns("database")}</HeadCell>
            <HeadCell number>{t("predicted")}</HeadCell>
            <HeadCell number>{t("measuredColumn")}</HeadCell>
          </TableHead>
          <TableBody stacked>
            {state.plan.predicted.map((one) => (
              <Row key={one.database} stacked>
                <Cell heading className="font-mono">
                  {one.database}
                </Cell>
                <Cell number label={t("predicted")}>
                  {one.seconds === null ? t("notPredicted") : duration(one.seconds * 1000)}
                </Cell>
                <Cell number label={t("measuredColumn")}>
                  {took.has(one.database) ? duration(took.get(one.database)!) : t("notSent")}
                </Cell>
              </Row>
            ))}
          </TableBody>
        </Table>
      </div>
    </div>
  );
}
