/** One lab for all rows: a fresh fleet for each, statements through mssql as a login, time only when told. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import sql from "mssql";
import { parse } from "yaml";
import { type StartedLab, startLab } from "#lab/started.ts";
import type { Answer, Row, ScenarioFile } from "#lab/testing/scenarios/row.ts";

export interface Stage {
  lab: StartedLab;
  /** The fleet that a row begins with. */
  begin(row: Row): Promise<void>;
  /** Opens a connection, says it, and closes again; a statement that waits for a switch is left open. */
  say(instance: string, text: string, as?: Speaker): Promise<Answer>;
  /** Stays connected until the next row. */
  hold(instance: string, database: string): Promise<void>;
  /** How the statement that was left open has ended. */
  ended(): Promise<Answer>;
  rows(instance: string, query: string, as?: Speaker): Promise<Record<string, unknown>[]>;
  running(instance: string): Promise<boolean>;
  stop(): Promise<void>;
}

export interface Speaker {
  login?: string;
  database?: string;
}

const PASSWORD = "Lab-2026!";
const FILE = join(import.meta.dirname, "fleet.yaml");

export async function openStage(): Promise<Stage> {
  const lab = await startLab(FILE, "--virtual-clock");
  const open = new Set<sql.ConnectionPool>();
  let leftOpen: Promise<Answer> | null = null;

  async function connect(instance: string, { login = "sa", database = "master" }: Speaker = {}) {
    const pool = new sql.ConnectionPool({
      server: "127.0.0.1",
      port: lab.port(instance),
      user: login,
      password: PASSWORD,
      database,
      requestTimeout: 60_000,
      options: { encrypt: false, trustServerCertificate: true },
      pool: { max: 1, min: 0 },
    });
    pool.on("error", () => {});
    open.add(pool);
    await pool.connect();
    return pool;
  }

  async function close(pool: sql.ConnectionPool) {
    open.delete(pool);
    await pool.close();
  }

  const stage: Stage = {
    lab,
    async begin({ base = "base0", options, fleet }) {
      for (const pool of open) void close(pool);
      leftOpen = null;
      const scenario = parse(readFileSync(FILE, "utf8")) as ScenarioFile;
      if (base === "unmirrored") unmirror(scenario);
      scenario.options = options ?? {};
      fleet?.(scenario);
      const variant = base === "base1" || base === "base2" ? { variant: base } : {};
      const { status, body } = await lab.ask("POST", "/fleet/fresh", { scenario, ...variant });
      if (status !== 200) throw new Error(JSON.stringify(body));
    },
    async say(instance, text, as) {
      const refused = connect(instance, as).catch((error: { originalError?: { number?: number } }) => {
        const number = (error as { number?: number }).number ?? error.originalError?.number;
        if (number === undefined && !/Login failed/.test(String(error))) throw error;
        return number ?? 18_456;
      });
      const pool = await refused;
      if (typeof pool === "number") return pool;
      const answer = answerOf(pool.request().batch(text)).finally(() => close(pool));
      const first = await answeredOrWaiting(answer, text);
      if (first === "waiting") leftOpen = answer;
      return first;
    },
    async hold(instance, database) {
      const pool = await connect(instance, { database });
      // A pool looks whether it could connect, and connects in earnest with the first request.
      await pool.request().query("SELECT 1");
    },
    async ended() {
      if (leftOpen === null) throw new Error("no statement was left open");
      return answeredOrWaiting(leftOpen, "");
    },
    async rows(instance, query, as) {
      const pool = await connect(instance, as);
      try {
        const { recordset } = await pool.request().query(query);
        return [...recordset].map((row) => ({ ...row }));
      } finally {
        await close(pool);
      }
    },
    async running(instance) {
      const { instances } = await lab.truth();
      return instances.find(({ name }) => name === instance)?.power === "running";
    },
    async stop() {
      for (const pool of open) void close(pool);
      await lab.stop();
    },
  };

  /** Waiting: the lab has received it, all is at rest, and it is open still. */
  async function answeredOrWaiting(statement: Promise<Answer>, text: string): Promise<Answer> {
    let answered = false;
    const noted = statement.finally(() => {
      answered = true;
    });
    noted.catch(() => {});
    const isOpen = async () => (await lab.truth()).openStatements.some((one) => one.text.includes(text));
    await Promise.race([noted, pause(100)]);
    for (let opened = 0; !answered && opened < 2; await Promise.race([noted, pause(20)])) {
      opened = (await isOpen()) ? opened + 1 : 0;
      await lab.advance(0);
    }
    return answered ? noted : "waiting";
  }
  return stage;
}

/** The number that says why: where a second error follows the first, the first. */
async function answerOf(statement: Promise<unknown>): Promise<Answer> {
  try {
    await statement;
    return "done";
  } catch (error) {
    const { number, precedingErrors = [] } = error as {
      number?: number;
      precedingErrors?: { number: number }[];
    };
    const reason = precedingErrors[0]?.number ?? number;
    if (reason === undefined) throw error;
    return reason;
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function unmirror(scenario: ScenarioFile): void {
  scenario.sessions = [];
  scenario.instances[0].databases.push({ name: "db" });
  scenario.instances[1].databases = [{ name: "db", state: "RESTORING" }];
}
