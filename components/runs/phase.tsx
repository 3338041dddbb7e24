import {
  CircleCheckBig,
  CircleHelp,
  CircleSlash,
  CircleStop,
  ClipboardList,
  Hand,
  ListChecks,
  LoaderCircle,
  type LucideIcon,
  Unplug,
} from "lucide-react";
import { useTranslations } from "next-intl";
import { Badge } from "#components/ui/badge.tsx";
import type { Tone } from "#components/ui/tone.tsx";
import type { Phase } from "#lib/runs/replay.ts";

/** What a run is called: one word, one shape, one colour, everywhere. */
export function PhaseBadge({ phase, size = "m" }: { phase: Phase; size?: "m" | "l" }) {
  const t = useTranslations("runs.phase");
  const { tone, icon } = looks[phase];
  return (
    <Badge tone={tone} icon={icon} size={size}>
      {t(phase)}
    </Badge>
  );
}

const looks: Record<Phase, { tone: Tone; icon: LucideIcon }> = {
  planned: { tone: "neutral", icon: ClipboardList },
  running: { tone: "info", icon: LoaderCircle },
  waiting: { tone: "warn", icon: Hand },
  interrupted: { tone: "bad", icon: Unplug },
  stopped: { tone: "bad", icon: CircleStop },
  completed: { tone: "ok", icon: CircleCheckBig },
  "completed-with-exceptions": { tone: "warn", icon: ListChecks },
  abandoned: { tone: "stale", icon: CircleSlash },
  unknown: { tone: "bad", icon: CircleHelp },
};
