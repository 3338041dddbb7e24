/** A fleet in a test: let things happen to it in virtual time, then read what each side says in one line. */
import { join } from "node:path";
import { found } from "#lab/control/found.ts";
import { readScenario } from "#lab/control/scenario.ts";
import { advance } from "#lab/mirroring/advance.ts";
import { type Command, SqlError } from "#lab/mirroring/commands.ts";
import { type Load, type PowerAction, setLink, setLoad, setPower } from "#lab/mirroring/faults.ts";
import { allCopies, findDatabase, instanceNamed } from "#lab/mirroring/find.ts";
import type { Fleet, LabOptions } from "#lab/mirroring/model.ts";
import { answerOf, perform, type Waiting } from "#lab/mirroring/perform.ts";
import { parseBatch } from "#lab/tsql/parse.ts";

export type Base = "base0" | "base1" | "base2";
/** A command without its database where the story is about `db`. */
export type Spoken = Command extends infer C
  ? C extends { database: string }
    ? Omit<C, "database"> & { database?: string }
    : C
  : never;

export interface Story {
  readonly fleet: Fleet;
  after(seconds: number): Story;
  power(action: PowerAction, ...instances: string[]): Story;
  cut(...links: `${string}-${string}`[]): Story;
  join(...links: `${string}-${string}`[]): Story;
  load(load: Load): Story;
  /** The number of the error, "answered", or "waiting" while a switch is under way. */
  sql(instance: string, command: Spoken, currentDatabase?: string): number | "answered" | "waiting";
  /** The same, from the statement's text: ALTER DATABASE, and whatever is about endpoints. */
  run(instance: string, text: string, login?: string): number | "answered" | "waiting";
  /** How the statement that waited has ended. */
  ended(): number | "answered" | "waiting";
  /** For example "PRINCIPAL SYNCHRONIZED n ONLINE serving, witness CONNECTED". */
  says(instance: string): string;
  /** Which running instances serve `db` now. */
  serving(): string;
}

export function story(base: Base = "base0", options: Partial<LabOptions> = {}): Story {
  const path = join(import.meta.dirname, "..", "examples", "pair.yaml");
  const scenario = readScenario(path, base === "base0" ? null : base);
  return tell(
    found({ ...scenario, options: { ...scenario.options, ...options } }, Date.parse(scenario.startsAt)),
  );
}

/** A story about any fleet that has a database `db`. */
export function tell(fleet: Fleet): Story {
  let waiting: Waiting | null = null;

  function said(instance: string, command: Command, currentDatabase: string, login = "sa") {
    try {
      waiting = perform(fleet, command, { instance, spid: 51, login, currentDatabase }).waiting;
    } catch (error) {
      if (error instanceof SqlError) return error.number;
      throw error;
    }
    return self.ended();
  }

  const self: Story = {
    fleet,
    after(seconds) {
      advance(fleet, Math.round(seconds * 1_000));
      return self;
    },
    power(action, ...instances) {
      for (const name of instances) setPower(fleet, name, action);
      return self;
    },
    cut: (...links) => each(links, true),
    join: (...links) => each(links, false),
    load(load) {
      for (const guid of new Set(allCopies(fleet).map(({ mirroring }) => mirroring.guid)))
        setLoad(fleet, guid, load);
      return self;
    },
    sql(instance, spoken, currentDatabase = "master") {
      const command = ("spid" in spoken ? spoken : { database: "db", ...spoken }) as Command;
      return said(instance, command, currentDatabase);
    },
    run(instance, text, login) {
      const [statement] = parseBatch(text, []);
      if (statement?.kind === "endpoint")
        return said(instance, { kind: "endpoint", change: statement.change }, "master", login);
      if (statement?.kind !== "alter-database" || statement.change.kind !== "command")
        throw new Error(`no story tells ${text}`);
      const database = statement.database ?? "db";
      return said(instance, { ...statement.change.command, database } as Command, "master", login);
    },
    ended() {
      const answer = waiting === null ? "answered" : answerOf(fleet, waiting);
      return answer === null ? "waiting" : answer === "answered" ? answer : answer.number;
    },
    says(name) {
      const database = findDatabase(instanceNamed(fleet, name), "db");
      const mirroring = database?.mirroring;
      if (!database || !mirroring) return `unmirrored ${database?.state}`;
      const { role, state, roleSequence, witness, witnessState, serving } = mirroring;
      const sequence = roleSequence === 1 ? "n" : `n+${roleSequence - 1}`;
      const seen = witness === null ? "no witness" : `witness ${witnessState}`;
      return `${role} ${state} ${sequence} ${database.state}${serving ? " serving" : ""}, ${seen}`;
    },
    serving() {
      const open = fleet.instances.filter((instance) => {
        const database = findDatabase(instance, "db");
        const closed = database?.mirroring?.serving === false || database?.state !== "ONLINE";
        return instance.power === "running" && !closed;
      });
      return open.map(({ name }) => name).join("+") || "nobody";
    },
  };
  function each(links: string[], cut: boolean): Story {
    for (const link of links) {
      const [a = "", b = ""] = link.split("-");
      setLink(fleet, a, b, cut);
    }
    return self;
  }
  return self;
}
