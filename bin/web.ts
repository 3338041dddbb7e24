import path from "node:path";
import { type Child, startChild } from "#bin/child.ts";
import { refusal } from "#bin/refusal.ts";

/** Who may sign in at first: the demo's three people, or the link that makes the first admin. */
export type People = {
  kind: "people";
  signIns?: { role: string; email: string; password: string }[];
  firstAdminLink?: string;
};
export type Web = Child & { people: Promise<People> };

/** The web server, as soon as it serves. */
export async function startWeb(env: NodeJS.ProcessEnv): Promise<Web> {
  const child = startChild(path.join("bin", "app.ts"), [], { env });
  const people = message<People>(child, "people");
  const failed = child.ended.then(() => {
    throw refusal(`${child.speak()}\nThe web server did not start.`.trim());
  });
  failed.catch(() => {});
  await Promise.race([message(child, "ready"), failed]);
  return { ...child, people };
}

function message<M extends { kind: string }>(child: Child, kind: M["kind"]): Promise<M> {
  return new Promise((resolve) => {
    child.process.on("message", (said: M) => said.kind === kind && resolve(said));
  });
}
