/**
 * A fleet under a clock: real time, or virtual time that moves only when told. Whoever touches the fleet does it through
 * here, so that sessions are cut and statements answered at the moment the fleet says so.
 */
import { advance, nextDue, settle } from "#lab/mirroring/advance.ts";
import type { CommandPort } from "#lab/mirroring/commands.ts";
import type { Fleet, Milliseconds } from "#lab/mirroring/model.ts";
import { abandon, answerOf, perform, type Waiting } from "#lab/mirroring/perform.ts";
import type { Cut } from "#lab/mirroring/show.ts";

export interface Running {
  readonly fleet: Fleet;
  readonly virtual: boolean;
  readonly commands: CommandPort;
  /** WAITFOR DELAY, in the fleet's time. */
  delay(ms: Milliseconds, signal: AbortSignal): Promise<void>;
  /** Brings the fleet to the present; with a virtual clock it is always there. */
  sync(): void;
  /** A fault or a change of load, now. */
  change(what: (fleet: Fleet) => Cut[]): void;
  /** Virtual clock only: returns when everything due has happened and every statement due has been answered. */
  advance(ms: Milliseconds): Promise<void>;
  /** Told of every request that begins and ends, so that `advance` knows when all have come to rest. */
  began(): () => void;
  stop(): void;
}

interface Wait {
  /** Tries to end this wait at the fleet's present; true when it did. */
  ends(): boolean;
  dueAt: Milliseconds | null;
}

/** A fleet that is watched for weeks must not remember every look. */
const STATEMENTS_REMEMBERED = 10_000;
const LONGEST_NAP_MS = 100;
const SHORTEST_NAP_MS = 5;

export function runFleet(
  fleet: Fleet,
  { virtual, onCut, onChange }: { virtual: boolean; onCut: (cuts: Cut[]) => void; onChange: () => void },
): Running {
  const waits = new Set<Wait>();
  let busy = 0;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let turn: Promise<void> = Promise.resolve();
  const began = fleet.now - performance.now();

  const present = () => (virtual ? fleet.now : Math.max(fleet.now, Math.floor(began + performance.now())));

  function endWaits(): void {
    for (const wait of waits) if (wait.ends()) waits.delete(wait);
  }

  function moveTo(at: Milliseconds): void {
    onCut(advance(fleet, at - fleet.now));
    endWaits();
    if (fleet.statements.length > 2 * STATEMENTS_REMEMBERED) {
      fleet.statements.splice(0, fleet.statements.length - STATEMENTS_REMEMBERED);
    }
  }

  function sync(): void {
    if (!virtual) moveTo(present());
  }

  function nap(): void {
    if (virtual || stopped) return;
    sync();
    const due = dueNext() ?? fleet.now + LONGEST_NAP_MS;
    timer = setTimeout(nap, Math.min(LONGEST_NAP_MS, Math.max(SHORTEST_NAP_MS, due - fleet.now)));
  }

  function dueNext(): Milliseconds | null {
    const due = [...waits].flatMap(({ dueAt }) => (dueAt === null ? [] : [dueAt]));
    const own = nextDue(fleet);
    const all = own === null ? due : [...due, own];
    return all.length > 0 ? Math.min(...all) : null;
  }

  /** Until every request is answered or waits for the fleet's time. */
  async function rest(): Promise<void> {
    for (let quiet = 0; quiet < 3; ) {
      await new Promise(setImmediate);
      quiet = busy <= waits.size ? quiet + 1 : 0;
    }
  }

  async function advanceTo(end: Milliseconds): Promise<void> {
    await rest();
    while (fleet.now < end) {
      moveTo(Math.min(end, dueNext() ?? end));
      await rest();
    }
    onChange();
  }

  function waitFor(
    signal: AbortSignal,
    dueAt: Milliseconds | null,
    ends: (end: End) => boolean,
    onAbort: () => void,
  ) {
    return new Promise<void>((resolve, reject) => {
      const wait: Wait = { dueAt, ends: () => ends({ resolve: settled(resolve), reject: settled(reject) }) };
      const aborted = () => {
        waits.delete(wait);
        onAbort();
        reject(signal.reason);
      };
      function settled<T>(end: (value: T) => void) {
        return (value: T) => {
          signal.removeEventListener("abort", aborted);
          end(value);
        };
      }
      if (signal.aborted) return aborted();
      signal.addEventListener("abort", aborted, { once: true });
      if (!wait.ends()) waits.add(wait);
    });
  }

  const commands: CommandPort = {
    async perform(command, context, signal) {
      sync();
      const { cuts, waiting } = perform(fleet, command, context);
      onCut(cuts);
      endWaits();
      onChange();
      if (waiting) await waitFor(signal, null, answering(waiting), () => onCut(abandon(fleet, waiting)));
    },
  };

  function answering(waiting: Waiting) {
    return ({ resolve, reject }: End) => {
      const answer = answerOf(fleet, waiting);
      if (answer === "answered") resolve();
      else if (answer !== null) reject(answer);
      return answer !== null;
    };
  }

  onCut(settle(fleet));
  nap();
  return {
    fleet,
    virtual,
    commands,
    delay(ms, signal) {
      sync();
      const dueAt = fleet.now + ms;
      const ends = ({ resolve }: End) => {
        if (fleet.now >= dueAt) resolve();
        return fleet.now >= dueAt;
      };
      return waitFor(signal, dueAt, ends, () => {});
    },
    sync,
    change(what) {
      sync();
      onCut(what(fleet));
      endWaits();
      onChange();
    },
    advance(ms) {
      turn = turn.then(() => advanceTo(fleet.now + ms));
      return turn;
    },
    began() {
      busy += 1;
      let over = false;
      return () => {
        if (!over) busy -= 1;
        over = true;
      };
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}

interface End {
  resolve(): void;
  reject(reason: unknown): void;
}
