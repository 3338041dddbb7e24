import { execFile, spawnSync } from "node:child_process";
import sql from "mssql";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type StartedLab, startLab } from "#lab/started.ts";
import { batches, queries } from "#lab/testing/monitoring-queries.ts";

const PASSWORD = "Lab-2026!";
const FIELD = "|";
/** SQL Server 2012 and, as a named instance, 2008 R2. */
const servers = ["BE1", "BE3\\rtc"];

let lab: StartedLab;
const pools = new Map<string, sql.ConnectionPool>();
beforeAll(async () => {
  lab = await startLab("--example", "lync", "--virtual-clock");
  for (const name of servers) {
    const pool = new sql.ConnectionPool({
      server: "127.0.0.1",
      port: lab.port(name),
      user: "sa",
      password: PASSWORD,
      database: "master",
      options: { encrypt: true, trustServerCertificate: true },
      pool: { max: 1, min: 1 },
    });
    pools.set(name, await pool.connect());
  }
});
afterAll(async () => {
  await Promise.all([...pools.values()].map((pool) => pool.close()));
  await lab?.stop();
});

const freeTds =
  spawnSync("tsql", ["-C"]).error === undefined && spawnSync("bsqldb", ["-V"]).error === undefined;
if (!freeTds) console.log("not run: needs FreeTDS (apt-get install freetds-bin)");

describe.skipIf(!freeTds).each(servers)("mssql, tsql and bsqldb hear the same from %s", (server) => {
  it.each([...queries, ...batches])("%s", async (_, text) => {
    const [driver, tsql, bsqldb] = await Promise.all([
      byMssql(server, text),
      byTsql(server, text),
      byBsqldb(server, text),
    ]);
    expect(driver.length).toBeGreaterThan(0);
    expect(tsql).toEqual(driver.flatMap(({ heading, rows }) => [heading, ...rows]));
    expect(bsqldb.headings).toEqual(driver.map(({ heading }) => heading));
    expect(bsqldb.rows).toEqual(driver.flatMap(({ rows }) => rows));
  });
});

interface Result {
  heading: string;
  rows: string[];
}

/** All as text, a line each. */
async function byMssql(server: string, text: string): Promise<Result[]> {
  const { recordsets } = await pools.get(server)!.request().batch(text);
  return (recordsets as sql.IRecordSet<Record<string, unknown>>[]).map((rows) => ({
    heading: Object.keys(rows.columns).join(FIELD),
    rows: rows.map((row) => Object.values(row).map(asText).join(FIELD)),
  }));
}

/** Headings and rows in their order. */
async function byTsql(server: string, text: string): Promise<string[]> {
  const to = ["-H", "127.0.0.1", "-p", String(lab.port(server)), "-o", "qf", "-t", FIELD];
  return linesOf((await run("tsql", to, `${text}\nGO\nexit\n`)).out);
}

/** Headings go one way and rows the other. */
async function byBsqldb(server: string, text: string): Promise<{ headings: string[]; rows: string[] }> {
  const to = ["-S", `127.0.0.1:${lab.port(server)}`, "-D", "master", "-t", FIELD];
  const { out, complaints } = await run("bsqldb", to, `${text}\ngo\n`);
  return { headings: linesOf(complaints), rows: linesOf(out) };
}

function run(program: string, args: string[], input: string): Promise<{ out: string; complaints: string }> {
  return new Promise((resolve, reject) => {
    const child = execFile(program, [...args, "-U", "sa", "-P", PASSWORD], (error, out, complaints) => {
      if (error) reject(error);
      else resolve({ out, complaints });
    });
    child.stdin?.end(input);
  });
}

/** Without what tells no result: rules below headings, counts, blank lines. */
function linesOf(said: string): string[] {
  return said
    .split("\n")
    .filter((line) => line.trim() !== "" && !/^[-| ]+$|rows? affected|@@rowcount not available/.test(line));
}

function asText(value: unknown): string {
  if (value === null) return "NULL";
  if (typeof value === "boolean") return value ? "1" : "0";
  return String(value);
}
