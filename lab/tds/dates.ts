/**
 * Dates as the wire counts them. A Date's UTC fields are the server's wall clock. Days are counted by division,
 * never by Date.UTC, which takes the year 1 for 1901.
 */
const dayMs = 86_400_000;
const dayTicks = 25_920_000;
const from1900 = 25_567;
const fromYear1 = 719_162;

/** datetime: days since 1900-01-01, and ticks of 1/300 s. */
export function toDatetime(date: Date): { days: number; ticks: number } {
  const { days, ms } = split(date);
  const ticks = Math.round((ms * 3) / 10);
  return ticks === dayTicks ? { days: days + from1900 + 1, ticks: 0 } : { days: days + from1900, ticks };
}

export function fromDatetime(days: number, ticks: number): Date {
  return new Date((days - from1900) * dayMs + Math.round((ticks * 10) / 3));
}

export function fromSmalldatetime(days: number, minutes: number): Date {
  return new Date((days - from1900) * dayMs + minutes * 60_000);
}

/** date: days since 0001-01-01. */
export function toDate(date: Date): number {
  return split(date).days + fromYear1;
}

export function fromDate(days: number): Date {
  return new Date((days - fromYear1) * dayMs);
}

/** datetime2(scale): days since 0001-01-01, and units of 10^-scale s. */
export function toDatetime2(date: Date, scale: number): { days: number; units: number } {
  const { days, ms } = split(date);
  const units = scale >= 3 ? ms * 10 ** (scale - 3) : Math.round(ms / 10 ** (3 - scale));
  const unitsOfDay = 86_400 * 10 ** scale;
  return units === unitsOfDay ? { days: days + fromYear1 + 1, units: 0 } : { days: days + fromYear1, units };
}

/** A Date holds milliseconds; finer digits are cut. */
export function fromDatetime2(days: number, units: number, scale: number): Date {
  const ms = scale >= 3 ? Math.floor(units / 10 ** (scale - 3)) : units * 10 ** (3 - scale);
  return new Date((days - fromYear1) * dayMs + ms);
}

function split(date: Date): { days: number; ms: number } {
  const time = date.getTime();
  const days = Math.floor(time / dayMs);
  return { days, ms: time - days * dayMs };
}
