/**
 * Every state that one session can get into: breadth first over faults, statements and time, from one beginning. Two
 * fleets are the same state when they cannot be told apart by anything that decides what happens next; moments count
 * from now, sequences from each other, A and B are alike.
 */
import { advance, nextDue } from "#lab/mirroring/advance.ts";
import { type Command, SqlError } from "#lab/mirroring/commands.ts";
import { type PowerAction, setLink, setPower, whyNotPower } from "#lab/mirroring/faults.ts";
import { connection, findDatabase, instanceNamed } from "#lab/mirroring/find.ts";
import type { Fleet, InstanceName, Milliseconds } from "#lab/mirroring/model.ts";
import { perform } from "#lab/mirroring/perform.ts";
import { bytesPass } from "#lab/mirroring/transport.ts";

export interface Step {
  does: string;
  /** The statement's instance, and whether it was refused. */
  said: { on: InstanceName; command: Command; refused: number | null } | null;
  /** Of a refused statement: not one byte is another. */
  unchanged: boolean;
  before: Fleet;
  after: Fleet;
}

export interface Explored {
  states: number;
  steps: number;
  refused: number;
  /** False where `most` states were not all. */
  complete: boolean;
}

export interface Exploration {
  /**
   * "due": time moves to the next thing due, so that faults meet in every order within a second. "quiet": after every
   * fault and statement time passes until nothing is due any more, which leaves few enough states to see them all.
   */
  clock: "due" | "quiet";
  commands: Command[];
  powers: PowerAction[];
  /** No more states than these. */
  most: number;
  /** Called for every step, and every moment of the time after it; what it throws is told with the way there. */
  check: (step: Step) => void;
}

/** No step of time is longer than this: every time-out and every try again lies within. */
const LONGEST_MS = 15_000;

export function explore(start: Fleet, exploration: Exploration): Explored {
  const begin = bare(start);
  const seen = new Set([keyOf(begin)]);
  let ring: Place[] = [{ fleet: JSON.stringify(begin), way: [] }];
  const count = { steps: 0, refused: 0 };
  while (ring.length > 0 && seen.size < exploration.most) {
    const following: Place[] = [];
    for (const { fleet, way } of ring) {
      const from = JSON.parse(fleet) as Fleet;
      // A refused statement leaves its fleet to the next one: it has changed nothing.
      let spare: Fleet | null = null;
      for (const move of movesFrom(from, exploration)) {
        const to: Fleet = spare ?? (JSON.parse(fleet) as Fleet);
        const on = [...way, move.does];
        const said = take({ from, to, written: fleet }, move, exploration, on);
        spare = said?.refused ? to : null;
        count.steps++;
        if (said?.refused) count.refused++;
        const key = keyOf(to);
        if (said?.refused || seen.has(key) || !isSession(to)) continue;
        seen.add(key);
        following.push({ fleet: JSON.stringify(bare(to)), way: on });
      }
    }
    ring = following;
  }
  return { states: seen.size, ...count, complete: ring.length === 0 };
}

interface Place {
  fleet: string;
  way: string[];
}

/** One step from `from`, done to `to`; with the quiet clock also the time that follows, in pieces. */
function take(
  { from, to, written }: { from: Fleet; to: Fleet; written: string },
  move: Move,
  { clock, check }: Exploration,
  way: string[],
): Step["said"] {
  const look = (before: Fleet, said: Step["said"]) => {
    try {
      const unchanged = said?.refused ? JSON.stringify(to) === written : false;
      check({ does: move.does, said, unchanged, before, after: to });
    } catch (error) {
      throw new Error(`${error instanceof Error ? error.message : error}\nafter ${way.join("; ")}`);
    }
  };
  const said = move.act(to);
  look(from, said);
  if (clock === "due" || said?.refused) return said;
  const end = to.now + LONGEST_MS;
  while (to.now < end) {
    const before = remembered(to);
    advance(to, Math.min(end, nextDue(to) ?? end) - to.now);
    look(before, null);
  }
  return said;
}

/** As much of a fleet as a check compares with what came of it. */
function remembered(fleet: Fleet): Fleet {
  const instances = fleet.instances.map((instance) => ({
    ...instance,
    witnessed: instance.witnessed.map((row) => ({ ...row })),
    databases: instance.databases.map((database) => ({
      ...database,
      mirroring: database.mirroring && { ...database.mirroring },
    })),
  }));
  return { ...fleet, instances };
}

interface Move {
  does: string;
  act: (fleet: Fleet) => Step["said"];
}

