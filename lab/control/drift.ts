/** What drifts apart on servers: their Agents, jobs, logins, patch levels and configurations. */
import { z } from "zod";
import { sidFrom } from "#lab/control/found-server.ts";
import { Refused } from "#lab/control/refused.ts";
import type { Running } from "#lab/control/running.ts";
import { InstanceLogin, serverFields } from "#lab/control/scenario-server.ts";
import { agentOf, hasAgent, jobNamed, runJob } from "#lab/mirroring/agent.ts";
import { instanceNamed, sameName } from "#lab/mirroring/find.ts";
import type { Fleet, Instance } from "#lab/mirroring/model.ts";

export const driftRoutes = [
  "PATCH /instances/NAME",
  "POST /instances/NAME/{start-agent,stop-agent}",
  "POST /instances/NAME/jobs/JOB/{run,enable,disable}",
  "PUT /instances/NAME/logins/LOGIN",
  "DELETE /instances/NAME/logins/LOGIN",
];

const Server = z
  .strictObject({
    version: z.string().regex(/^\d+\.\d+\.\d+\.\d+$/, "a version reads 11.0.7001.0"),
    level: z.string(),
    edition: z.string(),
    updateLevel: serverFields.updateLevel.unwrap(),
    collation: z.string(),
    clockOffsetMs: z.int(),
    sharedRedoKbPerSecond: z.int().min(0).nullable(),
    sharedDiskKbPerSecond: z.int().min(0).nullable(),
    configurations: z.record(z.string(), z.int()),
  })
  .partial();

/** Null where the request is about something else. */
export function drift(
  running: Running,
  method: string,
  name: string,
  rest: string[],
  body: unknown,
): unknown {
  const [what = "", which = "", verb = ""] = rest;
  const change = (work: (fleet: Fleet, instance: Instance) => void) => {
    running.change((fleet) => {
      work(fleet, instanceNamed(fleet, name));
      return [];
    });
    return { ok: true, instance: name };
  };
  if (method === "PATCH" && rest.length === 0) {
    const { clockOffsetMs, configurations, ...fields } = parsed(Server, body);
    return change((_, instance) => {
      Object.assign(instance, fields);
      instance.clockOffset = clockOffsetMs ?? instance.clockOffset;
      if (configurations) instance.configurations = { ...instance.configurations, ...configurations };
    });
  }
  if (method === "POST" && (what === "start-agent" || what === "stop-agent")) {
    const instance = instanceNamed(running.fleet, name);
    if (!hasAgent(instance)) throw new Refused(400, `${name} is ${instance.edition}, which has no Agent`);
    return change((_, one) => {
      agentOf(one).running = what === "start-agent";
    });
  }
  if (method === "POST" && what === "jobs") return job(running, name, which, verb, change);
  if (what === "logins" && method === "PUT") {
    const login = parsed(InstanceLogin.omit({ name: true }), body);
    return change((fleet, instance) => putLogin(fleet, instance, which, login));
  }
  if (what === "logins" && method === "DELETE") {
    requireLogin(running.fleet, name, which);
    return change((_, instance) => {
      instance.logins = instance.logins.filter((one) => !sameName(one.name, which));
    });
  }
  return null;
}

function job(
  running: Running,
  name: string,
  which: string,
  verb: string,
  change: (work: (fleet: Fleet, instance: Instance) => void) => object,
): unknown {
  const instance = instanceNamed(running.fleet, name);
  const found = jobNamed(instance, which);
  if (!found) {
    const known = (instance.agent?.jobs ?? []).map((one) => one.name).join(", ") || "none";
    throw new Refused(404, `${name} has no job "${which}"; there is: ${known}`);
  }
  if (!["run", "enable", "disable"].includes(verb))
    throw new Refused(
      404,
      `A job can run, or be enabled or disabled ("run", "enable", "disable"), not "${verb}"`,
    );
  const done = change((fleet, one) => {
    if (verb === "run") runJob(fleet, one, found, "User sa");
    else found.enabled = verb === "enable";
  });
  return { ...done, job: found.name, enabled: found.enabled, lastRun: found.history.at(-1) ?? null };
}

/** The same name with another SID, password or rights; `own` gives it a SID that no other instance knows. */
function putLogin(
  fleet: Fleet,
  instance: Instance,
  name: string,
  { sid, ...login }: Omit<z.infer<typeof InstanceLogin>, "name">,
): void {
  const own = sid === "own" && !name.includes("\\");
  const made = { ...login, name, sid: sidFrom(fleet.seed, name, own ? instance.name : null) };
  instance.logins = [...instance.logins.filter((one) => !sameName(one.name, name)), made];
}

function requireLogin(fleet: Fleet, name: string, login: string): void {
  const { logins } = instanceNamed(fleet, name);
  if (logins.some((one) => sameName(one.name, login))) return;
  throw new Refused(
    404,
    `${name} has no login "${login}"; there is: ${logins.map((one) => one.name).join(", ")}`,
  );
}

function parsed<T>(schema: z.ZodType<T>, body: unknown): T {
  const read = schema.safeParse(body);
  if (read.success) return read.data;
  const issue = read.error.issues[0];
  throw new Refused(400, `${issue?.path.join(".") || "the body"}: ${issue?.message}`);
}
