import "server-only";

export { createMonitor, type Monitor, type MonitorParts } from "#lib/monitor/create-monitor.ts";
export { monitor } from "#lib/monitor/monitor.ts";
export { lookEveryMs, staleAfterMs } from "#lib/monitor/pace.ts";
