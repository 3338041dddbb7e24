/** The shapes of parsed T-SQL. Conditions are expressions here; the binder insists on which is wanted where. */
import type { Command, EndpointChange } from "#lab/mirroring/commands.ts";
import type { PrincipalChange } from "#lab/mirroring/principals.ts";
import type { SqlType, SqlValue } from "#lab/tsql/values.ts";

export type Expression =
  | { kind: "literal"; type: SqlType; value: SqlValue; digits?: number }
  | { kind: "null" }
  | { kind: "variable"; name: string }
  | { kind: "column"; parts: string[] }
  | { kind: "negate" | "plus" | "invert"; operand: Expression }
  | { kind: "arithmetic"; operator: Arithmetic; left: Expression; right: Expression }
  | {
      kind: "case";
      input: Expression | null;
      branches: { when: Expression; result: Expression }[];
      otherwise: Expression | null;
    }
  | Call
  | { kind: "cast"; operand: Expression; type: SqlType; style: Expression | null; safe: boolean }
  | { kind: "collate"; operand: Expression; collation: string }
  | { kind: "subquery"; query: Query }
  | { kind: "method"; operand: Expression; method: string; args: Expression[] }
  | Condition;

export type Condition =
  | { kind: "and" | "or"; left: Expression; right: Expression }
  | { kind: "not"; operand: Expression }
  | { kind: "compare"; operator: Comparison; left: Expression; right: Expression }
  | { kind: "quantified"; operator: Comparison; all: boolean; left: Expression; query: Query }
  | { kind: "like"; left: Expression; pattern: Expression; escape: Expression | null; negated: boolean }
  | { kind: "between"; operand: Expression; low: Expression; high: Expression; negated: boolean }
  | { kind: "in"; operand: Expression; list: Expression[]; negated: boolean }
  | { kind: "in-query"; operand: Expression; query: Query; negated: boolean }
  | { kind: "exists"; query: Query }
  | { kind: "is-null"; operand: Expression; negated: boolean };

export interface Call {
  kind: "call";
  /** One part for a built-in function, more for `dbo.f`. */
  parts: string[];
  args: Expression[];
  star: boolean;
  distinct: boolean;
  over: Window | null;
  /** STRING_AGG … WITHIN GROUP (ORDER BY …) */
  within: OrderItem[];
}

export type Arithmetic = "+" | "-" | "*" | "/" | "%" | "&" | "|" | "^";
export type Comparison = "=" | "<>" | "<" | "<=" | ">" | ">=";

export interface Window {
  partition: Expression[];
  order: OrderItem[];
  /** False for ROWS/RANGE that stop before the end: running values. */
  whole: boolean;
  rows: boolean;
}

export interface OrderItem {
  expression: Expression;
  descending: boolean;
}

export interface Query {
  ctes: Cte[];
  body: QueryBody;
  order: OrderItem[];
  offset: Expression | null;
  fetch: Expression | null;
  /** FOR XML PATH('row'), for the string lists that 2008 R2 tools build with it. */
  xmlPath: string | null;
}

export interface Cte {
  name: string;
  columns: string[];
  query: Query;
}

export type QueryBody =
  | Select
  | {
      kind: "set";
      operator: "union" | "union-all" | "except" | "intersect";
      left: QueryBody;
      right: QueryBody;
    }
  | { kind: "nested"; query: Query }
  | { kind: "values"; rows: Expression[][] };

export interface Select {
  kind: "select";
  distinct: boolean;
  top: { count: Expression; percent: boolean; ties: boolean } | null;
  items: SelectItem[];
  into: string[] | null;
  from: TableSource | null;
  where: Expression | null;
  groupBy: Expression[];
  having: Expression | null;
}

export type SelectItem =
  | { kind: "star"; qualifier: string[] }
  | { kind: "value"; expression: Expression; alias: string | null }
  | { kind: "assign"; variable: string; expression: Expression };

export type TableSource =
  | { kind: "table"; name: string[]; alias: string | null }
  | { kind: "table-variable"; name: string; alias: string | null }
  | { kind: "function"; name: string[]; args: Expression[]; alias: string | null; columns: string[] }
  | { kind: "derived"; query: Query; alias: string; columns: string[] }
  | {
      kind: "join";
      type: "inner" | "left" | "right" | "full" | "cross";
      left: TableSource;
      right: TableSource;
      on: Expression | null;
    }
  | { kind: "apply"; outer: boolean; left: TableSource; right: TableSource }
  | { kind: "pivot"; source: TableSource; aggregate: Call; column: string; values: string[]; alias: string }
  | { kind: "unpivot"; source: TableSource; value: string; column: string; columns: string[]; alias: string };

