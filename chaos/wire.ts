/**
 * Truncated, oversized and garbage packets against a served fleet, from a seed. Afterwards it serves, holds no session,
 * and has closed every connection.
 */
import { type Figure, figure, type Measured } from "#bin/figures.ts";
import type { Wishes } from "#bin/measurement.ts";
import { type StartedLab, startLab } from "#lab/started.ts";
import { packetType } from "#lab/tds/packets.ts";
import {
  batchPayload,
  connectTestClient,
  loggedIn,
  preloginPayload,
  type TestClient,
} from "#lab/tds/testing/client.ts";
import { damagedStream, randomFrom } from "#lab/tds/testing/garbage.ts";

const PASSWORD = "Lab-2026!";
/** Beyond it a connection counts as left hanging. */
const PATIENCE_MS = 10_000;
const AT_ONCE = 8;

export async function measure({ seed = 1, cases = 10_000 }: Wishes): Promise<Measured> {
  const lab = await startLab("--example", "pair", "--virtual-clock");
  try {
    const port = lab.port("A");
    const before = await served(port);
    let [next, hanging, loggedInFirst] = [0, 0, 0];
    const began = performance.now();
    const one = async () => {
      while (next < cases) {
        const { closed, inside } = await attack(port, seed * 1_000_003 + next++);
        if (!closed) hanging += 1;
        if (inside) loggedInFirst += 1;
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, one));
    const seconds = (performance.now() - began) / 1_000;
    const figures: Figure[] = [
      figure("cases", next, "", `${cases}`, next === cases),
      figure("of them after a login", loggedInFirst, ""),
      figure("cases a second", next / seconds, "/s"),
      figure("connections left hanging", hanging, "", "0", hanging === 0),
      ...(await aftermath(lab, port)),
    ];
    figures.push(figure("it served before", before ? 1 : 0, "", "1", before));
    return { name: "wire", figures };
  } finally {
    await lab.stop();
  }
}

async function attack(port: number, seed: number): Promise<{ closed: boolean; inside: boolean }> {
  const random = randomFrom(seed);
  const chance = random();
  const inside = chance < 0.5;
  const client = inside ? await loggedIn(port, PASSWORD) : await connectTestClient(port);
  // Some greet as one should, and send their damage where TLS would begin.
  if (chance > 0.8) client.send(packetType.prelogin, preloginPayload(1));
  client.socket.write(damagedStream(random, { user: "sa", password: PASSWORD }));
  for (let turns = Math.floor(random() * 6); turns > 0; turns--) await new Promise(setImmediate);
  client.socket.end();
  return { closed: await closes(client), inside };
}

async function closes(client: TestClient): Promise<boolean> {
  const patience = setTimeout(() => client.socket.destroy(new Error("left hanging")), PATIENCE_MS);
  while ((await client.receive()) !== undefined) {}
  clearTimeout(patience);
  return client.socket.errored === null || !/left hanging/.test(client.socket.errored.message);
}

/** What the fleet says of itself when all have gone. */
async function aftermath(lab: StartedLab, port: number): Promise<Figure[]> {
  const serves = await served(port);
  const left = async () => {
    const { instances, openStatements } = await lab.truth();
    const sessions = instances.flatMap((one) => one.sessions.filter(({ wired }) => wired));
    return { held: sessions.length, openStatements };
  };
  // The last of them may be closing right now.
  const patience = performance.now() + PATIENCE_MS;
  let { held, openStatements } = await left();
  while (held + openStatements.length > 0 && performance.now() < patience)
    ({ held, openStatements } = await left());
  const alive = lab.process.exitCode === null;
  return [
    figure("the process lives", alive ? 1 : 0, "", "1", alive),
    figure("it serves afterwards", serves ? 1 : 0, "", "1", serves),
    figure("sessions held", held, "", "0", held === 0),
    figure("statements left open", openStatements.length, "", "0", openStatements.length === 0),
  ];
}

async function served(port: number): Promise<boolean> {
  const client = await loggedIn(port, PASSWORD);
  client.send(packetType.batch, batchPayload("SELECT N'served' AS answer"));
  const answer = await client.receive();
  client.socket.end();
  await closes(client);
  return answer?.includes(Buffer.from("served", "utf16le")) ?? false;
}
