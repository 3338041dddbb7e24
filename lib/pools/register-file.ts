import "server-only";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { LineCounter, parseDocument } from "yaml";
import { z } from "zod";
import { databaseType, databaseTypes } from "#lib/mirroring/pool.ts";
import { tlsVersions } from "#lib/sqlserver/target.ts";
import type { InstanceDraft, PoolDraft } from "./draft.ts";
import { instanceProblems, type Problem, poolProblems } from "./problems.ts";
import { slug } from "./slug.ts";

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

type Path = (string | number)[];
interface Reading {
  folder: string;
  env: Record<string, string | undefined>;
  mistake(at: Path, sentence: string): void;
}

const name = z.coerce.string().trim().min(1);
const list = z.array(name).default([]);

const WrittenLogin = z.strictObject({
  type: z.enum(["sql", "ntlm"]).default("sql"),
  user: name,
  password: z.coerce.string().optional(),
  passwordEnv: name.optional(),
  domain: name.optional(),
});

const WrittenInstance = z.strictObject({
  name,
  server: name,
  port: z.number().int().min(1).max(65_535).optional(),
  instance: name.optional(),
  looking: WrittenLogin,
  acting: WrittenLogin.optional(),
  tls: z
    .strictObject({
      minimum: z
        .preprocess((value) => (typeof value === "number" ? value.toFixed(1) : value), z.enum(tlsVersions))
        .default("1.2"),
      trustServerCertificate: z.boolean().default(false),
      ca: name.optional(),
    })
    .default({ minimum: "1.2", trustServerCertificate: false }),
});

const WrittenStore = z.strictObject({
  type: z.preprocess(
    (value) => (typeof value === "string" ? (databaseType(value) ?? value) : value),
    z.enum(databaseTypes),
  ),
  primary: name,
  mirror: name,
  witness: name.nullish(),
  databases: z.array(z.coerce.string().min(1).max(128)).default([]),
});

const Written = z.strictObject({
  instances: z.array(WrittenInstance).min(1),
  pools: z
    .array(
      z.strictObject({
        id: z
          .string()
          .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, "a slug: small letters, digits and hyphens")
          .optional(),
        name,
        title: z.string().default(""),
        product: z.string().default(""),
        frontEnds: list,
        fileShare: name.nullish(),
        persistentChat: z
          .strictObject({ pool: name, secondaryPool: name.nullish(), servers: list })
          .nullish(),
        stores: z.array(WrittenStore).min(1),
      }),
    )
    .default([]),
});

type WrittenLogin = z.output<typeof WrittenLogin>;

function instanceDraft(written: z.output<typeof WrittenInstance>, at: Path, read: Reading): InstanceDraft {
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

function poolDraft(written: z.output<typeof Written>["pools"][number]): PoolDraft & { id: string } {
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

function sentences(file: string, came: unknown, issue: z.core.$ZodIssue): string[] {
  if (issue.code === "unrecognized_keys")
    return issue.keys.map(
      (key) =>
        `${file}: ${where([...(issue.path as Path), key])}: expected nothing of that name, came ${key}`,
    );
  return [
    `${file}: ${where(issue.path as Path)}: expected ${expected(issue)}, came ${shown(at(came, issue.path as Path))}`,
  ];
}

function expected(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case "invalid_type":
      return (
        {
          string: "text",
          nonoptional: "text",
          number: "a number",
          array: "a list",
          object: "a group of settings",
          boolean: "true or false",
        }[issue.expected as string] ?? issue.expected
      );
    case "invalid_value":
      return `one of ${issue.values.join(", ")}`;
    case "too_small":
      return issue.origin === "array"
        ? "a list with at least one entry"
        : issue.origin === "string"
          ? "some text"
          : `${issue.minimum} or more`;
    case "too_big":
      return issue.origin === "string" ? `at most ${issue.maximum} characters` : `${issue.maximum} or less`;
    default:
      return issue.message;
  }
}

function explain({ problem, came }: Problem): string {
  switch (problem) {
    case "unknown-instance":
      return `expected the name of an instance of this file, came ${came}`;
    case "same-instance":
      return `expected another server than the store's other ones, came ${came} again`;
    case "two-stores":
      return `expected one store of each type on a pair of servers, came ${came} twice`;
    case "databases-missing":
      return "expected the names of the databases, as the type is Other, came none";
    case "databases-twice":
      return `expected each database once, came ${came} twice`;
    case "name-twice":
      return `expected a name of its own, came ${came} a second time`;
    case "port-or-name":
      return `expected either port or instance, came both (port ${came})`;
    case "domain":
      return "expected a domain, as the login is of type ntlm, came none";
  }
}

function at(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (inside, key) => (inside as Record<string | number, unknown> | undefined)?.[key],
    value,
  );
}

/** `pools[0].stores[1].primary` */
function where(path: Path): string {
  return (
    path
      .map((key, index) => (typeof key === "number" ? `[${key}]` : index === 0 ? key : `.${key}`))
      .join("") || "the file"
  );
}

function shown(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "an empty value";
  if (typeof value === "object")
    return Array.isArray(value) ? (value.length === 0 ? "an empty list" : "a list") : "a group of settings";
  return typeof value === "string" ? `"${value}"` : String(value);
}
