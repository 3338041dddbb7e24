/** The built-in functions, by name. Those about the server and its databases come from the catalog. */
import { randomUUID } from "node:crypto";
import { SqlError } from "#lab/mirroring/commands.ts";
import type { Expression } from "#lab/tsql/ast.ts";
import { comparison } from "#lab/tsql/bind-condition.ts";
import { built, checkArity, fact } from "#lab/tsql/built-in.ts";
import type { BuiltIn, Context } from "#lab/tsql/context.ts";
import { bindDateUnit, dateFunctions } from "#lab/tsql/functions-date.ts";
import { mathFunctions } from "#lab/tsql/functions-math.ts";
import { textFunctions } from "#lab/tsql/functions-text.ts";
import { INT, nvarchar, SYSNAME } from "#lab/tsql/type-rules.ts";
import { coerce, NULL, type Test, type Typed } from "#lab/tsql/typed.ts";
import type { SqlType } from "#lab/tsql/values.ts";

export interface FunctionBinder {
  context: Context;
  value: (expression: Expression) => Typed;
  test: (expression: Expression) => Test;
  unify: (values: Typed[]) => Typed[];
}

export function bindFunction(name: string, args: Expression[], binder: FunctionBinder): Typed {
  if (DATE_UNIT_FUNCTIONS.has(name) && !(name === "DATEDIFF_BIG" && binder.context.version < 13))
    return bindDateUnit(name, args, binder.value);
  const special = SPECIAL[name];
  if (special && binder.context.version >= special.since) return special.bind(args, binder);
  const rule = ALL[name] ?? binder.context.catalog.functions[name];
  if (!rule || (rule.since ?? 0) > binder.context.version) {
    if (name.startsWith("@@")) throw new SqlError(137, 15, `Must declare the scalar variable "${name}".`);
    throw new SqlError(195, 15, `'${name}' is not a recognized built-in function name.`);
  }
  checkArity(name, rule, args.length);
  return rule.bind(args.map(binder.value), binder.context, name);
}

export function isAggregate(name: string): boolean {
  return AGGREGATES.has(name);
}

/** These look at their arguments before they are values. */
const SPECIAL: Record<
  string,
  { since: number; bind: (args: Expression[], binder: FunctionBinder) => Typed }
> = {
  IIF: { since: 11, bind: ([when, then, otherwise], binder) => choose(binder, [when!], [then!, otherwise!]) },
  COALESCE: { since: 0, bind: (args, binder) => coalesce(binder.unify(args.map(binder.value))) },
  ISNULL: { since: 0, bind: (args, binder) => isNull(args, binder) },
  NULLIF: { since: 0, bind: (args, binder) => nullIf(args, binder) },
  CHOOSE: {
    since: 11,
    bind: ([index, ...rest], binder) => {
      const at = coerce(binder.value(index!), INT);
      const values = binder.unify(rest.map(binder.value));
      return {
        ...values[0]!,
        constant: undefined,
        nullable: true,
        evaluate: (frame) => values[(at.evaluate(frame) as number) - 1]?.evaluate(frame) ?? null,
      };
    },
  },
};

function choose(binder: FunctionBinder, [when]: Expression[], branches: Expression[]): Typed {
  if (!when || branches.some((branch) => !branch))
    throw new SqlError(174, 15, "The iif function requires 3 argument(s).");
  const test = binder.test(when);
  const [then, otherwise] = binder.unify(branches.map(binder.value)) as [Typed, Typed];
  return {
    type: then.type,
    nullable: then.nullable || otherwise.nullable,
    evaluate: (frame) => (test(frame) ? then : otherwise).evaluate(frame),
  };
}

function coalesce(values: Typed[]): Typed {
  if (values.length < 2) throw new SqlError(102, 15, "Incorrect syntax near 'COALESCE'.");
  return {
    type: values[0]!.type,
    nullable: values.every((value) => value.nullable),
    collation: values.find((value) => value.collation)?.collation,
    evaluate: (frame) => {
      for (const value of values) {
        const one = value.evaluate(frame);
        if (one !== null) return one;
      }
      return null;
    },
  };
}

/** Unlike COALESCE, ISNULL keeps the type of its first argument. */
function isNull(args: Expression[], binder: FunctionBinder): Typed {
  if (args.length !== 2) throw new SqlError(174, 15, "The isnull function requires 2 argument(s).");
  const [first, second] = args.map(binder.value) as [Typed, Typed];
  if (first.isNull) return second;
  const other = coerce(second, first.type);
  return {
    type: first.type,
    nullable: first.nullable && second.nullable,
    collation: first.collation,
    evaluate: (frame) => first.evaluate(frame) ?? other.evaluate(frame),
  };
}

