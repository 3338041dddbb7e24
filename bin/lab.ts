import { mkdir } from "node:fs/promises";
import path from "node:path";
import { type Child, startChild } from "#bin/child.ts";
import { refusal } from "#bin/refusal.ts";

export type Lab = Child & { control: string; poolsFile: string };

/**
 * The simulated SQL Servers of the demo, and the register file that names them: on the ports that docs/lab.md
 * names, or on free ones where those are taken, or where the web server has any port too.
 */
export async function startLab(
  data: string,
  { example, variant, port }: { example: string; variant: string | null; port: number },
): Promise<Lab> {
  const state = path.join(data, "lab");
  const poolsFile = path.join(state, "pools.yaml");
  await mkdir(state, { recursive: true });
  const chosen = ["--example", example, ...(variant ? ["--variant", variant] : [])];
  const args = ["up", ...chosen, "--state", state, "--pools-file", poolsFile];
  const anyPorts = [...args, "--port-base", "0", "--control-port", "0"];
  const lab = port === 0 ? open(anyPorts) : open(args).catch(() => open(anyPorts));
  return { ...(await lab), poolsFile };
}

async function open(args: string[]): Promise<Child & { control: string }> {
  const child = startChild(path.join("lab", "main.ts"), args);
  const ready = firstLine(child).then((line) => JSON.parse(line) as { control: string });
  const failed = child.ended.then(() => {
    throw refusal(`${child.speak()}\nThe simulated SQL Servers did not start.`.trim());
  });
  failed.catch(() => {});
  const { control } = await Promise.race([ready, failed]);
  child.speak();
  return { ...child, control };
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
