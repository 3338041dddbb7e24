/** The control: faults, load, time and truth, over HTTP on loopback. Documented in docs/lab.md. */
import { createServer, type IncomingMessage, type Server } from "node:http";
import { z } from "zod";
import { drift, driftRoutes } from "#lab/control/drift.ts";
import { fileRoutes, filesAndShares } from "#lab/control/files.ts";
import { found } from "#lab/control/found.ts";
import { Refused } from "#lab/control/refused.ts";
import { checkScenario, type Scenario, ScenarioError } from "#lab/control/scenario.ts";
import type { ServedFleet } from "#lab/control/serve.ts";
import { fusedSessions, truth } from "#lab/control/truth.ts";
import { damagePage } from "#lab/mirroring/damage-page.ts";
import { type PowerAction, setLink, setLoad, whyNotPower } from "#lab/mirroring/faults.ts";
import { allCopies, findInstance, sameName } from "#lab/mirroring/find.ts";

/** `scenario` is what the fleet was started with: the one that POST /fleet/fresh begins again. */
export function createControl(served: ServedFleet, scenario: Scenario): Server {
  return createServer(async (request, response) => {
    const reply = (status: number, body: unknown) => {
      response.writeHead(status, {
        "content-type": "application/json; charset=utf-8",
        "cache-control": "no-store",
      });
      response.end(`${JSON.stringify(body)}\n`);
    };
    try {
      reply(200, await answer(served, request, scenario));
    } catch (error) {
      if (error instanceof Refused) reply(error.status, { error: error.message });
      else reply(500, { error: error instanceof Error ? error.message : String(error) });
    }
  });
}

const routes = [
  "GET /healthz",
  "GET /truth",
  "DELETE /statements",
  "POST /instances/NAME/{stop,start,hang,wake,overload,relax}",
  "POST /links/A/B/{cut,join}",
  "PATCH /databases/NAME",
  "POST /databases/NAME/pages?instance=INSTANCE",
  "POST /clock/advance",
  "POST /fleet/fresh",
  ...driftRoutes,
  ...fileRoutes,
];

async function answer(served: ServedFleet, request: IncomingMessage, scenario: Scenario): Promise<unknown> {
  const { running } = served;
  const [path = "", query = ""] = (request.url ?? "").split("?");
  // Not by URL: it would turn the backslash of a named instance into a slash.
  const parts = path.split("/").slice(1).map(decode);
  const route = `${request.method} /${parts[0] ?? ""}`;
  running.sync();
  if (parts[0] === "instances" && parts.length > 1) {
    const body = request.method === "PATCH" || request.method === "PUT" ? await bodyOf(request) : null;
    const name = instanceOf(served, parts[1] ?? "").name;
    const drifted = drift(running, request.method ?? "", name, parts.slice(2), body);
    if (drifted !== null) return drifted;
  }
  if (parts[0] === "files" || parts[0] === "shares") {
    const body = request.method === "GET" ? null : await bodyOf(request);
    const done = filesAndShares(running, request.method ?? "", parts, body);
    if (done !== null) return done;
  }
  switch (route) {
    case "GET /healthz":
      return { ok: true, now: new Date(running.fleet.now).toISOString(), process: processNow() };
    case "GET /truth":
      return truth(running.fleet, running.virtual);
    case "DELETE /statements":
      running.fleet.statements = running.fleet.statements.filter(({ endedAt }) => endedAt === null);
      return { ok: true };
    case "POST /instances":
      return power(served, parts);
    case "POST /links":
      return link(served, parts);
    case "PATCH /databases":
      return load(served, parts, new URLSearchParams(query).get("instance"), await bodyOf(request));
    case "POST /databases":
      return pages(served, parts, new URLSearchParams(query).get("instance"), await bodyOf(request));
    case "POST /clock":
      return advanceClock(served, parts, await bodyOf(request));
    case "POST /fleet":
      return freshFleet(served, parts, scenario, await bodyOf(request));
    default:
      throw new Refused(404, `There is no ${request.method} ${path}; there is: ${routes.join(", ")}`);
  }
}

/** What the lab itself costs. */
function processNow() {
  const { user, system } = process.cpuUsage();
  return {
    cpuMilliseconds: Math.round((user + system) / 1_000),
    residentKb: Math.round(process.memoryUsage.rss() / 1_024),
  };
}

async function power(served: ServedFleet, [, name = "", action = ""]: string[]) {
  const instance = instanceOf(served, name);
  if (!isPowerAction(action))
    throw new Refused(404, `An instance can stop, start, hang, wake, overload or relax, not "${action}"`);
  const why = whyNotPower(served.running.fleet, instance.name, action);
  if (why) throw new Refused(400, why);
  await served.power(instance.name, action);
  const overloaded = (instance.overloadedSince ?? null) !== null;
  return { ok: true, instance: instance.name, power: instance.power, overloaded };
}

function link(served: ServedFleet, [, one = "", other = "", action = ""]: string[]) {
  const [a, b] = [instanceOf(served, one).name, instanceOf(served, other).name];
  if (a === b) throw new Refused(400, `A link joins two instances; ${a} was named twice`);
  if (action !== "cut" && action !== "join")
    throw new Refused(404, `A link can be cut or joined ("cut", "join"), not "${action}"`);
  served.running.change((fleet) => setLink(fleet, a, b, action === "cut"));
  return { ok: true, link: [a, b], cut: action === "cut" };
}

const rate = z.int().min(0).max(10_000_000);
const queue = z.int().min(0).max(1_000_000_000);
const Load = z
  .strictObject({
    workloadKbPerSecond: rate,
    sendKbPerSecond: rate,
    redoKbPerSecond: rate,
    sendQueueKb: queue,
    redoQueueKb: queue,
    logMaxKb: z.int().min(1).max(2_147_483_647),
  })
  .partial();

