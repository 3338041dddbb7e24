/** The counters called "/sec" are cumulative in sys.dm_os_performance_counters: a rate takes two readings. */
export interface Reading {
  /** The server's clock, milliseconds. */
  at: number;
  redoBytes: number;
  sentBytes: number;
}

export interface Rates {
  redoKbPerSecond: number | null;
  sendKbPerSecond: number | null;
}

/** Two readings closer than this give noise: a run looks five times a second. */
const shortest = 1_000;

/** What one database's next reading says, and what to compare the one after it with. */
export function ratesAfter(
  known: { since: Reading; rates: Rates } | undefined,
  now: Reading,
): { since: Reading; rates: Rates } {
  if (!known) return { since: now, rates: unknownRates };
  // Counters begin again at a restart; a clock set back says nothing either.
  if (
    now.at < known.since.at ||
    now.redoBytes < known.since.redoBytes ||
    now.sentBytes < known.since.sentBytes
  )
    return { since: now, rates: unknownRates };
  const seconds = (now.at - known.since.at) / 1_000;
  if (seconds * 1_000 < shortest) return known;
  const rate = (bytes: number) => Math.round((bytes / 1_024 / seconds) * 10) / 10;
  return {
    since: now,
    rates: {
      redoKbPerSecond: rate(now.redoBytes - known.since.redoBytes),
      sendKbPerSecond: rate(now.sentBytes - known.since.sentBytes),
    },
  };
}

export const unknownRates: Rates = { redoKbPerSecond: null, sendKbPerSecond: null };
