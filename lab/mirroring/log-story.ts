/** A fleet with backups in a test: things are said to it over virtual time, and each side tells how its log stands. */
import { join } from "node:path";
import { found } from "#lab/control/found.ts";
import { readScenario } from "#lab/control/scenario.ts";
import { advance } from "#lab/mirroring/advance.ts";
import { type Command, type RestoreRequest, SqlError, type StatedBackup } from "#lab/mirroring/commands.ts";
import { type PowerAction, setLink, setPower } from "#lab/mirroring/faults.ts";
import { findDatabase, instanceNamed } from "#lab/mirroring/find.ts";
import { usedLogKb } from "#lab/mirroring/log-chain.ts";
import { logReuseWait } from "#lab/mirroring/log-space.ts";
import type { Database, Fleet } from "#lab/mirroring/model.ts";
import { perform } from "#lab/mirroring/perform.ts";

type Answer = number | "answered";

export interface LogStory {
  readonly fleet: Fleet;
  after(seconds: number): LogStory;
  power(action: PowerAction, instance: string): LogStory;
  cut(a: string, b: string): LogStory;
  join(a: string, b: string): LogStory;
  sql(instance: string, command: Command, currentDatabase?: string): Answer;
  backup(instance: string, database: string, device: string, more?: Partial<StatedBackup>): Answer;
  restore(instance: string, database: string, device: string, more?: Partial<RestoreRequest>): Answer;
  database(instance: string, name: string): Database;
  /** For example "1200 KB used, LOG_BACKUP". */
  log(instance: string, name?: string): string;
}

export function logStory(): LogStory {
  const scenario = readScenario(join(import.meta.dirname, "log-story.yaml"), null);
  const fleet = found(scenario, Date.parse(scenario.startsAt));
  const self: LogStory = {
    fleet,
    after(seconds) {
      advance(fleet, Math.round(seconds * 1_000));
      return self;
    },
    power(action, instance) {
      setPower(fleet, instance, action);
      return self;
    },
    cut: (a, b) => linked(a, b, true),
    join: (a, b) => linked(a, b, false),
    sql(instance, command, currentDatabase = "master") {
      try {
        perform(fleet, command, { instance, spid: 51, login: "sa", currentDatabase });
      } catch (error) {
        if (error instanceof SqlError) return error.number;
        throw error;
      }
      return "answered";
    },
    backup(instance, database, device, more = {}) {
      const request = { ...PLAIN_BACKUP, log: device.endsWith(".trn"), device, ...more };
      return self.sql(instance, { kind: "backup", database, request });
    },
    restore(instance, database, device, more = {}) {
      const request = { ...PLAIN_RESTORE, log: device.endsWith(".trn"), device, ...more };
      return self.sql(instance, { kind: "restore", database, request });
    },
    database: (instance, name) => findDatabase(instanceNamed(fleet, instance), name)!,
    log(instance, name = "db") {
      const database = self.database(instance, name);
      return `${Math.round(usedLogKb(database))} KB used, ${logReuseWait(database).desc}`;
    },
  };
  function linked(a: string, b: string, cut: boolean): LogStory {
    setLink(fleet, a, b, cut);
    return self;
  }
  return self;
}

const PLAIN_BACKUP: Omit<StatedBackup, "log" | "device"> = {
  differential: false,
  copyOnly: false,
  init: false,
  norecovery: false,
  compressed: false,
  checksum: false,
  name: null,
  description: null,
};

const PLAIN_RESTORE: Omit<RestoreRequest, "log" | "device"> = {
  position: 1,
  replace: false,
  end: "norecovery",
  standbyFile: null,
  moves: [],
};
