import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { Badge } from "#components/ui/badge.tsx";
import { classes } from "#components/ui/classes.ts";
import { Message } from "#components/ui/message.tsx";
import { Age } from "#components/ui/time.tsx";
import { type Tone, toneIcon, toneText } from "#components/ui/tone.tsx";
import type { Verdict } from "#lib/mirroring/checks.ts";

/** Every check with what was expected, what is seen, how old that is, and what to do: what stops the run first. */
export function Verdicts({ verdicts }: { verdicts: readonly Verdict[] }) {
  const t = useTranslations("wizard.readiness");
  const groups = groupsOf(verdicts);
  return (
    <div className="space-y-5">
      {(["failed", "warnings", "info", "holding"] as const).map(
        (group) =>
          groups[group].length > 0 && (
            <section key={group} aria-label={t(`group.${group}`)}>
              <h3 className="mb-2 text-sm font-semibold text-ink-soft">{t(`group.${group}`)}</h3>
              <ul className="divide-y divide-line overflow-hidden rounded-lg border border-line">
                {groups[group].map((question) => (
                  <Question
                    key={question[0]!.check}
                    verdicts={question}
                    folded={group === "holding"}
                    tone={tones[group]}
                  />
                ))}
              </ul>
            </section>
          ),
      )}
    </div>
  );
}

function Question({ verdicts, folded, tone }: { verdicts: Verdict[]; folded: boolean; tone: Tone }) {
  const t = useTranslations("wizard.readiness");
  const checks = useTranslations("checks");
  const { check, weight } = verdicts[0]!;
  const broken = verdicts.filter((verdict) => !verdict.holds);
  const well = verdicts.filter((verdict) => verdict.holds);
  const Icon = toneIcon[tone];
  const shown = weight === "info" ? verdicts : broken;
  const hidden = weight === "info" ? [] : well;
  return (
    <li className="bg-card px-4 py-3">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <Icon aria-hidden className={classes("size-4.5 shrink-0", toneText[tone])} strokeWidth={2.25} />
        <h4 className="min-w-0 flex-1 text-sm font-semibold max-sm:basis-[calc(100%-2.5rem)]">
          {checks(`${check}.title`)}
        </h4>
        {weight !== "info" && (
          <span className="text-xs text-ink-soft">
            {t("holdsOf", { holds: well.length, of: verdicts.length })}
          </span>
        )}
        <Badge tone={tone} icon={Icon}>
          {t(folded ? "holds" : weight)}
        </Badge>
      </div>
      {shown.length > 0 && <Facts verdicts={shown} />}
      {hidden.length > 0 && (
        <details className="mt-1 sm:ml-7.5">
          <summary className="inline-block rounded py-1 text-xs font-medium text-brand">
            {t("showHolding", { count: hidden.length })}
          </summary>
          <Facts verdicts={hidden} />
        </details>
      )}
    </li>
  );
}

/** One line a subject: what is seen over what was expected, beside it what to do, and how old the fact is. */
function Facts({ verdicts }: { verdicts: readonly Verdict[] }) {
  const t = useTranslations("wizard.readiness");
  return (
    <ul className="mt-2 space-y-3 text-sm sm:ml-7.5">
      {verdicts.map((verdict) => (
        <li key={verdict.subject}>
          <div className="grid gap-x-6 gap-y-1 md:grid-cols-[minmax(0,5fr)_minmax(0,6fr)_5rem]">
            <div>
              <Fact name={t("seen")}>
                <span className={verdict.holds ? undefined : "font-medium"}>
                  <Message of={verdict.seen} />
                </span>
              </Fact>
              {!verdict.holds && (
                <Fact name={t("expected")}>
                  <span className="text-xs text-ink-soft">
                    <Message of={verdict.expected} />
                  </span>
                </Fact>
              )}
            </div>
            <div>
              {verdict.fix && (
                <Fact name={t("fix")}>
                  <Message of={verdict.fix} />
                </Fact>
              )}
            </div>
            <div className="text-xs text-ink-soft md:text-right">
              <Fact name={t("age")} quiet>
                {verdict.at === null ? t("noFact") : <Age at={verdict.at} />}
              </Fact>
            </div>
          </div>
        </li>
      ))}
    </ul>
  );
}

/** The name stands before what it names; `quiet` only for those who hear it. */
function Fact({ name, quiet = false, children }: { name: string; quiet?: boolean; children: ReactNode }) {
  return (
    <p className="min-w-0 break-words">
      <span className={quiet ? "sr-only" : "text-xs text-ink-faint"}>{name}: </span>
      {children}
    </p>
  );
}

type Group = "failed" | "warnings" | "info" | "holding";

const tones: Record<Group, Tone> = { failed: "bad", warnings: "warn", info: "info", holding: "ok" };

/** Verdicts of one check stay together, in the order of the runbook. */
function groupsOf(verdicts: readonly Verdict[]): Record<Group, Verdict[][]> {
  const groups: Record<Group, Verdict[][]> = { failed: [], warnings: [], info: [], holding: [] };
  for (const question of Map.groupBy(verdicts, (verdict) => verdict.check).values()) {
    const broken = question.some((verdict) => !verdict.holds);
    const { weight } = question[0]!;
    groups[
      broken && weight === "hard"
        ? "failed"
        : broken && weight === "soft"
          ? "warnings"
          : weight === "info"
            ? "info"
            : "holding"
    ].push(question);
  }
  return groups;
}
