/** The driver the application uses, connected to what a test serves. */
import sql, { type config } from "mssql";
import { afterEach, expect } from "vitest";
import type { Served } from "#lab/tds/testing/server.ts";

export function mssqlClients(lab: Served) {
  const pools: sql.ConnectionPool[] = [];

  afterEach(async () => {
    // First the server, lest a request that never ends keeps its pool open.
    await lab.server.stop();
    for (const pool of pools.splice(0)) await pool.close();
  });

  async function connect(wish: Partial<config> = {}): Promise<sql.ConnectionPool> {
    const { options, ...rest } = wish;
    const pool = new sql.ConnectionPool({
      server: "127.0.0.1",
      port: lab.server.port,
      ...(wish.authentication === undefined ? { user: "sa", password: "right" } : {}),
      ...rest,
      options: { encrypt: true, trustServerCertificate: true, ...options },
    });
    // A connection cut from outside tells the pool too, and an unheard 'error' ends the process.
    pool.on("error", () => {});
    await pool.connect();
    pools.push(pool);
    return pool;
  }

  return { connect };
}

export async function stillUsable(pool: sql.ConnectionPool): Promise<void> {
  expect((await pool.request().batch("database")).recordset).toEqual([{ database: "master" }]);
}
