import "server-only";

export type { Gateway, GatewayOptions } from "./gateway.ts";
export { connectTo } from "./gateway.ts";
export type { Outcome } from "./outcome.ts";
export type { Login, Target, TlsVersion } from "./target.ts";
export { tlsVersions } from "./target.ts";
export type { Finding, Stage } from "./test-connection.ts";
export { testConnection } from "./test-connection.ts";
