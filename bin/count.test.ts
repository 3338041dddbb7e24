import { describe, expect, it } from "vitest";
import { countPlaywright, countVitest, sum } from "#bin/count.ts";

const file = (status: string, ...tests: string[]) => ({
  status,
  assertionResults: tests.map((each) => ({ status: each })),
});

describe("what Vitest reports", () => {
  it.each([
    ["every test passed", [file("passed", "passed", "passed")], 0, { passed: 2, failed: 0 }],
    ["a test failed", [file("failed", "passed", "failed")], 1, { passed: 1, failed: 1 }],
    ["a test was skipped", [file("passed", "passed", "skipped")], 0, { passed: 1, failed: 1 }],
    ["a test is still to be written", [file("passed", "passed", "todo")], 0, { passed: 1, failed: 1 }],
    ["a test was left pending", [file("passed", "passed", "pending")], 0, { passed: 1, failed: 1 }],
    ["a file could not be loaded", [file("passed", "passed"), file("failed")], 1, { passed: 1, failed: 1 }],
    ["a file broke after its tests", [file("failed", "passed")], 1, { passed: 1, failed: 1 }],
    ["a file broke before its tests", [file("failed", "skipped", "skipped")], 1, { passed: 0, failed: 2 }],
    ["an error came from outside every test", [file("passed", "passed")], 1, { passed: 1, failed: 1 }],
    ["there was no test", [], 0, { passed: 0, failed: 1 }],
  ])("%s", (_, testResults, exitCode, count) => {
    expect(countVitest({ testResults }, exitCode)).toEqual(count);
  });

  it("no report at all is one failure", () => expect(countVitest(null, 1)).toEqual({ passed: 0, failed: 1 }));
});

describe("what Playwright reports", () => {
  const none = { expected: 0, unexpected: 0, flaky: 0, skipped: 0 };
  it.each([
    ["every story passed", { expected: 3 }, [], 0, { passed: 3, failed: 0 }],
    ["a story failed", { expected: 2, unexpected: 1 }, [], 1, { passed: 2, failed: 1 }],
    ["a story passed at the second try only", { expected: 2, flaky: 1 }, [], 0, { passed: 2, failed: 1 }],
    ["a story was skipped", { expected: 2, skipped: 1 }, [], 0, { passed: 2, failed: 1 }],
    ["a file could not be loaded", { expected: 2 }, ["SyntaxError"], 1, { passed: 2, failed: 1 }],
    ["it complained in the end", { expected: 2 }, [], 1, { passed: 2, failed: 1 }],
    ["there was no story", {}, [], 0, { passed: 0, failed: 1 }],
  ])("%s", (_, stats, errors, exitCode, count) => {
    expect(countPlaywright({ stats: { ...none, ...stats }, errors }, exitCode)).toEqual(count);
  });

  it("no report at all is one failure", () =>
    expect(countPlaywright(null, 1)).toEqual({ passed: 0, failed: 1 }));
});

it("adds up", () => {
  expect(
    sum([
      { passed: 2, failed: 1 },
      { passed: 3, failed: 0 },
    ]),
  ).toEqual({ passed: 5, failed: 1 });
});
