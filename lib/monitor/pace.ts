/** How often the monitor looks, and when what it saw is too old to believe. Read by the browser too. */
export const lookEveryMs = 5_000;

/** A fact older than this is stale, whoever shows it. */
export const staleAfterMs = 15_000;

/**
 * An instance that stays silent is asked less often, but so often that its silence is never itself stale:
 * with three seconds until a connection is given up, thirteen seconds pass between two answers at most.
 */
export const silentEveryMs = 10_000;

/** The stream says that it lives. */
export const heartbeatEveryMs = 5_000;

/** Nothing heard for so long: the stream is lost, and the page says so. */
export const streamLostAfterMs = 12_000;
