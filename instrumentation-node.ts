import { ensurePeople } from "#lib/auth/ensure-people.ts";
import { monitor } from "#lib/monitor/index.ts";
import { importRegisterFile } from "#lib/pools/index.ts";
import { createEngine, type Engine, installEngine } from "#lib/runs/engine.ts";
import { realWorld } from "#lib/runs/real-world.ts";

/** How often open runs whose process is gone are looked for. */
const adoptEveryMs = 3_000;

/**
 * Opens the house: the register, the watch, the runs, and somebody who may sign in.
 * Nothing here may throw: a server whose start fails answers every page with an error and says nothing of why.
 */
export async function open(): Promise<void> {
  await attempt("The register file could not be read", readRegister);
  await attempt("Nobody can be told how to sign in", tellPeople);
  monitor();
  const engine = installEngine(createEngine(realWorld()));
  adopt(engine);
  process.once("SIGTERM", () => void engine.stop());
}

async function readRegister(): Promise<void> {
  const file = process.env.MIRRORDECK_POOLS;
  if (!file) return;
  const read = await importRegisterFile(file);
  if (!read.ok) console.error(`The register file ${file} was not taken in:\n${read.mistakes.join("\n")}`);
}

async function tellPeople(): Promise<void> {
  process.send?.({ kind: "people", ...(await ensurePeople()) });
}

/** One after the other: a database out of reach is asked again later. */
function adopt(engine: Engine): void {
  const look = () =>
    engine.adoptOrphans().catch((error) => console.error("Open runs could not be looked for:", error));
  void look().then(() => setTimeout(() => adopt(engine), adoptEveryMs).unref());
}

async function attempt(what: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    console.error(`${what}:`, error);
  }
}
