/**
 * What a T-SQL statement asks of the fleet, once parsed. `lab/tsql` makes these from tokens; the machine performs them
 * and throws a `SqlError` with SQL Server's number and severity where it refuses.
 */
import type { DatabaseSettings, Endpoint, InstanceName, Milliseconds } from "#lab/mirroring/model.ts";
import type { PrincipalChange } from "#lab/mirroring/principals.ts";

export type Command =
  | { kind: "set-partner"; database: string; address: string }
  | { kind: "failover"; database: string }
  | { kind: "force-service"; database: string }
  | { kind: "suspend"; database: string }
  | { kind: "resume"; database: string }
  | { kind: "partner-off"; database: string }
  | { kind: "safety"; database: string; level: "FULL" | "OFF" }
  | { kind: "timeout"; database: string; seconds: number }
  | { kind: "set-witness"; database: string; address: string }
  | { kind: "witness-off"; database: string }
  | { kind: "set-recovery"; database: string; model: "FULL" | "BULK_LOGGED" | "SIMPLE" }
  | { kind: "rename"; database: string; name: string }
  | { kind: "set-offline"; database: string }
  | { kind: "set-online"; database: string }
  | { kind: "restore-with-recovery"; database: string }
  | { kind: "set-option"; database: string; change: DatabaseSettings }
  | { kind: "endpoint"; change: EndpointChange }
  | { kind: "backup"; database: string; request: StatedBackup }
  | { kind: "restore"; database: string; request: RestoreRequest }
  | { kind: "drop-database"; database: string }
  | { kind: "write"; database: string; rows: { text: string | null; kb: number }[]; transaction: boolean }
  | { kind: "principal"; change: PrincipalChange }
  | { kind: "kill"; spid: number };

/** What BACKUP asks for, as it was said. */
export interface StatedBackup {
  log: boolean;
  device: string;
  differential: boolean;
  copyOnly: boolean;
  /** Overwrites the file; otherwise the set is appended. */
  init: boolean;
  /** The tail: the database is RESTORING afterwards. */
  norecovery: boolean;
  compressed: boolean;
  checksum: boolean;
  name: string | null;
  description: string | null;
}

export interface RestoreRequest {
  log: boolean;
  device: string;
  /** FILE = n. */
  position: number;
  replace: boolean;
  end: "recovery" | "norecovery" | "standby";
  standbyFile: string | null;
  moves: { logical: string; to: string }[];
}

/** What CREATE and ALTER ENDPOINT say of it; what is left out stays, or is the default. */
export type EndpointSettings = Partial<
  Pick<Endpoint, "state" | "port" | "role" | "encryption" | "algorithm" | "authentication" | "certificate">
>;

export type EndpointChange =
  | { does: "create"; name: string; owner: string | null; settings: EndpointSettings }
  | { does: "alter"; name: string; settings: EndpointSettings }
  | { does: "drop"; name: string }
  | { does: "own"; name: string; login: string }
  | { does: "connect"; verb: "GRANT" | "DENY" | "REVOKE"; name: string; logins: string[] }
  | {
      does: "make-certificate";
      name: string;
      owner: string | null;
      subject: string;
      startsAt: Milliseconds | null;
      expiresAt: Milliseconds | null;
    }
  | { does: "read-certificate"; name: string; owner: string | null; path: string }
  | { does: "write-certificate"; name: string; path: string }
  | { does: "drop-certificate"; name: string };

/** Who asks, and from where: some rules depend on the session's current database or on the login. */
export interface CommandContext {
  instance: InstanceName;
  spid: number;
  login: string;
  currentDatabase: string;
}

/** The machine's door for statements: settles when the statement would answer its caller. */
export interface CommandPort {
  perform(command: Command, context: CommandContext, signal: AbortSignal): Promise<void>;
}

export class SqlError extends Error {
  readonly number: number;
  readonly severity: number;
  readonly state: number;
  constructor(number: number, severity: number, text: string, state = 1) {
    super(text);
    this.name = "SqlError";
    this.number = number;
    this.severity = severity;
    this.state = state;
  }
}
