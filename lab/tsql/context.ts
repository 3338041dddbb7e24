/** What a statement may ask of its session and of the instance that runs it. */
import type { SqlError } from "#lab/mirroring/commands.ts";
import type { Fleet, Instance, Login, Session } from "#lab/mirroring/model.ts";
import type { Query } from "#lab/tsql/ast.ts";
import type { Relation, RelationColumn, TableFunction } from "#lab/tsql/relation.ts";
import type { Typed } from "#lab/tsql/typed.ts";
import type { SqlType, SqlValue } from "#lab/tsql/values.ts";

export interface Context {
  fleet: Fleet;
  instance: Instance;
  login: Login;
  session: Session;
  settings: Settings;
  /** Of this batch, procedure or sp_executesql; names in lower case with their @. */
  variables: Map<string, Variable>;
  tableVariables: Map<string, LocalTable>;
  /** Major version with its first decimal: 10.5 is 2008 R2. */
  version: number;
  catalog: Catalog;
  /** The error that the innermost CATCH handles. */
  caught: CaughtError | null;
}

/** The views and functions of an instance. The evaluator knows their shape, never their content. */
export interface Catalog {
  /** The database's own spelling; throws 911, 916, 954 and the like where it cannot be entered. */
  openDatabase(name: string, context: Context): string;
  /** Throws 911, 954 and the like where the name's database cannot be opened; null where there is no such view. */
  relation(name: string[], context: Context): Relation | null;
  tableFunction(name: string[], context: Context): TableFunction | null;
  functions: Record<string, BuiltIn>;
  procedures: Record<string, Procedure>;
}

/** A built-in function: how many arguments, since which version, and how it is bound. */
export interface BuiltIn {
  arity: [least: number, most: number];
  /** 11 for 2012: older instances answer 195. */
  since?: number;
  bind: (args: Typed[], context: Context, name: string) => Typed;
}

/** A procedure of the server: what it takes, and what it answers. */
export interface Procedure {
  /** It lives in this database alone, unlike the server's own procedures. */
  inDatabase?: string;
  /** With their @, in order. */
  parameters: { name: string; type: SqlType; default?: SqlValue }[];
  run(args: Record<string, SqlValue>, context: Context): ProcedureAnswer;
}

export interface ProcedureAnswer {
  results: Relation[];
  messages?: string[];
  status?: number;
  /** Said, and yet the procedure returns its status: what RAISERROR and RETURN 1 do in one. */
  error?: SqlError;
}

/** What outlives a batch; restored by a reset of the connection. */
export interface Settings {
  temporary: Map<string, LocalTable>;
  transactions: number;
  transactionNames: string[];
  /** Temporary tables as they were when the transaction began. */
  snapshot: Map<string, SqlValue[][]> | null;
  cursors: Map<string, Cursor>;
  fetchStatus: number;
  nocount: boolean;
  xactAbort: boolean;
  doomed: boolean;
  rowCount: number;
  error: number;
  identity: bigint | null;
  lockTimeout: number;
  options: Map<string, string>;
  contextInfo: Uint8Array | null;
  tryDepth: number;
  nesting: number;
}

export interface Cursor {
  query: Query;
  /** Null while it is closed. */
  open: { columns: RelationColumn[]; rows: SqlValue[][]; at: number } | null;
}

export interface Variable {
  type: SqlType;
  value: SqlValue;
}

export interface LocalTable {
  name: string;
  objectId: number;
  columns: LocalColumn[];
  rows: SqlValue[][];
  createdAt: number;
}

export interface LocalColumn {
  name: string;
  type: SqlType;
  nullable: boolean;
  identity: { next: number; step: number } | null;
  default: (() => SqlValue) | null;
}

export interface CaughtError {
  number: number;
  severity: number;
  state: number;
  text: string;
  line: number;
  procedure: string | null;
}

/** The server's own wall clock: the fleet's time, as far off as this machine's clock is. */
export function wallClock(context: { fleet: Fleet; instance: Instance }): Date {
  return new Date(context.fleet.now + context.instance.clockOffset);
}

export function newSettings(): Settings {
  return {
    temporary: new Map(),
    transactions: 0,
    transactionNames: [],
    snapshot: null,
    cursors: new Map(),
    fetchStatus: -1,
    nocount: false,
    xactAbort: false,
    doomed: false,
    rowCount: 0,
    error: 0,
    identity: null,
    lockTimeout: -1,
    options: new Map(),
    contextInfo: null,
    tryDepth: 0,
    nesting: 0,
  };
}
