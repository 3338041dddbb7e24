/** What reading a parameter gives, or what is said to be wrong with it. */
import type { SqlType, SqlValue } from "#lab/tsql/values.ts";

export interface Typed {
  type: SqlType;
  value: SqlValue;
}

/**
 * Makes the error of the parameter being read: 8007 wrong chunks, 8009 unknown type, 8012…8014 wrong variant,
 * 8016 wrong length, 8017 wrong precision or scale, 8023 a value outside its type.
 */
export type Wrong = (number: 8007 | 8009 | 8012 | 8013 | 8014 | 8016 | 8017 | 8023, code: number) => Error;
