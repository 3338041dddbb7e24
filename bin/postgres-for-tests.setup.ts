import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import http from "node:http";
import path from "node:path";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  export interface ProvidedContext {
    /** Answers with the PostgreSQL of this test run, which starts when the first test asks. */
    postgresForTests: string;
  }
}

export default async function setup(project: TestProject) {
  let program: ChildProcess | undefined;
  let answer: Promise<string> | undefined;

  const server = http.createServer(async (_, response) => {
    answer ??= start();
    response.end(await answer.catch((error: Error) => JSON.stringify({ error: error.message })));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  project.provide("postgresForTests", `http://127.0.0.1:${(server.address() as { port: number }).port}`);

  return async () => {
    server.close();
    server.closeAllConnections();
    if (!program?.connected) return;
    program.disconnect();
    await once(program, "exit");
  };

  async function start(): Promise<string> {
    const file = path.join(import.meta.dirname, "postgres-for-tests.ts");
    program = fork(file, { execArgv: ["--conditions=react-server"] });
    const failed = once(program, "exit").then(() =>
      Promise.reject(new Error("PostgreSQL for the tests did not start.")),
    );
    const [message] = await Promise.race([once(program, "message"), failed]);
    failed.catch(() => {});
    return JSON.stringify(message);
  }
}
