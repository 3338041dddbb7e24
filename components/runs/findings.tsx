import {
  ArrowRight,
  CircleCheck,
  CircleHelp,
  CirclePause,
  CirclePower,
  EyeOff,
  Hourglass,
  type LucideIcon,
  ShieldAlert,
  Unplug,
} from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { Badge } from "#components/ui/badge.tsx";
import { Message } from "#components/ui/message.tsx";
import type { Tone } from "#components/ui/tone.tsx";
import type { Finding, FindingKind } from "#lib/mirroring/findings.ts";
import type { Message as Said } from "#lib/mirroring/message.ts";
import { runbookById } from "#lib/runbooks/index.ts";

/** Per database: where it stands, because of what, and every way out. Never a red check alone. */
export function Findings({ findings, poolId }: { findings: readonly Finding[]; poolId: string }) {
  const t = useTranslations("runs");
  return (
    <ul aria-label={t("finding.list")} className="divide-y divide-line rounded-lg border border-line">
      {findings.map((finding) => (
        <li key={finding.database} className="grid gap-x-4 gap-y-1.5 px-4 py-3 sm:grid-cols-[10rem_1fr]">
          <div className="space-y-1">
            <p className="font-mono text-sm font-semibold break-all">{finding.database}</p>
            <Badge tone={looks[finding.kind].tone} icon={looks[finding.kind].icon}>
              {t(`finding.${finding.kind}`)}
            </Badge>
          </div>
          <div className="min-w-0 space-y-1.5 text-sm">
            <p>
              <Message of={finding.because} />
            </p>
            {finding.waysOut.length > 0 && (
              <ul aria-label={t("stopped.waysOut")} className="space-y-1">
                {finding.waysOut.map((way) => (
                  <WayOut key={way.key} way={way} poolId={poolId} />
                ))}
              </ul>
            )}
          </div>
        </li>
      ))}
    </ul>
  );
}

/** A way out leads to its runbook, or says that there is none yet; or it is something to be done in the room. */
function WayOut({ way, poolId }: { way: Said; poolId: string }) {
  const t = useTranslations("runs.finding");
  const titles = useTranslations("runbooks");
  const runbook = runbookOf[way.key];
  return (
    <li className="flex gap-2">
      <ArrowRight aria-hidden className="mt-1 size-3.5 shrink-0 text-brand" />
      <span>
        <Message of={way} />{" "}
        {runbook && runbookById(runbook) && (
          <Link href={`/pools/${poolId}/${runbook}`} className={linkLook}>
            {t("open", { runbook: titles(`${runbook}.title`) })}
          </Link>
        )}
        {runbook && !runbookById(runbook) && (
          <em className="text-ink-soft">{t("notBuilt", { runbook: titles(`${runbook}.title`) })}</em>
        )}
        {way.key === "checks.waysOut.lookAtInstances" && (
          <Link href={`/pools/${poolId}`} className={linkLook}>
            {t("pool")}
          </Link>
        )}
      </span>
    </li>
  );
}

const linkLook = "font-medium text-brand underline underline-offset-2";

/** The runbook that a way out belongs to, whether it is on the shelf yet or not. */
const runbookOf: Record<string, string> = {
  "checks.waysOut.forceService": "forced-service",
  "checks.waysOut.forceIfMirror": "forced-service",
  "checks.waysOut.withoutQuorum": "serve-without-quorum",
  "checks.waysOut.bringTogether": "bring-together",
};

const looks: Record<FindingKind, { tone: Tone; icon: LucideIcon }> = {
  switched: { tone: "ok", icon: CircleCheck },
  pending: { tone: "warn", icon: Hourglass },
  "not-moved": { tone: "info", icon: CirclePause },
  "bring-back": { tone: "bad", icon: CirclePower },
  "forced-service": { tone: "bad", icon: ShieldAlert },
  "without-quorum": { tone: "bad", icon: Unplug },
  "only-unseen": { tone: "warn", icon: EyeOff },
  unknown: { tone: "stale", icon: CircleHelp },
};
