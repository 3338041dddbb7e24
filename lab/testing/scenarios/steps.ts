/** The words of the scenario table. */
import type { Answer, Step } from "#lab/testing/scenarios/row.ts";
import type { Speaker, Stage } from "#lab/testing/scenarios/stage.ts";

export const stop = power("stop");
export const start = power("start");
export const hang = power("hang");
export const wake = power("wake");
export const cut = link("cut");
export const join = link("join");

export function wait(seconds: number): Step {
  return quietly((stage) => stage.lab.advance(seconds));
}

export function load(values: Record<string, number>): Step {
  return quietly((stage) => asked(stage, "PATCH", "/databases/db", values));
}

/** Any other request to the control. */
export function control(method: "POST" | "PATCH" | "DELETE", path: string, body?: unknown): Step {
  return quietly((stage) => asked(stage, method, path, body));
}

export function say(instance: string, text: string, as?: Speaker): Step {
  return (stage) => stage.say(instance, text, as);
}

/** A session that stays in a database. */
export function hold(instance: string, database: string): Step {
  return quietly((stage) => stage.hold(instance, database));
}

/** How the statement that waited has ended. */
export const ended: Step = (stage) => stage.ended();

/** In a preparation everything has to work. */
export async function prepare(stage: Stage, steps: Step[]): Promise<void> {
  for (const step of steps) {
    const answer = await step(stage);
    if (typeof answer === "number") throw new Error(`the preparation was refused with ${answer}`);
  }
}

export async function carryOut(stage: Stage, steps: Step[]): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (const step of steps) {
    const answer = await step(stage);
    if (answer !== undefined) answers.push(answer);
  }
  return answers;
}

const alter = (what: string) => (instance: string, as?: Speaker) =>
  say(instance, `ALTER DATABASE [db] SET ${what}`, as);

export const failover = alter("PARTNER FAILOVER");
export const force = alter("PARTNER FORCE_SERVICE_ALLOW_DATA_LOSS");
export const suspend = alter("PARTNER SUSPEND");
export const resume = alter("PARTNER RESUME");
export const partnerOff = alter("PARTNER OFF");
export const safetyFull = alter("PARTNER SAFETY FULL");
export const safetyOff = alter("PARTNER SAFETY OFF");
export const witnessOff = alter("WITNESS OFF");

export function partner(instance: string, address: string): Step {
  return say(instance, `ALTER DATABASE [db] SET PARTNER = '${address}'`);
}

export function witness(instance: string, address = "TCP://w.contoso.com:7022"): Step {
  return say(instance, `ALTER DATABASE [db] SET WITNESS = '${address}'`);
}

export const A = "TCP://a.contoso.com:5022";
export const B = "TCP://b.contoso.com:5022";
export const C = "TCP://c.contoso.com:5022";

function power(action: string) {
  return (...instances: string[]): Step =>
    quietly(async (stage) => {
      for (const name of instances) await asked(stage, "POST", `/instances/${name}/${action}`);
    });
}

function link(action: string) {
  return (...links: `${string}-${string}`[]): Step =>
    quietly(async (stage) => {
      for (const one of links) await asked(stage, "POST", `/links/${one.replace("-", "/")}/${action}`);
    });
}

async function asked(
  stage: Stage,
  method: "POST" | "PATCH" | "DELETE",
  path: string,
  body?: unknown,
): Promise<void> {
  const { status, body: answer } = await stage.lab.ask(method, path, body);
  if (status !== 200) throw new Error(JSON.stringify(answer));
}

function quietly(what: (stage: Stage) => Promise<void>): Step {
  return async (stage) => {
    await what(stage);
    return undefined;
  };
}

export function timeout(instance: string, seconds: number): Step {
  return say(instance, `ALTER DATABASE [db] SET PARTNER TIMEOUT ${seconds}`);
}
