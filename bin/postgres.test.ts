import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Postgres, startPostgres } from "#bin/postgres.ts";
import { databaseAnswers } from "#lib/db/server.ts";

// mkdtemp makes a folder that only its owner may enter: where root starts it, PostgreSQL's own user may not.
let folder: string;
let server: Postgres;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "postgres-"));
  server = await startPostgres(folder);
});
afterAll(async () => {
  await server.stop();
  await rm(folder, { recursive: true });
});

const postmaster = async () =>
  Number((await readFile(path.join(folder, "pg", "postmaster.pid"), "utf8")).split("\n")[0]);

async function ask(sql: string): Promise<unknown> {
  const client = new pg.Client({ connectionString: server.ownerUrl });
  await client.connect();
  try {
    return Object.values((await client.query(sql)).rows[0] ?? {})[0];
  } finally {
    await client.end();
  }
}

describe("the embedded PostgreSQL", () => {
  it("writes to the disk what it acknowledges, and listens on this machine only", async () => {
    expect(await ask("SHOW fsync")).toBe("on");
    expect(await ask("SHOW listen_addresses")).toBe("127.0.0.1");
  });

  it("lets nobody in without the password, which only its owner can read", async () => {
    const stranger = Object.assign(new URL(server.ownerUrl), { password: "guessed" }).href;
    expect(await databaseAnswers(stranger)).toBe(false);
    if (process.platform !== "win32")
      expect((await stat(path.join(folder, "pg-password"))).mode & 0o777).toBe(0o600);
  });

  it("is taken over where an earlier Mirrordeck left it running", async () => {
    const before = await postmaster();
    const again = await startPostgres(folder);
    expect(again.ownerUrl).toBe(server.ownerUrl);
    expect(await postmaster()).toBe(before);
  });

  it("comes back on its port, with what it knew, after it was killed", async () => {
    await ask("CREATE TABLE kept AS SELECT 'kept' AS word");
    process.kill(await postmaster(), "SIGKILL");
    const { ownerUrl } = server;
    server = await startPostgres(folder);
    expect(server.ownerUrl).toBe(ownerUrl);
    expect(await ask("SELECT word FROM kept")).toBe("kept");
  });

  it("is gone when it was stopped", async () => {
    await server.stop();
    expect(await databaseAnswers(server.ownerUrl)).toBe(false);
    server = await startPostgres(folder);
  });
});
