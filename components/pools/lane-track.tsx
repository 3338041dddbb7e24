import type { SVGProps } from "react";
import { classes } from "#components/ui/classes.ts";
import type { Flow } from "#lib/mirroring/view.ts";
import styles from "./lane.module.css";

/**
 * The line between two servers: dashes run the way the log goes, dots stand where it does not go, and there is no
 * arrow where nobody is known to send. What is no longer fresh stands still.
 */
export function LaneTrack({
  flow,
  state,
  stale,
}: {
  flow: Flow | null;
  state: string | null;
  stale: boolean;
}) {
  const moving = flow?.moving === true && !stale;
  return (
    <svg
      aria-hidden="true"
      className={classes(
        "absolute inset-x-9 top-1/2 h-3 w-[calc(100%-4.5rem)] -translate-y-1/2 overflow-visible",
        stale ? "text-stale-line" : (look[state ?? ""] ?? "text-stale-line"),
      )}
    >
      <Line strokeWidth="2" strokeOpacity={moving ? 0.4 : 0.9} strokeDasharray={moving ? undefined : "2 6"} />
      {moving && <Line strokeWidth="2.5" strokeLinecap="round" className={styles[flow.toward]} />}
      {flow && (
        <svg
          x={flow.toward === "mirror" ? "100%" : "0"}
          y="50%"
          className="overflow-visible"
          aria-hidden="true"
        >
          <path
            d={flow.toward === "mirror" ? "M-7 -5 L1 0 L-7 5" : "M7 -5 L-1 0 L7 5"}
            fill="none"
            stroke="currentColor"
            strokeWidth="2.2"
            strokeLinecap="round"
            strokeLinejoin="round"
          />
        </svg>
      )}
    </svg>
  );
}

function Line(props: SVGProps<SVGLineElement>) {
  return <line x1="0" y1="50%" x2="100%" y2="50%" stroke="currentColor" {...props} />;
}

const look: Record<string, string> = {
  SYNCHRONIZED: "text-ok",
  SYNCHRONIZING: "text-warn",
  SUSPENDED: "text-warn",
  PENDING_FAILOVER: "text-info",
  UNSYNCHRONIZED: "text-warn",
  SYNCHRONIZED_POTENTIALLY: "text-warn",
  DISCONNECTED: "text-bad",
};
