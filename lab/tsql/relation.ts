/** Named columns with types, and rows: what every view, table and query is to the evaluator. */
import type { SqlType, SqlValue } from "#lab/tsql/values.ts";

export interface RelationColumn {
  name: string;
  type: SqlType;
  nullable: boolean;
}

export interface Relation {
  columns: RelationColumn[];
  rows(): SqlValue[][];
}

export interface TableFunction {
  columns: RelationColumn[];
  arguments: SqlType[];
  rows(args: SqlValue[]): SqlValue[][];
}
