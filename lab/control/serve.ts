/** A fleet on the wire: one port an instance, one certificate for all, and the faults that a port can show. */
import { type Running, runFleet } from "#lab/control/running.ts";
import { type PowerAction, setPower } from "#lab/mirroring/faults.ts";
import { instanceNamed } from "#lab/mirroring/find.ts";
import type { Fleet, Instance, InstanceName } from "#lab/mirroring/model.ts";
import type { Door } from "#lab/tds/contract.ts";
import { type Listening, listen, makeCertificate } from "#lab/tds/server.ts";
import { createDoor, createSessionRegistry } from "#lab/tsql/door.ts";

export interface ServedFleet {
  running: Running;
  power(name: InstanceName, action: PowerAction): Promise<void>;
  /** Another fleet of the same instances takes this one's place, on the same ports; every connection is cut. */
  renew(fresh: Fleet): Promise<void>;
  stop(): Promise<void>;
}

interface ServeOptions {
  virtual: boolean;
  /** The port of an instance by its place in the fleet; 0 = any free one. */
  portOf: (place: number) => number;
  onChange: () => void;
}

export async function serveFleet(
  fleet: Fleet,
  { virtual, portOf, onChange }: ServeOptions,
): Promise<ServedFleet> {
  const registry = createSessionRegistry();
  const onCut = (cuts: { instance: InstanceName; spids: number[] }[]) => {
    for (const { instance, spids } of cuts) registry.cut(instance, spids);
    if (cuts.length > 0) onChange();
  };
  const running = runFleet(fleet, { virtual, onCut, onChange });
  const certificate = await makeCertificate();
  const listening = new Map<InstanceName, Listening>();

  async function open(instance: Instance, port: number): Promise<void> {
    const { commands, delay } = running;
    const door = createDoor({ fleet, instance: instance.name, commands, delay, sessions: registry });
    const opened = await listen(inTime(door, running), { port, certificate });
    instance.port = opened.port;
    listening.set(instance.name, opened);
  }

  try {
    for (const [place, instance] of fleet.instances.entries()) {
      const port = portOf(place);
      if (instance.power !== "stopped") await open(instance, port);
      else instance.port = port || instance.port;
      if (instance.power === "hung") listening.get(instance.name)?.hang();
    }
  } catch (error) {
    running.stop();
    await Promise.all([...listening.values()].map((one) => one.stop()));
    throw error;
  }

  async function closeAll(): Promise<void> {
    await Promise.all([...listening.values()].map((one) => one.stop()));
    listening.clear();
  }

  return {
    running,
    async renew(fresh) {
      const ports = fleet.instances.map(({ port }) => port);
      await closeAll();
      running.change(() => {
        for (const key of Object.keys(fleet)) if (!(key in fresh)) Reflect.deleteProperty(fleet, key);
        Object.assign(fleet, fresh);
        return [];
      });
      for (const [place, instance] of fleet.instances.entries()) await open(instance, ports[place]!);
    },
    async power(name, action) {
      const instance = instanceNamed(fleet, name);
      const port = listening.get(name);
      // First the port: where it cannot be had, the instance stays stopped.
      if (action === "start") await open(instance, instance.port);
      running.change(() => setPower(fleet, name, action));
      if (action === "hang") port?.hang();
      if (action === "wake") port?.wake();
      if (action === "stop") {
        listening.delete(name);
        await port?.stop();
      }
    },
    async stop() {
      running.stop();
      await closeAll();
    },
  };
}

/** Whoever asks sees the fleet as it is now, and the clock knows who is still being served. */
function inTime(door: Door, running: Running): Door {
  return {
    serverName: door.serverName,
    version: door.version,
    async login(request) {
      running.sync();
      const answer = await door.login(request);
      if (!answer.ok) return answer;
      const { session } = answer;
      return {
        ...answer,
        session: {
          spid: session.spid,
          reset: () => session.reset(),
          close: () => session.close(),
          onCut: (listener) => session.onCut(listener),
          async *run(request, signal) {
            const end = running.began();
            try {
              running.sync();
              yield* session.run(request, signal);
            } finally {
              end();
            }
          },
        },
      };
    },
  };
}
