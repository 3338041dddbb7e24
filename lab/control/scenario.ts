/** A scenario file: YAML or JSON. Read strictly, and every mistake is told with its place. */
import { readFileSync } from "node:fs";
import { LineCounter, parseDocument } from "yaml";
import { z } from "zod";
import { instanceLogFields, logFields, Share, Shipping } from "#lab/control/scenario-log.ts";
import { complaint, type LineOf, linesOf, mistakesOf } from "#lab/control/scenario-mistakes.ts";
import { strayServerNames } from "#lab/control/scenario-names.ts";
import { databaseFields, Login, serverFields } from "#lab/control/scenario-server.ts";

export type Scenario = z.infer<typeof Scenario>;

export class ScenarioError extends Error {
  readonly kind = "scenario";
}

export function readScenario(path: string, variant: string | null): Scenario {
  const lines = new LineCounter();
  try {
    const document = parseDocument(readFileSync(path, "utf8"), { lineCounter: lines });
    if (document.errors[0]) throw document.errors[0];
    return checkScenario(document.toJS(), variant, path, linesOf(document, lines));
  } catch (error) {
    if (error instanceof ScenarioError) throw error;
    const why = error instanceof Error ? error.message.split("\n")[0] : String(error);
    throw new ScenarioError(`The scenario ${path} cannot be read: ${why}`);
  }
}

/** `path` is what the complaints call it. */
export function checkScenario(
  raw: unknown,
  variant: string | null,
  path: string,
  lineOf: LineOf | null = null,
): Scenario {
  const read = Scenario.safeParse(raw);
  if (!read.success) throw new ScenarioError(complaint(path, mistakesOf(read.error.issues, lineOf)));
  const scenario = withVariant(read.data, variant, path);
  const stray = strayName(scenario);
  const mistakes = [...(stray === null ? [] : [{ place: "", what: stray }]), ...strayServerNames(scenario)];
  if (mistakes.length > 0) throw new ScenarioError(complaint(path, mistakes));
  return scenario;
}

function withVariant(scenario: Scenario, name: string | null, path: string): Scenario {
  if (name === null) return scenario;
  const variant = scenario.variants[name];
  if (!variant) {
    const known = Object.keys(scenario.variants).join(", ") || "none";
    throw new ScenarioError(`The scenario ${path} has no variant ${name}; it has: ${known}`);
  }
  const plain = (store: { witness?: string | null | undefined }) =>
    variant.witness ? store : { ...store, witness: null };
  return {
    ...scenario,
    sessions: scenario.sessions.map((pair) => ({
      ...pair,
      witness: variant.witness ? pair.witness : null,
      safety: variant.safety ?? pair.safety,
    })),
    pools: scenario.pools.map((pool) => ({
      ...pool,
      stores: pool.stores.map((store) => ({ ...store, ...plain(store) })),
    })),
  };
}

/** Names that point nowhere, or at the same thing twice. */
function strayName(scenario: Scenario): string | null {
  const names = scenario.instances.map(({ name }) => name);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice) return `two instances are called ${twice}`;
  const databases = scenario.instances.flatMap(({ name, databases }) =>
    databases.map((one) => `${name}: ${one.name}`),
  );
  for (const { on, witness, databases: mirrored } of scenario.sessions) {
    for (const name of [...on, ...(witness === null ? [] : [witness])]) {
      if (!names.includes(name)) return `a session names the instance ${name}, which is not listed`;
    }
    if (on[0] === on[1] || on.includes(witness ?? ""))
      return `a session needs different instances, not ${on.join(", ")}`;
    databases.push(...mirrored.flatMap((one) => on.map((name) => `${name}: ${one.name}`)));
  }
  const double = databases
    .map((name) => name.toLowerCase())
    .find((name, at, all) => all.indexOf(name) !== at);
  if (double) return `one instance has a database twice (${double})`;
  for (const { database, primaries, secondary } of scenario.logShipping) {
    const stranger = [...primaries, ...(secondary === null ? [] : [secondary])].find(
      (one) => !names.includes(one),
    );
    if (stranger) return `log shipping names the instance ${stranger}, which is not listed`;
    const owns = primaries.some((one) =>
      databases.some((key) => key.toLowerCase() === `${one}: ${database}`.toLowerCase()),
    );
    if (!owns) return `log shipping of ${database}: none of ${primaries.join(", ")} has that database`;
  }
  const stores = scenario.pools.flatMap((pool) =>
    pool.stores.flatMap(({ primary, mirror }) => [primary, mirror]),
  );
  const stray = stores.find((name) => !names.includes(name));
  if (stray) return `a pool's store names the instance ${stray}, which is not listed`;
  return null;
}

