/** What a run of tests comes to. Only a test that ran and passed has passed. */
export type Count = { passed: number; failed: number };

/** Vitest's JSON report; null where there is none to read. */
export function countVitest(report: VitestReport | null, exitCode: number): Count {
  const files = report?.testResults ?? [];
  const tests = files.flatMap((file) => file.assertionResults);
  const passed = tests.filter((test) => test.status === "passed").length;
  // A file that could not be loaded, or broke outside its tests, has no test to blame.
  const broken = files.filter(
    (file) => file.status === "failed" && file.assertionResults.every((test) => test.status === "passed"),
  ).length;
  return honest({ passed, failed: tests.length - passed + broken }, exitCode);
}
export type VitestReport = {
  testResults: { status: string; assertionResults: { status: string }[] }[];
};

/** Playwright's JSON report; null where there is none to read. */
export function countPlaywright(report: PlaywrightReport | null, exitCode: number): Count {
  const { expected = 0, unexpected = 0, flaky = 0, skipped = 0 } = report?.stats ?? {};
  const errors = report?.errors?.length ?? 0;
  return honest({ passed: expected, failed: unexpected + flaky + skipped + errors }, exitCode);
}
export type PlaywrightReport = {
  stats: { expected: number; unexpected: number; flaky: number; skipped: number };
  errors: unknown[];
};

/** Everything together. */
export function sum(counts: Count[]): Count {
  const add = (field: keyof Count) => counts.reduce((total, count) => total + count[field], 0);
  return { passed: add("passed"), failed: add("failed") };
}

// No tests at all, or a program that complains though every test passed, is a failure too.
function honest({ passed, failed }: Count, exitCode: number): Count {
  const hidden = failed === 0 && (passed === 0 || exitCode !== 0);
  return { passed, failed: hidden ? 1 : failed };
}
