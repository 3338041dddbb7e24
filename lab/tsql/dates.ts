/** Dates as text and back, in CONVERT's styles; and the parts that DATEADD, DATEDIFF and DATEPART know. */
import { SqlError } from "#lab/mirroring/commands.ts";
import type { SqlType } from "#lab/tsql/values.ts";

/** The wall clock of a server is kept in the UTC fields of a Date. */
export function formatDate(value: Date, type: SqlType, style: number): string {
  const f = fieldsOf(value, type);
  const hasTime = type.name !== "date";
  const dmy = DATE_ONLY[style];
  if (dmy) return dmy(f);
  const time24 = `${f.hh}:${f.mi}:${f.ss}`;
  switch (style) {
    case 8:
    case 24:
    case 108:
      return hasTime ? time24 : "00:00:00";
    case 14:
    case 114:
      return `${time24}:${f.fraction || "000"}`;
    case 20:
    case 120:
      return hasTime ? `${f.yyyy}-${f.mm}-${f.dd} ${time24}` : `${f.yyyy}-${f.mm}-${f.dd}`;
    case 21:
    case 25:
    case 121:
      return hasTime
        ? `${f.yyyy}-${f.mm}-${f.dd} ${time24}${f.fraction && `.${f.fraction}`}`
        : `${f.yyyy}-${f.mm}-${f.dd}`;
    case 126:
    case 127:
      return hasTime
        ? `${f.yyyy}-${f.mm}-${f.dd}T${time24}${/[1-9]/.test(f.fraction) ? `.${f.fraction}` : ""}`
        : `${f.yyyy}-${f.mm}-${f.dd}`;
    case 13:
    case 113:
      return `${f.dd} ${f.mon} ${f.yyyy} ${time24}:${f.fraction || "000"}`;
    case 9:
    case 109:
      return `${f.mon} ${f.d2} ${f.yyyy} ${f.h12}:${f.mi}:${f.ss}:${f.fraction || "000"}${f.half}`;
    case 0:
    case 100:
      return hasTime ? `${f.mon} ${f.d2} ${f.yyyy} ${f.h12}:${f.mi}${f.half}` : `${f.mon} ${f.d2} ${f.yyyy}`;
    default:
      throw new SqlError(
        281,
        16,
        `${style} is not a valid style number when converting from ${type.name} to a character string.`,
      );
  }
}

type Fields = ReturnType<typeof fieldsOf>;

function fieldsOf(value: Date, type: SqlType) {
  const two = (n: number) => String(n).padStart(2, "0");
  const hour = value.getUTCHours();
  const scale = type.name === "datetime2" ? type.scale : 3;
  const millis = String(value.getUTCMilliseconds()).padStart(3, "0");
  return {
    yyyy: String(value.getUTCFullYear()).padStart(4, "0"),
    yy: two(value.getUTCFullYear() % 100),
    mm: two(value.getUTCMonth() + 1),
    dd: two(value.getUTCDate()),
    d2: String(value.getUTCDate()).padStart(2, " "),
    mon: MONTHS[value.getUTCMonth()]!,
    hh: two(hour),
    h12: String(hour % 12 || 12).padStart(2, " "),
    half: hour < 12 ? "AM" : "PM",
    mi: two(value.getUTCMinutes()),
    ss: two(value.getUTCSeconds()),
    fraction: millis.padEnd(7, "0").slice(0, scale),
  };
}

/** The forms that people and tools send: ISO 8601 in its variants, yyyymmdd, month/day/year, `Nov 21 2026 10:00AM`, a time alone. */
export function parseDate(text: string, style = 0): Date | null {
  const trimmed = text.trim();
  if (trimmed === "") return makeDate(1900, 1, 1, "");
  const iso =
    /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]+(.*?))?Z?$/i.exec(trimmed) ??
    /^(\d{4})[./](\d{1,2})[./](\d{1,2})(?: +(.*))?$/.exec(trimmed);
  if (iso) return makeDate(+iso[1]!, +iso[2]!, +iso[3]!, iso[4] ?? "");
  const packed = /^(\d{4})(\d{2})(\d{2})(?: +(.*))?$/.exec(trimmed);
  if (packed) return makeDate(+packed[1]!, +packed[2]!, +packed[3]!, packed[4] ?? "");
  const dashed = /^(\d{1,2})[-./](\d{1,2})[-./](\d{4})(?: +(.*))?$/.exec(trimmed);
  if (dashed) {
    const dayFirst = [103, 104, 105, 3, 4, 5].includes(style);
    const [month, day] = dayFirst ? [+dashed[2]!, +dashed[1]!] : [+dashed[1]!, +dashed[2]!];
    return makeDate(+dashed[3]!, month, day, dashed[4] ?? "");
  }
  const named = /^([a-z]{3})[a-z]* +(\d{1,2}),? +(\d{4})(?: +(.*))?$/i.exec(trimmed);
  const reversed = /^(\d{1,2}) +([a-z]{3})[a-z]*,? +(\d{4})(?: +(.*))?$/i.exec(trimmed);
  const month = (name: string) => MONTHS.findIndex((m) => m.toLowerCase() === name.toLowerCase()) + 1;
  if (named) return makeDate(+named[3]!, month(named[1]!), +named[2]!, named[4] ?? "");
  if (reversed) return makeDate(+reversed[3]!, month(reversed[2]!), +reversed[1]!, reversed[4] ?? "");
  return /^\d{1,2}:/.test(trimmed) ? makeDate(1900, 1, 1, trimmed) : null;
}

