import "server-only";

/** Where people reach the dashboard: MIRRORDECK_URL, else this machine and the port it listens on. */
export function ownAddress(env: NodeJS.ProcessEnv = process.env): URL {
  if (env.MIRRORDECK_URL) return new URL(env.MIRRORDECK_URL);
  const everywhere = !env.HOST || env.HOST === "0.0.0.0" || env.HOST === "::";
  const host = everywhere ? "127.0.0.1" : env.HOST;
  return new URL(`http://${host?.includes(":") ? `[${host}]` : host}:${env.PORT ?? "3000"}`);
}

/** The names a sign-in may come from: that address, and this machine by any of its own names on any port. */
export function trustedHosts(env: NodeJS.ProcessEnv = process.env): string[] {
  return [ownAddress(env).host, "localhost", "localhost:*", "127.0.0.1", "127.0.0.1:*", "[::1]", "[::1]:*"];
}
