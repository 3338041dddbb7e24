import { SqlError } from "#lab/mirroring/commands.ts";
import type { Answer } from "#lab/tds/contract.ts";
import type { Context, Procedure, Variable } from "#lab/tsql/context.ts";
import { convert } from "#lab/tsql/convert.ts";
import { parseParameters } from "#lab/tsql/parse.ts";
import type { Answers, Flow, Run } from "#lab/tsql/run.ts";
import { same } from "#lab/tsql/scope.ts";
import { nvarchar } from "#lab/tsql/type-rules.ts";
import type { SqlType, SqlValue } from "#lab/tsql/values.ts";

export interface GivenArgument {
  name: string;
  type: SqlType;
  value: SqlValue;
  isDefault: boolean;
  /** Where an OUTPUT goes. */
  variable: Variable | null;
}

export type Outcome = { flow: Flow; status: number };
export type RunText = (sql: string, variables: Map<string, Variable>, run: Run) => Answers;

export async function* callProcedure(
  name: string[],
  args: GivenArgument[],
  run: Run,
  runText: RunText,
): AsyncGenerator<Answer, Outcome> {
  const last = name.at(-1)!.toLowerCase();
  if (last === "sp_executesql") return yield* executeSql(args, run, runText);
  const { context } = run;
  const database =
    name.length >= 3 && name.at(-3)
      ? context.catalog.openDatabase(name.at(-3)!, context)
      : context.session.database;
  const procedure = context.catalog.procedures[last];
  if (!procedure || (procedure.inDatabase && !same(procedure.inDatabase, database)))
    throw new SqlError(2812, 16, `Could not find stored procedure '${name.join(".")}'.`);
  const inside: Context = { ...context, session: { ...context.session, database } };
  try {
    const answer = procedure.run(matchArguments(last, procedure, args), inside);
    for (const text of answer.messages ?? [])
      yield { kind: "message", message: { number: 0, severity: 0, state: 1, text, procedure: last } };
    if (answer.error) {
      if (context.settings.tryDepth > 0) throw answer.error;
      const { number, severity, state, message: text } = answer.error;
      context.settings.error = number;
      yield { kind: "message", message: { number, severity, state, text, procedure: last } };
    }
    for (const result of answer.results) {
      yield { kind: "columns", columns: result.columns };
      const rows = result.rows();
      for (const values of rows) yield { kind: "row", values };
      context.settings.rowCount = rows.length;
      yield context.settings.nocount ? { kind: "done" } : { kind: "done", rowCount: rows.length };
    }
    return { flow: "next", status: answer.status ?? 0 };
  } catch (error) {
    throw error instanceof SqlError ? Object.assign(error, { procedure: last }) : error;
  }
}

async function* executeSql(
  args: GivenArgument[],
  run: Run,
  runText: RunText,
): AsyncGenerator<Answer, Outcome> {
  const [statement, definitions, ...values] = args;
  if (!statement)
    throw new SqlError(
      201,
      16,
      "Procedure or function 'sp_executesql' expects parameter '@statement', which was not supplied.",
    );
  for (const one of [statement, definitions]) {
    if (one && one.value !== null && !one.type.name.startsWith("n")) {
      const parameter = one === statement ? "@statement" : "@params";
      throw new SqlError(
        214,
        16,
        `Procedure expects parameter '${parameter}' of type 'ntext/nchar/nvarchar'.`,
      );
    }
  }
  const text = (arg: GivenArgument | undefined) =>
    arg ? ((convert(arg.value, arg.type, nvarchar("max")) as string | null) ?? "") : "";
  const variables = bindParameters(text(definitions), values);
  const flow = yield* runText(text(statement), variables.all, run);
  for (const { inner, outer } of variables.outputs)
    outer.value = convert(inner.value, inner.type, outer.type);
  return { flow, status: run.context.settings.error };
}

interface Parameters {
  all: Map<string, Variable>;
  outputs: { inner: Variable; outer: Variable }[];
}

/** The declared parameters with the values given by name or by place. */
function bindParameters(definitions: string, values: GivenArgument[]): Parameters {
  const declared = parseParameters(definitions);
  const result: Parameters = { all: new Map(), outputs: [] };
  for (const [i, parameter] of declared.entries()) {
    const given =
      values.find((value) => value.name !== "" && same(value.name, parameter.name)) ??
      (values[i]?.name === "" ? values[i] : undefined);
    if (!given) {
      throw new SqlError(
        8178,
        16,
        `The parameterized query '${definitions}' expects the parameter '${parameter.name}', which was not supplied.`,
      );
    }
    const inner: Variable = { type: parameter.type, value: convert(given.value, given.type, parameter.type) };
    result.all.set(parameter.name, inner);
    if (given.variable && parameter.output) result.outputs.push({ inner, outer: given.variable });
  }
  return result;
}

function matchArguments(name: string, procedure: Procedure, args: GivenArgument[]): Record<string, SqlValue> {
  const { parameters } = procedure;
  if (args.length > parameters.length)
    throw new SqlError(8144, 16, `Procedure or function ${name} has too many arguments specified.`);
  const unknown = args.find(
    (arg) => arg.name !== "" && !parameters.some((parameter) => same(parameter.name, arg.name)),
  );
  if (unknown) throw new SqlError(8145, 16, `${unknown.name} is not a parameter for procedure ${name}.`);
  return Object.fromEntries(
    parameters.map((parameter, i) => {
      const given =
        args.find((arg) => arg.name !== "" && same(arg.name, parameter.name)) ??
        (args[i]?.name === "" ? args[i] : undefined);
      if (given && !given.isDefault)
        return [parameter.name, convert(given.value, given.type, parameter.type)];
      if (parameter.default === undefined) {
        throw new SqlError(
          201,
          16,
          `Procedure or function '${name}' expects parameter '${parameter.name}', which was not supplied.`,
        );
      }
      return [parameter.name, parameter.default];
    }),
  );
}
