import { describe, expect, it } from "vitest";
import type { Command } from "#lab/mirroring/commands.ts";
import { allCopies, type Copy, copyOn, sees, witnessRow } from "#lab/mirroring/find.ts";
import type { Fleet } from "#lab/mirroring/model.ts";
import { isOpen } from "#lab/mirroring/show.ts";
import { type Base, story } from "#lab/mirroring/story.ts";
import { type Exploration, explore, type Step } from "#lab/mirroring/testing/reachable.ts";

const commands = (
  [
    { kind: "failover" },
    { kind: "force-service" },
    { kind: "suspend" },
    { kind: "resume" },
    { kind: "safety", level: "FULL" },
    { kind: "safety", level: "OFF" },
    { kind: "set-witness", address: "TCP://w.contoso.com:7022" },
    { kind: "witness-off" },
    // Ends the session: what follows is no state of it.
    { kind: "partner-off" },
  ] as const
).map((command) => ({ ...command, database: "db" }) as Command);

const stops: Partial<Exploration> = { powers: ["stop", "start"] };
const hangs: Partial<Exploration> = { powers: ["hang", "wake"] };
const overloads: Partial<Exploration> = { powers: ["overload", "relax"] };

/**
 * Every state with the quiet clock: that is all of them, where instances stop and links break. Where faults may also meet
 * within a second, or instances fall silent, the states nearest to the beginning.
 */
const explorations: [from: Base, what: string, how: Partial<Exploration>][] = [
  ["base0", "every state, instances stop and links break", { ...stops, clock: "quiet", most: 100_000 }],
  ["base0", "faults meet within a second", { ...stops, clock: "due", most: 4_000 }],
  ["base1", "faults meet within a second, without a witness", { ...stops, clock: "due", most: 2_000 }],
  ["base0", "instances hang", { ...hangs, clock: "quiet", most: 2_000 }],
  ["base0", "instances are overloaded", { ...overloads, clock: "quiet", most: 2_000 }],
];

describe("the reachable states of one session keep the laws", () => {
  it.each(explorations)(
    "%s: %s",
    (base, what, how) => {
      const s = story(base).load({ workloadKbPerSecond: 100 });
      const seen = { manual: 0, automatic: 0, forced: 0 };
      const check = (step: Step) => {
        oneServes(step.after);
        refusedChangesNothing(step);
        const kind = switchIn(step);
        if (kind) seen[kind]++;
      };
      const found = explore(s.fleet, { clock: "quiet", powers: [], most: 1_000, commands, check, ...how });
      const { states, steps, refused, complete } = found;
      console.log(
        `${base}, ${what}: ${states} states${complete ? " (all)" : ""}, ${steps} steps, ${refused} refused,`,
        `${seen.manual} manual, ${seen.automatic} automatic and ${seen.forced} forced switches`,
      );
      if (how.most === 100_000) expect(complete).toBe(true);
      expect(seen.forced).toBeGreaterThan(0);
      expect(seen.manual).toBeGreaterThan(0);
      if (base === "base0") expect(seen.automatic).toBeGreaterThan(0);
    },
    300_000,
  );
});

/** At most one principal serves whenever a witness is set. */
function oneServes(fleet: Fleet): void {
  const serving = allCopies(fleet).filter(
    ({ instance, database }) => instance.power === "running" && isOpen(instance, database),
  );
  if (serving.length > 1 && serving.some(({ mirroring }) => mirroring.witness !== null))
    throw new Error("two principals serve a session with a witness");
}

function refusedChangesNothing({ said, unchanged }: Step): void {
  if (!said?.refused || unchanged) return;
  throw new Error(`${said.on}: ${said.command.kind} answered ${said.refused} and changed something`);
}

/** Which switch has just happened, if one has; what it must not have done is an error. */
function switchIn({ said, before, after }: Step): "manual" | "automatic" | "forced" | null {
  for (const copy of allCopies(after)) {
    const was = copyOn(before, copy.instance.name, copy.mirroring.guid);
    if (was?.mirroring.role !== "MIRROR" || copy.mirroring.role !== "PRINCIPAL") continue;
    const other = allCopies(after).find(
      (one) => one.instance !== copy.instance && one.mirroring.guid === copy.mirroring.guid,
    );
    if (copy.mirroring.roleSequence !== was.mirroring.roleSequence + 1)
      throw new Error("the role sequence counts each switch once");
    if (said?.command.kind === "force-service") return "forced";
    if (other && other.database.endOfLogKb > copy.database.endOfLogKb)
      throw new Error(`${copy.instance.name} took over without what ${other.instance.name} had committed`);
    if (other?.mirroring.role === "MIRROR") return "manual";
    allConditionsHeld(after, copy, was, before);
    return "automatic";
  }
  return null;
}

/** SAFETY FULL, a witness, SYNCHRONIZED; mirror and witness together, and both without the principal. */
function allConditionsHeld(after: Fleet, copy: Copy, was: Copy, before: Fleet): void {
  const { guid, safety, witness, synchronized, suspended, partner } = was.mirroring;
  const name = copy.instance.name;
  const row = witnessRow(before, was);
  const held = {
    "SAFETY FULL": safety === "FULL",
    "a witness": witness !== null,
    SYNCHRONIZED: synchronized && !suspended,
    "the witness agrees": row?.synchronized === true && row.safety === "FULL" && !row.suspended,
    "mirror and witness together": sees(after, guid, name, witness),
    "the mirror lost the principal": !sees(after, guid, name, partner),
    "the witness lost the principal": witness !== null && !sees(after, guid, witness, partner),
  };
  const missing = Object.entries(held).find(([, so]) => !so);
  if (missing) throw new Error(`an automatic failover to ${name} without: ${missing[0]}`);
}
