import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readOptions } from "#bin/options.ts";

let project: string;
beforeAll(async () => {
  project = await mkdtemp(path.join(tmpdir(), "options-"));
  await writeFile(path.join(project, "register.yaml"), "");
});
afterAll(() => rm(project, { recursive: true }));

const read = (args: string[], env: Record<string, string> = {}) =>
  readOptions(args, env as NodeJS.ProcessEnv, project);

describe("npm start", () => {
  it("shows the demo on this machine only, when nothing is said", () => {
    expect(read([])).toEqual({
      port: 3000,
      host: "127.0.0.1",
      data: path.join(project, ".data"),
      pools: null,
      demo: "as before",
      example: "lync",
      variant: null,
      fresh: false,
    });
  });

  it.each([
    ["a flag", ["--port", "0"], { PORT: "80" }, { port: 0 }],
    ["a variable", [], { PORT: "8080", HOST: "0.0.0.0" }, { port: 8080, host: "0.0.0.0" }],
    ["no demo, by a flag", ["--no-demo"], {}, { demo: false }],
    ["no demo, by a variable", [], { MIRRORDECK_DEMO: "off" }, { demo: false }],
    ["a register of real instances", [], { MIRRORDECK_POOLS: "register.yaml" }, { demo: false }],
    ["another example", ["--example", "pair", "--fresh"], {}, { example: "pair", fresh: true }],
    [
      "a variant of it",
      ["--example", "pair", "--variant", "base1"],
      {},
      { example: "pair", variant: "base1" },
    ],
  ])("obeys %s", (_, args, env, expected) => expect(read(args, env)).toMatchObject(expected));

  it.each([
    ["a port that is none", ["--port", "http"], {}, /A port is a number/],
    ["a port that is too large", [], { PORT: "70000" }, /A port is a number/],
    ["a flag it does not know", ["--prot", "1"], {}, /npm start -- \[--port N\]/],
    ["a register that is not there", [], { MIRRORDECK_POOLS: "gone.yaml" }, /there is no such file/],
  ])("refuses %s in one sentence", (_, args, env, sentence) =>
    expect(() => read(args, env)).toThrow(sentence),
  );

  it("takes a register in the project folder as real instances", async () => {
    await writeFile(path.join(project, "mirrordeck.yaml"), "");
    expect(read([])).toMatchObject({ demo: false, pools: path.join(project, "mirrordeck.yaml") });
    expect(read([], { MIRRORDECK_DEMO: "on" })).toMatchObject({ demo: "as before", pools: null });
  });
});
