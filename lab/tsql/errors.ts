/**
 * The errors that T-SQL itself raises, and what each does to its batch. Texts are close to SQL Server's;
 * numbers and severities are its own.
 */
import { SqlError } from "#lab/mirroring/commands.ts";

export type Located = SqlError & { line?: number; procedure?: string };

export function syntaxError(number: number, text: string, line: number): Located {
  return Object.assign(new SqlError(number, 15, text), { line });
}

/** What a batch says when it asks for something that the lab does not simulate: never a silent success. */
export function unsupported(what: string): SqlError {
  return new SqlError(40510, 16, `Statement '${what}' is not supported by this simulated server.`);
}

/** Found while a statement is bound to its tables; a TRY in the same batch does not catch these. */
export function isBindingError(error: SqlError): boolean {
  return error.severity === 15 || BINDING.has(error.number);
}

/** Errors that end the whole batch and not only their statement. */
export function abortsBatch(error: SqlError): boolean {
  return isBindingError(error) || ABORTING.has(error.number) || error.severity >= 20;
}

/** Known before anything of the batch runs: the names exist, but not so. Missing objects wait for their statement. */
export function isCompileError(error: SqlError): boolean {
  return isBindingError(error) && !DEFERRED.has(error.number);
}

const BINDING = new Set([
  102, 105, 113, 137, 156, 174, 189, 191, 195, 205, 206, 207, 208, 209, 213, 243, 402, 1033, 4104, 4108, 4109,
  4145, 8117, 8120, 8121, 8155, 8158, 8156, 8159, 10709, 10733, 1087, 2715,
]);
const DEFERRED = new Set([208, 213, 1087]);
// Conversions end the batch; so do databases that cannot be opened, wherever the batch names them.
const ABORTING = new Set([
  241, 242, 244, 245, 248, 295, 8114, 8169, 701, 911, 916, 921, 922, 927, 942, 945, 952, 954, 955, 956,
]);
