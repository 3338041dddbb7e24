import { describe, expect, it } from "vitest";
import { randomFrom } from "#lab/tds/testing/garbage.ts";
import { openStage, type Stage } from "#lab/testing/scenarios/stage.ts";

/** Where the operating system has its say: the ports, and which process asks. */
const PORTS = /"port":\d{4,5},"version"/g;

describe("the whole program, over the wire", () => {
  it.each([1, 2, 3, 4])(
    "tells the same truth twice after the story of seed %i, to the byte",
    async (seed) => {
      expect(await told(seed)).toBe(await told(seed));
    },
    60_000,
  );
});

async function told(seed: number): Promise<string> {
  const stage = await openStage();
  try {
    const random = randomFrom(seed);
    const base = (["base0", "base0", "base1", "base2"] as const)[Math.floor(random() * 4)]!;
    await stage.begin({ id: "", is: "", base, event: [] });
    for (let events = 0; events < 40; events++) {
      await happen(stage, random);
      const truth = await stage.lab.truth();
      for (const { serving, witness } of truth.sessions) {
        if (witness !== null) expect(serving.length, `seed ${seed}, event ${events}`).toBeLessThanOrEqual(1);
      }
    }
    const answer = await fetch(`${stage.lab.control}/truth`);
    return (await answer.text()).replaceAll(PORTS, '"port":0,"version"');
  } finally {
    await stage.stop();
  }
}

async function happen({ lab, say }: Stage, random: () => number): Promise<void> {
  const pick = <T>(from: readonly T[]) => from[Math.floor(random() * from.length)]!;
  switch (pick(["power", "link", "load", "pass", "pass", "sql", "sql", "look"])) {
    case "power":
      await lab.ask(
        "POST",
        `/instances/${pick(["A", "B", "W"])}/${pick(["stop", "start", "start", "overload", "relax"])}`,
      );
      return;
    case "link":
      await lab.ask("POST", `/links/${pick(["A/B", "A/W", "B/W"])}/${pick(["cut", "join", "join"])}`);
      return;
    case "load": {
      const rate = () => Math.floor(random() * 2_000);
      await lab.ask("PATCH", "/databases/db", {
        workloadKbPerSecond: rate(),
        sendKbPerSecond: rate(),
        redoKbPerSecond: 1 + rate(),
      });
      return;
    }
    case "pass":
      return lab.advance(pick([0.05, 0.4, 2, 15, 70]));
    default: {
      const [where, text] = [pick(["A", "B"]), pick(statements)];
      const { instances } = await lab.truth();
      if (instances.find(({ name }) => name === where)?.power === "running") await say(where, text);
    }
  }
}

const statements = [
  ...[
    "FAILOVER",
    "FORCE_SERVICE_ALLOW_DATA_LOSS",
    "SUSPEND",
    "RESUME",
    "SAFETY FULL",
    "SAFETY OFF",
    "TIMEOUT 20",
  ].map((what) => `ALTER DATABASE [db] SET PARTNER ${what}`),
  "ALTER DATABASE [db] SET WITNESS OFF",
  "ALTER DATABASE [db] SET WITNESS = 'TCP://w.contoso.com:7022'",
  "BACKUP LOG [db] TO DISK = N'C:\\backup\\db.trn'",
  "SELECT * FROM sys.database_mirroring",
  "EXEC msdb.dbo.sp_dbmmonitorresults N'db', 0, 1",
];
