import "server-only";
import { isIP } from "node:net";
import type { ConnectionOptions } from "node:tls";
import type sql from "mssql";
import type { Target, TlsVersion } from "#lib/sqlserver/target.ts";

/**
 * What the driver is told for a target: always `master` (never a database that may be a mirror), TLS always asked for.
 */
export function driverConfig(target: Target, connectMs: number): sql.config {
  const { type, user, password, domain } = target.login;
  return {
    server: target.server,
    database: "master",
    // tedious prefers a port to a name only when the name is absent.
    ...(target.port ? { port: target.port } : {}),
    authentication:
      type === "ntlm"
        ? { type: "ntlm", options: { userName: user, password, domain: domain ?? "" } }
        : { type: "default", options: { userName: user, password } },
    connectionTimeout: connectMs,
    // A `SELECT 1` before each request would double the round trips.
    validateConnection: "socket",
    options: {
      appName: "Mirrordeck",
      ...(target.port || !target.namedInstance ? {} : { instanceName: target.namedInstance }),
      trustServerCertificate: target.tls.trust,
      // An address is no server name (RFC 6066, and Node warns); where the certificate is not looked at, any name will do.
      ...(target.tls.trust && isIP(target.server) ? { serverName: "localhost" } : {}),
      ...encryption(target),
      // Each try is ours to count and to show.
      maxRetriesOnTransientErrors: 0,
      cancelTimeout: 1_000,
    } as sql.IOptions,
  };
}

function encryption({ tls }: Target): {
  encrypt: boolean | "strict";
  cryptoCredentialsDetails: ConnectionOptions;
} {
  const details: ConnectionOptions = {
    minVersion: nodeName[tls.minimum],
    ...(tls.ca ? { ca: tls.ca } : {}),
    // OpenSSL allows the old versions, and the RSA keys of their day, only at its lowest security level.
    ...(tls.minimum < "1.2" ? { ciphers: "DEFAULT@SECLEVEL=0" } : {}),
  };
  // TLS 1.3 exists only outside the TDS handshake (TDS 8.0, SQL Server 2022): there TLS comes first,
  // and the certificate is always verified.
  if (tls.minimum === "1.3") return { encrypt: "strict", cryptoCredentialsDetails: details };
  return { encrypt: true, cryptoCredentialsDetails: details };
}

const nodeName: Record<TlsVersion, "TLSv1" | "TLSv1.1" | "TLSv1.2" | "TLSv1.3"> = {
  "1.0": "TLSv1",
  "1.1": "TLSv1.1",
  "1.2": "TLSv1.2",
  "1.3": "TLSv1.3",
};
