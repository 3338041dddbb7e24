/** Makes a fleet from a scenario. Guids, sids and ports come from the seed: the same scenario, the same fleet. */
import { createHash } from "node:crypto";
import { foundLogs } from "#lab/control/found-log.ts";
import { firstRows, furnish, loginsFrom, serverFrom } from "#lab/control/found-server.ts";
import type { Scenario } from "#lab/control/scenario.ts";
import { settle } from "#lab/mirroring/advance.ts";
import { type Copy, findDatabase, instanceNamed } from "#lab/mirroring/find.ts";
import type {
  Certificate,
  ClientGroup,
  Database,
  Endpoint,
  Fleet,
  Instance,
  Milliseconds,
  Mirroring,
} from "#lab/mirroring/model.ts";
import { newRow } from "#lab/mirroring/perform-setup.ts";
import { arrive } from "#lab/mirroring/show.ts";
import { rewire } from "#lab/mirroring/transport.ts";

const DAY_MS = 86_400_000;
const FIRST_SPID = 61;

export function found(scenario: Scenario, now: Milliseconds, seed = scenario.seed): Fleet {
  const fleet: Fleet = {
    seed,
    now,
    instances: scenario.instances.map((plan, at) => instanceFrom(plan, at, scenario, seed, now)),
    links: linksOf(scenario.sessions),
    connections: [],
    options: scenario.options,
    statements: [],
    nextSpid: FIRST_SPID,
  };
  for (const pair of scenario.sessions) {
    for (const plan of pair.databases) addSession(fleet, pair, plan);
  }
  rewire(fleet);
  for (const view of fleet.connections) Object.assign(view, { open: true, changedAt: now - DAY_MS });
  furnish(fleet, scenario);
  foundLogs(fleet, scenario);
  settle(fleet);
  firstRows(fleet);
  for (const instance of fleet.instances) {
    for (const database of instance.databases) {
      const open = database.state === "ONLINE";
      for (const group of open ? database.clients : []) arrive(fleet, instance, database, group, group.count);
    }
  }
  return fleet;
}

function instanceFrom(
  plan: Scenario["instances"][number],
  at: number,
  scenario: Scenario,
  seed: number,
  now: Milliseconds,
): Instance {
  const instance: Instance = {
    name: plan.name,
    host: plan.host,
    port: 0,
    version: plan.version,
    level: plan.level,
    edition: plan.edition,
    power: "running",
    hungSince: null,
    startedAt: now - DAY_MS * (3 + at),
    clockOffset: plan.clockOffsetMs,
    endpoint: plan.endpoint === null ? null : endpointFrom(plan.endpoint, at),
    ...(plan.serviceAccount && { serviceAccount: plan.serviceAccount }),
    ...(plan.certificates && { certificates: certificatesFrom(plan, seed) }),
    logins: loginsFrom(scenario, plan, seed),
    ...serverFrom(plan),
    databases: [],
    witnessed: [],
    sessions: [],
    sharedRedoKbPerSecond: plan.sharedRedoKbPerSecond,
    errorLog: [],
  };
  for (const { name, family, clients, state, recoveryModel, workloadKbPerSecond } of plan.databases) {
    const database = blankDatabase(instance, name, seed, family ?? name, now);
    const said = { state, recoveryModel, workloadKbPerSecond, clients: clients.map(group) };
    instance.databases.push({ ...database, ...said });
  }
  return instance;
}

type InstancePlan = Scenario["instances"][number];

function endpointFrom({ connect, ...plan }: NonNullable<InstancePlan["endpoint"]>, at: number): Endpoint {
  const granted = connect?.map((login) => ({ login, state: "GRANT" as const }));
  return { ...plan, ...(granted && { connect: granted }), endpointId: 65_536 + at };
}

function certificatesFrom({ name: instance, certificates = [] }: InstancePlan, seed: number): Certificate[] {
  return certificates.map(({ name, of, login, starts, expires }, at) => ({
    name,
    certificateId: 256 + at,
    subject: `CN=${name}`,
    thumbprint: digest(seed, "certificate", (of ?? instance).toLowerCase(), name).slice(0, 40),
    startsAt: Date.parse(starts),
    expiresAt: Date.parse(expires),
    privateKey: of === undefined,
    login,
  }));
}

type Pair = Scenario["sessions"][number];
type Plan = Pair["databases"][number];

