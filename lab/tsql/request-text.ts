/** A request as a person would have typed it. */
import type { StatementRecord } from "#lab/mirroring/model.ts";
import type { WireParameter, WireRequest } from "#lab/tds/contract.ts";
import { convert } from "#lab/tsql/convert.ts";
import { isBinary, isDate, isNational, isText, nvarchar } from "#lab/tsql/type-rules.ts";
import type { SqlType, SqlValue } from "#lab/tsql/values.ts";

export function requestText(request: WireRequest): { kind: StatementRecord["kind"]; text: string } {
  switch (request.kind) {
    case "batch":
      return { kind: "batch", text: request.sql };
    case "rpc":
      return {
        kind: "rpc",
        text: `EXEC ${request.procedure} ${request.parameters.map(parameterText).join(", ")}`.trimEnd(),
      };
    case "transaction":
      return {
        kind: "transaction",
        text: `${request.action.toUpperCase()} TRANSACTION ${request.name}`.trimEnd(),
      };
  }
}

function parameterText({ name, type, value, output, useDefault }: WireParameter): string {
  return `${name ? `${name} = ` : ""}${useDefault ? "DEFAULT" : literal(value, type)}${output ? " OUTPUT" : ""}`;
}

function literal(value: SqlValue, type: SqlType): string {
  if (value === null) return "NULL";
  const text = convert(value, type, nvarchar("max"), isBinary(type) ? 1 : 0) as string;
  if (isText(type)) return `${isNational(type) ? "N" : ""}'${text.replaceAll("'", "''")}'`;
  return isDate(type) || type.name === "uniqueidentifier" || type.name === "sql_variant" ? `'${text}'` : text;
}