function makeDate(year: number, month: number, day: number, time: string): Date | null {
  const clock = parseTime(time);
  if (clock === null || month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return null;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return new Date(date.getTime() + clock);
}

/** Milliseconds since midnight; `10:00`, `10:00:00.123`, `10:00:00:123`, `9:05 PM`, with or without an offset of zero. */
export function parseTime(time: string): number | null {
  if (time.trim() === "") return 0;
  const m = /^(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:[.:](\d{1,7}))?)? *(AM|PM)?(?: *[+]00:00)?$/i.exec(
    time.trim(),
  );
  if (!m) return null;
  let hour = +m[1]!;
  if (m[5]) hour = (hour % 12) + (m[5].toUpperCase() === "PM" ? 12 : 0);
  const [minute, second] = [+m[2]!, +(m[3] ?? 0)];
  if (hour > 23 || minute > 59 || second > 59) return null;
  return ((hour * 60 + minute) * 60 + second) * 1000 + Math.round(Number(`0.${m[4] ?? 0}`) * 1000);
}

function daysInMonth(year: number, month: number): number {
  return new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate();
}

/** datetime ticks 300 times a second and shows .000, .003 and .007. */
export function roundToDatetime(value: Date): Date {
  const time = value.getTime();
  const second = Math.floor(time / 1000) * 1000;
  return new Date(second + Math.round((Math.round(((time - second) * 3) / 10) * 10) / 3));
}

export type DatePart =
  | "year"
  | "quarter"
  | "month"
  | "dayofyear"
  | "day"
  | "week"
  | "weekday"
  | "hour"
  | "minute"
  | "second"
  | "millisecond"
  | "microsecond"
  | "nanosecond";

export function datePartNamed(name: string): DatePart {
  const part = PART_NAMES[name.toLowerCase()];
  if (!part) throw new SqlError(155, 15, `'${name}' is not a recognized datepart option.`);
  return part;
}

export function addToDate(part: DatePart, amount: number, value: Date): Date {
  const months = { year: 12, quarter: 3, month: 1 }[part as string];
  if (months) {
    const total = value.getUTCFullYear() * 12 + value.getUTCMonth() + Math.trunc(amount) * months;
    const [year, month] = [Math.floor(total / 12), ((total % 12) + 12) % 12];
    const result = new Date(value);
    result.setUTCFullYear(year, month, Math.min(value.getUTCDate(), daysInMonth(year, month + 1)));
    return result;
  }
  return new Date(value.getTime() + Math.trunc(amount) * MILLISECONDS[part]!);
}

/** Counts the boundaries crossed, not the time elapsed: 10:59 to 11:00 is one hour. */
export function dateDifference(part: DatePart, from: Date, to: Date): number {
  const months = { year: 12, quarter: 3, month: 1 }[part as string];
  if (months) {
    const count = (date: Date) => Math.floor((date.getUTCFullYear() * 12 + date.getUTCMonth()) / months);
    return count(to) - count(from);
  }
  if (part === "week") return Math.floor((dayNumber(to) + 4) / 7) - Math.floor((dayNumber(from) + 4) / 7);
  const unit = MILLISECONDS[part]!;
  if (unit < 1) return Math.round((to.getTime() - from.getTime()) / unit);
  return Math.floor(to.getTime() / unit) - Math.floor(from.getTime() / unit);
}

function dayNumber(date: Date): number {
  return Math.floor(date.getTime() / 86_400_000);
}

