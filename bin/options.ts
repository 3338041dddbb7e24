import { existsSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { refusal } from "#bin/refusal.ts";

export type Options = {
  port: number; // 0: any free one
  host: string;
  data: string;
  pools: string | null; // the register file of real instances
  demo: boolean | "as before";
  example: string;
  variant: string | null;
  fresh: boolean;
};

/** What the command line and the environment ask for. Paths are absolute afterwards. */
export function readOptions(args: string[], env: NodeJS.ProcessEnv, project: string): Options {
  const flags = parse(args);
  const port = Number(flags.port ?? env.PORT ?? 3000);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw refusal(`A port is a number from 0 to 65535, not ${flags.port ?? env.PORT}.`);
  const pools = env.MIRRORDECK_DEMO === "on" ? null : registerFile(env, project);
  return {
    port,
    host: env.HOST || "127.0.0.1",
    data: path.resolve(project, flags.data ?? env.MIRRORDECK_DATA ?? ".data"),
    pools,
    demo: pools || flags["no-demo"] || env.MIRRORDECK_DEMO === "off" ? false : "as before",
    example: flags.example ?? "lync",
    variant: flags.variant ?? null,
    fresh: flags.fresh ?? false,
  };
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        port: { type: "string" },
        data: { type: "string" },
        example: { type: "string" },
        variant: { type: "string" },
        "no-demo": { type: "boolean" },
        fresh: { type: "boolean" },
      },
    }).values;
  } catch (error) {
    throw refusal(`${(error as Error).message}\n${usage}`);
  }
}

const usage = "npm start -- [--port N] [--data DIR] [--no-demo] [--example NAME [--variant NAME]] [--fresh]";

function registerFile(env: NodeJS.ProcessEnv, project: string): string | null {
  if (env.MIRRORDECK_POOLS) {
    const file = path.resolve(project, env.MIRRORDECK_POOLS);
    if (!existsSync(file)) throw refusal(`MIRRORDECK_POOLS names ${file}, and there is no such file.`);
    return file;
  }
  const file = path.join(project, "mirrordeck.yaml");
  return existsSync(file) ? file : null;
}
