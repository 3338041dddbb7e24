import { CircleCheck, CircleHelp, LoaderCircle, type LucideIcon, Pause, Repeat, Unlink } from "lucide-react";
import { Badge } from "#components/ui/badge.tsx";
import type { Tone } from "#components/ui/tone.tsx";
import type { MirroringState } from "#lib/mirroring/observation.ts";

/** A mirroring state by SQL Server's own word, in every language. Stale: it was so when last heard. */
export function StateBadge({ state, stale = false }: { state: MirroringState; stale?: boolean }) {
  const { tone, icon } = looks[state] ?? { tone: "neutral", icon: CircleHelp };
  return (
    <Badge tone={stale ? "stale" : tone} icon={icon}>
      {state.replaceAll("_", " ")}
    </Badge>
  );
}

const looks: Record<MirroringState, { tone: Tone; icon: LucideIcon }> = {
  SYNCHRONIZED: { tone: "ok", icon: CircleCheck },
  SYNCHRONIZING: { tone: "warn", icon: LoaderCircle },
  SUSPENDED: { tone: "warn", icon: Pause },
  DISCONNECTED: { tone: "bad", icon: Unlink },
  PENDING_FAILOVER: { tone: "info", icon: Repeat },
  UNSYNCHRONIZED: { tone: "warn", icon: CircleHelp },
  SYNCHRONIZED_POTENTIALLY: { tone: "warn", icon: CircleHelp },
};
