/**
 * A fleet under a clock: real time, or virtual time that moves only when told. Whoever touches the fleet does it through
 * here, so that sessions are cut and statements answered at the moment the fleet says so.
 */
import { createWaits, timeHasCome, type Waits } from "#lab/control/waits.ts";
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
  /** A request begins; call what is returned when it ends, so that `advance` knows when all have come to rest. */
  began(): () => void;
  stop(): void;
}

interface RunOptions {
  virtual: boolean;
  onCut: (cuts: Cut[]) => void;
  onChange: () => void;
}

/** A fleet that is watched for weeks must not remember every look. */
const STATEMENTS_REMEMBERED = 10_000;

export function runFleet(fleet: Fleet, { virtual, onCut, onChange }: RunOptions): Running {
  const waits = createWaits();
  const requests = new Set<object>();
  const realTime = realClock(fleet.now);
  let advances: Promise<void> = Promise.resolve();

  function moveTo(at: Milliseconds): void {
    onCut(advance(fleet, Math.max(0, at - fleet.now)));
    waits.end();
    const tooMany = fleet.statements.length - STATEMENTS_REMEMBERED;
    if (tooMany > STATEMENTS_REMEMBERED) fleet.statements.splice(0, tooMany);
  }

  function sync(): void {
    if (!virtual) moveTo(realTime());
  }

  function change(what: (fleet: Fleet) => Cut[]): void {
    sync();
    onCut(what(fleet));
    waits.end();
    onChange();
  }

  async function advanceTo(end: Milliseconds): Promise<void> {
    const rest = () => comeToRest(requests, waits);
    await rest();
    while (fleet.now < end) {
      moveTo(Math.min(end, dueNext(fleet, waits) ?? end));
      await rest();
    }
    onChange();
  }

  const commands: CommandPort = {
    async perform(command, context, signal) {
      let waiting: Waiting | null = null;
      change(() => {
        const performed = perform(fleet, command, context);
        waiting = performed.waiting;
        return performed.cuts;
      });
      if (waiting) await waitForSwitch(waiting, signal);
    },
  };

  function waitForSwitch(waiting: Waiting, signal: AbortSignal): Promise<void> {
    const over = () => {
      const answer = answerOf(fleet, waiting);
      return answer === "answered" ? "done" : answer;
    };
    return waits.until(over, { signal, onAbort: () => change(() => abandon(fleet, waiting)) });
  }

  onCut(settle(fleet));
  const stop = virtual
    ? () => {}
    : keepUp(sync, () => (dueNext(fleet, waits) ?? Number.POSITIVE_INFINITY) - fleet.now);
  return {
    fleet,
    virtual,
    commands,
    delay(ms, signal) {
      sync();
      const dueAt = fleet.now + ms;
      return waits.until(timeHasCome(fleet, dueAt), { signal, dueAt });
    },
    sync,
    change,
    advance(ms) {
      advances = advances.then(() => advanceTo(fleet.now + ms));
      return advances;
    },
    began() {
      const request = {};
      requests.add(request);
      return () => requests.delete(request);
    },
    stop,
  };
}

/** Milliseconds that never go back, whatever happens to the machine's own clock. */
function realClock(start: Milliseconds): () => Milliseconds {
  const offset = start - performance.now();
  return () => Math.floor(offset + performance.now());
}

/** Looks at the fleet whenever something is due, and ten times a second. */
function keepUp(sync: () => void, untilNext: () => Milliseconds): () => void {
  let timer: NodeJS.Timeout;
  const look = () => {
    sync();
    timer = setTimeout(look, Math.min(100, Math.max(5, untilNext())));
  };
  look();
  return () => clearTimeout(timer);
}

function dueNext(fleet: Fleet, waits: Waits): Milliseconds | null {
  const due = [nextDue(fleet), waits.nextDue()].filter((at) => at !== null);
  return due.length > 0 ? Math.min(...due) : null;
}

/** Until every request is answered or waits for the fleet's time; a client that does not read its answer holds nobody up. */
async function comeToRest(requests: Set<object>, waits: Waits): Promise<void> {
  const patience = performance.now() + 2_000;
  for (let quiet = 0; quiet < 3 && performance.now() < patience; ) {
    await new Promise(setImmediate);
    quiet = requests.size <= waits.count() ? quiet + 1 : 0;
  }
}