function load(served: ServedFleet, [, name = ""]: string[], on: string | null, body: unknown) {
  const { running } = served;
  const read = Load.safeParse(body);
  if (!read.success || Object.keys(read.data).length === 0) {
    const why = read.success
      ? "the body is empty"
      : `${read.error.issues[0]?.path.join(".") || "body"}: ${read.error.issues[0]?.message}`;
    throw new Refused(400, `Expected some of ${Object.keys(Load.shape).join(", ")} as whole numbers; ${why}`);
  }
  const where = on === null ? null : instanceOf(served, on).name;
  const copies = allCopies(running.fleet).filter(
    ({ database, instance }) => sameName(database.name, name) && (where === null || instance.name === where),
  );
  const guids = [...new Set(copies.map(({ mirroring }) => mirroring.guid))];
  const known = [...new Set(allCopies(running.fleet).map(({ database }) => database.name))];
  if (guids.length === 0) {
    const place = where === null ? "" : ` on ${where}`;
    throw new Refused(404, `No mirrored database is called "${name}"${place}; there is: ${known.join(", ")}`);
  }
  if (guids.length > 1) {
    const at = copies.map(({ instance }) => instance.name).join(", ");
    throw new Refused(
      400,
      `Several sessions have a database ${name}; say which with ?instance= and one of: ${at}`,
    );
  }
  running.change((fleet) => setLoad(fleet, guids[0]!, read.data));
  return { ok: true, session: fusedSessions(running.fleet).find(({ guid }) => guid === guids[0]) };
}

const Damage = z.strictObject({
  fileId: z.int().min(1).max(32_767).default(1),
  pageId: z.int().min(0).max(2_147_483_647),
  errorType: z.union([z.literal(-1), z.literal(1), z.literal(2), z.literal(3)]).default(2),
  repairable: z.boolean().default(true),
});

/** A page of one copy is damaged now. */
function pages(served: ServedFleet, [, name = "", what]: string[], on: string | null, body: unknown) {
  if (what !== "pages") throw new Refused(404, "A database knows one request: POST /databases/NAME/pages");
  if (on === null) throw new Refused(400, "Say which copy with ?instance=");
  const instance = instanceOf(served, on);
  const database = instance.databases.find((one) => sameName(one.name, name));
  if (!database?.mirroring)
    throw new Refused(404, `No mirrored database is called "${name}" on ${instance.name}`);
  const read = Damage.safeParse(body);
  if (!read.success)
    throw new Refused(
      400,
      'Expected {"pageId": n}, and perhaps "fileId", "errorType" (-1, 1, 2, 3), "repairable"',
    );
  served.running.change((fleet) => damagePage(fleet, instance.name, database.name, read.data));
  return { ok: true, pages: database.pages };
}

async function advanceClock({ running }: ServedFleet, [, verb]: string[], body: unknown) {
  if (verb !== "advance") throw new Refused(404, "The clock knows one request: POST /clock/advance");
  if (!running.virtual) throw new Refused(400, "This fleet runs in real time; start it with --virtual-clock");
  const read = z.strictObject({ seconds: z.number().min(0).max(31_536_000) }).safeParse(body);
  if (!read.success) throw new Refused(400, 'Expected {"seconds": n} with n from 0 to 31536000');
  await running.advance(Math.round(read.data.seconds * 1_000));
  return { ok: true, now: new Date(running.fleet.now).toISOString() };
}

/** The fleet begins anew: as it was started, or as another scenario of the same instances. */
async function freshFleet(
  { running, renew }: ServedFleet,
  [, verb]: string[],
  started: Scenario,
  body: unknown,
) {
  if (verb !== "fresh") throw new Refused(404, "A fleet knows one request: POST /fleet/fresh");
  const read = z.strictObject({ scenario: z.unknown(), variant: z.string() }).partial().safeParse(body);
  if (!read.success)
    throw new Refused(400, 'Expected {"scenario": {…}, "variant": "…"}, or some of it, or {}');
  const scenario = checked(read.data.scenario ?? started, read.data.variant ?? null);
  const names = scenario.instances.map(({ name }) => name).join(", ");
  const open = running.fleet.instances.map(({ name }) => name).join(", ");
  if (names !== open) throw new Refused(400, `The ports of ${open} are open; the scenario lists ${names}`);
  const now = running.virtual ? Date.parse(scenario.startsAt) : running.fleet.now;
  await renew(found(scenario, now));
  return { ok: true, now: new Date(now).toISOString() };
}

function checked(raw: unknown, variant: string | null): Scenario {
  try {
    return checkScenario(raw, variant, "in the request");
  } catch (error) {
    if (error instanceof ScenarioError) throw new Refused(400, error.message);
    throw error;
  }
}

function instanceOf(served: ServedFleet, name: string) {
  const instance = findInstance(served.running.fleet, name);
  if (instance) return instance;
  const names = served.running.fleet.instances.map((one) => one.name).join(", ");
  throw new Refused(404, `There is no instance "${name}"; there is: ${names}`);
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  let text = "";
  for await (const chunk of request) {
    text += chunk;
    if (text.length > 65_536) throw new Refused(400, "The body is larger than 64 KB");
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new Refused(400, "Expected a JSON body");
  }
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new Refused(400, `"${part}" is not URL-encoded as it should be`);
  }
}

function isPowerAction(action: string): action is PowerAction {
  return ["stop", "start", "hang", "wake", "overload", "relax"].includes(action);
}
