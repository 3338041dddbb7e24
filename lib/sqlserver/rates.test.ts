import { expect, it } from "vitest";
import { type Reading, ratesAfter } from "#lib/sqlserver/rates.ts";

const reading = (at: number, redoBytes: number, sentBytes = 0): Reading => ({ at, redoBytes, sentBytes });

it("one reading gives no rate", () => {
  expect(ratesAfter(undefined, reading(0, 5_000)).rates).toEqual({
    redoKbPerSecond: null,
    sendKbPerSecond: null,
  });
});

it.each([
  [
    "five seconds apart",
    reading(0, 0, 0),
    reading(5_000, 5_120, 51_200),
    { redoKbPerSecond: 1, sendKbPerSecond: 10 },
  ],
  [
    "nothing moved",
    reading(0, 100, 100),
    reading(5_000, 100, 100),
    { redoKbPerSecond: 0, sendKbPerSecond: 0 },
  ],
  [
    "counters begun again after a restart",
    reading(0, 9_000),
    reading(5_000, 100),
    { redoKbPerSecond: null, sendKbPerSecond: null },
  ],
  [
    "the server's clock set back",
    reading(9_000, 0),
    reading(5_000, 100),
    { redoKbPerSecond: null, sendKbPerSecond: null },
  ],
])("two readings give rates: %s", (_what, first, second, rates) => {
  const known = ratesAfter(undefined, first);
  expect(ratesAfter(known, second).rates).toEqual(rates);
});

it("readings closer than a second keep the rate that was known, and measure from the older one", () => {
  const first = ratesAfter(ratesAfter(undefined, reading(0, 0)), reading(2_000, 20_480));
  const soon = ratesAfter(first, reading(2_200, 90_000));
  expect(soon).toBe(first);
  expect(ratesAfter(soon, reading(3_000, 20_480 + 5_120)).rates.redoKbPerSecond).toBe(5);
});
