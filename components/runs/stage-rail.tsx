import { Check } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { type Stage, stages } from "#components/runs/stages.ts";
import { classes } from "#components/ui/classes.ts";

/** The seven stages down the left side (in a row where there is no room): number, name, and whether done, here or to come. */
export function StageRail({
  current,
  hrefs = {},
}: {
  current: Stage;
  hrefs?: Partial<Record<Stage, string>>;
}) {
  const t = useTranslations("runs.stages");
  const here = stages.indexOf(current);
  return (
    <nav aria-label={t("label")} className="min-w-0 lg:sticky lg:top-6 lg:self-start">
      <ol className="flex flex-wrap lg:flex-col">
        {stages.map((stage, index) => {
          const place = index < here ? "done" : index === here ? "current" : "ahead";
          return (
            <li
              key={stage}
              aria-current={place === "current" ? "step" : undefined}
              className="relative shrink-0 lg:pb-2"
            >
              {index < stages.length - 1 && (
                <span
                  aria-hidden
                  className={classes(
                    "absolute top-9 bottom-0 left-[1.4rem] hidden w-px lg:block",
                    index < here ? "bg-brand" : "bg-line",
                  )}
                />
              )}
              <StageName stage={stage} number={index + 1} place={place} href={hrefs[stage]} />
            </li>
          );
        })}
      </ol>
    </nav>
  );
}

type Place = "done" | "current" | "ahead";

function StageName({
  stage,
  number,
  place,
  href,
}: {
  stage: Stage;
  number: number;
  place: Place;
  href: string | undefined;
}) {
  const t = useTranslations("runs.stages");
  const content = (
    <>
      <span
        aria-hidden
        className={classes(
          "grid size-6 shrink-0 place-items-center rounded-full border text-xs font-semibold",
          place === "done" && "border-brand bg-card text-brand",
          place === "current" && "border-transparent bg-brand-fill text-on-brand",
          place === "ahead" && "border-line-strong/60 bg-card text-ink-faint",
        )}
      >
        {place === "done" ? <Check className="size-3.5" strokeWidth={3} /> : number}
      </span>
      <span
        className={classes(
          "text-sm whitespace-nowrap",
          place === "current" ? "font-semibold text-ink" : "text-ink-soft",
          place !== "current" && "max-lg:sr-only",
        )}
      >
        {t(stage)}
      </span>
      <span className="sr-only">({t(place)})</span>
    </>
  );
  const look = "relative flex min-h-9 items-center gap-2 rounded-md px-1 py-1 lg:gap-2.5 lg:px-2.5";
  return href && place !== "current" ? (
    <Link href={href} scroll={false} className={classes(look, "hover:bg-sunken")}>
      {content}
    </Link>
  ) : (
    <span className={classes(look, place === "current" && "bg-brand-soft")}>{content}</span>
  );
}
