/** Remote procedure calls: by name or by number, several in one request. */
import { type ByteReader, createByteReader } from "#lab/tds/bytes.ts";
import type { WireParameter } from "#lab/tds/contract.ts";
import { callWrong, requestEndedEarly } from "#lab/tds/faults.ts";
import type { Wrong } from "#lab/tds/parameter.ts";
import { readTyped } from "#lab/tds/read-value.ts";
import { skipHeaders } from "#lab/tds/requests.ts";

export interface Call {
  procedure: string;
  parameters: WireParameter[];
}

export function readCalls(payload: Buffer): Call[] {
  const read = createByteReader(payload, requestEndedEarly);
  skipHeaders(read);
  const calls = [readCall(read)];
  while (read.left() > 0) {
    read.u8();
    // The separator may also end the last call.
    if (read.left() > 0) calls.push(readCall(read));
  }
  return calls;
}

function readCall(read: ByteReader): Call {
  const procedure = readProcedure(read);
  read.u16();
  const parameters: WireParameter[] = [];
  while (read.left() > 0 && read.peek() !== separator) {
    if (parameters.length === mostParameters) throw tooManyParameters();
    parameters.push(readParameter(read, parameters.length + 1));
  }
  return { procedure, parameters };
}

function readProcedure(read: ByteReader): string {
  const length = read.u16();
  if (length !== 0xffff) return read.text(length);
  const number = read.u16();
  const name = numbered[number - 1];
  if (name === undefined) throw callWrong(8004, "The RPC name is invalid.");
  return name;
}

function readParameter(read: ByteReader, place: number): WireParameter {
  const length = read.u8();
  const name = read.text(length);
  if (name !== "" && !name.startsWith("@"))
    throw callWrong(8005, `Parameter ${place}: The parameter name is invalid.`);
  const status = read.u8();
  if ((status & ~(byReference | takesDefault)) !== 0) {
    throw callWrong(8006, `Parameter ${place}: The parameter status flags are invalid.`);
  }
  const wrong: Wrong = (number, code) =>
    callWrong(number, `Parameter ${place} ("${name}"): ${sayWrong(number, code)}`);
  const { type, value } = readTyped(read, wrong);
  const parameter: WireParameter = { name, type, value, output: (status & byReference) !== 0 };
  if ((status & takesDefault) !== 0) parameter.useDefault = true;
  return parameter;
}

function sayWrong(number: Parameters<Wrong>[0], code: number): string {
  const hex = `0x${code.toString(16).toUpperCase().padStart(2, "0")}`;
  switch (number) {
    case 8007:
      return `The chunking format is incorrect for a large object parameter of type ${hex}.`;
    case 8009:
      return `Data type ${hex} is unknown.`;
    case 8012:
      return `Data type ${hex} (sql_variant) has an invalid precision or scale for type-specific metadata.`;
    case 8013:
      return `Data type ${hex} (sql_variant) has an invalid instance length.`;
    case 8014:
      return `Data type ${hex} (sql_variant) has an invalid type for type-specific metadata.`;
    case 8016:
      return `Data type ${hex} has an invalid data length or metadata length.`;
    case 8017:
      return `Data type ${hex} has an invalid precision or scale.`;
    case 8023:
      return `The supplied value is not a valid instance of data type ${hex}. Check the source data for invalid values.`;
  }
}

function tooManyParameters() {
  return callWrong(8003, `The server supports a maximum of ${mostParameters} parameters.`);
}

/** Between calls, where the length of a parameter's name would stand. */
const separator = 0xff;
const byReference = 0x01;
const takesDefault = 0x02;
const mostParameters = 2100;

/** Procedures that have numbers, from 1. */
const numbered = [
  "sp_cursor",
  "sp_cursoropen",
  "sp_cursorprepare",
  "sp_cursorexecute",
  "sp_cursorprepexec",
  "sp_cursorunprepare",
  "sp_cursorfetch",
  "sp_cursoroption",
  "sp_cursorclose",
  "sp_executesql",
  "sp_prepare",
  "sp_execute",
  "sp_prepexec",
  "sp_prepexecrpc",
  "sp_unprepare",
];
