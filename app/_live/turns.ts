/** The part of BroadcastChannel that is used here. */
export interface Channel {
  postMessage(message: unknown): void;
  addEventListener(type: "message", listener: (event: { data: unknown }) => void): void;
}

export interface Turns {
  /** Whether this tab does the work now. */
  leads(): boolean;
  /** Gives the turn to another tab, at once. */
  leave(): void;
}

interface Turn {
  channel: Channel;
  /** Begins the work and returns how to end it. */
  lead(): () => void;
  /** A new tab has asked who leads, and it is this one: the new tab wants to know what is known. */
  asked(): void;
  now?: () => number;
}

/** A leader says something at least every five seconds; after so long a silence it is gone, or frozen. */
const goneAfterMs = 8_000;

/**
 * One of the browser's tabs leads. Who comes asks first; without an answer it leads. Should two lead, the one that
 * began later stays: the other was asleep. Web Locks would do the same, but browsers hide them from pages without
 * HTTPS, where dashboards live.
 */
export function takeTurns({ channel, lead, asked, now = Date.now }: Turn): Turns {
  const me = `${Math.random()}`;
  let stop: (() => void) | null = null;
  let since = 0;
  let heardAt = now();
  let left = false;

  channel.addEventListener("message", ({ data }) => {
    if (left) return;
    if (isClaim(data) && data.claim === "who") return answer();
    heardAt = now();
    if (!isClaim(data)) return;
    // Spread out, so that not all followers call at once.
    if (data.claim === "left") heardAt = now() - goneAfterMs + Math.random() * 400;
    else if (stop && data.by !== me && (data.since > since || (data.since === since && data.by > me)))
      resign();
  });
  channel.postMessage({ claim: "who", by: me, since: 0 } satisfies Claim);

  const first = setTimeout(campaign, 150 + Math.random() * 250, now());
  const watch = setInterval(() => {
    if (stop) claim();
    else if (now() - heardAt > goneAfterMs) campaign(heardAt);
  }, 1_000);

  return {
    leads: () => stop !== null,
    leave() {
      left = true;
      clearTimeout(first);
      clearInterval(watch);
      if (!stop) return;
      resign();
      channel.postMessage({ claim: "left", by: me, since } satisfies Claim);
    },
  };

  function campaign(askedAt: number): void {
    if (left || stop || heardAt > askedAt) return;
    since = now();
    stop = lead();
    claim();
  }

  function answer(): void {
    claim();
    if (stop) asked();
  }

  function claim(): void {
    if (stop) channel.postMessage({ claim: "lead", by: me, since } satisfies Claim);
  }

  function resign(): void {
    stop?.();
    stop = null;
  }
}

interface Claim {
  claim: "who" | "lead" | "left";
  by: string;
  since: number;
}

function isClaim(data: unknown): data is Claim {
  return typeof data === "object" && data !== null && "claim" in data;
}
