/**
 * The types and values of the lab's T-SQL, shared by the wire (which encodes them) and the evaluator (which makes them).
 */
export type SqlType =
  | {
      name:
        | "bit"
        | "tinyint"
        | "smallint"
        | "int"
        | "bigint"
        | "real"
        | "float"
        | "uniqueidentifier"
        | "datetime"
        | "date";
    }
  | { name: "datetime2"; scale: number }
  | { name: "decimal"; precision: number; scale: number }
  /** `length` counts characters (bytes for binary); "max" is sent as PLP. */
  | { name: "char" | "varchar" | "nchar" | "nvarchar" | "binary" | "varbinary"; length: number | "max" }
  | { name: "sql_variant" };

/** A value inside sql_variant carries its own base type. */
export interface Variant {
  base: SqlType;
  value: Exclude<SqlValue, Variant>;
}

/**
 * bit → boolean · tinyint, smallint, int, real, float → number · bigint → bigint
 * decimal → bigint, unscaled (12.30 in decimal(9,2) is 1230n): LSNs keep every digit
 * char, varchar, nchar, nvarchar → string · uniqueidentifier → upper-case string with dashes
 * datetime, date, datetime2 → Date whose UTC fields are the server's wall clock · binary, varbinary → Uint8Array
 */
export type SqlValue = null | boolean | number | bigint | string | Date | Uint8Array | Variant;
