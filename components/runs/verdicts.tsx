import { useTranslations } from "next-intl";
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
        <h4 className="min-w-0 flex-1 text-sm font-semibold">{checks(`${check}.title`)}</h4>
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
          <Facts verdicts={hidden} bare />
        </details>
      )}
    </li>
  );
}

function Facts({ verdicts, bare = false }: { verdicts: readonly Verdict[]; bare?: boolean }) {
  const t = useTranslations("wizard.readiness");
  return (
    <ul className={classes("mt-2 space-y-3 text-sm", !bare && "sm:ml-7.5")}>
      {verdicts.map((verdict) => (
        <li key={verdict.subject}>
          <dl className="grid grid-cols-[6.5rem_1fr] gap-x-3 gap-y-1">
            {!verdict.holds && (
              <Fact name={t("expected")}>
                <Message of={verdict.expected} />
              </Fact>
            )}
            <Fact name={t("seen")}>
              <span className={verdict.holds ? undefined : "font-medium"}>
                <Message of={verdict.seen} />
              </span>
            </Fact>
            {(verdict.at !== null || !verdict.holds) && (
              <Fact name={t("age")}>
                <span className="text-ink-soft">
                  {verdict.at === null ? t("noFact") : <Age at={verdict.at} />}
                </span>
              </Fact>
            )}
            {verdict.fix && (
              <Fact name={t("fix")}>
                <Message of={verdict.fix} />
              </Fact>
            )}
          </dl>
        </li>
      ))}
    </ul>
  );
}

function Fact({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <>
      <dt className="text-xs leading-5 text-ink-faint">{name}</dt>
      <dd className="min-w-0 break-words">{children}</dd>
    </>
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
