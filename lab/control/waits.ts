/** What waits for the fleet's time: statements until their switch is over, WAITFOR until its delay is. */
import type { Fleet, Milliseconds } from "#lab/mirroring/model.ts";

export interface Waits {
  /** `over` says null while it goes on, then "done" or the error it ends with. */
  until(over: () => "done" | Error | null, options: WaitOptions): Promise<void>;
  /** Ends all that are over at the fleet's present. */
  end(): void;
  nextDue(): Milliseconds | null;
  count(): number;
}

interface WaitOptions {
  signal: AbortSignal;
  dueAt?: Milliseconds;
  onAbort?: () => void;
}

export function createWaits(): Waits {
  const waits = new Map<() => boolean, Milliseconds | null>();
  return {
    until(over, { signal, dueAt, onAbort }) {
      return new Promise<void>((resolve, reject) => {
        const tryToEnd = () => {
          const answer = over();
          if (answer === null) return false;
          signal.removeEventListener("abort", abort);
          if (answer === "done") resolve();
          else reject(answer);
          return true;
        };
        const abort = () => {
          waits.delete(tryToEnd);
          onAbort?.();
          reject(signal.reason);
        };
        if (signal.aborted) return abort();
        signal.addEventListener("abort", abort, { once: true });
        if (!tryToEnd()) waits.set(tryToEnd, dueAt ?? null);
      });
    },
    end() {
      for (const tryToEnd of [...waits.keys()]) if (tryToEnd()) waits.delete(tryToEnd);
    },
    nextDue() {
      const due = [...waits.values()].filter((at) => at !== null);
      return due.length > 0 ? Math.min(...due) : null;
    },
    count: () => waits.size,
  };
}

/** Over when the fleet's clock has reached `at`. */
export function timeHasCome(fleet: Fleet, at: Milliseconds): () => "done" | null {
  return () => (fleet.now >= at ? "done" : null);
}
