import { useTranslations } from "next-intl";
import { type Claim, roleOf, type Side } from "#lib/mirroring/session.ts";

/** What one server is of a database, in a word: principal, mirror, mirror (inferred), hidden, no answer … */
export function useSideWords(): (side: Side, claim: Claim) => string {
  const t = useTranslations("pools.side");
  return (side, claim) => {
    const role = roleOf(side);
    if (role === null) return t(side.said);
    if (role === "MIRROR") return side.said === "inferred" ? t("inferredMirror") : t("mirror");
    return claim.kind === "two"
      ? t("claimsPrincipal")
      : claim.kind === "switching"
        ? t("switching")
        : t("principal");
  };
}
