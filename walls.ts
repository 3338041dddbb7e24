// Who somebody is and may do, and what they are told when they may not: pure words, which anyone may use.
const person = ["lib/auth/actor.ts", "lib/auth/permissions.ts", "lib/auth/refusal.ts"];

// A run is the fold of its events: pure, so that a browser can fold it too.
const run = ["lib/runs/audit-of.ts", "lib/runs/events.ts", "lib/runs/replay.ts"];

/**
 * Who may import whom. A folder may use itself and what stands beside its name; nothing else of the project.
 * `npm test` holds the code to this table, and `node bin/walls.ts --picture` draws it for the README.
 */
export const walls: Record<string, string[]> = {
  // Next's own doors into the house.
  "instrumentation.ts": ["instrumentation-node.ts"],
  "instrumentation-node.ts": lib("runs", "monitor", "pools", "auth"),
  "proxy.ts": lib("auth"),

  // What is seen, and what may be asked. An action and a page compose everything below.
  app: [
    "components",
    ...lib("mirroring", "runbooks", "runs", "monitor", "pools", "audit", "auth", "db", "i18n"),
  ],
  components: [...lib("mirroring", "runbooks", "i18n"), ...person, ...run],

  // The domain and its runbooks are pure: no I/O, no clock, no package.
  "lib/mirroring": [],
  "lib/runbooks": lib("mirroring"),

  // What works with the outside world.
  "lib/runs": [...lib("runbooks", "mirroring", "sqlserver", "monitor", "pools", "audit", "db"), ...person],
  "lib/monitor": lib("mirroring", "sqlserver", "pools", "db"),
  "lib/pools": [...lib("mirroring", "sqlserver", "audit", "db"), ...person, "lib/auth/secret.ts"],
  "lib/sqlserver": lib("mirroring"),
  "lib/i18n": lib("auth"),
  "lib/auth": lib("audit", "db"),
  "lib/audit": [...lib("db"), ...person],
  "lib/db": [],

  // Programs of their own. The lab is met over the wire only.
  lab: [],
  bin: ["prisma", "walls.ts", ...lib("db")],
  prisma: [],
};

/** Whose types a folder may use besides, but not whose code: what it is given, it must be able to name. */
export const typesOf: Record<string, string[]> = {
  components: lib("pools", "sqlserver", "monitor", "runs", "audit", "auth"),
};

/** Only these folders speak to these packages. */
export const speakers: Record<string, string[]> = {
  mssql: ["lib/sqlserver"],
  pg: ["lib/db", "prisma"],
  "@prisma": ["lib/db", "prisma"],
  next: ["app", "proxy.ts", "bin", "lib/auth", "lib/i18n", "components"],
  react: ["app", "components", "lib/auth", "lib/i18n", "lib/monitor"],
};

/** Pure folders: not even Node's own modules. */
export const pure = lib("mirroring", "runbooks");

function lib(...names: string[]): string[] {
  return names.map((name) => `lib/${name}`);
}
