import { describe, expect, it } from "vitest";
import { formatsFor } from "#lib/i18n/formats.ts";

const en = formatsFor("en", "Europe/Berlin");
const de = formatsFor("de", "Europe/Berlin");
const moment = Date.UTC(2026, 10, 21, 9, 12, 3, 45);

describe("how moments and amounts are written", () => {
  it("names the zone with every moment", () => {
    expect(en.moment(moment)).toBe("21 Nov 2026, 10:12:03 CET");
    expect(de.moment(moment)).toBe("21. Nov. 2026, 10:12:03 MEZ");
    expect(en.preciseMoment(moment)).toBe("21 Nov 2026, 10:12:03.045 CET");
    expect(de.timeOfDay(moment)).toBe("10:12:03 MEZ");
  });

  it.each([
    [0, "0ms", "0 ms"],
    [850, "850ms", "850 ms"],
    [4_200, "4.2s", "4,2 Sek."],
    [9_990, "10s", "10 Sek."],
    [59_700, "1m", "1 Min."],
    [200_000, "3m 20s", "3 Min. 20 Sek."],
    [7_500_000, "2h 5m", "2 Std. 5 Min."],
    [-5, "0ms", "0 ms"],
  ])("a span of %d ms", (ms, english, german) => {
    expect(en.duration(ms)).toBe(english);
    expect(de.duration(ms)).toBe(german);
  });

  it.each([
    [0, "0 sec ago", "vor 0 Sek."],
    [59_999, "59 sec ago", "vor 59 Sek."],
    [60_000, "1 min ago", "vor 1 Min."],
    [7_300_000, "2 hr ago", "vor 2 Std."],
    [-3_000, "0 sec ago", "vor 0 Sek."],
  ])("an age of %d ms, never younger than it is", (ms, english, german) => {
    expect(en.age(ms)).toBe(english);
    expect(de.age(ms)).toBe(german);
  });

  it.each([
    [0, "0 kB", "0 kB"],
    [1_023, "1,023 kB", "1.023 kB"],
    [3_500, "3.4 MB", "3,4 MB"],
    [5_000_000, "4.8 GB", "4,8 GB"],
  ])("a queue of %d KB", (kb, english, german) => {
    expect(en.kilobytes(kb)).toBe(english);
    expect(de.kilobytes(kb).replace(/\s/g, " ")).toBe(german);
  });
});
