import { z } from "zod";
import { databaseType, databaseTypes } from "#lib/mirroring/pool.ts";
import { tlsVersions } from "#lib/sqlserver/target.ts";

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

/** A register file as people write it: short names, and defaults for what is mostly the same. */
export const Written = z.strictObject({
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

export type WrittenLogin = z.output<typeof WrittenLogin>;
export type WrittenInstance = z.output<typeof WrittenInstance>;
export type WrittenPool = z.output<typeof Written>["pools"][number];