const rate = z.int().min(0).max(10_000_000);
const seconds = z.int().min(0).max(86_400);

const Clients = z.strictObject({
  host: z.string().min(1),
  program: z.string().default("Lync Server"),
  login: z.string().default("CONTOSO\\RTCComponent"),
  count: z.int().min(1).max(1_000).default(1),
  followSeconds: seconds.default(3),
  transactionSeconds: seconds.default(0),
});

const windows = ["NTLM", "KERBEROS", "NEGOTIATE"] as const;
const authentications = [
  ...windows,
  "CERTIFICATE" as const,
  ...windows.map((method) => `${method}, CERTIFICATE` as const),
  ...windows.map((method) => `CERTIFICATE, ${method}` as const),
];

const Endpoint = z.strictObject({
  name: z.string().default("Mirroring"),
  port: z.int().min(1).max(65_535).default(5022),
  state: z.enum(["STARTED", "STOPPED", "DISABLED"]).default("STARTED"),
  role: z.enum(["NONE", "PARTNER", "WITNESS", "ALL"]).default("ALL"),
  encryption: z.enum(["DISABLED", "SUPPORTED", "REQUIRED"]).default("REQUIRED"),
  algorithm: z.enum(["NONE", "RC4", "AES", "AES,RC4", "RC4,AES"]).default("AES"),
  authentication: z.enum(authentications).default("NEGOTIATE"),
  /** Of this instance's own certificates. */
  certificate: z.string().optional(),
  owner: z.string().optional(),
  /** Logins that hold CONNECT on it. */
  connect: z.array(z.string()).optional(),
});

/** Its own certificate, or with `of` the copy of another instance's certificate of that name. */
const Certificate = z.strictObject({
  name: z.string().min(1),
  of: z.string().optional(),
  /** Whom a peer with this certificate comes in as. */
  login: z.string().default("sa"),
  starts: z.iso.datetime().default("2020-01-01T00:00:00Z"),
  expires: z.iso.datetime().default("2040-01-01T00:00:00Z"),
});

const Instance = z.strictObject({
  name: z.string().min(1).max(128),
  host: z.string().min(1),
  version: z.string().regex(/^\d+\.\d+\.\d+\.\d+$/, "a version reads 11.0.7001.0"),
  level: z.string().default("RTM"),
  edition: z.string().default("Enterprise Edition (64-bit)"),
  endpoint: Endpoint.nullable().default(() => Endpoint.parse({})),
  /** The Windows account of the service; left out where all share one. */
  serviceAccount: z.string().min(1).optional(),
  certificates: z.array(Certificate).optional(),
  clockOffsetMs: z.int().default(0),
  sharedRedoKbPerSecond: rate.nullable().default(null),
  ...serverFields,
  ...instanceLogFields,
  /** Databases outside any session. */
  databases: z
    .array(
      z.strictObject({
        name: z.string().min(1),
        state: z.enum(["ONLINE", "RESTORING", "OFFLINE"]).default("ONLINE"),
        recoveryModel: z.enum(["FULL", "BULK_LOGGED", "SIMPLE"]).default("FULL"),
        /** Copies of one family can be mirrored with each other; default: the name. */
        family: z.string().optional(),
        workloadKbPerSecond: rate.default(0),
        clients: z.array(Clients).default([]),
        ...databaseFields,
        ...logFields,
      }),
    )
    .default([]),
});