function movesFrom(fleet: Fleet, { clock, commands, powers }: Exploration): Move[] {
  const faults = fleet.instances.flatMap(({ name }) =>
    powers
      .filter((action) => whyNotPower(fleet, name, action) === null)
      .map(
        (action): Move => ({ does: `${action} ${name}`, act: (to) => silent(setPower(to, name, action)) }),
      ),
  );
  const links = fleet.links.map(
    ({ a, b, cut }): Move => ({
      does: `${cut ? "join" : "cut"} ${a}-${b}`,
      act: (to) => silent(setLink(to, a, b, !cut)),
    }),
  );
  const statements = ["A", "B"]
    .filter((on) => instanceNamed(fleet, on).power === "running")
    .flatMap((on) =>
      commands.map((command): Move => ({ does: `${on}: ${spoken(command)}`, act: say(on, command) })),
    );
  const due = (nextDue(fleet) ?? Number.POSITIVE_INFINITY) - fleet.now;
  const ms = Math.min(LONGEST_MS, due);
  const time: Move = { does: `${ms} ms`, act: (to) => silent(advance(to, ms)) };
  return [...(clock === "due" ? [time] : []), ...faults, ...links, ...statements];
}

function say(on: InstanceName, command: Command): Move["act"] {
  return (fleet) => {
    try {
      perform(fleet, command, { instance: on, spid: 51, login: "sa", currentDatabase: "master" });
      return { on, command, refused: null };
    } catch (error) {
      if (error instanceof SqlError) return { on, command, refused: error.number };
      throw error;
    }
  };
}

function spoken({ kind, ...rest }: Command): string {
  return [kind, ...("level" in rest ? [rest.level] : [])].join(" ");
}

function silent(_: unknown): null {
  return null;
}

/** What is told of the past decides nothing. */
function bare(fleet: Fleet): Fleet {
  for (const instance of fleet.instances) {
    instance.errorLog = [];
    instance.sessions = [];
    instance.logins = instance.logins.filter(({ name }) => name === "sa");
  }
  return fleet;
}

function isSession(fleet: Fleet): boolean {
  return ["A", "B"].every((name) => mirroringOn(fleet, name) !== null);
}

function mirroringOn(fleet: Fleet, name: InstanceName) {
  return findDatabase(instanceNamed(fleet, name), "db")?.mirroring ?? null;
}

function keyOf(fleet: Fleet): string {
  const [one, other] = [side(fleet, "A", "B"), side(fleet, "B", "A")].sort();
  return `${one}|${other}|${witnessSide(fleet)}`;
}

function side(fleet: Fleet, self: InstanceName, other: InstanceName): string {
  const mine = mirroringOn(fleet, self);
  const theirs = mirroringOn(fleet, other);
  const instance = instanceNamed(fleet, self);
  if (!mine) return "free";
  const row = instanceNamed(fleet, "W").witnessed.find(({ guid }) => guid === mine.guid);
  return [
    ...power(fleet, self),
    mine.role,
    mine.safety,
    mine.witness ?? "-",
    Number(mine.suspended),
    Number(mine.synchronized),
    Number(mine.serving),
    Number(mine.forcedAtKb !== null),
    mine.switchUnderWay?.kind ?? "-",
    mine.sendQueueKb > 0 ? "behind" : "even",
    Math.max(-1, Math.min(1, mine.roleSequence - (theirs?.roleSequence ?? 0))),
    row ? Math.max(-1, Math.min(1, row.roleSequence - mine.roleSequence)) : "-",
    row?.principal === self ? "owner" : "-",
    left(fleet, mine.synchronized ? null : mine.synchronizesAt),
    left(fleet, mine.asksWitnessAt),
    left(fleet, instance.startedAt + 1_000),
    ...[other, "W"].map((peer) => view(fleet, mine.guid, self, peer)),
  ].join(",");
}

function witnessSide(fleet: Fleet): string {
  const row = instanceNamed(fleet, "W").witnessed[0];
  const guid = row?.guid ?? mirroringOn(fleet, "A")?.guid ?? "";
  const views = ["A", "B"].map((peer) => view(fleet, guid, "W", peer)).sort();
  return [...power(fleet, "W"), row ? `${row.synchronized} ${row.suspended}` : "-", ...views].join(",");
}

/** What one end believes, what is due there, and which of two losses came first. */
function view(fleet: Fleet, guid: string, from: InstanceName, to: InstanceName): string {
  const one = connection(fleet, guid, from, to);
  if (!one) return "-";
  const passes = bytesPass(fleet, from, to) ? "" : "!";
  const age = one.open ? 0 : Math.min(1_100, fleet.now - one.changedAt);
  return `${one.open ? "open" : "lost"}${passes} ${left(fleet, one.dueAt)} ${age}`;
}

function power(fleet: Fleet, name: InstanceName): (string | number)[] {
  const { power: on, hungSince } = instanceNamed(fleet, name);
  return [on, hungSince === null ? 0 : Math.min(11_000, fleet.now - hungSince)];
}

function left(fleet: Fleet, at: Milliseconds | null): number {
  return at === null ? -1 : Math.max(0, at - fleet.now);
}
