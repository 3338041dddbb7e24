/**
 * How fast the lab is: statements a second and core on one instance, beside a bare TCP echo that answers as many bytes,
 * and how many instances one process carries. Server and client are processes of their own; the CPU of both is told.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Figure, figure, type Measured } from "#bin/figures.ts";
import type { Wishes } from "#bin/measurement.ts";
import { type StartedLab, startLab } from "#lab/started.ts";

const statements = {
  "SELECT 1": "SELECT 1 AS one",
  "the state of the mirrored databases": `SELECT d.name, d.state_desc, m.mirroring_state, m.mirroring_role, m.mirroring_role_sequence,
      m.mirroring_witness_state, m.mirroring_end_of_log_lsn FROM sys.databases d JOIN sys.database_mirroring m
      ON m.database_id = d.database_id WHERE m.mirroring_guid IS NOT NULL ORDER BY d.name`,
};

export async function measure({ seconds = 5, instances = 3_000 }: Wishes): Promise<Measured> {
  const floor = await echo(seconds);
  return { name: "lab", figures: [...floor, ...(await oneInstance(seconds)), ...(await many(instances))] };
}

/** The floor: what TCP and the event loop alone allow here, in the same run. */
async function echo(seconds: number): Promise<Figure[]> {
  const server = fork(join(import.meta.dirname, "lab-client.ts"), ["echo-server"], { execArgv: [] });
  const [port] = await once(server, "message");
  const { count, clientCpu, serverCpu } = await drive(["echo", String(port), String(seconds)], async () => {
    server.send("cpu");
    const [milliseconds] = await once(server, "message");
    return milliseconds as number;
  });
  server.disconnect();
  return rates("floor: bare TCP echo", { count, seconds, clientCpu, serverCpu }, null);
}

async function oneInstance(seconds: number): Promise<Figure[]> {
  const lab = await startLab("--example", "pair");
  const port = String(lab.port("A"));
  const figures: Figure[] = [];
  for (const [name, text] of Object.entries(statements)) {
    const driven = await drive(["mssql", port, String(seconds), text], () => cpuOf(lab));
    figures.push(...rates(name, { ...driven, seconds }, 500));
  }
  await lab.stop();
  return figures;
}

function rates(
  name: string,
  {
    count,
    seconds,
    clientCpu,
    serverCpu,
  }: { count: number; seconds: number; clientCpu: number; serverCpu: number },
  goal: number | null,
): Figure[] {
  const perCore = (count * 1_000) / serverCpu;
  return [
    figure(`${name}: a second`, count / seconds, "/s"),
    figure(
      `${name}: a second and core of the server`,
      perCore,
      "/s",
      goal === null ? null : `at least ${goal}`,
      perCore >= (goal ?? 0),
    ),
    figure(`${name}: CPU of the server`, serverCpu / count, "ms each"),
    figure(`${name}: CPU of the client`, clientCpu / count, "ms each"),
  ];
}

/** A fleet of pairs with their witnesses, each serving one database under load. */
async function many(count: number): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), "bench-lab-"));
  const file = join(folder, "fleet.json");
  writeFileSync(file, JSON.stringify(largeFleet(Math.floor(count / 3))));
  const began = performance.now();
  const lab = await startLab(file, "--virtual-clock");
  const up = (performance.now() - began) / 1_000;
  const memory = await residentMb(lab);
  const answered = await everyone(lab, Math.floor(count / 3));
  const passing = performance.now();
  await lab.advance(60);
  const minute = (performance.now() - passing) / 1_000;
  const struck = performance.now();
  await lab.ask("POST", "/instances/P0/stop");
  await lab.advance(2);
  const failover = (performance.now() - struck) / 1_000;
  const figures = [
    figure("instances up in one process", answered, "", `${count}`, answered === Math.floor(count / 3) * 3),
    figure("until all of them listen", up, "s", "at most 60", up <= 60),
    figure("memory when they do", memory, "MB", "at most 2048", memory <= 2_048),
    figure("memory an instance", (memory * 1_024) / count, "KB"),
    figure("one minute of their life under load", minute, "s", "at most 60", minute <= 60),
    figure("an automatic failover among them (2 s)", failover, "s", "at most 2", failover <= 2),
  ];
  await lab.stop();
  rmSync(folder, { recursive: true, force: true });
  return figures;
}

function largeFleet(trios: number) {
  const numbers = Array.from({ length: trios }, (_, at) => at);
  const instance = (name: string, role: string) => ({
    name,
    host: `${name}.contoso.com`.toLowerCase(),
    version: "11.0.7001.0",
    endpoint: { role },
  });
  return {
    name: "large",
    logins: [{ name: "sa", password: "Lab-2026!", sysadmin: true }],
    instances: numbers.flatMap((at) => [
      instance(`P${at}`, "PARTNER"),
      instance(`M${at}`, "PARTNER"),
      instance(`W${at}`, "WITNESS"),
    ]),
    sessions: numbers.map((at) => ({
      on: [`P${at}`, `M${at}`],
      witness: `W${at}`,
      workloadKbPerSecond: 100,
      databases: ["db"],
    })),
  };
}

/** Each answers its greeting: the ports are really open, all at the same time. */
async function everyone(lab: StartedLab, trios: number): Promise<number> {
  const { connectTestClient, preloginPayload } = await import("#lab/tds/testing/client.ts");
  const { packetType } = await import("#lab/tds/packets.ts");
  let answered = 0;
  for (let at = 0; at < trios; at += 100) {
    const names = Array.from({ length: Math.min(100, trios - at) }, (_, n) => at + n).flatMap((n) => [
      `P${n}`,
      `M${n}`,
      `W${n}`,
    ]);
    await Promise.all(
      names.map(async (name) => {
        const client = await connectTestClient(lab.port(name));
        client.send(packetType.prelogin, preloginPayload(2));
        if ((await client.receive()) !== undefined) answered += 1;
        await client.close();
      }),
    );
  }
  return answered;
}

interface Driven {
  count: number;
  clientCpu: number;
  serverCpu: number;
}

/** A client process does its round; the server's CPU is read before and after. */
async function drive(args: string[], serverCpu: () => Promise<number>): Promise<Driven> {
  const client = fork(join(import.meta.dirname, "lab-client.ts"), args, { execArgv: [] });
  await once(client, "message");
  const before = await serverCpu();
  client.send("go");
  const [{ count, cpu }] = (await once(client, "message")) as [{ count: number; cpu: number }];
  const after = await serverCpu();
  client.disconnect();
  return { count, clientCpu: cpu, serverCpu: after - before };
}

async function cpuOf(lab: StartedLab): Promise<number> {
  return (await healthOf(lab)).cpuMilliseconds;
}

async function residentMb(lab: StartedLab): Promise<number> {
  return (await healthOf(lab)).residentKb / 1_024;
}

async function healthOf(lab: StartedLab): Promise<{ cpuMilliseconds: number; residentKb: number }> {
  const { body } = await lab.ask("GET", "/healthz");
  return (body as { process: { cpuMilliseconds: number; residentKb: number } }).process;
}
