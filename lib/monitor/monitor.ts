import "server-only";
import { createMonitor, type Monitor } from "#lib/monitor/create-monitor.ts";
import { targetsOf } from "#lib/pools/index.ts";
import { connectTo } from "#lib/sqlserver/index.ts";

/** The one monitor of this process; the first who asks for it makes it begin. */
export function monitor(): Monitor {
  // Every bundle of Next has its own copy of this module, so the one monitor hangs on globalThis.
  const shared = globalThis as { mirrordeckMonitor?: Monitor };
  shared.mirrordeckMonitor ??= begin();
  return shared.mirrordeckMonitor;
}

function begin(): Monitor {
  const made = createMonitor({ targets: (which) => targetsOf(which), connect: connectTo });
  void readUntilRead(made);
  process.once("SIGTERM", () => void made.stop());
  return made;
}

/** The database may come up later than we do. */
async function readUntilRead(made: Monitor): Promise<void> {
  try {
    await made.registerChanged();
  } catch {
    setTimeout(() => void readUntilRead(made), 2_000).unref();
  }
}