export interface ColumnDefinition {
  name: string;
  type: SqlType;
  nullable: boolean;
  identity: { seed: number; step: number } | null;
  default: Expression | null;
  computed?: Expression;
}

export interface Declaration {
  name: string;
  type: SqlType;
  value: Expression | null;
  output: boolean;
}

export interface Argument {
  name: string;
  /** Null stands for DEFAULT. */
  value: Expression | null;
  output: boolean;
}

export type Target = { kind: "table"; name: string[] } | { kind: "table-variable"; name: string };

export type Statement = { line: number } & StatementBody;
export type StatementBody =
  | { kind: "declare"; declarations: Declaration[] }
  | { kind: "declare-table"; name: string; columns: ColumnDefinition[] }
  | { kind: "cursor"; action: "declare"; name: string; query: Query }
  | { kind: "cursor"; action: "open" | "close" | "deallocate"; name: string }
  | { kind: "cursor"; action: "fetch"; name: string; into: string[] }
  | { kind: "set"; variable: string; value: Expression }
  | { kind: "option"; name: string; value: string }
  | { kind: "query"; query: Query }
  | { kind: "insert"; target: Target; columns: string[]; source: InsertSource; ctes: Cte[] }
  | {
      kind: "update";
      target: Target;
      sets: { column: string; variable: string | null; value: Expression }[];
      from: TableSource | null;
      where: Expression | null;
      ctes: Cte[];
    }
  | { kind: "delete"; target: Target; from: TableSource | null; where: Expression | null; ctes: Cte[] }
  | { kind: "truncate"; name: string[] }
  | { kind: "create-table"; name: string[]; columns: ColumnDefinition[] }
  | { kind: "drop-table"; names: string[][]; ifExists: boolean }
  | { kind: "block"; body: Statement[] }
  | { kind: "if"; condition: Expression; then: Statement; otherwise: Statement | null }
  | { kind: "while"; condition: Expression; body: Statement }
  | { kind: "break" | "continue" }
  | { kind: "try"; body: Statement[]; handler: Statement[] }
  | { kind: "throw"; values: [Expression, Expression, Expression] | null }
  | {
      kind: "raiserror";
      message: Expression;
      severity: Expression;
      state: Expression;
      args: Expression[];
      options: string[];
    }
  | { kind: "print"; value: Expression }
  | { kind: "return"; value: Expression | null }
  | { kind: "use"; database: string }
  | { kind: "execute"; procedure: string[] | { variable: string }; args: Argument[]; status: string | null }
  | { kind: "execute-text"; text: Expression }
  | { kind: "waitfor"; until: "delay" | "time"; value: Expression }
  | { kind: "transaction"; action: "begin" | "commit" | "rollback" | "save"; name: string }
  | { kind: "alter-database"; database: string | null; change: DatabaseChange }
  | {
      kind: "restore";
      what: "database" | "log" | "headeronly" | "filelistonly" | "labelonly" | "verifyonly";
      /** A column stands for a name as written; null where a file alone is asked. */
      database: Expression | null;
      device: Expression | null;
      options: MediaOption[];
    }
  | { kind: "endpoint"; change: EndpointChange }
  | { kind: "kill"; spid: Expression; statusOnly: boolean }
  | { kind: "principal"; change: PrincipalChange }
  | { kind: "drop-database"; names: string[] }
  | { kind: "backup"; log: boolean; database: Expression; device: Expression | null; options: MediaOption[] }
  /** Understood, and without any effect here: SET ROWCOUNT 0, CREATE INDEX on a temporary table. */
  | { kind: "nothing" };

/** One of WITH …, by its name in upper case; `to` is where MOVE moves a file. */
export interface MediaOption {
  name: string;
  value: Expression | null;
  to: Expression | null;
}

export type InsertSource =
  | { kind: "query"; query: Query }
  | { kind: "execute"; statement: Statement }
  | { kind: "defaults" };

type WithoutDatabase<C> = C extends { database: string } ? Omit<C, "database"> : never;

export type DatabaseChange =
  | { kind: "command"; command: WithoutDatabase<Command>; mirroring: boolean }
  /** SINGLE_USER, READ_ONLY …: refused while mirrored, and not simulated otherwise. */
  | { kind: "option"; name: string; value: "ON" | "OFF" | null };