const Load = {
  workloadKbPerSecond: rate.optional(),
  sendKbPerSecond: rate.optional(),
  redoKbPerSecond: rate.optional(),
  sendQueueKb: z.int().min(0).optional(),
  redoQueueKb: z.int().min(0).optional(),
  dataSizeKb: z.int().min(0).optional(),
  logMaxKb: z.int().min(1).optional(),
};

const Session = z.strictObject({
  /** Principal, then mirror. */
  on: z.tuple([z.string(), z.string()]),
  witness: z.string().nullable().default(null),
  safety: z.enum(["FULL", "OFF"]).default("FULL"),
  timeoutSeconds: z.int().min(5).max(32_767).default(10),
  roleSequence: z.int().min(1).default(1),
  databases: z.array(
    z.union([
      z.string().transform((name) => ({ name })),
      z.strictObject({
        name: z.string().min(1),
        ...Load,
        state: z.enum(["SYNCHRONIZED", "SYNCHRONIZING", "SUSPENDED"]).optional(),
        redoQueueLimitMb: z.int().min(1).optional(),
        clients: z.array(Clients).optional(),
        ...databaseFields,
        ...logFields,
      }),
    ]),
  ),
  ...Load,
  ...databaseFields,
  ...logFields,
  clients: z.array(Clients).default([]),
});

const Pool = z.strictObject({
  id: z.string().regex(/^[a-z0-9-]+$/),
  name: z.string().min(1),
  title: z.string(),
  product: z.string(),
  frontEnds: z.array(z.string()).default([]),
  fileShare: z.string().optional(),
  stores: z.array(
    z.strictObject({
      type: z.string(),
      primary: z.string(),
      mirror: z.string(),
      witness: z.string().nullable().optional(),
      databases: z.array(z.string()).optional(),
    }),
  ),
});

export const Scenario = z.strictObject({
  name: z.string().min(1),
  seed: z.int().default(1),
  startsAt: z.iso.datetime().default("2026-01-05T08:00:00Z"),
  options: z
    .strictObject({
      failoverAnswers: z.enum(["after-switch", "at-once"]).default("after-switch"),
      attentionOnFailover: z.enum(["goes-on", "aborts"]).default("goes-on"),
      cutDuringFailover: z.enum(["holds", "aborts"]).default("holds"),
      resumeOnMirror: z.enum(["refused", "accepted"]).default("refused"),
      witnessOffAlone: z.enum(["refused", "accepted"]).default("refused"),
      failoverAfterWitnessLinkLost: z.enum(["none", "automatic"]).default("none"),
      forceWithWitness: z.enum(["allowed", "refused"]).default("allowed"),
      suspendedWhileAway: z.enum(["disconnected", "suspended"]).default("disconnected"),
      tailOfMirrored: z.enum(["1468", "3104"]).default("1468"),
      switchMilliseconds: z.int().min(0).max(600_000).default(0),
      unpreparedMirror: z.enum(["1416", "1418"]).default("1416"),
      unreachableWitness: z.enum(["1456", "1418"]).default("1456"),
      endpointChange: z.enum(["failure", "unnoticed"]).default("failure"),
      repairedAway: z
        .enum(["online-after-second-restart", "inaccessible", "online"])
        .default("online-after-second-restart"),
      offDuringUndo: z.enum(["refused", "accepted"]).default("refused"),
    })
    .prefault({}),
  logins: z.array(Login).min(1),
  instances: z.array(Instance).min(1),
  sessions: z.array(Session).default([]),
  shares: z.array(Share).default([]).describe("Folders of the network that backups can go to."),
  logShipping: z.array(Shipping).default([]),
  pools: z.array(Pool).default([]),
  variants: z
    .record(
      z.string(),
      z.strictObject({ witness: z.boolean().default(true), safety: z.enum(["FULL", "OFF"]).optional() }),
    )
    .default({}),
});