export function datePart(part: DatePart, value: Date): number {
  switch (part) {
    case "year":
      return value.getUTCFullYear();
    case "quarter":
      return Math.floor(value.getUTCMonth() / 3) + 1;
    case "month":
      return value.getUTCMonth() + 1;
    case "dayofyear":
      return dayNumber(value) - dayNumber(new Date(Date.UTC(value.getUTCFullYear(), 0, 1))) + 1;
    case "day":
      return value.getUTCDate();
    case "week":
      return dateDifference("week", new Date(Date.UTC(value.getUTCFullYear(), 0, 1)), value) + 1;
    case "weekday":
      return value.getUTCDay() + 1;
    case "hour":
      return value.getUTCHours();
    case "minute":
      return value.getUTCMinutes();
    case "second":
      return value.getUTCSeconds();
    default:
      return Math.round(value.getUTCMilliseconds() / MILLISECONDS[part]!);
  }
}

export function datePartName(part: DatePart, value: Date): string {
  if (part === "month") return LONG_MONTHS[value.getUTCMonth()]!;
  if (part === "weekday") return WEEKDAYS[value.getUTCDay()]!;
  return String(datePart(part, value));
}

/** Where the numbers of datetime begin. */
export const EPOCH_1900 = Date.UTC(1900, 0, 1);
const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");
const LONG_MONTHS =
  "January February March April May June July August September October November December".split(" ");
const WEEKDAYS = "Sunday Monday Tuesday Wednesday Thursday Friday Saturday".split(" ");
const MILLISECONDS: Partial<Record<DatePart, number>> = {
  week: 604_800_000,
  weekday: 86_400_000,
  day: 86_400_000,
  dayofyear: 86_400_000,
  hour: 3_600_000,
  minute: 60_000,
  second: 1000,
  millisecond: 1,
  microsecond: 0.001,
  nanosecond: 0.000001,
};
const PART_NAMES: Record<string, DatePart> = {
  ...Object.fromEntries(
    (
      [
        "year",
        "quarter",
        "month",
        "dayofyear",
        "day",
        "week",
        "weekday",
        "hour",
        "minute",
        "second",
        "millisecond",
        "microsecond",
        "nanosecond",
      ] as const
    ).map((part) => [part, part]),
  ),
  yy: "year",
  yyyy: "year",
  qq: "quarter",
  q: "quarter",
  mm: "month",
  m: "month",
  dy: "dayofyear",
  y: "dayofyear",
  dd: "day",
  d: "day",
  wk: "week",
  ww: "week",
  dw: "weekday",
  hh: "hour",
  mi: "minute",
  n: "minute",
  ss: "second",
  s: "second",
  ms: "millisecond",
  mcs: "microsecond",
  ns: "nanosecond",
};
const DATE_ONLY: Record<number, (f: Fields) => string> = {
  1: (f) => `${f.mm}/${f.dd}/${f.yy}`,
  2: (f) => `${f.yy}.${f.mm}.${f.dd}`,
  3: (f) => `${f.dd}/${f.mm}/${f.yy}`,
  4: (f) => `${f.dd}.${f.mm}.${f.yy}`,
  5: (f) => `${f.dd}-${f.mm}-${f.yy}`,
  6: (f) => `${f.dd} ${f.mon} ${f.yy}`,
  7: (f) => `${f.mon} ${f.dd}, ${f.yy}`,
  10: (f) => `${f.mm}-${f.dd}-${f.yy}`,
  11: (f) => `${f.yy}/${f.mm}/${f.dd}`,
  12: (f) => `${f.yy}${f.mm}${f.dd}`,
  23: (f) => `${f.yyyy}-${f.mm}-${f.dd}`,
  101: (f) => `${f.mm}/${f.dd}/${f.yyyy}`,
  102: (f) => `${f.yyyy}.${f.mm}.${f.dd}`,
  103: (f) => `${f.dd}/${f.mm}/${f.yyyy}`,
  104: (f) => `${f.dd}.${f.mm}.${f.yyyy}`,
  105: (f) => `${f.dd}-${f.mm}-${f.yyyy}`,
  106: (f) => `${f.dd} ${f.mon} ${f.yyyy}`,
  107: (f) => `${f.mon} ${f.dd}, ${f.yyyy}`,
  110: (f) => `${f.mm}-${f.dd}-${f.yyyy}`,
  111: (f) => `${f.yyyy}/${f.mm}/${f.dd}`,
  112: (f) => `${f.yyyy}${f.mm}${f.dd}`,
};
