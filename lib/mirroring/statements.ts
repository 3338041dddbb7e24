/**
 * Every T-SQL that changes anything, as data, each with its level on the confirmation ladder.
 * An acting batch guards itself: sent late, or by a worker that was superseded, it does nothing.
 */

/** 0 look · 1 one click · 2 a sentence with names · 3 typed pool name, second person · 4 fence, typed names, hold. */
export type Level = 0 | 1 | 2 | 3 | 4;

export interface Statement {
  kind: "failover";
  level: Level;
  /** Where it is sent: an instance id. The batch runs in master. */
  on: string;
  database: string;
  sql: string;
}

export interface PrincipalAsSeen {
  instanceId: string;
  database: string;
  guid: string;
  roleSequence: number;
}

/**
 * Manual failover: on the principal, from master, SAFETY FULL and SYNCHRONIZED (else 1470, 1477, 1422).
 * Source: ALTER DATABASE database mirroring, "manually fail over a database mirroring session".
 */
export function failover(principal: PrincipalAsSeen): Statement {
  return {
    kind: "failover",
    level: 2,
    on: principal.instanceId,
    database: principal.database,
    sql: `IF EXISTS (SELECT 1 FROM sys.database_mirroring
           WHERE database_id = DB_ID(${quoteString(principal.database)})
             AND mirroring_guid = ${quoteString(principal.guid)}
             AND mirroring_role = 1 -- principal
             AND mirroring_role_sequence = ${principal.roleSequence}
             AND mirroring_safety_level = 2 -- FULL
             AND mirroring_state = 4) -- SYNCHRONIZED
  ALTER DATABASE ${quoteName(principal.database)} SET PARTNER FAILOVER
ELSE
  RAISERROR (N'Nothing was changed: the database is no longer the synchronized principal that the plan was made for.', 16, 1)`,
  };
}

/** `a]b` becomes `[a]]b]`. */
export function quoteName(name: string): string {
  return `[${name.replaceAll("]", "]]")}]`;
}

/** `it's` becomes `N'it''s'`. */
export function quoteString(text: string): string {
  return `N'${text.replaceAll("'", "''")}'`;
}
