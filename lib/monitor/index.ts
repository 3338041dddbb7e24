import "server-only";

export { createMonitor, type Monitor, type MonitorParts } from "./create-monitor.ts";
export { monitor } from "./monitor.ts";
export { lookEveryMs, staleAfterMs } from "./pace.ts";
