/** The common ways to make a built-in function. */
import { SqlError } from "#lab/mirroring/commands.ts";
import type { BuiltIn, Context } from "#lab/tsql/context.ts";
import { coerce, strict } from "#lab/tsql/typed.ts";
import type { SqlType, SqlValue } from "#lab/tsql/values.ts";

/** A function of converted arguments, NULL when one of them is. */
export function built(
  types: SqlType[],
  result: SqlType,
  compute: (...values: never[]) => SqlValue,
  least = types.length,
): BuiltIn {
  return {
    arity: [least, types.length],
    bind: (args) =>
      strict(
        result,
        args.map((arg, i) => coerce(arg, types[i]!)),
        compute,
      ),
  };
}

/** A function of nothing but the session and its server. */
export function fact(
  result: SqlType | ((context: Context) => SqlType),
  compute: (context: Context) => SqlValue,
): BuiltIn {
  return {
    arity: [0, 0],
    bind: (_, context) => ({
      type: typeof result === "function" ? result(context) : result,
      nullable: true,
      evaluate: () => compute(context),
    }),
  };
}

export function checkArity(name: string, rule: BuiltIn, given: number): void {
  const [least, most] = rule.arity;
  if (given >= least && given <= most) return;
  if (least === most)
    throw new SqlError(174, 15, `The ${name.toLowerCase()} function requires ${least} argument(s).`);
  throw new SqlError(189, 15, `The ${name.toLowerCase()} function requires ${least} to ${most} arguments.`);
}
