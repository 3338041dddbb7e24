import { mkdir } from "node:fs/promises";
import path from "node:path";
import { type Child, startChild } from "./child.ts";
import { rememberedPort } from "./ports.ts";
import { refusal } from "./refusal.ts";

export type Lab = Child & { control: string; poolsFile: string };

/** The simulated SQL Servers of the demo, and the register file that names them. */
export async function startLab(data: string, example: string): Promise<Lab> {
  const state = path.join(data, "lab");
  const poolsFile = path.join(state, "pools.yaml");
  await mkdir(state, { recursive: true });
  const port = await rememberedPort(path.join(data, "lab-port"));
  const files = ["--state", state, "--pools-file", poolsFile, "--control-port", String(port)];
  const child = startChild(path.join("lab", "main.ts"), ["up", "--example", example, ...files]);

  const ready = firstLine(child).then((line) => JSON.parse(line) as { control: string });
  const failed = child.ended.then(() => {
    throw refusal(`${child.speak()}\nThe simulated SQL Servers did not start.`.trim());
  });
  failed.catch(() => {});
  const { control } = await Promise.race([ready, failed]);
  child.speak();
  return { ...child, control, poolsFile };
}

function firstLine(child: Child): Promise<string> {
  let text = "";
  return new Promise((resolve) => {
    child.process.stdout?.on("data", (chunk) => {
      text += chunk;
      if (text.includes("\n")) resolve(text.slice(0, text.indexOf("\n")));
    });
  });
}
