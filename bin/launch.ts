// npm start: the database, the simulated SQL Servers of the demo and the web server, until it is told to stop.
import { existsSync } from "node:fs";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { type DataFolder, openDataFolder } from "#bin/data-folder.ts";
import { migrate, openDatabase } from "#bin/database.ts";
import { type Lab, startLab } from "#bin/lab.ts";
import { type Options, readOptions } from "#bin/options.ts";
import { freePort, whyNotListen } from "#bin/ports.ts";
import type { Postgres } from "#bin/postgres.ts";
import { prepare, project } from "#bin/prepare.ts";
import { explain, refusal } from "#bin/refusal.ts";
import { type People, startWeb, type Web } from "#bin/web.ts";

/** What the launcher tells a parent that is a program of ours; `app` is the process of the web server. */
export type Ready = Omit<People, "kind"> & {
  kind: "ready";
  url: string;
  control: string | null;
  poolsFile: string | null;
  app: number;
};

const running: { folder?: DataFolder; database?: Promise<Postgres>; lab?: Lab; web?: Web } = {};
let stopping = false;
for (const end of ["SIGINT", "SIGTERM", "SIGHUP", "disconnect"]) process.on(end, () => void stop(0));

try {
  await start();
} catch (error) {
  if (!stopping) console.error(explain(error));
  await stop(1);
}

async function start(): Promise<void> {
  const envFile = path.join(project, ".env");
  if (existsSync(envFile)) process.loadEnvFile(envFile);
  const options = readOptions(process.argv.slice(2), process.env, project);
  running.folder = await openDataFolder(options);
  const { demo, path: data } = running.folder;
  const port = await usablePort(options);

  running.database = openDatabase(data, process.env);
  const [database, lab] = await Promise.all([
    running.database,
    demo ? startLab(data, options) : undefined,
    running.database.then(migrate),
    prepare(),
  ]);
  running.lab = lab;

  const url = process.env.MIRRORDECK_URL || `http://${inUrl(options.host)}:${port}`;
  const poolsFile = lab?.poolsFile ?? options.pools;
  running.web = await startWeb({
    ...process.env,
    NODE_ENV: "production",
    NEXT_TELEMETRY_DISABLED: "1",
    HOST: options.host,
    PORT: String(port),
    DATABASE_URL: database.appUrl,
    MIGRATION_DATABASE_URL: "",
    MIRRORDECK_DATA: data,
    MIRRORDECK_DEMO: demo ? "on" : "off",
    MIRRORDECK_POOLS: poolsFile ?? "",
    MIRRORDECK_URL: url,
  });
  await fetch(`http://${inUrl(options.host)}:${port}/`, { redirect: "manual" });
  await announce(url, running.web, lab);
  watch(running.web, lab);
}

async function usablePort({ port, host }: Options): Promise<number> {
  const reason = await whyNotListen(port, host);
  if (reason === "EADDRINUSE")
    throw refusal(
      `Port ${port} is in use: end what listens there, or choose another with --port (0 finds a free one).`,
    );
  if (reason === "EACCES")
    throw refusal(`Port ${port} may not be opened by this user: choose one with --port.`);
  if (reason) throw refusal(`Nothing can listen on HOST=${host}, port ${port} (${reason}).`);
  return port || freePort(host);
}

async function announce(url: string, web: Web, lab?: Lab): Promise<void> {
  console.log(`\nMirrordeck is at ${url}\n`);
  process.stderr.write(web.speak()); // a register file with mistakes, for example
  const people = await Promise.race([web.people, pause(10_000, undefined, { ref: false })]);
  if (people?.signIns) console.log(`Sign in as\n${people.signIns.map(signInLine).join("\n")}\n`);
  if (people?.firstAdminLink)
    console.log(`Make the first admin (this link works once): ${people.firstAdminLink}\n`);
  if (lab) console.log(`The SQL Servers are simulated; their control is at ${lab.control} (docs/lab.md).\n`);
  const { kind: _, ...known } = people ?? { kind: "people" };
  const ready: Ready = {
    ...known,
    kind: "ready",
    url,
    control: lab?.control ?? null,
    poolsFile: lab?.poolsFile ?? null,
    app: web.process.pid!,
  };
  process.send?.(ready);
}

function signInLine({ role, email, password }: NonNullable<People["signIns"]>[number]): string {
  return `  ${role.padEnd(8)} ${email.padEnd(28)} ${password}`;
}

function watch(web: Web, lab?: Lab): void {
  web.ended.then((code) => {
    if (stopping) return;
    console.error(`The web server has ended (${code}), so Mirrordeck stops.`);
    stop(1);
  });
  lab?.ended.then(
    () => stopping || console.error("The simulated SQL Servers have ended: none of them answers now."),
  );
}

async function stop(code: number): Promise<void> {
  if (stopping) return;
  stopping = true;
  await Promise.all([running.web?.stop(), running.lab?.stop()]);
  await running.database?.then((database) => database.stop()).catch(() => {});
  await running.folder?.release();
  process.exit(code);
}

function inUrl(host: string): string {
  if (host === "0.0.0.0" || host === "::") return "localhost";
  return host.includes(":") ? `[${host}]` : host;
}
