import type { Language } from "#lib/i18n/languages.ts";

export type Formats = ReturnType<typeof formatsFor>;

/** How a language writes moments, spans, sizes and numbers. Moments always carry their zone. */
export function formatsFor(language: Language, timeZone: string) {
  // British English: day before month and 24 hours, as an operator's log is written.
  const locale = language === "en" ? "en-GB" : "de-DE";
  const zoned = { timeZone, timeZoneName: "short" } as const;
  const day = { year: "numeric", month: "short", day: "2-digit" } as const;
  const clock = { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" } as const;
  const momentFormat = new Intl.DateTimeFormat(locale, { ...day, ...clock, ...zoned });
  const preciseFormat = new Intl.DateTimeFormat(locale, {
    ...day,
    ...clock,
    ...zoned,
    fractionalSecondDigits: 3,
  });
  const clockFormat = new Intl.DateTimeFormat(locale, { ...clock, ...zoned });
  const ago = new Intl.RelativeTimeFormat(locale, { style: "short", numeric: "always" });

  return {
    /** `21 Nov 2025, 10:12:03 CET` */
    moment: (ms: number) => momentFormat.format(ms),
    /** The same with milliseconds. */
    preciseMoment: (ms: number) => preciseFormat.format(ms),
    /** `10:12:03 CET` */
    timeOfDay: (ms: number) => clockFormat.format(ms),
    /** `12 sec ago`, `vor 12 Sek.`: whole units, the largest that fits. */
    age: (ms: number) => {
      const [amount, unit] = largestUnit(Math.max(0, ms));
      return ago.format(-amount, unit);
    },
    /** `850ms`, `4.2s`, `3m 20s`, `3 Min. 20 Sek.`: two units at most. */
    duration: (ms: number) =>
      spanParts(Math.max(0, ms))
        .map(({ amount, unit, digits }) => unitFormat(locale, unit, digits).format(amount))
        .join(" "),
    /** `512 KB`, `3.4 MB`, from the kilobytes that SQL Server counts its queues in. */
    kilobytes: (kb: number) => {
      const [amount, unit] =
        kb < 1024
          ? ([kb, "kilobyte"] as const)
          : kb < 1024 ** 2
            ? ([kb / 1024, "megabyte"] as const)
            : ([kb / 1024 ** 2, "gigabyte"] as const);
      return unitFormat(locale, unit, unit === "kilobyte" ? 0 : 1).format(amount);
    },
    number: (value: number, digits = 0) =>
      new Intl.NumberFormat(locale, { maximumFractionDigits: digits }).format(value),
  };
}

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const dayLong = 24 * hour;

function largestUnit(ms: number): [number, "second" | "minute" | "hour" | "day"] {
  if (ms < minute) return [Math.floor(ms / second), "second"];
  if (ms < hour) return [Math.floor(ms / minute), "minute"];
  if (ms < dayLong) return [Math.floor(ms / hour), "hour"];
  return [Math.floor(ms / dayLong), "day"];
}

type Part = { amount: number; unit: "millisecond" | "second" | "minute" | "hour" | "day"; digits: number };

function spanParts(ms: number): Part[] {
  if (ms < second) return [{ amount: Math.round(ms), unit: "millisecond", digits: 0 }];
  if (ms < 9_950) return [{ amount: ms / second, unit: "second", digits: 1 }];
  const whole = Math.round(ms / second) * second;
  if (whole < minute) return [{ amount: whole / second, unit: "second", digits: 0 }];
  if (whole < hour)
    return twoUnits(whole, { unit: "minute", size: minute }, { unit: "second", size: second });
  if (whole < dayLong) return twoUnits(whole, { unit: "hour", size: hour }, { unit: "minute", size: minute });
  return twoUnits(whole, { unit: "day", size: dayLong }, { unit: "hour", size: hour });
}

type Unit = { unit: Part["unit"]; size: number };

function twoUnits(ms: number, large: Unit, small: Unit): Part[] {
  const rest = Math.floor((ms % large.size) / small.size);
  const first = { amount: Math.floor(ms / large.size), unit: large.unit, digits: 0 };
  return rest === 0 ? [first] : [first, { amount: rest, unit: small.unit, digits: 0 }];
}

function unitFormat(locale: string, unit: string, digits: number): Intl.NumberFormat {
  // English shortens spans well (3m 20s); German, and every size, reads better one step longer (3 Min. 20 Sek.).
  const unitDisplay = locale.startsWith("en") && !unit.endsWith("byte") ? "narrow" : "short";
  return new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay, maximumFractionDigits: digits });
}
