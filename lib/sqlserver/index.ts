import "server-only";

export type { Gateway, GatewayOptions } from "#lib/sqlserver/gateway.ts";
export { connectTo } from "#lib/sqlserver/gateway.ts";
export type { Outcome } from "#lib/sqlserver/outcome.ts";
export type { Login, Target, TlsVersion } from "#lib/sqlserver/target.ts";
export { tlsVersions } from "#lib/sqlserver/target.ts";
export type { Finding, Stage } from "#lib/sqlserver/test-connection.ts";
export { testConnection } from "#lib/sqlserver/test-connection.ts";
