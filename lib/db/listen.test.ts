import { afterEach, describe, expect, it, vi } from "vitest";
import { createListener, type Listener, notify } from "#lib/db/listen.ts";
import { type FreshDatabase, freshDatabase } from "#lib/db/testing.ts";

let database: FreshDatabase;
let listener: Listener;
afterEach(async () => {
  await listener.close();
  await database.close();
});

async function hear(channel: string) {
  database = await freshDatabase();
  listener = createListener(database.url);
  const heard: (string | null)[] = [];
  const { ready, stop } = listener.listen(channel, (payload) => heard.push(payload));
  await ready;
  return { heard, stop, tell: (payload: string) => notify(channel, payload, database.db) };
}

describe("a listener", () => {
  it("hears what is said on its channel, whatever the channel is called", async () => {
    const { heard, tell } = await hear('run "1";');
    await tell("first");
    await tell("second");
    await vi.waitFor(() => expect(heard).toEqual(["first", "second"]));
  });

  it("hears of a transaction only what was committed", async () => {
    const { heard, tell } = await hear("run");
    await database.db
      .$transaction(async (tx) => {
        await notify("run", "taken back", tx);
        throw new Error("taken back");
      })
      .catch(() => {});
    await database.db.$transaction((tx) => notify("run", "kept", tx));
    await tell("last");
    await vi.waitFor(() => expect(heard).toEqual(["kept", "last"]));
  });

  it("comes back when its connection is cut, and says that it may have missed something", async () => {
    const { heard, tell } = await hear("run");
    await database.db.$executeRaw`
      SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND pid <> pg_backend_pid()`;
    await vi.waitFor(() => expect(heard).toEqual([null]), { timeout: 10_000 });
    await tell("after");
    await vi.waitFor(() => expect(heard).toEqual([null, "after"]));
  });

  it("hears nothing more once it was stopped", async () => {
    const { heard, stop, tell } = await hear("run");
    const other: (string | null)[] = [];
    await listener.listen("run", (payload) => other.push(payload)).ready;
    stop();
    await tell("later");
    await vi.waitFor(() => expect(other).toEqual(["later"]));
    expect(heard).toEqual([]);
  });
});
