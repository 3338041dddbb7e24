import type { Stack } from "#bin/stack.ts";
import type { truth } from "#lab/control/truth.ts";

export type Truth = ReturnType<typeof truth>;

/** The simulated servers behind a stack: steered, and asked what is so, as docs/lab.md describes. */
export function labOf(stack: Stack) {
  const post = (path: string) => ask(stack, "POST", path);
  const truth = () => ask(stack, "GET", "/truth") as Promise<Truth>;
  return {
    truth,
    stopInstance: (name: string) => post(`/instances/${encodeURIComponent(name)}/stop`),
    startInstance: (name: string) => post(`/instances/${encodeURIComponent(name)}/start`),
    cutLink: (a: string, b: string) => post(`/links/${a}/${b}/cut`),
    joinLink: (a: string, b: string) => post(`/links/${a}/${b}/join`),

    /** Every statement received that would change a database, word for word. */
    async alterations(): Promise<string[]> {
      const { statements } = await truth();
      return statements.map(({ text }) => text).filter((text) => /\bALTER\b/i.test(text));
    },

    /** Where one database stands: each server's role and state, and who serves it. */
    async standOf(database: string) {
      const session = (await truth()).sessions.find((each) => each.database === database);
      if (!session) throw new Error(`The lab mirrors no ${database}.`);
      const copies = session.copies.map(({ instance, role, state }) => [instance, `${role} ${state}`]);
      return { serving: session.serving, ...Object.fromEntries(copies) };
    },

    async portOf(name: string): Promise<number> {
      const instance = (await truth()).instances.find((each) => each.name === name);
      if (!instance) throw new Error(`The lab has no ${name}.`);
      return instance.port;
    },
  };
}

async function ask(stack: Stack, method: string, path: string): Promise<unknown> {
  const answer = await fetch(`${stack.control}${path}`, { method });
  if (!answer.ok) throw new Error(`${method} ${path}: ${await answer.text()}`);
  return answer.json();
}
