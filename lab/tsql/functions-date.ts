/** Functions on dates. The clock is the server's own, and the lab's servers live in UTC. */
import { SqlError } from "#lab/mirroring/commands.ts";
import type { Expression } from "#lab/tsql/ast.ts";
import { built, fact } from "#lab/tsql/built-in.ts";
import { type BuiltIn, wallClock } from "#lab/tsql/context.ts";
import {
  addToDate,
  type DatePart,
  dateDifference,
  datePart,
  datePartName,
  datePartNamed,
  parseDate,
  roundToDatetime,
} from "#lab/tsql/dates.ts";
import { DATETIME, INT, isDate, isText, nvarchar } from "#lab/tsql/type-rules.ts";
import { coerce, strict, type Typed } from "#lab/tsql/typed.ts";
import type { SqlType } from "#lab/tsql/values.ts";

const DATE: SqlType = { name: "date" };
const PRECISE: SqlType = { name: "datetime2", scale: 7 };

export const dateFunctions: Record<string, BuiltIn> = {
  GETDATE: fact(DATETIME, (context) => roundToDatetime(wallClock(context))),
  GETUTCDATE: fact(DATETIME, (context) => roundToDatetime(wallClock(context))),
  CURRENT_TIMESTAMP: fact(DATETIME, (context) => roundToDatetime(wallClock(context))),
  SYSDATETIME: fact(PRECISE, wallClock),
  SYSUTCDATETIME: fact(PRECISE, wallClock),
  YEAR: part("year"),
  MONTH: part("month"),
  DAY: part("day"),
  ISDATE: {
    arity: [1, 1],
    bind: ([text]) => ({
      type: INT,
      nullable: false,
      evaluate: (frame) =>
        isText(text!.type) && parseDate((text!.evaluate(frame) as string | null) ?? "?") ? 1 : 0,
    }),
  },
  EOMONTH: {
    arity: [1, 2],
    since: 11,
    bind: ([date, months]) =>
      strict(DATE, [asDate(date!), ...(months ? [coerce(months, INT)] : [])], (value: Date, n = 0) => {
        const moved = addToDate("month", n, value);
        return new Date(Date.UTC(moved.getUTCFullYear(), moved.getUTCMonth() + 1, 0));
      }),
  },
  DATEFROMPARTS: {
    ...built([INT, INT, INT], DATE, (y: number, m: number, d: number) => new Date(Date.UTC(y, m - 1, d))),
    since: 11,
  },
};

/** DATEADD, DATEDIFF, DATEPART and DATENAME name their unit with a bare word. */
export function bindDateUnit(
  name: string,
  args: Expression[],
  value: (expression: Expression) => Typed,
): Typed {
  const [unit, ...rest] = args;
  const wanted = name === "DATEADD" || name.startsWith("DATEDIFF") ? 3 : 2;
  if (args.length !== wanted)
    throw new SqlError(174, 15, `The ${name.toLowerCase()} function requires ${wanted} argument(s).`);
  const word = unit!.kind === "column" && unit!.parts.length === 1 ? unit!.parts[0]! : "";
  const part = datePartNamed(word);
  const operands = rest.map(value);
  if (name === "DATEADD") return dateAdd(part, operands[0]!, asDate(operands[1]!));
  if (name.startsWith("DATEDIFF"))
    return dateDiff(part, asDate(operands[0]!), asDate(operands[1]!), name === "DATEDIFF_BIG");
  if (name === "DATEPART") return strict(INT, [asDate(operands[0]!)], (date: Date) => datePart(part, date));
  return strict(nvarchar(30), [asDate(operands[0]!)], (date: Date) => datePartName(part, date));
}

function part(unit: DatePart): BuiltIn {
  return {
    arity: [1, 1],
    bind: ([date]) => strict(INT, [asDate(date!)], (value: Date) => datePart(unit, value)),
  };
}

function asDate(typed: Typed): Typed {
  return isDate(typed.type) ? typed : coerce(typed, DATETIME);
}

function dateAdd(unit: DatePart, amount: Typed, date: Typed): Typed {
  return strict(date.type, [coerce(amount, INT), date], (n: number, value: Date) => {
    const result = addToDate(unit, n, value);
    const year = result.getUTCFullYear();
    if (!(year >= (date.type.name === "datetime" ? 1753 : 1) && year <= 9999)) {
      throw new SqlError(517, 16, `Adding a value to a '${date.type.name}' column caused an overflow.`);
    }
    return date.type.name === "datetime" ? roundToDatetime(result) : result;
  });
}

function dateDiff(unit: DatePart, from: Typed, to: Typed, big: boolean): Typed {
  return strict(big ? { name: "bigint" } : INT, [from, to], (start: Date, end: Date) => {
    const difference = dateDifference(unit, start, end);
    if (big) return BigInt(difference);
    if (Math.abs(difference) > 2147483647) {
      throw new SqlError(
        535,
        16,
        "The datediff function resulted in an overflow. The number of dateparts separating two date/time instances is too large. Try to use datediff with a less precise datepart.",
      );
    }
    return difference;
  });
}