function nullIf(args: Expression[], binder: FunctionBinder): Typed {
  if (args.length !== 2) throw new SqlError(174, 15, "The nullif function requires 2 argument(s).");
  const [first, second] = args.map(binder.value) as [Typed, Typed];
  const equal = comparison("=", first, second);
  return {
    ...first,
    constant: undefined,
    nullable: true,
    evaluate: (frame) => (equal(frame) ? null : first.evaluate(frame)),
  };
}

const VARBINARY128: SqlType = { name: "varbinary", length: 128 };
const sessionFunctions: Record<string, BuiltIn> = {
  NEWID: fact({ name: "uniqueidentifier" }, () => randomUUID().toUpperCase()),
  "@@ROWCOUNT": fact(INT, (context) => context.settings.rowCount),
  ROWCOUNT_BIG: fact({ name: "bigint" }, (context) => BigInt(context.settings.rowCount)),
  "@@ERROR": fact(INT, (context) => context.settings.error),
  "@@TRANCOUNT": fact(INT, (context) => context.settings.transactions),
  "@@NESTLEVEL": fact(INT, (context) => context.settings.nesting),
  "@@LOCK_TIMEOUT": fact(INT, (context) => context.settings.lockTimeout),
  "@@IDENTITY": fact({ name: "decimal", precision: 38, scale: 0 }, (context) => context.settings.identity),
  SCOPE_IDENTITY: fact({ name: "decimal", precision: 38, scale: 0 }, (context) => context.settings.identity),
  "@@OPTIONS": fact(INT, (context) => 5432 | (context.settings.nocount ? 512 : 0)),
  "@@DATEFIRST": fact({ name: "tinyint" }, () => 7),
  "@@LANGUAGE": fact(SYSNAME, () => "us_english"),
  "@@LANGID": fact({ name: "smallint" }, () => 0),
  "@@TEXTSIZE": fact(INT, () => -1),
  "@@FETCH_STATUS": fact(INT, (context) => context.settings.fetchStatus),
  "@@MAX_PRECISION": fact({ name: "tinyint" }, () => 38),
  "@@PROCID": fact(INT, () => 0),
  XACT_STATE: fact({ name: "smallint" }, ({ settings }) =>
    settings.transactions === 0 ? 0 : settings.doomed ? -1 : 1,
  ),
  ERROR_NUMBER: fact(INT, (context) => context.caught?.number ?? null),
  ERROR_SEVERITY: fact(INT, (context) => context.caught?.severity ?? null),
  ERROR_STATE: fact(INT, (context) => context.caught?.state ?? null),
  ERROR_LINE: fact(INT, (context) => context.caught?.line ?? null),
  ERROR_MESSAGE: fact(nvarchar(4000), (context) => context.caught?.text ?? null),
  ERROR_PROCEDURE: fact(SYSNAME, (context) => context.caught?.procedure ?? null),
  CONTEXT_INFO: fact(VARBINARY128, (context) => context.settings.contextInfo),
  SESSIONPROPERTY: built([SYSNAME], { name: "sql_variant" }, (name: string) => {
    const on =
      /^(ANSI_NULLS|ANSI_PADDING|ANSI_WARNINGS|ARITHABORT|CONCAT_NULL_YIELDS_NULL|QUOTED_IDENTIFIER)$/i.test(
        name,
      );
    return on ? { base: INT, value: 1 } : /^NUMERIC_ROUNDABORT$/i.test(name) ? { base: INT, value: 0 } : null;
  }),
  GETANSINULL: { arity: [0, 1], bind: () => ({ ...NULL, isNull: false, evaluate: () => 1 }) },
};

const ALL: Record<string, BuiltIn> = {
  ...textFunctions,
  ...mathFunctions,
  ...dateFunctions,
  ...sessionFunctions,
};
const DATE_UNIT_FUNCTIONS = new Set(["DATEADD", "DATEDIFF", "DATEDIFF_BIG", "DATEPART", "DATENAME"]);
const AGGREGATES = new Set([
  "COUNT",
  "COUNT_BIG",
  "SUM",
  "AVG",
  "MIN",
  "MAX",
  "STDEV",
  "STDEVP",
  "VAR",
  "VARP",
  "STRING_AGG",
  "CHECKSUM_AGG",
]);