function addSession(fleet: Fleet, pair: Pair, plan: Plan): void {
  const load = { ...pair, ...definedOf(plan) } as Pair & Exclude<Plan, { name: string; state?: never }>;
  const state = load.state ?? "SYNCHRONIZED";
  const guid = guidFrom(fleet.seed, "session", pair.on.join(), plan.name);
  const instances = pair.on.map((name) => instanceNamed(fleet, name));
  const copies = instances.map((instance, side): Copy => {
    const database = blankDatabase(
      instance,
      plan.name,
      fleet.seed,
      `${pair.on.join()} ${plan.name}`,
      fleet.now,
    );
    const sendQueueKb = load.sendQueueKb ?? 0;
    database.workloadKbPerSecond = load.workloadKbPerSecond ?? 0;
    database.dataSizeKb = load.dataSizeKb ?? database.dataSizeKb;
    database.logMaxKb = load.logMaxKb ?? database.logMaxKb;
    database.clients = (load.clients ?? []).map(group);
    database.endOfLogKb -= side === 1 ? sendQueueKb : 0;
    const mirroring: Mirroring = {
      guid,
      role: side === 0 ? "PRINCIPAL" : "MIRROR",
      state,
      roleSequence: pair.roleSequence,
      safety: pair.safety,
      safetySequence: 1,
      partner: instances[1 - side]!.name,
      partnerAddress: addressOf(instances[1 - side]!),
      witness: pair.witness,
      witnessAddress: pair.witness === null ? null : addressOf(instanceNamed(fleet, pair.witness)),
      witnessState: "UNKNOWN",
      timeoutSeconds: pair.timeoutSeconds,
      redoQueueLimitMb: load.redoQueueLimitMb ?? null,
      failoverLsnKb: database.endOfLogKb - (side === 0 ? sendQueueKb : 0),
      suspended: state === "SUSPENDED",
      synchronized: state === "SYNCHRONIZED" && sendQueueKb === 0,
      synchronizesAt: fleet.now,
      asksWitnessAt: null,
      sendQueueKb: side === 0 ? sendQueueKb : 0,
      redoQueueKb: side === 1 ? (load.redoQueueKb ?? 0) : 0,
      sendKbPerSecond: load.sendKbPerSecond ?? 20_000,
      redoKbPerSecond: load.redoKbPerSecond ?? 20_000,
      serving: side === 0,
      forcedAtKb: null,
      switchUnderWay: null,
    };
    database.mirroring = mirroring;
    instance.databases.push(database);
    return { instance, database, mirroring };
  });
  if (pair.witness !== null) instanceNamed(fleet, pair.witness).witnessed.push(newRow(copies[0]!));
}

function blankDatabase(
  instance: Instance,
  name: string,
  seed: number,
  family: string,
  now: Milliseconds,
): Database {
  if (findDatabase(instance, name)) throw new Error(`${instance.name} has the database ${name} twice`);
  const size = Number.parseInt(digest(seed, "size", family).slice(0, 4), 16);
  return {
    name,
    databaseId: 5 + instance.databases.length,
    state: "ONLINE",
    recoveryModel: "FULL",
    createdAt: now - 400 * DAY_MS,
    familyGuid: guidFrom(seed, "family", family),
    endOfLogKb: 1_000_000 + size * 100,
    logSizeKb: 262_144,
    logMaxKb: 16_777_216,
    dataSizeKb: 524_288 + size * 8,
    workloadKbPerSecond: 0,
    clients: [],
    openTransactions: [],
    awaits: null,
    mirroring: null,
  };
}

function group(clients: Omit<ClientGroup, "dueAt">): ClientGroup {
  return { ...clients, dueAt: null };
}

function addressOf(instance: Instance): string {
  return `TCP://${instance.host}:${instance.endpoint?.port ?? 5022}`;
}

/** The links that the sessions need; any other is joined until somebody cuts it. */
function linksOf(sessions: Scenario["sessions"]) {
  const pairs = sessions.flatMap(({ on: [a, b], witness }) => {
    const others = [a, b].flatMap((one): [string, string][] => (witness === null ? [] : [[one, witness]]));
    return [[a, b] as [string, string], ...others];
  });
  const known = new Map(pairs.map(([a, b]) => [`${a}\0${b}`, { a, b, cut: false }]));
  return [...known.values()];
}

function guidFrom(seed: number, ...what: string[]): string {
  const hex = digest(seed, ...what);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-A${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

function digest(seed: number, ...what: string[]): string {
  return createHash("sha256")
    .update([seed, ...what].join("\0"))
    .digest("hex")
    .toUpperCase();
}

function definedOf<T extends object>(values: T): Partial<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Partial<T>;
}
