import { afterAll, beforeAll, expect, it } from "vitest";
import { type FreshDatabase, freshDatabase } from "#lib/db/testing.ts";
import { inTransaction } from "#lib/db/transaction.ts";

let database: FreshDatabase;
beforeAll(async () => {
  database = await freshDatabase();
  await database.db.pool.create({ data: { id: "p", name: "p", title: "0" } });
});
afterAll(() => database.close());

it("does a transaction again when it clashed with another, so that no step of either is lost", async () => {
  let reads = 0;
  const bothHaveRead = Promise.withResolvers<void>();
  const add = () =>
    inTransaction(
      async (tx) => {
        const { title } = await tx.pool.findUniqueOrThrow({ where: { id: "p" } });
        if (++reads === 2) bothHaveRead.resolve();
        await bothHaveRead.promise;
        await tx.pool.update({ where: { id: "p" }, data: { title: String(Number(title) + 1) } });
      },
      { client: database.db },
    );
  await Promise.all([add(), add()]);
  expect(await database.db.pool.findUnique({ where: { id: "p" } })).toMatchObject({ title: "2" });
  expect(reads).toBeGreaterThan(2);
});

it("does it again, too, when a raw query met the clash: a lease renewed while it is read", async () => {
  let tries = 0;
  await inTransaction(
    async (tx) => {
      tries++;
      await tx.pool.count();
      if (tries === 1) await database.db.$executeRaw`UPDATE pool SET title = 'renewed' WHERE id = 'p'`;
      await tx.$queryRaw`SELECT title FROM pool WHERE id = 'p' FOR SHARE`;
    },
    { client: database.db },
  );
  expect(tries).toBe(2);
});

it("passes on an error that is not a clash, at once", async () => {
  let tries = 0;
  const broken = inTransaction(
    async () => {
      tries++;
      throw new Error("not a clash");
    },
    { client: database.db },
  );
  await expect(broken).rejects.toThrow("not a clash");
  expect(tries).toBe(1);
});
