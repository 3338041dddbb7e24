import "server-only";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { LineCounter, parseDocument } from "yaml";
import type { InstanceDraft, PoolDraft } from "#lib/pools/draft.ts";
import { instanceProblems, type Problem, poolProblems } from "#lib/pools/problems.ts";
import { explain, type Path, sentences, where } from "#lib/pools/register-mistakes.ts";
import {
  Written,
  type WrittenInstance,
  type WrittenLogin,
  type WrittenPool,
} from "#lib/pools/register-schema.ts";
import { slug } from "#lib/pools/slug.ts";

/** A register written down in one YAML file: what `MIRRORDECK_POOLS` names. */
export interface RegisterFile {
  /** As it is kept in the register's `origin`. */
  origin: string;
  instances: InstanceDraft[];
  pools: (PoolDraft & { id: string })[];
}

/** Each mistake is one sentence: where in the file, what was expected, what came. */
export type ReadRegister = { ok: true; register: RegisterFile } | { ok: false; mistakes: string[] };

export function readRegisterFile(
  file: string,
  env: Record<string, string | undefined> = process.env,
): ReadRegister {
  const full = path.resolve(/* turbopackIgnore: true */ file);
  if (!existsSync(/* turbopackIgnore: true */ full))
    return { ok: false, mistakes: [`${file}: no such file`] };
  const lines = new LineCounter();
  const document = parseDocument(readFileSync(/* turbopackIgnore: true */ full, "utf8"), {
    lineCounter: lines,
  });
  if (document.errors.length > 0)
    return {
      ok: false,
      mistakes: document.errors.map(
        (error) => `${file}: not readable as YAML: ${error.message.split("\n")[0]}`,
      ),
    };
  const came: unknown = document.toJS();
  const parsed = Written.safeParse(came);
  if (!parsed.success)
    return { ok: false, mistakes: parsed.error.issues.flatMap((issue) => sentences(file, came, issue)) };

  const mistakes: string[] = [];
  const read: Reading = {
    folder: path.dirname(full),
    env,
    mistake: (at, sentence) => mistakes.push(`${file}: ${where(at)}: ${sentence}`),
  };
  const instances = parsed.data.instances.map((written, index) =>
    instanceDraft(written, ["instances", index], read),
  );
  const pools = parsed.data.pools.map(poolDraft);
  const complain = (at: Path) => (problem: Problem) =>
    read.mistake([...at, ...problem.path], explain(problem));
  instanceProblems(instances).forEach(complain(["instances"]));
  pools.forEach((pool, index) => {
    const names = instances.map(({ name }) => name);
    poolProblems(pool, names).forEach(complain(["pools", index]));
    if (pools.findIndex((other) => other.id === pool.id) !== index)
      read.mistake(["pools", index, "id"], `expected an id of its own, came ${pool.id} a second time`);
  });
  return mistakes.length > 0
    ? { ok: false, mistakes }
    : { ok: true, register: { origin: path.basename(full), instances, pools } };
}

interface Reading {
  folder: string;
  env: Record<string, string | undefined>;
  mistake(at: Path, sentence: string): void;
}

function instanceDraft(written: WrittenInstance, at: Path, read: Reading): InstanceDraft {
  const { tls } = written;
  return {
    name: written.name,
    server: written.server,
    port: written.port ?? null,
    namedInstance: written.instance ?? null,
    tls: {
      minimum: tls.minimum,
      trust: tls.trustServerCertificate,
      ca: tls.ca ? certificate(tls.ca, [...at, "tls", "ca"], read) : null,
    },
    looking: loginDraft(written.looking, [...at, "looking"], read),
    acting: written.acting ? loginDraft(written.acting, [...at, "acting"], read) : null,
  };
}

function certificate(file: string, at: Path, read: Reading): string | null {
  const full = path.resolve(/* turbopackIgnore: true */ read.folder, file);
  const text = existsSync(/* turbopackIgnore: true */ full)
    ? readFileSync(/* turbopackIgnore: true */ full, "utf8")
    : "";
  if (!text.includes("-----BEGIN CERTIFICATE-----"))
    read.mistake(at, `expected a file that holds a certificate (PEM), came ${full}`);
  return text;
}

function loginDraft(written: WrittenLogin, at: Path, read: Reading): InstanceDraft["looking"] {
  const fromEnv = written.passwordEnv === undefined ? undefined : read.env[written.passwordEnv];
  if (written.passwordEnv !== undefined && fromEnv === undefined)
    read.mistake(
      [...at, "passwordEnv"],
      `expected the name of an environment variable that is set, came ${written.passwordEnv}`,
    );
  else if (written.password === undefined && written.passwordEnv === undefined)
    read.mistake([...at, "password"], "expected password or passwordEnv, came neither");
  return {
    type: written.type,
    user: written.user,
    domain: written.domain ?? null,
    password: fromEnv ?? written.password ?? "",
  };
}

function poolDraft(written: WrittenPool): PoolDraft & { id: string } {
  const { id, fileShare, persistentChat, stores, ...plain } = written;
  return {
    ...plain,
    id: id ?? slug(written.title || written.name),
    fileShare: fileShare ?? null,
    persistentChat: persistentChat
      ? { ...persistentChat, secondaryPool: persistentChat.secondaryPool ?? null }
      : null,
    stores: stores.map((store) => ({ ...store, witness: store.witness ?? null })),
  };
}
