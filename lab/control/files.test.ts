import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { type StartedLab, startLab } from "#lab/started.ts";

const SCENARIO = join(import.meta.dirname, "..", "mirroring", "log-story.yaml");
const SHARE = "\\\\fs1.contoso.com\\ship";
const FILE = "mgc_20260105080500.trn";
let lab: StartedLab | null = null;

afterEach(async () => {
  await lab?.stop();
  lab = null;
});

describe("files and shares over the control", () => {
  it("are listed, copied and deleted as a machine sees them; a share goes down and comes back", async () => {
    lab = await startLab(SCENARIO, "--virtual-clock");
    const { ask, advance } = lab;
    await advance(310);
    const list = async () =>
      ((await ask("GET", "/files")).body as { path: string }[]).map(({ path }) => path);
    expect(await list()).toEqual([`${SHARE}\\${FILE}`, `D:\\LogShip\\${FILE}`]);
    const from = { instance: "PC2", path: `${SHARE}\\${FILE}` };
    expect(
      await ask("POST", "/files/copy", { from, to: { instance: "A", path: "D:\\x.trn" } }),
    ).toMatchObject({
      status: 200,
      body: { place: "A", path: "D:\\x.trn" },
    });
    expect(await list()).toContain("D:\\x.trn");
    expect((await ask("POST", "/files/delete", from)).status).toBe(200);
    expect(await list()).not.toContain(`${SHARE}\\${FILE}`);
    expect((await ask("PATCH", "/shares", { path: SHARE, down: true })).status).toBe(200);
    const refused = await ask("POST", "/files/copy", { from, to: { instance: "A", path: "D:\\y.trn" } });
    expect(refused).toMatchObject({ status: 400, body: { error: expect.stringContaining("53(") } });
  });

  it.each([
    ["POST", "/files/delete", { instance: "A", path: "D:\\none" }, 400, "cannot find the file"],
    ["POST", "/files/copy", { from: 1 }, 400, "from"],
    ["PATCH", "/shares", { path: "\\\\no\\where", down: true }, 404, "there is:"],
    ["POST", "/files/move", {}, 404, "there is:"],
  ] as const)("%s %s with %j is refused by a sentence", async (method, path, body, status, says) => {
    lab = await startLab(SCENARIO, "--virtual-clock");
    expect(await lab.ask(method, path, body)).toMatchObject({
      status,
      body: { error: expect.stringContaining(says) },
    });
  });
});
