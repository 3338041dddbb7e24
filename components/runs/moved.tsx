import { useTranslations } from "next-intl";
import type { movedSince } from "#lib/runbooks/plan.ts";

type Moved = ReturnType<typeof movedSince>[number];

/** What moved between the plan and now, database by database, naming only what differs. */
export function MovedList({ moved }: { moved: readonly Moved[] }) {
  const differences = useDifferences();
  return (
    <ul className="mt-1 space-y-1">
      {moved.map((one) => (
        <li key={one.database}>
          <strong className="font-mono text-[0.9em]">{one.database}</strong>: {differences(one)}
        </li>
      ))}
    </ul>
  );
}

/** `principal BE1 → BE2, role sequence 3 → 4` */
export function useDifferences(): (moved: Pick<Moved, "was" | "is">) => string {
  const t = useTranslations("runs.difference");
  return ({ was, is }) => {
    if (is === "–") return t("gone");
    if (was === "–") return t("came");
    const [before, now] = [was.split(" · "), is.split(" · ")];
    const parts = (["principal", "states", "sequence", "guid"] as const).flatMap((part, index) => {
      const [a, b] = [before[index] ?? "–", now[index] ?? "–"];
      return a === b ? [] : [t(part, { was: a, is: b })];
    });
    return parts.join(", ");
  };
}
