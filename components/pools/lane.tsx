import { useTranslations } from "next-intl";
import { LaneTrack } from "#components/pools/lane-track.tsx";
import { RoleMark } from "#components/pools/role.tsx";
import { useSideWords } from "#components/pools/side-words.ts";
import { classes } from "#components/ui/classes.ts";
import {
  type Claim,
  claimOf,
  oldestFact,
  roleOf,
  type Session,
  type Side,
  sides,
  stateOf,
} from "#lib/mirroring/session.ts";
import { disagreements, flowOf, isStale } from "#lib/mirroring/view.ts";

/**
 * One database between its two servers: what each is of it, and an arrow the way its log goes. A role that moves is
 * seen moving: the badge keeps its identity and slides to the other end.
 */
export function Lane({ session, now }: { session: Session; now: number }) {
  const claim = claimOf(session);
  const flow = flowOf(session);
  const [left, right] = sides(session);
  const state = stateOfClaim(claim) ?? stateOf(left) ?? stateOf(right);
  const stale = isStale(oldestFact(session), now);
  return (
    <li className="relative flex h-9 items-center" aria-label={useLaneSentence(session)}>
      <LaneTrack flow={flow} state={state} stale={stale} />
      <span
        aria-hidden
        className="relative mx-auto inline-flex max-w-[60%] items-center gap-x-1.5 rounded bg-card px-2 text-sm leading-tight max-lg:flex-col"
      >
        <span className="max-w-full truncate font-medium">
          {session.database}
          {disagreements(session).length > 0 && <b className="text-warn"> ≠</b>}
        </span>
        {state !== null && state !== "SYNCHRONIZED" && (
          <span className="font-semibold text-warn max-lg:text-[0.625rem] lg:text-xs">
            {state.replaceAll("_", " ")}
          </span>
        )}
      </span>
      {endsOf(left, right).map(({ key, side, at }) => (
        <End key={key} side={side} claim={claim} at={at} stale={stale} />
      ))}
    </li>
  );
}

function End({ side, claim, at, stale }: { side: Side; claim: Claim; at: "left" | "right"; stale: boolean }) {
  const role = roleOf(side);
  const contested = role === "PRINCIPAL" && (claim.kind === "two" || claim.kind === "switching");
  return (
    <span
      aria-hidden
      className={classes(
        "absolute grid size-7 place-items-center rounded-full border-2 bg-card transition-[left] duration-700 ease-in-out",
        at === "left" ? "left-0" : "left-[calc(100%-1.75rem)]",
        stale ? endLook.unsaid : contested ? "border-bad text-bad" : endLook[role ?? "unsaid"],
        side.said === "inferred" && "border-dashed",
      )}
    >
      {role === null ? (
        <span className="text-xs font-bold">{unsaid[side.said]}</span>
      ) : (
        <RoleMark of={role === "PRINCIPAL" ? "principal" : "mirror"} />
      )}
    </span>
  );
}

const endLook = {
  PRINCIPAL: "border-brand bg-brand-soft text-brand",
  MIRROR: "border-brand text-brand",
  unsaid: "border-dashed border-stale-line text-stale",
};

const unsaid: Partial<Record<Side["said"], string>> = {
  nothing: "✕",
  hidden: "?",
  "not-mirrored": "–",
  absent: "∅",
  "not-asked": "…",
};

interface Place {
  key: string;
  side: Side;
  at: "left" | "right";
}

/**
 * A badge is known by its role where the two ends differ, so that it moves with the role; else by its end.
 * The principal's always comes first in the document: an element that is re-inserted would jump instead of sliding.
 */
function endsOf(left: Side, right: Side): Place[] {
  const [here, there] = [roleOf(left), roleOf(right)];
  const ends: [Place, Place] = [
    { key: here && here !== there ? here : "left", side: left, at: "left" },
    { key: there && here !== there ? there : "right", side: right, at: "right" },
  ];
  return there === "PRINCIPAL" && here !== "PRINCIPAL" ? [ends[1], ends[0]] : ends;
}

function stateOfClaim(claim: Claim): string | null {
  return claim.kind === "one" ? stateOf(claim.side) : null;
}

/** The lane in words: "rtcxds: BE1 principal, BE2 mirror, SYNCHRONIZED". */
function useLaneSentence(session: Session): string {
  const t = useTranslations("pools.picture");
  const words = useSideWords();
  const claim = claimOf(session);
  const [left, right] = sides(session);
  return t("lane", {
    database: session.database,
    left: `${left.instance.name} ${words(left, claim)}`,
    right: `${right.instance.name} ${words(right, claim)}`,
    state: stateOfClaim(claim) ?? stateOf(left) ?? stateOf(right) ?? t("stateUnknown"),
  });
}
