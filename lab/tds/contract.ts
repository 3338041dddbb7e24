/**
 * What stands behind the wire. `lab/tds` speaks the protocol and knows nothing of mirroring;
 * an instance answers through these shapes and knows nothing of packets.
 */
import type { SqlType, SqlValue } from "#lab/tsql/values.ts";

/** One simulated instance, as the wire sees it: it lets people in, or says why not. */
export interface Door {
  /** Shown in ENVCHANGE, LOGINACK and every message: `BE1\rtc`. */
  readonly serverName: string;
  /** `10.50.6000` as numbers, for PRELOGIN and LOGINACK. */
  readonly version: readonly [major: number, minor: number, build: number];
  login(request: LoginRequest): Promise<LoginAnswer>;
}

export interface LoginRequest {
  user: string;
  password: string;
  /** As the client asked; empty means the login's default database. */
  database: string;
  hostName: string;
  programName: string;
  /** The whole connection is under TLS: the server's own word for it, for a client may think so and be wrong. */
  encrypted: boolean;
}

export type LoginAnswer =
  | { ok: true; session: WireSession; database: string; failoverPartner?: string; messages: ServerMessage[] }
  /** 4060 and 18456 come as a pair: each is sent in order, then the connection is closed. */
  | { ok: false; messages: ServerMessage[] };

/** One logged-in connection. The wire calls one `run` at a time. */
export interface WireSession {
  readonly spid: number;
  /** Yields what the client shall read. `signal` fires when the client sends ATTENTION or goes away. */
  run(request: WireRequest, signal: AbortSignal): AsyncIterable<Answer>;
  /** Status bit 0x08 on a request: back to the login's own database and options. Returns that database. */
  reset(): string;
  /** The client has gone. Called once; a `run` still under way has had its signal and has ended. */
  close(): void;
  /** The server cuts the connection by itself: KILL, a role switch, the instance stopping. No token is sent. */
  onCut(listener: () => void): void;
}

export type WireRequest =
  | { kind: "batch"; sql: string }
  | { kind: "rpc"; procedure: string; parameters: WireParameter[] }
  | { kind: "transaction"; action: "begin" | "commit" | "rollback" | "save"; name: string };

export interface WireParameter {
  /** With its `@`, or empty when the client passed it by place. */
  name: string;
  type: SqlType;
  value: SqlValue;
  output: boolean;
  /** The caller passed DEFAULT. */
  useDefault?: boolean;
}

export type Answer =
  | { kind: "columns"; columns: { name: string; type: SqlType; nullable: boolean }[] }
  | { kind: "row"; values: SqlValue[] }
  | { kind: "message"; message: ServerMessage }
  | { kind: "database"; from: string; to: string }
  /** The end of one statement. `rowCount` is absent when the statement counts nothing. */
  | { kind: "done"; rowCount?: number; failed?: boolean }
  | { kind: "return-status"; status: number }
  | { kind: "return-value"; name: string; ordinal: number; type: SqlType; value: SqlValue };

/** Severity above 10 goes out as ERROR, else as INFO. */
export interface ServerMessage {
  number: number;
  severity: number;
  state: number;
  text: string;
  procedure?: string;
  line?: number;
}
