"use client";
import { createContext, type ReactNode, useContext, useEffect, useState } from "react";

const Now = createContext(0);

/**
 * One tick a second for every age on the page, in the server's time: a wrong clock in the browser must not make
 * facts look younger than they are. The first paint uses the server's own moment, so nothing jumps.
 */
export function Clock({ serverNow, children }: { serverNow: number; children: ReactNode }) {
  const [now, setNow] = useState(serverNow);
  useEffect(() => {
    // Date, not performance.now(): that one may stand still while a laptop sleeps, and facts would look young.
    const started = Date.now();
    const timer = setInterval(() => setNow(serverNow + Date.now() - started), 1000);
    return () => clearInterval(timer);
  }, [serverNow]);
  return <Now value={now}>{children}</Now>;
}

/** The server's time in ms, once a second. */
export function useNow(): number {
  return useContext(Now);
}
