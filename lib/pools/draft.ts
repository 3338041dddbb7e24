import { z } from "zod";
import { databaseTypes } from "#lib/mirroring/pool.ts";
import { tlsVersions } from "#lib/sqlserver/target.ts";

/**
 * A pool as somebody writes it down, in the browser or in a file: instances by name, stores that refer to them.
 * Messages are keys; what is wrong with the whole stands in `problemsOf`.
 */
const problem = (name: string) => `register.problem.${name}`;
const text = z.string().trim().max(300, problem("too-long"));
const required = text.min(1, problem("required"));
const optional = text.nullable().transform((value) => value || null);
/** Names as sysname allows them; control characters would be nobody's intention. */
const databaseName = z
  .string()
  .min(1, problem("required"))
  .max(128, problem("too-long"))
  .regex(/^\P{Cc}+$/u, problem("control"));

export const LoginDraft = z.object({
  type: z.enum(["sql", "ntlm"]),
  user: required,
  domain: optional,
  /** Null keeps the password that is known already. */
  password: z.string().max(128, problem("too-long")).nullable(),
});

export const InstanceDraft = z.object({
  name: required,
  server: required.regex(/^[^\\/\s,:]+$|^[0-9a-f:]+$/i, problem("server")),
  port: z
    .number(problem("port"))
    .int(problem("port"))
    .min(1, problem("port"))
    .max(65_535, problem("port"))
    .nullable(),
  namedInstance: optional,
  tls: z.object({
    minimum: z.enum(tlsVersions),
    trust: z.boolean(),
    ca: z
      .string()
      .max(60_000, problem("too-long"))
      .nullable()
      .transform((value) => value?.trim() || null)
      .refine(
        (value) => value === null || value.includes("-----BEGIN CERTIFICATE-----"),
        problem("certificate"),
      ),
  }),
  looking: LoginDraft,
  /** Null: the looking login acts too. */
  acting: LoginDraft.nullable(),
});

export const StoreDraft = z.object({
  type: z.enum(databaseTypes),
  /** Only of type Other. */
  databases: z.array(databaseName).max(200, problem("too-long")),
  primary: required,
  mirror: required,
  witness: optional,
});

export const PoolDraft = z.object({
  name: required,
  title: text,
  product: text,
  frontEnds: z.array(required).max(100, problem("too-long")),
  fileShare: optional,
  persistentChat: z
    .object({ pool: required, secondaryPool: optional, servers: z.array(required).max(100) })
    .nullable(),
  stores: z.array(StoreDraft).min(1, problem("no-store")).max(60, problem("too-long")),
});

/** What the page for a new pool sends: the pool, and the instances that are new or changed. */
export const Registration = z.object({
  pool: PoolDraft,
  instances: z.array(InstanceDraft).max(200, problem("too-long")),
});

export type LoginDraft = z.output<typeof LoginDraft>;
export type InstanceDraft = z.output<typeof InstanceDraft>;
export type StoreDraft = z.output<typeof StoreDraft>;
export type PoolDraft = z.output<typeof PoolDraft>;
export type Registration = z.output<typeof Registration>;
