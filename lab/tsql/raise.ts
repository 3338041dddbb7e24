/** RAISERROR and THROW: their texts, placeholders and rules of severity. */
import { SqlError } from "#lab/mirroring/commands.ts";
import type { StatementBody } from "#lab/tsql/ast.ts";
import { bindValue } from "#lab/tsql/bind-expression.ts";
import { openBinder } from "#lab/tsql/bind-query.ts";
import type { Context } from "#lab/tsql/context.ts";
import { convert } from "#lab/tsql/convert.ts";
import { INT, isBinary, isInteger, isText, nvarchar } from "#lab/tsql/type-rules.ts";
import type { SqlType, SqlValue } from "#lab/tsql/values.ts";

type Raise = Extract<StatementBody, { kind: "raiserror" }>;

/** Severities up to 10 are messages, above that errors; the caller tells them apart. */
export function raised(statement: Raise, context: Context): SqlError {
  const value = (expression: Raise["message"]) => {
    const typed = bindValue(expression, openBinder(context));
    return { type: typed.type, value: typed.evaluate({ row: [], outer: null }) };
  };
  const message = value(statement.message);
  const number = (expression: Raise["severity"]) => {
    const one = value(expression);
    return (convert(one.value, one.type, INT) as number | null) ?? 0;
  };
  const severity = Math.max(0, number(statement.severity));
  const state = Math.min(255, Math.max(1, number(statement.state)));
  if (severity > 18 && !(statement.options.includes("LOG") && context.login.sysadmin)) {
    return new SqlError(
      2754,
      16,
      "Error severity levels greater than 18 can only be specified by members of the sysadmin role, using the WITH LOG option.",
    );
  }
  const args = statement.args.map(value);
  if (isInteger(message.type)) return unknownMessage(message.value as number, severity, state);
  const text = formatMessage(
    (convert(message.value, message.type, nvarchar("max")) as string | null) ?? "",
    args,
  );
  return new SqlError(50000, Math.min(severity, 25), text.slice(0, 2047), state);
}

export function thrown(
  values: NonNullable<Extract<StatementBody, { kind: "throw" }>["values"]>,
  context: Context,
): SqlError {
  const [number, text, state] = values.map((expression, i) => {
    const typed = bindValue(expression, openBinder(context));
    return convert(typed.evaluate({ row: [], outer: null }), typed.type, i === 1 ? nvarchar(2048) : INT);
  });
  if ((number as number) < 50000) {
    return new SqlError(
      35100,
      16,
      `Error number ${number} in the THROW statement is outside the valid range. Specify an error number in the valid range of 50000 to 2147483647.`,
    );
  }
  return new SqlError(number as number, 16, (text as string | null) ?? "", (state as number | null) ?? 1);
}

function unknownMessage(number: number, severity: number, state: number): SqlError {
  if (number < 13000)
    return new SqlError(
      2732,
      16,
      `Error number ${number} is invalid. The number must be from 13000 through 2147483647 and it cannot be 50000.`,
    );
  return new SqlError(
    18054,
    16,
    `Error ${number}, severity ${severity}, state ${state} was raised, but no message with that error number was found in sys.messages.`,
  );
}

/** printf's placeholders: %s %d %i %u %x %X %o, with width, precision and * for a width among the arguments. */
function formatMessage(text: string, args: { type: SqlType; value: SqlValue }[]): string {
  let at = 0;
  return text.replace(
    /%([-+0# ]*)(\*|\d+)?(?:\.(\*|\d+))?(?:I64|l|h)?([sdiuxXo%])/g,
    (_, flags: string, width: string, precision: string, letter: string) => {
      if (letter === "%") return "%";
      const size = (given: string | undefined) =>
        given === "*" ? Number(args[at++]?.value ?? 0) : Number(given ?? 0);
      const wide = size(width);
      const cut = precision === undefined ? null : size(precision);
      const arg = args[at++];
      const shown = placeholder(letter, arg, at, cut);
      if (shown.length >= wide) return shown;
      if (flags.includes("-")) return shown.padEnd(wide);
      return flags.includes("0") && letter !== "s" ? shown.padStart(wide, "0") : shown.padStart(wide);
    },
  );
}

function placeholder(
  letter: string,
  arg: { type: SqlType; value: SqlValue } | undefined,
  position: number,
  cut: number | null,
): string {
  if (!arg || arg.value === null) return "(null)";
  const fits =
    letter === "s" ? isText(arg.type) || isBinary(arg.type) : isInteger(arg.type) || arg.type.name === "bit";
  if (!fits)
    throw new SqlError(
      2786,
      16,
      `The data type of substitution parameter ${position} does not match the expected type of the format specification.`,
    );
  if (letter === "s") return cut === null ? String(arg.value) : String(arg.value).slice(0, cut);
  const value = BigInt(arg.value as number);
  const unsigned = value < 0n ? BigInt.asUintN(arg.type.name === "bigint" ? 64 : 32, value) : value;
  if (letter === "u") return String(unsigned);
  if (letter === "o") return unsigned.toString(8);
  if (letter === "x") return unsigned.toString(16);
  return letter === "X" ? unsigned.toString(16).toUpperCase() : String(value);
}
